import Vocabulary

/// A reader of the times that most logs have, `YYYY-MM-DDThh:mm:ss[.f…]Z` with at most six digits behind the point, in whole
/// words. Nearly all lines have the date of the line before, whose number of days is kept.
struct UsualTime {
    /// The first eight and the next two bytes of the date read last.
    private var yearMonth: UInt64 = 0
    private var day: UInt16 = 0
    /// Microseconds since the epoch of that date's first instant.
    private var midnight: Int64 = 0

    init() {
        let epoch: StaticString = "1970-01-01T00:00:00Z"
        _ = parse(ByteText(start: epoch.utf8Start, count: epoch.utf8CodeUnitCount))
    }

    /// Microseconds since the epoch; nil for any other spelling, legal or not: ``Timestamp/parse(_:localTime:)`` knows them.
    mutating func parse(_ text: ByteText) -> Int64? {
        guard text.count >= 20, text.count <= 27 else { return nil }
        let raw = UnsafeRawPointer(text.start)
        let yearMonth = raw.loadUnaligned(as: UInt64.self)
        let day = raw.loadUnaligned(fromByteOffset: 8, as: UInt16.self)
        if yearMonth != self.yearMonth || day != self.day {
            guard let midnight = UsualTime.midnight(text.bytes) else { return nil }
            (self.yearMonth, self.day, self.midnight) = (yearMonth, day, midnight)
        }
        // hh:mm:ss
        let time = raw.loadUnaligned(fromByteOffset: 11, as: UInt64.self).littleEndian ^ 0x3030_3A30_303A_3030
        guard text.start[10] == UInt8(ascii: "T"), UsualTime.areDigits(time), time & 0x0000_FF00_00FF_0000 == 0 else {
            return nil
        }
        let pairs = UsualTime.pairs(time)
        let hour = pairs & 0xFF
        let minute = pairs >> 24 & 0xFF
        let second = pairs >> 48 & 0xFF
        guard hour <= 23, minute <= 59, second <= 59, let fraction = UsualTime.fraction(text) else { return nil }
        return midnight + Int64(((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction)
    }

    /// The microseconds behind the seconds, and the `Z`.
    @inline(__always)
    private static func fraction(_ text: ByteText) -> UInt64? {
        if text.count == 27 {
            // .ffffffZ
            let word = UnsafeRawPointer(text.start).loadUnaligned(fromByteOffset: 19, as: UInt64.self).littleEndian
            let digits = word ^ 0x5A30_3030_3030_302E
            guard areDigits(digits), digits & 0xFF00_0000_0000_00FF == 0 else { return nil }
            let pairs = pairs(digits >> 8)
            return (pairs & 0xFF) * 10_000 + (pairs >> 16 & 0xFF) * 100 + (pairs >> 32 & 0xFF)
        }
        return unusualFraction(text)
    }

    /// The same where there are not six digits.
    private static func unusualFraction(_ text: ByteText) -> UInt64? {
        guard text.start[text.count - 1] == UInt8(ascii: "Z") else { return nil }
        guard text.count > 20 else { return 0 }
        guard text.start[19] == UInt8(ascii: "."), text.count > 21 else { return nil }
        var microseconds: UInt64 = 0
        var unit: UInt64 = 100_000
        for index in 20..<text.count - 1 {
            let byte = text.start[index]
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            microseconds += UInt64(byte - 0x30) * unit
            unit /= 10
        }
        return microseconds
    }

    /// Whether each byte of a word is at most 9: one over 9 shows in the upper bits of its sum with 6.
    private static func areDigits(_ word: UInt64) -> Bool {
        (word | (word &+ 0x0606_0606_0606_0606)) & 0xF0F0_F0F0_F0F0_F0F0 == 0
    }

    /// In each byte the number that it is the tens of and the next byte the ones.
    private static func pairs(_ digits: UInt64) -> UInt64 { digits &* 10 &+ (digits >> 8) }

    private static func midnight(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard let year = Timestamp.number(text, 0, 4), let month = Timestamp.number(text, 5, 2),
            let day = Timestamp.number(text, 8, 2), text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            (1...12).contains(month), day >= 1, day <= CalendarDate.length(ofMonth: month, year: year)
        else { return nil }
        return Int64(CalendarDate.dayNumber(year: year, month: month, day: day)) * 86_400_000_000
    }
}
