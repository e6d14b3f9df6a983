import Allocation
import Pipeline
import Randomizer
import Vocabulary

/// The tables there are.
enum HistoryCommand: Command {
    static let name = "history"
    static let summary = "Lists the published tables, the current one marked."
    static let discussion = """
        One line for each table: its date, the newest day it was learned from, its rows, and whether it is as it was
        published. The table being served is marked with an asterisk.
        """
    static let examples = ["sluice history --state state"]
    static let options = [Option(name: "state", value: "DIR", help: "the state directory (default: state)")]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let state = try StateDirectory(arguments)
        let dates = try state.allocationDates()
        guard !dates.isEmpty else { throw UsageError("\(state.allocations) holds no table; give --state") }
        let current = state.currentDate()
        var cells = [["", "table of", "learned through", "experiments", "rows", "state"]]
        for date in dates {
            let mark = date == current ? "*" : ""
            do throws(TableError) {
                let table = try AllocationTable(path: state.allocation(on: date))
                let rows = table.experiments.flatMap(\.groups).reduce(0) { $0 + $1.arms.count }
                cells.append([
                    mark, date.description, table.statisticsThrough ?? "-", String(table.experiments.count),
                    String(rows), "verified",
                ])
            } catch {
                cells.append([mark, date.description, "-", "-", "-", "damaged"])
                Console.warning("\(error)")
            }
        }
        Console.output(TablePrinter.aligned(cells, rightAligned: [3, 4]))
        return .done
    }
}
