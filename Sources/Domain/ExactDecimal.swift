/// An integer count of small units as plain decimal text, exactly: money and shares, which never meet a binary fraction.
///
/// The scale is the number of decimals: 6 for millionths.
package enum ExactDecimal {
    /// The text of `value` / 10^scale; no exponent.
    ///
    /// - Parameter everyPlace: whether all decimals are written, `0.050000`, or none that are zeros at the end, `0.05`.
    package static func text(_ value: some BinaryInteger, scale: Int, everyPlace: Bool = false) -> String {
        (value < 0 ? "-" : "") + pointed(String(value.magnitude), scale: scale, everyPlace: everyPlace)
    }

    /// Digits with a point before the last `scale` of them.
    static func pointed(_ digits: String, scale: Int, everyPlace: Bool) -> String {
        var bytes = Array(digits.utf8)
        if bytes.count <= scale {
            bytes.insert(contentsOf: repeatElement(UInt8(ascii: "0"), count: scale + 1 - bytes.count), at: 0)
        }
        let point = bytes.count - scale
        if !everyPlace {
            while bytes.count > point, bytes.last == UInt8(ascii: "0") { bytes.removeLast() }
        }
        if bytes.count > point { bytes.insert(UInt8(ascii: "."), at: point) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The value of plain decimal text times 10^scale; nil when it is none, has more decimals, or leaves 128 bits.
    package static func value(_ text: some StringProtocol, scale: Int) -> Int128? {
        value(Array(text.utf8)[...], scale: scale)
    }

    /// The same of its bytes.
    package static func value(_ bytes: ArraySlice<UInt8>, scale: Int) -> Int128? {
        // What surely fits 64 bits, as nearly all does.
        if bytes.count + scale <= 18 { return shortValue(bytes, scale: scale).map { Int128($0) } }
        guard let parts = DecimalParts(bytes), parts.fraction.count <= scale else { return nil }
        var value: Int128 = 0
        // Downwards where it is negative: there is one more negative number than positive ones.
        func append(_ digit: Int128) -> Bool {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(parts.isNegative ? -digit : digit)
            value = sum
            return !overflow && !carry
        }
        for digit in parts.whole + parts.fraction {
            guard append(Int128(digit - UInt8(ascii: "0"))) else { return nil }
        }
        for _ in parts.fraction.count..<scale {
            guard append(0) else { return nil }
        }
        return value
    }

    private static func shortValue(_ bytes: ArraySlice<UInt8>, scale: Int) -> Int64? {
        let isNegative = bytes.first == UInt8(ascii: "-")
        var value: Int64 = 0
        var (whole, decimals) = (0, 0)
        var hasPoint = false
        for byte in bytes.dropFirst(isNegative ? 1 : 0) {
            if (0x30...0x39).contains(byte) {
                value = value * 10 + Int64(byte - 0x30)
                if hasPoint { decimals += 1 } else { whole += 1 }
            } else if byte == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
            } else {
                return nil
            }
        }
        guard whole > 0, decimals > 0 || !hasPoint, decimals <= scale else { return nil }
        for _ in decimals..<scale { value *= 10 }
        return isNegative ? -value : value
    }
}

/// The pieces of plain decimal text: digits, and perhaps a point with digits after it.
struct DecimalParts {
    let isNegative: Bool
    /// The digits before the point, at least one, and those after it, in ASCII.
    let whole: ArraySlice<UInt8>
    let fraction: ArraySlice<UInt8>

    /// Nil unless the text is `-`, `digits`, `.digits`, the first and the last of them optional.
    init?(_ bytes: ArraySlice<UInt8>) {
        isNegative = bytes.first == UInt8(ascii: "-")
        let unsigned = bytes.dropFirst(isNegative ? 1 : 0)
        let point = unsigned.firstIndex(of: UInt8(ascii: "."))
        whole = unsigned[..<(point ?? unsigned.endIndex)]
        fraction = point.map { unsigned[($0 + 1)...] } ?? []
        guard !whole.isEmpty, point == nil || !fraction.isEmpty else { return nil }
        guard (whole + fraction).allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    }
}
