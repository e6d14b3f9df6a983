import Domain

/// The tables that served during the days of a job, with numbers for their dates: 0 is none, and later tables have greater ones.
struct ServingTables: Sendable {
    private let history: ServingHistory
    /// Ascending.
    private let dates: [CalendarDate]

    /// - Parameter range: from the first instant of the first day to the end of the last, in microseconds since the epoch.
    init(_ history: ServingHistory, during range: Range<Int64>) {
        self.history = history
        let first = history.entry(at: range.lowerBound)
        let later = history.entries.filter { range.contains(ServingTables.instant($0)) }
        dates = Set((later + (first.map { [$0] } ?? [])).map(\.table)).sorted()
    }

    /// The date of a table; nil for 0.
    func date(of number: UInt32) -> CalendarDate? { number == 0 ? nil : dates[Int(number) - 1] }

    /// The tables of one of the days.
    func during(_ day: Range<Int64>) -> Day {
        var changes: [(since: Int64, table: UInt32)] = []
        for entry in history.entries {
            let since = ServingTables.instant(entry)
            if since > day.lowerBound, since < day.upperBound { changes.append((since, number(of: entry.table))) }
        }
        return Day(first: history.entry(at: day.lowerBound).map { number(of: $0.table) } ?? 0, changes: changes)
    }

    private func number(of date: CalendarDate) -> UInt32 {
        UInt32((dates.firstIndex(of: date) ?? -1) + 1)
    }

    /// Microseconds since the epoch at which an entry takes effect.
    private static func instant(_ entry: ServingHistory.Entry) -> Int64 {
        let (value, overflow) = entry.since.multipliedReportingOverflow(by: 1_000_000)
        return overflow ? (entry.since < 0 ? .min : .max) : value
    }

    /// The tables in force during a day: nearly always one or two.
    struct Day: Sendable {
        /// The table in force when the day begins.
        let first: UInt32
        /// Ascending.
        let changes: [(since: Int64, table: UInt32)]

        /// The number of the table in force at an instant of the day, in microseconds since the epoch. O(log n).
        @inline(__always)
        func number(at instant: Int64) -> UInt32 {
            changes.isEmpty ? first : search(instant)
        }

        private func search(_ instant: Int64) -> UInt32 {
            var low = 0
            var high = changes.count
            while low < high {
                let middle = (low + high) / 2
                if changes[middle].since <= instant { low = middle + 1 } else { high = middle }
            }
            return low == 0 ? first : changes[low - 1].table
        }
    }
}
