import Domain
import State

/// A table and since when it serves, in milliseconds since the epoch.
struct ServingTable {
    var since: Int64
    var table: ServedTable
}

/// The tables that serve, one after the other, as the journal of the state directory has them. The last two are kept: a day
/// begins under the one and ends under the other.
struct ServingTables {
    private var known = 0
    private(set) var tables: [ServingTable] = []

    /// Takes up what the journal has of tables since this was last called.
    mutating func follow(_ state: StateDirectory, _ file: WorldFile) throws {
        let entries = try ServingJournal(state).history.entries
        for entry in entries.dropFirst(known) {
            tables.append(
                ServingTable(since: entry.since * 1_000, table: try ServedTable(entry.table, of: state, file)))
        }
        known = entries.count
        tables.removeFirst(max(0, tables.count - 2))
    }

    /// Those that serve in a stretch of time; the first may have begun earlier.
    func serving(in range: Range<Int64>) -> [ServingTable] {
        let first = tables.lastIndex { $0.since <= range.lowerBound } ?? 0
        return tables[first...].filter { $0.since < range.upperBound }
    }
}
