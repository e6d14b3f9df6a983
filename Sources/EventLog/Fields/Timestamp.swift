import Domain

/// Times of the log, to the microsecond.
package enum Timestamp {
    /// The forms that are read, for messages about those that are not.
    package static let forms = """
        read are RFC 3339 (2026-11-20T10:00:00Z, 2026-11-20 10:00, 20261120T100000+0530, 2026-11-20 10:00:00 UTC) \
        and epochs in seconds, milliseconds, microseconds or nanoseconds
        """

    /// Microseconds since the epoch of a time as it stands in a log; nil for anything else.
    ///
    ///     date          2026-11-20, 20261120
    ///     between       T, t, one blank or several
    ///     time of day   10:00, 10:00:00, 1000, 100000; behind the seconds a point or a comma and a fraction
    ///     offset        Z, z, UTC, GMT (in any case), +05:30, +0530, +05, behind blanks too; none: local time
    ///
    /// - Blanks around all of it are passed over. Digits beyond the microsecond are cut off. A leap second (`:60`) is the last
    ///   microsecond of its minute, so that it stays in its day.
    /// - A number is an epoch by its magnitude: of seconds below 10¹¹, of milliseconds below 10¹⁴, of microseconds below 10¹⁷, else of
    ///   nanoseconds. What is beyond the microsecond is cut off, towards zero.
    static func parse(_ text: UnsafeBufferPointer<UInt8>, localTime: LocalTime) -> Int64? {
        var reader = TimeReader(text)
        return reader.dateTime(localTime: localTime) ?? parseEpoch(reader.text)
    }

    private static func parseEpoch(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard let whole = Decimal.scaled(text, scale: 0, rounding: .towardZero) else { return nil }
        let scale =
            switch whole.magnitude {
            case ..<100_000_000_000: 6
            case ..<100_000_000_000_000: 3
            case ..<100_000_000_000_000_000: 0
            default: -3
            }
        return Decimal.scaled(text, scale: scale, rounding: .towardZero)
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

/// A walk over the parts of a date and time.
private struct TimeReader {
    /// Without the blanks around it.
    let text: UnsafeBufferPointer<UInt8>
    private var index = 0

    init(_ text: UnsafeBufferPointer<UInt8>) {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }
        let start = text.firstIndex { !isBlank($0) } ?? text.count
        var end = text.count
        while end > start, isBlank(text[end - 1]) { end -= 1 }
        self.text = UnsafeBufferPointer(rebasing: text[start..<end])
    }

    private var isAtEnd: Bool { index == text.count }
    private var next: UInt8? { index < text.count ? text[index] : nil }

    /// The instant of a whole date and time, in microseconds since the epoch.
    mutating func dateTime(localTime: LocalTime) -> Int64? {
        guard let dayNumber = date(), takeSeparator(), let clock = timeOfDay() else { return nil }
        let local = Int64(dayNumber) * 86_400 + clock.seconds
        _ = takeBlanks()
        guard !isAtEnd else { return localTime.instant(local: local) * 1_000_000 + clock.microseconds }
        guard let offset = offset() else { return nil }
        return (local - offset) * 1_000_000 + clock.microseconds
    }

    /// `2026-11-20` or `20261120`, as the number of the day.
    private mutating func date() -> Int? {
        guard let year = digits(4) else { return nil }
        let hasHyphens = take(UInt8(ascii: "-"))
        guard let month = digits(2), !hasHyphens || take(UInt8(ascii: "-")), let day = digits(2),
            (1...12).contains(month), day >= 1, day <= CalendarDate.length(ofMonth: month, year: year)
        else { return nil }
        return CalendarDate.dayNumber(year: year, month: month, day: day)
    }

    private mutating func takeSeparator() -> Bool {
        take(UInt8(ascii: "T")) || take(UInt8(ascii: "t")) || takeBlanks() > 0
    }

    /// `10:00`, `10:00:00`, `1000` or `100000`, with a fraction behind seconds.
    private mutating func timeOfDay() -> (seconds: Int64, microseconds: Int64)? {
        guard let hour = digits(2), hour <= 23 else { return nil }
        let hasColons = take(UInt8(ascii: ":"))
        guard let minute = digits(2), minute <= 59 else { return nil }
        let toMinute = Int64(hour * 3_600 + minute * 60)
        let hasSeconds = hasColons ? take(UInt8(ascii: ":")) : next.map(TimeReader.isDigit) ?? false
        guard hasSeconds else { return (toMinute, 0) }
        guard let second = digits(2), second <= 60, let microseconds = fraction() else { return nil }
        return second == 60 ? (toMinute + 59, 999_999) : (toMinute + Int64(second), microseconds)
    }

    /// The microseconds of a fraction, 0 where there is none; nil for a point without digits.
    private mutating func fraction() -> Int64? {
        guard take(UInt8(ascii: ".")) || take(UInt8(ascii: ",")) else { return 0 }
        guard let first = next, TimeReader.isDigit(first) else { return nil }
        var microseconds: Int64 = 0
        var unit: Int64 = 100_000
        while let byte = next, TimeReader.isDigit(byte) {
            microseconds += Int64(byte - 0x30) * unit
            unit /= 10
            index += 1
        }
        return microseconds
    }

    /// Seconds east of UTC of `Z`, `UTC`, `GMT`, `+hh:mm`, `+hhmm` or `+hh` up to the end of the text. Behind an offset of nothing the
    /// word may stand too, as in `+0000 UTC`.
    private mutating func offset() -> Int64? {
        if takeWord("z") || takeWord("utc") || takeWord("gmt") { return isAtEnd ? 0 : nil }
        let sign: Int64
        if take(UInt8(ascii: "+")) {
            sign = 1
        } else if take(UInt8(ascii: "-")) {
            sign = -1
        } else {
            return nil
        }
        guard let hours = digits(2), hours <= 23 else { return nil }
        var seconds = sign * Int64(hours) * 3_600
        if take(UInt8(ascii: ":")) || next.map(TimeReader.isDigit) ?? false {
            guard let minutes = digits(2), minutes <= 59 else { return nil }
            seconds += sign * Int64(minutes) * 60
        }
        if seconds == 0, takeBlanks() > 0, !takeWord("utc"), !takeWord("gmt") { return nil }
        return isAtEnd ? seconds : nil
    }

    // MARK: Bytes

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    private mutating func digits(_ count: Int) -> Int? {
        guard text.count - index >= count, let number = Timestamp.number(text, index, count) else { return nil }
        index += count
        return number
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        index += 1
        return true
    }

    /// Takes a word of small letters in any case.
    private mutating func takeWord(_ word: StaticString) -> Bool {
        guard text.count - index >= word.utf8CodeUnitCount else { return false }
        for place in 0..<word.utf8CodeUnitCount where text[index + place] | 0x20 != word.utf8Start[place] {
            return false
        }
        index += word.utf8CodeUnitCount
        return true
    }

    private mutating func takeBlanks() -> Int {
        let start = index
        while next == 0x20 { index += 1 }
        return index - start
    }
}
