import Allocation
import CLibrary
import Domain
package import Learning

/// What counts as success in an experiment, found by comparing the newest table with the daily counts: tables do not say.
package struct RewardDeduction: Equatable, Sendable {
    package enum Basis: Equatable, Sendable {
        /// The configuration says so.
        case given
        /// The table's visitors and successes are the sums of exactly the last so many days with data.
        case sums(days: Int)
        /// The table's numbers can be those of no rate: means or ends of intervals outside 0…1, intervals without
        /// width, or parts of a success.
        case values
        /// No number of days adds up to the table, as when it was learned from more days than are shown: this reward comes
        /// nearest to its successes per visitor. Clear when every other reward is further away by a factor of 2.
        case nearest(isClear: Bool)
    }

    package let reward: Reward
    package let basis: Basis

    init(reward: Reward, basis: Basis) {
        self.reward = reward
        self.basis = basis
    }

    /// - Parameters: `rows[day][arm]` and `counts[day][arm]` as `ExperimentHistory` has them.
    init(_ rows: [[AllocationRow?]], _ counts: [[ArmCounts?]]) {
        guard let day = rows.indices.last(where: { rows[$0].contains { $0 != nil } }) else {
            self.init(reward: .click, basis: .nearest(isClear: false))
            return
        }
        let table = rows[day]
        let isRevenue = table.contains { $0.map(RewardDeduction.isRevenue) ?? false }
        var sums = table.map { _ in ArmCounts() }
        var used = 0
        for past in counts[..<day].reversed() where past.contains(where: { ($0?.visitors ?? 0) > 0 }) {
            for arm in sums.indices { try? sums[arm].add(past[arm] ?? ArmCounts()) }
            used += 1
            for reward in isRevenue ? [.revenue] : Reward.allCases where RewardDeduction.matches(table, sums, reward) {
                self.init(reward: reward, basis: .sums(days: used))
                return
            }
        }
        if isRevenue { self.init(reward: .revenue, basis: .values) } else { self.init(nearest: table, sums) }
    }

    /// Whether nothing but the counts' size speaks for the reward, and that not clearly.
    package var isGuess: Bool { basis == .nearest(isClear: false) }

    private static func isRevenue(_ row: AllocationRow) -> Bool {
        row.meanLow >= row.meanHigh || row.meanLow < 0 || row.mean < 0 || row.mean > 1 || row.meanHigh > 1
            || row.successes % 1_000_000 != 0
    }

    private static func matches(_ table: [AllocationRow?], _ sums: [ArmCounts], _ reward: Reward) -> Bool {
        zip(table, sums).allSatisfy { row, sum in
            guard let row else { return true }
            return row.visitors == sum.visitors && row.successes == reward.successes(sum) * reward.unit
        }
    }

    /// The reward whose rate over all known days is nearest to the table's, as a ratio.
    private init(nearest table: [AllocationRow?], _ sums: [ArmCounts]) {
        var visitors: Int64 = 0
        var successes = 0.0
        for row in table {
            guard let row else { continue }
            visitors = visitors &+ row.visitors
            successes += Double(row.successes) / 1e6
        }
        let target = successes / Double(max(1, visitors))
        let counted = Double(max(1, sums.reduce(0) { $0 &+ $1.visitors }))
        func distance(_ reward: Reward) -> Double {
            let total = sums.reduce(0.0) { $0 + Double(reward.successes($1)) * Double(reward.unit) / 1e6 }
            return abs(log((total / counted + 1e-9) / (target + 1e-9)))
        }
        let ranked = Reward.allCases.sorted { distance($0) < distance($1) }
        self.init(reward: ranked[0], basis: .nearest(isClear: distance(ranked[1]) - distance(ranked[0]) > log(2)))
    }
}

extension Reward {
    /// Clickers, purchasers, or revenue in millionths of the major unit.
    func successes(_ counts: ArmCounts) -> Int128 {
        switch self {
        case .click: Int128(counts.clickers)
        case .purchase: Int128(counts.purchasers)
        case .revenue: counts.revenue
        }
    }

    /// Millionths in one of `successes`.
    var unit: Int128 { self == .revenue ? 1 : 1_000_000 }

    /// The plural of what is counted.
    package var noun: String {
        switch self {
        case .click: "clickers"
        case .purchase: "purchasers"
        case .revenue: "revenue"
        }
    }

    /// What the posterior's mean is.
    package var meanNoun: String {
        switch self {
        case .click: "clickers per visitor"
        case .purchase: "purchasers per visitor"
        case .revenue: "revenue per visitor"
        }
    }
}
