import Domain
import Pipeline
import Randomizer
import State

/// Serving an earlier table.
enum RollbackCommand: Command {
    static let name = "rollback"
    static let summary = "Serves an earlier table: points `current` at it."
    static let discussion = """
        Without --to, the table before the current one. The table is verified first. No table is changed or removed; the
        next night publishes as usual, and its table is then the current one. The journal allocations/served.csv notes when.
        """
    static let examples = ["sluice rollback --state state --to 2026-11-20"]
    static let options = [
        Option(name: "to", value: "DATE", help: "the date of the table (default: the one before the current)"),
        Option(name: "state", value: "DIR", help: "the state directory (default: state)"),
        ClockOption.option,
        Option(name: "quiet", value: nil, help: "say nothing but warnings and errors"),
    ]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let state = try StateDirectory(arguments)
        let clock = try ClockOption.clock(arguments)
        let dates = try state.allocationDates()
        guard !dates.isEmpty else { throw UsageError("\(state.allocations) holds no table; give --state") }
        let lock = try StateLock(state)
        defer { withExtendedLifetime(lock) {} }
        var journal = try ServingJournal(state)
        for mending in try journal.mend(state) { Console.show(.journalMended(path: journal.path, mending)) }
        let current = try state.currentDate()
        let target = try target(arguments["to"], dates, current)
        let directory = state.allocation(on: target)
        _ = try AllocationTable(path: directory)
        let table = try FileSystem.read(directory + "/" + AllocationFormat.tableFile)
        try journal.record(target, digest: XXH64.hexadecimal(XXH64.hash(table)), at: clock.now)
        try state.setCurrent(target)
        if !arguments.has("quiet") {
            Console.information("current is the table of \(target)\(current.map { " (was \($0))" } ?? "")")
        }
        return .done
    }

    private static func target(
        _ text: String?, _ dates: [CalendarDate], _ current: CalendarDate?
    ) throws(UsageError) -> CalendarDate {
        let known = dates.map(\.description).joined(separator: ", ")
        guard let text else {
            // Where none is in force, the newest is the one before.
            guard let earlier = dates.last(where: { date in current.map { date < $0 } ?? true }) else {
                throw UsageError("there is no table before the current one; the tables are of \(known)")
            }
            return earlier
        }
        guard let date = CalendarDate(text) else { throw UsageError("--to is '\(text)'; give a day like 2026-11-20") }
        guard dates.contains(date) else { throw UsageError("there is no table of \(date); the tables are of \(known)") }
        return date
    }
}
