/// Decimal text to the nearest double: `-12.50`, `3e-4`.
///
/// A number of at most 2⁵³ digits' worth divided by a power of ten up to 10²² is one correctly rounded operation on two exact
/// doubles (Clinger 1990); everything else goes the library's way, to the same result.
package struct NumberReader: ~Copyable {
    private static let greatestPower = 22
    private let powers: UnsafeMutablePointer<Double>

    package init() {
        powers = .allocate(capacity: NumberReader.greatestPower + 1)
        var power = 1.0
        for exponent in 0...NumberReader.greatestPower {
            (powers + exponent).initialize(to: power)
            power *= 10
        }
    }

    deinit {
        powers.deallocate()
    }

    /// The value; nil for what is no finite decimal number.
    @inline(__always)
    package func value(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        guard let start = text.baseAddress else { return nil }
        var index = 0
        let isNegative = text.count > 0 && start[0] == UInt8(ascii: "-")
        if isNegative { index = 1 }
        var mantissa: UInt64 = 0
        let digitsStart = index
        var point = -1
        while index < text.count {
            let digit = start[index] &- 0x30
            if digit <= 9 {
                mantissa = mantissa &* 10 &+ UInt64(digit)
            } else if start[index] == UInt8(ascii: "."), point < 0 {
                point = index
            } else {
                return NumberReader.slowValue(text)
            }
            index += 1
        }
        let digits = index - digitsStart - (point >= 0 ? 1 : 0)
        let decimals = point >= 0 ? index - point - 1 : 0
        // Eighteen digits cannot have left 64 bits.
        guard digits > 0, digits <= 18, mantissa <= 1 << 53 else { return NumberReader.slowValue(text) }
        let magnitude = Double(mantissa) / powers[decimals]
        return isNegative ? -magnitude : magnitude
    }

    @inline(never)
    private static func slowValue(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        // Not the words and hexadecimal digits that the library takes too.
        let isNumber = text.allSatisfy { byte in
            byte &- 0x30 <= 9 || byte | 0x20 == UInt8(ascii: "e") || [0x2B, 0x2D, 0x2E].contains(byte)
        }
        guard isNumber, let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }
}
