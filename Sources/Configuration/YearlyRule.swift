import Domain

/// A rule for the offsets of every year, as POSIX writes it in the variable `TZ`: `EST5EDT,M3.2.0,M11.1.0`.
///
/// Standard time and its offset, daylight saving time and its offset, and when it begins and ends. Read as RFC 9636 (section 3.3.2)
/// extends it: times of the day lie between -167 and 167 hours. Daylight saving time may be behind standard time (Ireland's is),
/// and may last all the year.
struct YearlyRule: Equatable, Sendable {
    /// Seconds ahead of UTC.
    var standardOffset: Int64
    /// nil: the standard offset holds all the year.
    var daylight: Daylight?

    struct Daylight: Equatable, Sendable {
        var offset: Int64
        var start: Moment
        var end: Moment
    }

    /// A time of a day that comes every year, by the clocks that go until then.
    struct Moment: Equatable, Sendable {
        var day: Day
        /// Seconds after the midnight at which the day begins; negative: before it.
        var time: Int64
    }

    enum Day: Equatable, Sendable {
        /// `Jn`, 1…365: 29 February is never counted.
        case withoutLeapDay(Int)
        /// `n`, 0…365: days after 1 January.
        case afterNewYear(Int)
        /// `Mm.w.d`: the `week`-th of the month's days of this kind, the last one for 5; Sunday is 0.
        case weekday(month: Int, week: Int, weekday: Int)

        /// Days from the epoch to this day of a year.
        func dayNumber(year: Int) -> Int {
            let newYear = CalendarDate.dayNumber(year: year, month: 1, day: 1)
            switch self {
            case .withoutLeapDay(let day):
                let isAfterLeapDay = day >= 60 && CalendarDate.length(ofMonth: 2, year: year) == 29
                return newYear + day - (isAfterLeapDay ? 0 : 1)
            case .afterNewYear(let day):
                return newYear + day
            case .weekday(let month, let week, let weekday):
                let first = CalendarDate.dayNumber(year: year, month: month, day: 1)
                // The epoch was a Thursday.
                let toWeekday = (((weekday - first - 4) % 7) + 7) % 7
                let day = toWeekday + 7 * (week - 1)
                return first + (day < CalendarDate.length(ofMonth: month, year: year) ? day : day - 7)
            }
        }
    }
}

extension YearlyRule {
    func offset(at instant: Int64) -> Int64 {
        // A change lies at most eight days outside its own year.
        let year = YearlyRule.year(of: instant)
        return changes(of: year - 2...year + 1).last { $0.instant <= instant }?.offset ?? standardOffset
    }

    /// The changes after the start of a range and before its end, in ascending order.
    func changes(in instants: Range<Int64>) -> [ZoneRules.Change] {
        let years = YearlyRule.year(of: instants.lowerBound) - 1...YearlyRule.year(of: instants.upperBound) + 1
        return changes(of: years).filter { $0.instant > instants.lowerBound && $0.instant < instants.upperBound }
    }

    /// The changes of some years in ascending order. Where one year's end meets the next one's start, as in daylight saving time that
    /// never ends, the start is the later of the two.
    private func changes(of years: ClosedRange<Int>) -> [ZoneRules.Change] {
        guard let daylight else { return [] }
        var changes: [ZoneRules.Change] = []
        for year in years {
            func change(_ moment: Moment, from before: Int64, to after: Int64) -> ZoneRules.Change {
                let midnight = Int64(moment.day.dayNumber(year: year)) * 86_400
                return ZoneRules.Change(instant: midnight + moment.time - before, offset: after)
            }
            let start = change(daylight.start, from: standardOffset, to: daylight.offset)
            let end = change(daylight.end, from: daylight.offset, to: standardOffset)
            changes += [start, end]
        }
        return changes.enumerated()
            .sorted { ($0.element.instant, $0.offset) < ($1.element.instant, $1.offset) }.map(\.element)
    }

    private static func year(of instant: Int64) -> Int {
        // Farther away than any calendar goes, the year of the end is as good.
        let bounded = max(-(1 << 48), min(1 << 48, instant))
        return CalendarDate(dayNumber: Int(bounded) / 86_400).civil.year
    }
}

extension YearlyRule {
    /// Reads a rule; nil for anything else, such as a daylight saving time without dates.
    init?(_ text: some Collection<UInt8>) {
        var reader = Reader(rest: Array(text)[...])
        guard reader.skipName(), let behind = reader.time(hours: 24) else { return nil }
        standardOffset = -behind
        if reader.rest.isEmpty { return }
        guard reader.skipName() else { return nil }
        var offset = standardOffset + 3_600
        if reader.rest.first != UInt8(ascii: ",") {
            guard let behind = reader.time(hours: 24) else { return nil }
            offset = -behind
        }
        guard let start = reader.moment(), let end = reader.moment(), reader.rest.isEmpty else { return nil }
        daylight = Daylight(offset: offset, start: start, end: end)
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest.removeFirst()
            return true
        }

        /// A name of at least three letters, or of letters, digits and signs between angle brackets.
        mutating func skipName() -> Bool {
            func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
            let isQuoted = take("<")
            let name = rest.prefix { byte in
                isLetter(byte) || (isQuoted && ((0x30...0x39).contains(byte) || byte == 0x2B || byte == 0x2D))
            }
            rest.removeFirst(name.count)
            return name.count >= 3 && (!isQuoted || take(">"))
        }

        /// Digits of a number within limits.
        mutating func number(in range: ClosedRange<Int>) -> Int? {
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            guard (1...3).contains(digits.count) else { return nil }
            rest.removeFirst(digits.count)
            let value = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
            return range.contains(value) ? value : nil
        }

        /// `[+-]hh[:mm[:ss]]` in seconds.
        mutating func time(hours: Int) -> Int64? {
            let isNegative = take("-")
            if !isNegative { _ = take("+") }
            guard let hour = number(in: 0...hours) else { return nil }
            var seconds = hour * 3_600
            if take(":") {
                guard let minute = number(in: 0...59) else { return nil }
                seconds += minute * 60
                if take(":") {
                    guard let second = number(in: 0...59) else { return nil }
                    seconds += second
                }
            }
            return Int64(isNegative ? -seconds : seconds)
        }

        /// `,date[/time]`, at two o'clock where no time is given.
        mutating func moment() -> Moment? {
            guard take(","), let day = day() else { return nil }
            guard take("/") else { return Moment(day: day, time: 7_200) }
            return time(hours: 167).map { Moment(day: day, time: $0) }
        }

        private mutating func day() -> Day? {
            if take("J") { return number(in: 1...365).map { .withoutLeapDay($0) } }
            guard take("M") else { return number(in: 0...365).map { .afterNewYear($0) } }
            guard let month = number(in: 1...12), take("."), let week = number(in: 1...5), take("."),
                let weekday = number(in: 0...6)
            else { return nil }
            return .weekday(month: month, week: week, weekday: weekday)
        }
    }
}
