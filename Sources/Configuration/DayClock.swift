package import Domain
package import EventLog
package import Statistics

/// Calendar days as a timezone counts them: 23 or 25 hours long where clocks change. Instants are seconds since the epoch.
package struct DayClock: Sendable {
    private let timeZone: SystemTimeZone

    private static let secondsOfDay: Int64 = 86_400

    package init(timeZone: SystemTimeZone) {
        self.timeZone = timeZone
    }

    /// The day that an instant belongs to.
    package func date(of instant: Int64) -> CalendarDate {
        CalendarDate(dayNumber: DayClock.dayNumber(of: instant + timeZone.offset(at: instant)))
    }

    /// The day before the one that an instant belongs to.
    package func yesterday(of instant: Int64) -> CalendarDate {
        date(of: instant).advanced(by: -1)
    }

    /// The instants of a day and the local time around it.
    ///
    /// - Parameter localTimes: the zone of times that are written without an offset; nil: that of the days.
    package func day(_ date: CalendarDate, localTimes: SystemTimeZone? = nil) -> LogDay {
        let range = start(of: date)..<start(of: date.advanced(by: 1))
        // Two days further away only the side of the day matters.
        let around = (localTimes ?? timeZone).periods(in: range.lowerBound - 172_800..<range.upperBound + 172_800)
        return LogDay(
            range: range.lowerBound * 1_000_000..<range.upperBound * 1_000_000, localTime: LocalTime(periods: around))
    }

    /// The day in which the window of a day's last instant closes.
    package func closing(of date: CalendarDate, after window: ConversionWindow) -> CalendarDate {
        // Days begin on whole seconds.
        self.date(of: (start(of: date.advanced(by: 1)) * 1_000_000 - 1 + window.microseconds) / 1_000_000)
    }

    /// The first instant at which clocks show this day, or a later one where it was skipped.
    private func start(of date: CalendarDate) -> Int64 {
        let midnight = Int64(date.dayNumber) * DayClock.secondsOfDay
        let instants = midnight - DayClock.secondsOfDay..<midnight + DayClock.secondsOfDay
        let periods = timeZone.periods(in: instants)
        for (index, period) in periods.enumerated() {
            let candidate = max(period.start, midnight - period.offset)
            if index + 1 == periods.count || candidate < periods[index + 1].start { return candidate }
        }
        return midnight
    }

    private static func dayNumber(of localSeconds: Int64) -> Int {
        let (days, rest) = localSeconds.quotientAndRemainder(dividingBy: secondsOfDay)
        return Int(rest < 0 ? days - 1 : days)
    }
}
