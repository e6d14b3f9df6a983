package import Allocation
package import Domain
package import Learning
import Randomizer

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
    /// How the latest table's rows were made; nil when its manifest does not say.
    package let facts: ExperimentFacts?
    /// As these facts have it, else as given; nil when nobody says.
    package let settings: ExperimentSettings?
    /// By day: the digest of the configuration that the table was made with.
    package let configurations: [String?]
    /// Whether tables lie before the days shown.
    package let hasEarlierTables: Bool
    /// By the day of a table that was taken back: the date of the one that served again.
    package let takenBack: [Int: CalendarDate]

    /// - Parameter settings: what the configuration says, for a table that does not.
    package init(_ key: SlotKey, in history: StateHistory, settings: ExperimentSettings? = nil) {
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
        configurations = history.days.map { $0.table?.manifest.configuration }
        hasEarlierTables = history.hasEarlierTables
        takenBack = Dictionary(
            uniqueKeysWithValues: history.days.enumerated().compactMap { day, own in
                history.takenBack[own.date].map { (day, $0) }
            })
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
        let latest = history.days.last { $0.table?.rows[key] != nil }?.table
        facts = latest?.facts[key]
        self.settings = facts.map { ExperimentSettings($0) } ?? settings
    }

    /// What counts as success; nil when nobody says.
    package var reward: Reward? { settings?.reward }

    /// A table carries over when its night had no data, or when it repeats the rows of the table before: new data would have
    /// changed at least the visitors. A first table has nothing to carry over.
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
            guard before != nil || history.hasEarlierTables else { return false }
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

    /// The control in the latest table.
    package var control: Int? {
        latest.flatMap { rows[$0].firstIndex { $0?.status == .control } }
    }

    /// The places of the rows with the greatest P(best): that of an arm which is new comes from its prior and does not count,
    /// unless it is the only one that competes.
    package static func leaders(_ rows: [AllocationRow?]) -> [Int] {
        let competing = rows.indices.filter { rows[$0]?.probabilityBest != nil }
        let known = competing.count == 1 ? competing : competing.filter { rows[$0]?.status != .new }
        let best = known.compactMap { rows[$0]?.probabilityBest }.max()
        return known.filter { rows[$0]?.probabilityBest == best }
    }

    /// An arm's visitors on each day that the latest table was learned from, the newest first: days with data before it, the
    /// last `window` of them. What the row counts beyond the days shown stands as one day more at the end.
    func learnedVisitors(_ arm: Int, window: Int?) -> [Double] {
        guard let latest else { return [] }
        let past = counts[..<latest].reversed().filter { day in day.contains { ($0?.visitors ?? 0) > 0 } }
        var days = past.prefix(window ?? .max).map { Double($0[arm]?.visitors ?? 0) }
        let earlier = Double(rows[latest][arm]?.visitors ?? 0) - days.reduce(0, +)
        if earlier > 0 { days.append(earlier) }
        return days
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

/// Which days have counts.
extension ExperimentHistory {
    /// The newest day when it has no statistics: the next night counts it.
    func isPending(_ day: Int) -> Bool {
        day == counts.count - 1 && counts[day].allSatisfy { $0 == nil }
    }

    /// Nobody was counted: the day has no statistics, or none of the experiment.
    func isWithoutVisitors(_ day: Int) -> Bool {
        counts[day].allSatisfy { ($0?.visitors ?? 0) == 0 }
    }

    /// What was counted on the newest day that brought visitors, by arm; nil when none did.
    var newestCounts: [ArmCounts?]? {
        counts.indices.last { !isWithoutVisitors($0) }.map { counts[$0] }
    }
}
