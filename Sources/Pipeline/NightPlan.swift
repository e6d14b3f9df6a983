package import Domain

/// The days that a night counts under a conversion window, and the log days it reads for them.
///
///     window 2d, night of the 8th            log days read
///     day 6   closes on the 8th: mature      6  7  8
///     day 7   closes on the 9th                 7  8
///     day 8   closes on the 10th                   8
///
/// A night counts the days whose windows its log can reach, and every day of the state that could be counted further than it
/// was: one whose night came before those of the log days after it. So once every date has been run, in whatever order,
/// each day was counted as far as its window and the newest day go, and nothing else decides what its statistics are.
package struct NightPlan: Sendable {
    /// The days to count, ascending, and the last log day that counts for each.
    package private(set) var days: [(date: CalendarDate, through: CalendarDate)]
    /// The log days to read, ascending.
    package private(set) var logDays: [CalendarDate]

    /// - Parameters:
    ///   - date: the night's own day.
    ///   - counted: the days of the state, and the last log day that was counted for each.
    ///   - closing: the day in which the last window of a day closes, never before the day and ascending with it.
    ///   - hasLog: whether there is a log of a day; without, nothing needs to be read for the day.
    package init<Failure>(
        date: CalendarDate, counted: [CalendarDate: CalendarDate], closing: (CalendarDate) -> CalendarDate,
        hasLog: (CalendarDate) throws(Failure) -> Bool
    ) throws(Failure) {
        let newest = max(date, counted.keys.max() ?? date)
        var last: [CalendarDate: CalendarDate] = [:]
        for (day, through) in counted {
            let end = min(closing(day), newest)
            if through < end { last[day] = end }
        }
        var day = date
        while closing(day) >= date {
            last[day] = min(closing(day), newest)
            day = day.advanced(by: -1)
        }
        var needed: Set<CalendarDate> = []
        for (day, end) in last {
            let end = try hasLog(day) ? end : day
            for number in day.dayNumber...end.dayNumber { needed.insert(CalendarDate(dayNumber: number)) }
        }
        days = last.sorted { $0.key < $1.key }.map { (date: $0.key, through: $0.value) }
        logDays = needed.sorted()
    }
}
