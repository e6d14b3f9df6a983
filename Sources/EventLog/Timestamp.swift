import Vocabulary

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
        if let time = parseUsual(text) { return time }
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

    /// The common spelling `YYYY-MM-DDThh:mm:ss[.f…]Z`, in whole words; nil for any other, legal or not.
    private static func parseUsual(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard let base = text.baseAddress, text.count >= 20, text.count <= 27, text[text.count - 1] == UInt8(ascii: "Z")
        else {
            return nil
        }
        let raw = UnsafeRawPointer(base)
        // Each word's digits less "0", and what stands between them; a byte over 9 shows in the upper bits of its sum with 6.
        let date = raw.loadUnaligned(as: UInt64.self).littleEndian
        let middle = raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self).littleEndian
        let time = raw.loadUnaligned(fromByteOffset: 11, as: UInt64.self).littleEndian
        let dateDigits = date ^ 0x2D30_302D_3030_3030
        let middleDigits = middle ^ 0x3030_3A30_3054_3030
        let timeDigits = time ^ 0x3030_3A30_303A_3030
        let six: UInt64 = 0x0606_0606_0606_0606
        let upper: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
        guard
            (dateDigits | (dateDigits &+ six) | middleDigits | (middleDigits &+ six) | timeDigits | (timeDigits &+ six))
                & upper == 0,
            dateDigits & 0xFF00_00FF_0000_0000 == 0, middleDigits & 0x0000_FF00_00FF_0000 == 0,
            timeDigits & 0x0000_FF00_00FF_0000 == 0
        else { return nil }
        func digit(_ word: UInt64, _ place: UInt64) -> Int { Int(truncatingIfNeeded: word >> (8 * place) & 0xF) }
        let year =
            digit(dateDigits, 0) * 1000 + digit(dateDigits, 1) * 100 + digit(dateDigits, 2) * 10 + digit(dateDigits, 3)
        let month = digit(dateDigits, 5) * 10 + digit(dateDigits, 6)
        let day = digit(middleDigits, 0) * 10 + digit(middleDigits, 1)
        let hour = digit(timeDigits, 0) * 10 + digit(timeDigits, 1)
        let minute = digit(timeDigits, 3) * 10 + digit(timeDigits, 4)
        let second = digit(timeDigits, 6) * 10 + digit(timeDigits, 7)
        guard month >= 1, month <= 12, day >= 1, day <= CalendarDate.length(ofMonth: month, year: year), hour <= 23,
            minute <= 59, second <= 59
        else { return nil }
        var microseconds = 0
        if text.count > 20 {
            guard text[19] == UInt8(ascii: "."), text.count > 21 else { return nil }
            var unit = 100_000
            for index in 20..<text.count - 1 {
                let value = Int(text[index]) - 0x30
                guard value >= 0, value <= 9 else { return nil }
                microseconds += value * unit
                unit /= 10
            }
        }
        let days = CalendarDate.dayNumber(year: year, month: month, day: day)
        return Int64(((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000 + Int64(microseconds)
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

    private static func number(_ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ length: Int) -> Int? {
        var value = 0
        for index in start..<start + length {
            let byte = text[index]
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }
}
