/// Numbers in plain decimal notation: digits, at most 9 of them after the point, no exponent, no trailing zeros.
///
/// What is written is the decimal nearest to the number's exact binary value, halves to even; what is read is the number
/// nearest to the decimal. Reading a written number and writing it again gives the same text.
package enum PlainDecimal {
    /// Digits after the point.
    static let places = 9

    /// Writes a number; the empty text for one that is not finite, which has no decimal notation.
    package static func string(_ value: Double) -> String {
        guard value.isFinite else { return "" }
        // |value| = significand · 2^exponent
        let exponent = value.isNormal ? Int(value.exponentBitPattern) - 1075 : -1074
        let hidden: UInt64 = value.isNormal ? 1 << 52 : 0
        let significand = value.significandBitPattern | hidden
        let magnitude =
            exponent > 0 ? doubled(significand, times: exponent) : fraction(significand, shift: -exponent)
        return value < 0 && magnitude != "0" ? "-" + magnitude : magnitude
    }

    /// The number that `string` writes.
    package static func rounded(_ value: Double) -> Double {
        Double(string(value)) ?? value
    }

    /// Writes a number of millionths.
    package static func string(millionths value: Int128) -> String {
        let digits = text(value.magnitude, places: 6)
        return value < 0 ? "-" + digits : digits
    }

    /// Writes 0…1,000,000 micro-shares with all of their 6 decimals.
    package static func string(microShares value: Int) -> String {
        let digits = String(value % 1_000_000)
        return "\(value / 1_000_000)." + String(repeating: "0", count: 6 - digits.count) + digits
    }

    /// Reads a number; nil unless it stands in plain decimal notation.
    package static func value(_ text: String) -> Double? {
        guard parts(text) != nil, let value = Double(text), value.isFinite else { return nil }
        return value
    }

    /// Reads a number with at most 6 decimals exactly, in millionths; nil for anything else.
    package static func millionths(_ text: String) -> Int128? {
        guard let (isNegative, whole, fraction) = parts(text), fraction.utf8.count <= 6 else { return nil }
        let digits = whole + fraction + String(repeating: "0", count: 6 - fraction.utf8.count)
        return Int128((isNegative ? "-" : "") + digits)
    }

    /// The sign, the digits before the point and those after it.
    private static func parts(_ text: String) -> (isNegative: Bool, whole: String, fraction: String)? {
        let isNegative = text.utf8.first == UInt8(ascii: "-")
        let unsigned = isNegative ? text.dropFirst() : text[...]
        let halves = unsigned.split(separator: ".", omittingEmptySubsequences: false)
        guard halves.count <= 2 else { return nil }
        for half in halves {
            guard !half.isEmpty, half.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        }
        return (isNegative, String(halves[0]), halves.count == 2 ? String(halves[1]) : "")
    }

    /// significand / 2^shift to 9 decimals.
    private static func fraction(_ significand: UInt64, shift: Int) -> String {
        // Below 2^83, so that a shift by 100 leaves less than a half.
        let scaled = UInt128(significand) * 1_000_000_000
        guard shift > 0 else { return text(scaled, places: places) }
        guard shift < 100 else { return "0" }
        var quotient = scaled >> UInt128(shift)
        let remainder = scaled - quotient << UInt128(shift)
        let half = UInt128(1) << UInt128(shift - 1)
        if remainder > half || (remainder == half && quotient & 1 == 1) { quotient += 1 }
        return text(quotient, places: places)
    }

    /// value / 10^places without trailing zeros.
    private static func text(_ value: UInt128, places: Int) -> String {
        var digits = Array(String(value).utf8)
        if digits.count <= places {
            digits.insert(contentsOf: Array(repeating: 0x30, count: places + 1 - digits.count), at: 0)
        }
        let point = digits.count - places
        while digits.count > point, digits.last == 0x30 { digits.removeLast() }
        if digits.count > point { digits.insert(UInt8(ascii: "."), at: point) }
        return String(decoding: digits, as: UTF8.self)
    }

    /// significand · 2^times, which may have three hundred digits.
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
