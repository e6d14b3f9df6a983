import Domain
import EventLog
import State
import Statistics

/// What was counted for a night, from logs or from parts, before anything is said of it.
struct CountedNight {
    /// The log days, ascending.
    var days: [(date: CalendarDate, counted: CountedDay)]
    /// Under a conversion window: which days the night counts.
    var plan: NightPlan?

    subscript(date: CalendarDate) -> CountedDay? { days.first { $0.date == date }?.counted }
}

/// What was counted of a log day.
struct CountedDay {
    var statistics: DayStatistics
    var tally: LogTally
    /// Whether there was a file.
    var hasLog: Bool
    /// The files, as they were found; of parts, all but those that were read.
    var found = FoundLogs()
}
