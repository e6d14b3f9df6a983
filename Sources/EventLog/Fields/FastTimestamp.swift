import Domain

/// A reader of the times that most logs have, `YYYY-MM-DDThh:mm:ss[.f…]Z` with at most six digits behind the point, in whole
/// words. Nearly all lines have the date of the line before, whose number of days is kept.
struct FastTimestamp {
    /// The first eight bytes of the date read last, and the next two with the `T` behind them; at first what no date has.
    private var yearMonth: UInt64 = 0
    private var day: UInt32 = .max
    /// Microseconds since the epoch of that date's first instant.
    private var midnight: Int64 = 0

    /// Microseconds since the epoch; nil for any other spelling, legal or not: ``Timestamp/parse(_:localTime:)`` knows them.
    @inline(__always)
    mutating func parse(_ text: ByteText) -> Int64? {
        text.count == 27 && isOfKnownDate(text)
            ? FastTimestamp.microseconds(text).map { midnight &+ $0 } : parseOther(text)
    }

    /// The same where the date is another one, or there are not six digits.
    @inline(never)
    private mutating func parseOther(_ text: ByteText) -> Int64? {
        guard text.count >= 20, text.count <= 27 else { return nil }
        if !isOfKnownDate(text) {
            guard let midnight = FastTimestamp.midnight(text.bytes) else { return nil }
            (yearMonth, day) = FastTimestamp.date(text)
            self.midnight = midnight
        }
        guard text.count < 27 else { return FastTimestamp.microseconds(text).map { midnight + $0 } }
        guard let fraction = FastTimestamp.fraction(text) else { return nil }
        return FastTimestamp.microseconds(text, fraction: fraction, excess: 0).map { midnight + $0 }
    }

    @inline(__always)
    private func isOfKnownDate(_ text: ByteText) -> Bool {
        let date = FastTimestamp.date(text)
        return date.yearMonth == yearMonth && date.day == day
    }

    @inline(__always)
    private static func date(_ text: ByteText) -> (yearMonth: UInt64, day: UInt32) {
        let raw = UnsafeRawPointer(text.start)
        let day = raw.loadUnaligned(fromByteOffset: 8, as: UInt32.self).littleEndian
        return (raw.loadUnaligned(as: UInt64.self), day & 0xFF_FFFF)
    }

    /// The microseconds of the day at `hh:mm:ss.ffffffZ` behind the date.
    @inline(__always)
    private static func microseconds(_ text: ByteText) -> Int64? {
        let digits = word(text, 19) ^ 0x5A30_3030_3030_302E
        let pairs = pairs(digits >> 8)
        return microseconds(
            text, fraction: (pairs & 0xFF) &* 10_000 &+ (pairs >> 16 & 0xFF) &* 100 &+ (pairs >> 32 & 0xFF),
            excess: excess(of: digits, over: 0x0009_0909_0909_0900))
    }

    /// The microseconds of the day at `hh:mm:ss` behind the date, and the fraction; nil if there is an excess already.
    @inline(__always)
    private static func microseconds(_ text: ByteText, fraction: UInt64, excess: UInt64) -> Int64? {
        // As digits; the limits are the greatest digit that may stand in each byte.
        let time = word(text, 11) ^ 0x3030_3A30_303A_3030
        let pairs = pairs(time)
        let hour = pairs & 0xFF
        guard excess | self.excess(of: time, over: 0x0905_0009_0500_0902) == 0, hour <= 23 else { return nil }
        let seconds = hour &* 3600 &+ (pairs >> 24 & 0xFF) &* 60 &+ (pairs >> 48 & 0xFF)
        return Int64(truncatingIfNeeded: seconds &* 1_000_000 &+ fraction)
    }

    /// The microseconds between the seconds and the `Z`, where there are not six digits.
    @inline(never)
    private static func fraction(_ text: ByteText) -> UInt64? {
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

    /// Eight bytes, the first in the lowest bits.
    @inline(__always)
    private static func word(_ text: ByteText, _ offset: Int) -> UInt64 {
        UnsafeRawPointer(text.start).loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian
    }

    /// Nonzero if a byte of a word exceeds the same byte of `limits`, each of which is below 0x80.
    @inline(__always)
    private static func excess(of word: UInt64, over limits: UInt64) -> UInt64 {
        // A carry leaves only a byte that is itself over 0x7F.
        (word | (word &+ (0x7F7F_7F7F_7F7F_7F7F - limits))) & 0x8080_8080_8080_8080
    }

    /// In each byte the number that it is the tens of and the next byte the ones.
    @inline(__always)
    private static func pairs(_ digits: UInt64) -> UInt64 { digits &* 10 &+ (digits >> 8) }

    private static func midnight(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard let year = Timestamp.number(text, 0, 4), let month = Timestamp.number(text, 5, 2),
            let day = Timestamp.number(text, 8, 2), text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text[10] == UInt8(ascii: "T"),
            (1...12).contains(month), day >= 1, day <= CalendarDate.length(ofMonth: month, year: year)
        else { return nil }
        return Int64(CalendarDate.dayNumber(year: year, month: month, day: day)) * 86_400_000_000
    }
}
