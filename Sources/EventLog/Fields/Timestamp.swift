import Domain

/// Times of the log, to the microsecond.
enum Timestamp {
    /// Microseconds since the epoch of a time as it stands in a log; nil for anything else.
    ///
    /// - RFC 3339 `date-time`; a space for `T`, lower-case `t` and `z`, and offsets written `+hhmm` or `+hh` are legal too.
    ///   Without an offset the time is local. Digits beyond the microsecond are cut off. A leap second (`:60`) is the last
    ///   microsecond of its minute, so that it stays in its day.
    /// - A number is an epoch: seconds below 10¹¹, else milliseconds.
    static func parse(_ text: UnsafeBufferPointer<UInt8>, localTime: LocalTime) -> Int64? {
        if text.count >= 19, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-") {
            return parseDateTime(text, localTime: localTime)
        }
        return parseEpoch(text)
    }

    private static func parseEpoch(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard let millionths = Decimal.scaled(text, scale: 6, rounding: .towardZero) else { return nil }
        return millionths.magnitude < 100_000_000_000_000_000 ? millionths : millionths / 1_000
    }

    private static func parseDateTime(_ text: UnsafeBufferPointer<UInt8>, localTime: LocalTime) -> Int64? {
        guard let year = number(text, 0, 4), let month = number(text, 5, 2), let day = number(text, 8, 2),
            let hour = number(text, 11, 2), let minute = number(text, 14, 2), var second = number(text, 17, 2),
            text[10] | 0x20 == UInt8(ascii: "t") || text[10] == UInt8(ascii: " "),
            text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"),
            (1...12).contains(month), day >= 1, day <= CalendarDate.length(ofMonth: month, year: year),
            hour <= 23, minute <= 59, second <= 60
        else { return nil }

        var index = 19
        var microseconds: Int64 = 0
        if index < text.count, text[index] == UInt8(ascii: ".") || text[index] == UInt8(ascii: ",") {
            index += 1
            let first = index
            var unit: Int64 = 100_000
            while index < text.count, text[index] >= 0x30, text[index] <= 0x39 {
                microseconds += Int64(text[index] - 0x30) * unit
                unit /= 10
                index += 1
            }
            guard index > first else { return nil }
        }
        if second == 60 {
            second = 59
            microseconds = 999_999
        }
        let dayNumber = CalendarDate.dayNumber(year: year, month: month, day: day)
        let local = Int64(dayNumber) * 86_400 + Int64(hour * 3_600 + minute * 60 + second)
        guard index < text.count else { return localTime.instant(local: local) * 1_000_000 + microseconds }
        guard let offset = offsetSeconds(text, from: index) else { return nil }
        return (local - offset) * 1_000_000 + microseconds
    }

    /// Seconds east of UTC of `Z`, `+hh:mm`, `+hhmm` or `+hh` up to the end of the text.
    private static func offsetSeconds(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int64? {
        let length = text.count - start
        if length == 1, text[start] | 0x20 == UInt8(ascii: "z") { return 0 }
        let sign: Int64
        switch text[start] {
        case UInt8(ascii: "+"): sign = 1
        case UInt8(ascii: "-"): sign = -1
        default: return nil
        }
        let minutesAt: Int?
        switch length {
        case 3: minutesAt = nil
        case 5: minutesAt = start + 3
        case 6 where text[start + 3] == UInt8(ascii: ":"): minutesAt = start + 4
        default: return nil
        }
        guard let hours = number(text, start + 1, 2), hours <= 23 else { return nil }
        guard let minutesAt else { return sign * Int64(hours) * 3_600 }
        guard let minutes = number(text, minutesAt, 2), minutes <= 59 else { return nil }
        return sign * Int64(hours * 3_600 + minutes * 60)
    }

    /// The value of `length` digits; nil for anything else.
    static func number(_ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ length: Int) -> Int? {
        var value = 0
        for index in start..<start + length {
            let byte = text[index]
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }
}
