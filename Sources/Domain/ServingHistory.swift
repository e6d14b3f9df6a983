/// Which table served when: the journal `allocations/served.csv` as the steps use it.
///
///     since 2026-11-20 01:30  table 2026-11-20 ────► since 2026-11-21 01:31  table 2026-11-21 ────► …
///
/// Before the first entry nothing is known. Times are the clock's when `current` moved, so they ascend unless the clock was set
/// back: then the later line of the journal stands from its own time on.
package struct ServingHistory: Equatable, Sendable {
    /// A move of `current`.
    package struct Entry: Equatable, Sendable {
        /// Seconds since the epoch.
        package var since: Int64
        package var table: CalendarDate
        /// XXH64 of the table's `allocation.csv`, 16 hexadecimal digits.
        package var digest: String

        package init(since: Int64, table: CalendarDate, digest: String) {
            self.since = since
            self.table = table
            self.digest = digest
        }
    }

    /// Ascending in `since`.
    package private(set) var entries: [Entry] = []

    /// - Parameter entries: in the order of the journal; an entry whose time is not after the one before takes its place from
    ///   then on.
    package init(_ entries: [Entry] = []) {
        for entry in entries {
            while let last = self.entries.last, last.since >= entry.since { self.entries.removeLast() }
            self.entries.append(entry)
        }
    }

    /// The entry that was in force at an instant, in microseconds since the epoch; nil before the first. O(log n).
    package func entry(at instant: Int64) -> Entry? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].since * 1_000_000 <= instant { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : entries[low - 1]
    }
}
