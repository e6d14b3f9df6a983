/// How ids are written: one id has one text, however the log writes it.
extension ByteText {
    /// Without the white space around it (Unicode's property of that name).
    var trimmed: ByteText {
        var bytes = bytes[...]
        while let first = bytes.first, first <= 0x20 || first >= 0x80 {
            let count = ByteText.whitespace(at: bytes)
            if count == 0 { break }
            bytes = bytes.dropFirst(count)
        }
        trim: while let last = bytes.last, last <= 0x20 || last >= 0x80 {
            // The last scalar begins with the last byte that continues none.
            var start = bytes.endIndex - 1
            while start > bytes.startIndex, bytes.endIndex - start < 4, bytes[start] & 0xC0 == 0x80 { start -= 1 }
            guard ByteText.whitespace(at: bytes[start...]) == bytes.endIndex - start else { break trim }
            bytes = bytes[..<start]
        }
        return ByteText(start: start + bytes.startIndex, count: bytes.count)
    }

    /// The length of the white space that the bytes begin with, at most one scalar.
    private static func whitespace(at bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        guard case .scalarValue(let scalar) = decoder.decode(&iterator), scalar.properties.isWhitespace else {
            return 0
        }
        return UTF8.width(scalar)
    }

    /// Whether there are zeros and hyphens alone, and a zero.
    var isZeros: Bool {
        var hasZero = false
        for byte in bytes {
            if byte == 0x30 { hasZero = true } else if byte != UInt8(ascii: "-") { return false }
        }
        return hasZero
    }

    /// A whole number without a fraction of zeros: `7` for `7.0`, as tables with floating-point ids write it. Any other text as it is.
    var withoutZeroFraction: ByteText {
        guard let point = bytes.firstIndex(of: UInt8(ascii: ".")), point + 1 < count,
            bytes[(point + 1)...].allSatisfy({ $0 == 0x30 })
        else { return self }
        let sign = bytes[0] == UInt8(ascii: "-") ? 1 : 0
        let digits = bytes[sign..<point]
        guard let first = digits.first, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            first != 0x30 || digits.count == 1
        else { return self }
        return first == 0x30 ? ByteText(start: start + sign, count: 1) : ByteText(start: start, count: point)
    }
}

/// Whole numbers of JSON in exact digits.
enum WholeNumber {
    /// The most digits that are written out.
    static let mostDigits = 64

    /// The digits of a JSON number that is whole, a minus before them; nil for another number, or one of too many digits.
    static func digits(_ number: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var digits: [UInt8] = []
        var isNegative = false
        var exponent = 0
        var isFraction = false
        var index = 0
        while index < number.count {
            let byte = number[index]
            index += 1
            switch byte {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                guard let power = power(number[index...]) else { return nil }
                exponent += power
                index = number.count
            default:
                digits.append(byte)
                if isFraction { exponent -= 1 }
            }
        }
        while exponent < 0, digits.last == 0x30 {
            digits.removeLast()
            exponent += 1
        }
        digits = Array(digits.drop { $0 == 0x30 })
        if digits.isEmpty { return [0x30] }
        guard exponent >= 0, digits.count + exponent <= mostDigits else { return nil }
        return (isNegative ? [UInt8(ascii: "-")] : []) + digits + Array(repeating: 0x30, count: exponent)
    }

    /// The value of an exponent; nil beyond all use.
    private static func power(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        let magnitude = text.first == UInt8(ascii: "-") || text.first == UInt8(ascii: "+") ? text.dropFirst() : text
        var value = 0
        for byte in magnitude {
            value = value * 10 + Int(byte - 0x30)
            if value > 1_000_000 { return nil }
        }
        return text.first == UInt8(ascii: "-") ? -value : value
    }
}
