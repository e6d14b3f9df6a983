import Allocation
import Domain
import Randomizer
import Report
import State

/// The last nights in the terminal.
enum HistoryCommand: Command {
    static let name = "history"
    static let summary = "Shows how traffic moved in the last nights, and lists the published tables."
    static let discussion = """
        For each experiment: who leads and how sure that is, and a line for each arm with its traffic of the last nights as a
        small chart (one scale for all arms of an experiment; a dot is a night without a table, a blank a table without the
        arm), the leader marked with an asterisk. Damaged tables are named and left out. Where the terminal is narrow, charts
        and names are shortened and intervals and means left out. `sluice report` tells the same at length.

        What counts as success, floors and posteriors stand in each table's manifest. Those of version 1 do not have them; then
        --config gives reward and floors from the configuration.

        With --tables, one line for each table instead: its date, the newest day it was learned from, its rows, whether it is
        as it was published, and since when it served, as far as the journal allocations/served.csv knows; the served one is
        marked with an asterisk.
        """
    static let examples = [
        "sluice history --state state", "sluice history --config pipeline.json5", "sluice history --tables",
    ]
    static let options = [
        Option(name: "state", value: "DIR", help: "the state directory (default: state)"),
        Option(name: "days", value: "N", help: "nights that the charts show, 30 at most (default: 30)"),
        Option(
            name: "config", value: "FILE",
            help: "the pipeline's configuration, for tables of version 1"),
        Option(name: "tables", value: nil, help: "list the tables"),
        Option(name: "ascii", value: nil, help: "no character beyond ASCII (default when the locale is not UTF-8)"),
    ]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let state = try StateDirectory(arguments)
        guard !(try state.allocationDates().isEmpty) else {
            throw UsageError("\(state.allocations) holds no table; give --state")
        }
        if arguments.has("tables") {
            try printTables(state)
            return .done
        }
        let days = min(try arguments.days(default: TerminalNarrative.nights), TerminalNarrative.nights)
        let settings = try arguments.experimentSettings()
        // More days than are shown: a forecast counts all that the table was learned from.
        let history = try state.history(days: 90, isQuiet: false)
        history.warnOfFaults(in: state)
        let evidence = try state.evidence(of: history)
        let narrative = TerminalNarrative(
            history, settings: settings, nights: days, width: Terminal.width,
            ascii: arguments.has("ascii") || !Terminal.hasUnicode, evidence: evidence)
        let text = narrative.text { TablePrinter.aligned($0, rightAligned: $1) }
        try evidence?.warnOfDamage(in: state, beside: history.daysOfDamagedTables)
        Console.output(text)
        return .done
    }

    private static func printTables(_ state: StateDirectory) throws {
        let current = try state.currentDate()
        let served = Dictionary(grouping: try ServingJournal(state).history.entries, by: \.table)
        var cells = [["", "table of", "learned through", "experiments", "rows", "state", "served since"]]
        for date in try state.allocationDates() {
            let mark = date == current ? "*" : ""
            let since = served[date]?.map { RFC3339.text($0.since) }.joined(separator: ", ") ?? "-"
            do throws(TableError) {
                let table = try AllocationTable(path: state.allocation(on: date))
                let rows = table.experiments.flatMap(\.groups).reduce(0) { $0 + $1.arms.count }
                cells.append([
                    mark, date.description, table.statisticsThrough ?? "-", String(table.experiments.count),
                    String(rows), "verified", since,
                ])
            } catch {
                cells.append([mark, date.description, "-", "-", "-", "damaged", since])
                Console.warning("\(error)")
            }
        }
        Console.output(TablePrinter.aligned(cells, rightAligned: [3, 4]))
    }
}
