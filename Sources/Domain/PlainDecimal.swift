/// Binary numbers as decimal text: for files, with as many decimals as are needed up to 9; for people, with a fixed number of them;
/// for JSON and messages, in the fewest digits that tell a number from its neighbours.
///
/// What has a number of decimals is the decimal nearest to the number's exact binary value, halves to even, as C's `printf` has it.
package enum PlainDecimal {
    /// Decimals in files, at most.
    private static let places = 9
    /// Decimals for people, at most: so many that the arithmetic takes 128 bits.
    private static let mostPlaces = 22

    // MARK: Writing

    /// Writes a number as files have it: no exponent, at most 9 decimals, none that are zeros at the end. The empty text for one
    /// that is not finite, which has no decimal notation. Reading the text and writing it again gives the same text.
    package static func string(_ value: Double) -> String {
        guard value.isFinite else { return "" }
        let text = magnitude(value, places: places, everyPlace: false)
        return value < 0 && text != "0" ? "-" + text : text
    }

    /// The number that `string` writes.
    package static func rounded(_ value: Double) -> Double {
        Double(string(value)) ?? value
    }

    /// Writes a number for people, with this many decimals, 22 at most; `inf` and `nan` for what is not finite.
    package static func fixed(_ value: Double, places: Int) -> String {
        guard value.isFinite else { return "\(value)" }
        let places = max(0, min(places, mostPlaces))
        return (value.sign == .minus ? "-" : "") + magnitude(value, places: places, everyPlace: true)
    }

    /// Writes a number in the fewest digits from which it is read again, with an exponent where it is very small or great; whole
    /// numbers without a fraction. `inf` and `nan` for what is not finite.
    package static func shortest(_ value: Double) -> String {
        Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    // MARK: Reading

    /// Reads a number as files have it; nil unless it stands in plain decimal notation.
    package static func value(_ text: String) -> Double? {
        DecimalParts(Array(text.utf8)[...]) == nil ? nil : Double(text).flatMap { $0.isFinite ? $0 : nil }
    }

    /// Reads a number that people or other programs write, with an exponent or without; nil for hexadecimal notation and for what
    /// is not finite.
    package static func number(_ text: String) -> Double? {
        let isDecimal = text.utf8.allSatisfy { (0x30...0x39).contains($0) || ".eE+-".utf8.contains($0) }
        return isDecimal ? Double(text).flatMap { $0.isFinite ? $0 : nil } : nil
    }

    // MARK: Digits

    /// Writes a finite number without its sign.
    private static func magnitude(_ value: Double, places: Int, everyPlace: Bool) -> String {
        // |value| = significand · 2^exponent
        let exponent = value.isNormal ? Int(value.exponentBitPattern) - 1075 : -1074
        let significand = value.significandBitPattern | (value.isNormal ? 1 << 52 : 0)
        let digits =
            exponent > 0
            ? doubled(significand, times: exponent) + String(repeating: "0", count: places)
            : String(quotient(significand, shift: -exponent, places: places))
        return ExactDecimal.pointed(digits, scale: places, everyPlace: everyPlace)
    }

    /// significand · 10^places / 2^shift, to the nearest integer.
    private static func quotient(_ significand: UInt64, shift: Int, places: Int) -> UInt128 {
        // Below 2^127, as 53 bits and 22 decimals are, so that a shift by 128 leaves less than a half.
        let scaled = (0..<places).reduce(UInt128(significand)) { product, _ in product * 10 }
        guard shift > 0 else { return scaled }
        guard shift < 128 else { return 0 }
        let quotient = scaled >> UInt128(shift)
        let remainder = scaled - quotient << UInt128(shift)
        let half = UInt128(1) << UInt128(shift - 1)
        return remainder > half || (remainder == half && quotient & 1 == 1) ? quotient + 1 : quotient
    }

    /// The digits of significand · 2^times, of which there may be three hundred.
    private static func doubled(_ significand: UInt64, times: Int) -> String {
        var digits = String(significand).utf8.reversed().map { $0 - 0x30 }
        for _ in 0..<times {
            var carry: UInt8 = 0
            for index in digits.indices {
                let double = digits[index] * 2 + carry
                digits[index] = double % 10
                carry = double / 10
            }
            if carry > 0 { digits.append(carry) }
        }
        return String(decoding: digits.reversed().map { $0 + 0x30 }, as: UTF8.self)
    }
}
