package import Allocation
package import Learning
package import Vocabulary

/// An experiment's days side by side.
///
///     rows[day][arm]      the arm's row of `*` in the table that takes effect on the day; nil: not in it
///     counts[day][arm]    what was counted of the arm on the day; nil: the day has no statistics
package struct ExperimentHistory: Sendable {
    package let key: SlotKey
    /// Every arm that had a row or a count, in byte order.
    package let arms: [Name]
    package let dates: [CalendarDate]
    package let rows: [[AllocationRow?]]
    package let counts: [[ArmCounts?]]
    /// By day: the table gives the shares of the table before because nothing new was learned.
    package let isCarriedOver: [Bool]
    /// Rows of the newest table's segments, by segment in the order of the file.
    package let segments: [(segment: Name, rows: [AllocationRow])]
    package let reward: RewardDeduction

    /// - Parameter reward: what counts as success; nil: deduced from the counts.
    package init(_ key: SlotKey, in history: StateHistory, reward: Reward? = nil) {
        var names: Set<Name> = []
        for day in history.days {
            for row in day.table?.rows[key] ?? [] { names.insert(row.key.variant) }
            for name in (day.counts?[key] ?? [:]).keys { names.insert(name) }
        }
        let arms = names.sorted()
        self.key = key
        self.arms = arms
        dates = history.days.map(\.date)
        let rows = history.days.map { day in
            let byName = Dictionary((day.table?.rows[key] ?? []).map { ($0.key.variant, $0) }) { first, _ in first }
            return arms.map { byName[$0] }
        }
        self.rows = rows
        let counts = history.days.map { day -> [ArmCounts?] in
            guard let counted = day.counts else { return arms.map { _ in nil } }
            return arms.map { counted[key]?[$0] ?? ArmCounts() }
        }
        self.counts = counts
        isCarriedOver = ExperimentHistory.carriedOver(history, rows)
        let newest = history.newestTable?.table.rows[key] == nil ? [] : history.segments[key] ?? []
        var groups: [(segment: Name, rows: [AllocationRow])] = []
        for row in newest {
            if groups.last?.segment == row.key.segment {
                groups[groups.count - 1].rows.append(row)
            } else {
                groups.append((row.key.segment, [row]))
            }
        }
        segments = groups
        self.reward = reward.map { RewardDeduction(reward: $0, basis: .given) } ?? RewardDeduction(rows, counts)
    }

    /// A table carries over when its night had no data, or when it repeats the rows of the table before: new data would have
    /// changed at least the visitors.
    private static func carriedOver(_ history: StateHistory, _ rows: [[AllocationRow?]]) -> [Bool] {
        var before: [AllocationRow?]?
        return history.days.indices.map { day in
            guard let table = history.days[day].table, rows[day].contains(where: { $0 != nil }) else { return false }
            let bare = rows[day].map { row in
                var row = row
                row?.date = CalendarDate(dayNumber: 0)
                return row
            }
            defer { before = bare }
            return table.isWithoutNewData(on: history.days[day].date) || bare == before
        }
    }

    /// The newest day with a table that has rows of the experiment.
    package var latest: Int? {
        rows.indices.last { day in rows[day].contains { $0 != nil } }
    }

    /// The day of the table before the latest.
    package var previous: Int? {
        latest.flatMap { latest in rows[..<latest].indices.last { day in rows[day].contains { $0 != nil } } }
    }

    /// The arm outside the competition in the latest table.
    package var control: Int? {
        latest.flatMap { rows[$0].firstIndex { $0?.status == .control } }
    }

    /// The arm with the greatest P(best) in a day's table; the first of equals.
    package func leader(on day: Int) -> Int? {
        var best: (arm: Int, probability: Double)?
        for arm in arms.indices {
            guard let probability = rows[day][arm]?.probabilityBest else { continue }
            if best.map({ probability > $0.probability }) ?? true { best = (arm, probability) }
        }
        return best?.arm
    }

    /// A unit's reward as counted: clickers, purchasers, or revenue in millionths.
    package func successes(_ counts: ArmCounts) -> Int128 {
        reward.reward.successes(counts)
    }

    /// Share of all traffic, 0…1, that the latest table gives to other arms than the one before: half the sum of all
    /// differences; nil without two tables.
    package var movedTraffic: Double? {
        guard let latest, let previous else { return nil }
        let sum = arms.indices.reduce(0) { sum, arm in
            sum + abs((rows[latest][arm]?.traffic ?? 0) - (rows[previous][arm]?.traffic ?? 0))
        }
        return Double(sum) / 2e6
    }
}
