package import Configuration
package import Domain
import Learning
package import State

/// What of a state directory is older than it has to be kept.
///
/// A day's statistics stay while a night that is kept learns from them: of each experiment the last `window` days with data before
/// the oldest night that is kept (all of them, without a window), and the days whose conversion windows are open. A table stays while it
/// serves, and while visitors of a day that is kept were served by it: their shares stand nowhere else. The journal of tables is not
/// touched: it tells what happened, and is a line a night.
package struct Pruning: Sendable {
    /// A folder or file that can go.
    package struct Item: Equatable, Sendable {
        package enum Kind: String, Sendable, CaseIterable {
            case day
            case table
            case record
        }

        package var kind: Kind
        package var path: String
    }

    /// Ascending by kind and date.
    package private(set) var items: [Item] = []
    /// Days older than the oldest night kept that stay all the same, ascending.
    package private(set) var daysInWindows: [CalendarDate] = []
    /// Tables older than that which stay: they serve, or served visitors of days that stay.
    package private(set) var tablesInUse: [CalendarDate] = []

    /// Looks for what can go; removes nothing.
    ///
    /// - Parameters:
    ///   - oldest: the oldest day whose night is kept.
    /// - Throws: `RunFailure` where a day's statistics cannot be read: nothing can then be said of what is needed.
    package init(
        _ state: StateDirectory, keeping oldest: CalendarDate, configuration: Configuration, night: NightlyRun
    ) throws(RunFailure) {
        let days = try night.files { () throws(FileError) in try state.statisticsDates() }
        let tables = try night.files { () throws(FileError) in try state.allocationDates() }
        let current = try night.files { () throws(FileError) in try state.currentDate() }
        // Days that an experiment may still learn from; nil: all.
        var missing = Dictionary(
            configuration.experiments.map { ($0.experiment.key, $0.learning.window) }
        ) { first, _ in first }
        let arms = Dictionary(
            configuration.experiments.map { ($0.experiment.key, Set($0.experiment.arms)) }
        ) { first, _ in first }
        let open = days.last.flatMap { newest in
            configuration.statistics.conversionWindow.map { newest.advanced(by: -$0.logDays) }
        }
        var tablesServed: Set<CalendarDate> = []
        for day in days.reversed() {
            let rows = try night.statisticsFile(of: day)?.rows ?? []
            var isNeeded = day >= oldest || open.map { day >= $0 } ?? false
            // What counts as a day with data is what learning takes for one.
            let seen = Set(
                rows.lazy.filter {
                    $0.counts.visitors > 0 && arms[$0.key.slotKey]?.contains($0.key.variant) == true
                }.map(\.key.slotKey))
            // The night of the oldest day kept learns from that day too.
            if day <= oldest {
                for slot in seen {
                    guard let window = missing[slot] else { continue }
                    guard let left = window else {
                        isNeeded = true
                        continue
                    }
                    if left > 0 {
                        isNeeded = true
                        missing[slot] = .some(left - 1)
                    }
                }
            }
            if isNeeded {
                tablesServed.formUnion(rows.lazy.compactMap(\.table))
                if day < oldest { daysInWindows.insert(day, at: 0) }
            } else {
                items.insert(Item(kind: .day, path: state.statistics(on: day)), at: 0)
            }
        }
        for table in tables where table < oldest {
            if table == current || tablesServed.contains(table) {
                tablesInUse.append(table)
            } else {
                items.append(Item(kind: .table, path: state.allocation(on: table)))
            }
        }
        let records = RunRecords(state)
        let names = try night.files { () throws(FileError) in try records.names() }
        // The newest stays: it tells how the last run went.
        for name in names.dropLast() where CalendarDate(name.prefix(10)).map({ $0 < oldest }) ?? false {
            items.append(Item(kind: .record, path: "\(records.directory)/\(name)"))
        }
    }

    /// Removes what can go. Only for who holds the lock.
    package func remove(from state: StateDirectory) throws(FileError) {
        for item in items { try state.discard(item.path) }
    }
}
