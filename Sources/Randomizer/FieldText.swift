/// Shares of traffic as text: plain decimals with at most six places, so that millionths are exact.
enum TrafficText {
    /// Reads `0`, `1` or one of them with 1…6 decimals; nil for anything else, and for more than 1.
    static func millionths(_ text: ArraySlice<UInt8>) -> UInt32? {
        guard let whole = text.first, whole == UInt8(ascii: "0") || whole == UInt8(ascii: "1") else { return nil }
        var value = UInt32(whole - UInt8(ascii: "0"))
        let rest = text.dropFirst()
        if let point = rest.first {
            guard point == UInt8(ascii: "."), (2...7).contains(rest.count) else { return nil }
        }
        let decimals = rest.dropFirst()
        for digit in decimals {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + UInt32(digit - 0x30)
        }
        for _ in decimals.count..<6 { value *= 10 }
        return value <= AllocationFormat.wholeTraffic ? value : nil
    }

    /// Writes millionths as a decimal with six places.
    static func decimal(_ millionths: UInt64) -> String {
        let (whole, part) = millionths.quotientAndRemainder(dividingBy: UInt64(AllocationFormat.wholeTraffic))
        let digits = String(part)
        return "\(whole)." + String(repeating: "0", count: 6 - digits.count) + digits
    }
}

/// Days as text.
enum CalendarText {
    /// Whether the text is `YYYY-MM-DD` with a day that the Gregorian calendar has.
    static func isDate(_ text: some Collection<UInt8>) -> Bool {
        let bytes = Array(text.prefix(11))
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else { return false }
        var numbers = [0]
        for (place, byte) in bytes.enumerated() {
            if place == 4 || place == 7 {
                numbers.append(0)
                continue
            }
            guard (0x30...0x39).contains(byte) else { return false }
            numbers[numbers.count - 1] = numbers[numbers.count - 1] * 10 + Int(byte - 0x30)
        }
        let (year, month, day) = (numbers[0], numbers[1], numbers[2])
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...12).contains(month) && day >= 1 && day <= lengths[month - 1]
    }
}
