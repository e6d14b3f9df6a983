package import BotFilter
import Configuration
package import Domain
package import EventLog
import Learning
package import Randomizer
package import State

/// What stops a run. Nothing was published, and the table being served is the one before.
package enum RunFailure: Error, CustomStringConvertible {
    /// More lines than allowed are not what log lines must be.
    case tooManyRejected(date: CalendarDate, tally: LogTally, allowed: Double)
    case overflow(date: CalendarDate)
    /// Of this many bytes for the whole process not enough are left for even one visitor's part of the day.
    case memory(date: CalendarDate, bytes: Int)
    case log(LogError)
    case file(FileError)
    /// A file that the configuration names cannot be read.
    case input(FileError)
    case inputFile(InputFileError)
    case denyList(BotFilterError)
    /// A file of the state directory is not what the job writes.
    case state(InputFileError)
    /// There are no statistics of a day that had events.
    case statisticsLost(String)
    /// The journal of served tables cannot be read.
    case journal(StateError)
    /// A table that nobody could load: it is not published.
    case table(TableError)
    /// Parts that do not make a whole.
    case parts(PartFault)
    /// The state directory is of another pipeline than the configuration.
    case otherPipeline(String, table: CalendarDate, configured: String)
    /// The day lies in the future, and nothing was found of it.
    case notBegun(CalendarDate)

    /// A word by which machines know the failure. It never changes, and is never given to another.
    package var code: String {
        switch self {
        case .tooManyRejected: "too-many-rejected"
        case .overflow: "count-overflow"
        case .memory: "memory-too-small"
        case .log(let error) where error.isOfFormat: "log-malformed"
        case .log: "log-unreadable"
        case .file: "file-error"
        case .input: "input-unreadable"
        case .inputFile: "input-malformed"
        case .denyList: "deny-list-malformed"
        case .state: "statistics-or-table-damaged"
        case .statisticsLost: "statistics-lost"
        case .journal: "journal-damaged"
        case .table: "table-unusable"
        case .parts: "parts-refused"
        case .notBegun: "day-not-begun"
        case .otherPipeline: "state-of-another-pipeline"
        }
    }

    package var description: String {
        switch self {
        case .tooManyRejected(let date, let tally, let allowed):
            RunFailure.rejection(date, tally, allowed)
        case .overflow(let date):
            "\(date): \(CountOverflow()); look for nonsense in the revenue of the log, or in counts that were imported"
        case .memory(let date, let bytes):
            "\(date): one visitor alone does not fit into the \(bytes >> 20)M given, however often the log is read; "
                + "give more with --memory"
        case .log(let error): error.description
        case .file(let error): error.description
        case .input(let error): error.description
        case .inputFile(let error): error.description
        case .denyList(let error): error.description
        case .statisticsLost(let path):
            "\(path): missing, though the quality.json beside it counts units; run its day again, or restore it"
        case .journal(let error): error.description
        case .parts(let fault): fault.description
        case .table(let error): "\(error); nothing was published; run the day before that table's date again"
        case .otherPipeline(let found, let table, let configured):
            "the state's table of \(table) is of pipeline \(JSON5Value.quoted(found)), the configuration of "
                + "\(JSON5Value.quoted(configured)); nothing was written: give the --state of this pipeline, or, where it was renamed, a "
                + "new one with a copy of statistics/"
        case .notBegun(let date):
            "\(date): the day has not begun and has no data; give a day that is over"
        case .state(let error):
            "\(error); the file was changed or damaged since it was written: run its day again (a table: the day before its date), or restore it"
        }
    }

    private static func rejection(_ date: CalendarDate, _ tally: LogTally, _ allowed: Double) -> String {
        let lines = tally.lines - tally.ignoredLines(.blankLine)
        let share = Double(tally.rejectedLines) / Double(max(1, lines)) * 100
        var text =
            "\(date): \(tally.rejectedLines) of \(lines) lines rejected (\(Text.decimal(share, 2)) %, "
            + "allowed \(Text.decimal(allowed * 100, 2)) %); mend the log, or raise events.maxRejected if this is expected"
        for entry in tally.rejected {
            let places = entry.samples.map(\.description).joined(separator: ", ")
            text += "\n  \(entry.name): \(entry.count), first at \(places)"
            if let value = entry.value { text += ": \(JSON5Value.quoted(value))" }
            if let remedy = entry.remedy { text += "; \(remedy)" }
        }
        return text
    }
}
