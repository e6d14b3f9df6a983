/// Decimal text read exactly into an integer count of small units: no binary fraction ever stands between.
enum Decimal {
    enum Rounding {
        case halfAwayFromZero
        case towardZero
        case awayFromZero
    }

    /// The value of a JSON number (RFC 8259 section 6; leading zeros and a leading `+` are legal here) times 10^scale.
    ///
    /// Nil when the text is not such a number or the result leaves 64 bits. Takes time linear in the text.
    static func scaled(_ text: UnsafeBufferPointer<UInt8>, scale: Int, rounding: Rounding) -> Int64? {
        var index = 0
        var negative = false
        if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
            negative = text[index] == UInt8(ascii: "-")
            index += 1
        }
        var mantissa: UInt64 = 0
        var exponent = scale
        var digits = 0
        var fraction = false
        var firstDropped: UInt8?
        var isExact = true
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "."), !fraction, digits > 0 {
                fraction = true
                index += 1
                guard index < text.count, isDigit(text[index]) else { return nil }
                continue
            }
            guard isDigit(byte) else { break }
            digits += 1
            index += 1
            if mantissa < 1_000_000_000_000_000_000 {
                mantissa = mantissa * 10 + UInt64(byte - 0x30)
                if fraction { exponent -= 1 }
            } else {
                firstDropped = firstDropped ?? byte - 0x30
                if byte != 0x30 { isExact = false }
                if !fraction { exponent += 1 }
            }
        }
        guard digits > 0, let power = exponentPart(text, from: index) else { return nil }
        exponent += power
        let dropped = Dropped(first: firstDropped ?? 0, isZero: isExact)
        guard let magnitude = shift(mantissa, by: exponent, dropped, rounding) else { return nil }
        return negative ? -magnitude : magnitude
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    /// The exponent at the end of a number, 0 when there is none, nil when something else stands there.
    private static func exponentPart(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        guard start < text.count else { return 0 }
        guard text[start] | 0x20 == UInt8(ascii: "e") else { return nil }
        var index = start + 1
        var negative = false
        if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
            negative = text[index] == UInt8(ascii: "-")
            index += 1
        }
        guard index < text.count else { return nil }
        var value = 0
        while index < text.count {
            guard isDigit(text[index]) else { return nil }
            value = min(value * 10 + Int(text[index] - 0x30), 1_000_000)
            index += 1
        }
        return negative ? -value : value
    }

    /// The digits of a number beyond the first nineteen.
    private struct Dropped {
        var first: UInt8
        /// Whether all of them are zeros, or there are none.
        var isZero: Bool
    }

    private static func shift(
        _ mantissa: UInt64, by exponent: Int, _ dropped: Dropped, _ rounding: Rounding
    ) -> Int64? {
        guard mantissa > 0 else { return 0 }
        if exponent >= 0 {
            guard exponent <= 18 else { return nil }
            let (value, overflow) = mantissa.multipliedReportingOverflow(by: powersOfTen[exponent])
            // Where digits were dropped, a greater exponent than 0 leaves 64 bits.
            let roundsUp =
                exponent == 0
                && (rounding == .halfAwayFromZero && dropped.first >= 5 || rounding == .awayFromZero && !dropped.isZero)
            return overflow ? nil : Int64(exactly: value + (roundsUp ? 1 : 0))
        }
        // A mantissa has at most 19 digits: below that it is under one half.
        guard -exponent <= 19 else { return rounding == .awayFromZero ? 1 : 0 }
        let divisor = powersOfTen[-exponent]
        let (quotient, remainder) = mantissa.quotientAndRemainder(dividingBy: divisor)
        let roundsUp =
            switch rounding {
            // Dropped digits only matter to a remainder under one half, which they cannot lift to it.
            case .halfAwayFromZero: remainder >= divisor - remainder
            case .awayFromZero: remainder > 0 || !dropped.isZero
            case .towardZero: false
            }
        return Int64(exactly: quotient + (roundsUp ? 1 : 0))
    }

    private static let powersOfTen: [UInt64] = (0...19).map { exponent in
        (0..<exponent).reduce(1) { power, _ in power * 10 }
    }
}
