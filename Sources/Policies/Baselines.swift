import CLibrary
import Domain
import Learning

/// Splits traffic evenly for ever: an A/B test that never ends.
package struct UniformPolicy: Policy {
    package let name = "even split"

    package init() {}

    package func table(_ night: Night) -> PolicyTable {
        var table = night.table(night.even)
        table.leader = ArmTotals(night.rows, of: night.experiment).leader(among: night.competing)
        return table
    }
}

/// A fixed-horizon A/B test: splits evenly for a number of days, then ships the leader for good.
///
/// The leader is called a winner when the z test against every other arm is significant at 5 %, two-sided, with Bonferroni's
/// correction for all pairs. It is shipped also when it is not: that is the strongest form of the test as a way to earn
/// rewards, for nothing is gained by going on with arms that are thought worse. When the shipped arm leaves the competition,
/// the next best of the test follows. A test calls its winner once, on the night that ends it.
package struct FixedHorizonPolicy: Policy {
    package let name: String
    /// Days of the even split, at least 1.
    package let horizon: Int

    package init(horizon: Int) {
        self.horizon = max(1, horizon)
        name = "A/B test, \(self.horizon) days"
    }

    package func table(_ night: Night) -> PolicyTable {
        let end = night.date.advanced(by: horizon - night.day)
        let totals = ArmTotals(night.rows.lazy.filter { $0.date < end }, of: night.experiment)
        let leader = totals.leader(among: night.competing)
        guard night.day >= horizon, let leader else {
            var table = night.table(night.even)
            table.leader = leader
            return table
        }
        var table = night.table(night.weights { $0 == leader ? 1 : 0 })
        table.leader = leader
        guard night.servingTable < horizon else { return table }
        let tested = night.competing.filter { totals.visitors[$0] > 0 }
        let level = 0.05 / Double(max(1, tested.count * (tested.count - 1) / 2))
        let isWinner = tested.allSatisfy { $0 == leader || totals.pValue(leader, $0) < level }
        if tested.count > 1, isWinner { table.winner = leader }
        return table
    }
}

/// ε-greedy: the share 1 − ε to the arm with the best plain mean, ε evenly to all (Sutton and Barto 2018, 2.2).
package struct EpsilonGreedyPolicy: Policy {
    package let name: String
    package let epsilon: Double

    package init(epsilon: Double = 0.1) {
        self.epsilon = epsilon
        name = "epsilon-greedy, \(epsilon)"
    }

    package func table(_ night: Night) -> PolicyTable {
        guard let leader = ArmTotals(night.rows, of: night.experiment).leader(among: night.competing) else {
            return night.table(night.even)
        }
        let even = epsilon / Double(night.competing.count)
        var table = night.table(night.weights { even + ($0 == leader ? 1 - epsilon : 0) })
        table.leader = leader
        return table
    }
}

/// Plain sums over everyone and all days, by arm: what an analyst without a model looks at.
struct ArmTotals {
    /// By arm: visitors, their rewards and the sum of the squares of a visitor's reward.
    private(set) var visitors: [Double]
    private(set) var rewards: [Double]
    private var squares: [Double]

    init(_ rows: some Sequence<DailyRow>, of experiment: ServedExperiment) {
        let none = [Double](repeating: 0, count: experiment.arms.count)
        (visitors, rewards, squares) = (none, none, none)
        for row in rows {
            guard let arm = experiment.position(of: row.key.variant) else { continue }
            visitors[arm] += Double(row.counts.visitors)
            switch experiment.reward {
            case .click: rewards[arm] += Double(row.counts.clickers)
            case .purchase: rewards[arm] += Double(row.counts.purchasers)
            case .revenue:
                rewards[arm] += Double(row.counts.revenue) / 1e6
                squares[arm] += Double(row.counts.revenueSquared) / 1e12
            }
        }
        if experiment.reward != .revenue { squares = rewards }
    }

    func mean(_ arm: Int) -> Double {
        visitors[arm] > 0 ? rewards[arm] / visitors[arm] : 0
    }

    /// The arm with the greatest mean among those with visitors, the first of equals; nil when there is none.
    func leader(among arms: [Int]) -> Int? {
        var leader: Int?
        for arm in arms where visitors[arm] > 0 {
            if mean(arm) > (leader.map(mean) ?? -.infinity) { leader = arm }
        }
        return leader
    }

    /// The two-sided p-value of the z test of two arms' means, with each arm's own variance.
    func pValue(_ arm: Int, _ other: Int) -> Double {
        guard visitors[arm] > 1, visitors[other] > 1 else { return 1 }
        let error = (squaredError(arm) + squaredError(other)).squareRoot()
        guard error > 0 else { return mean(arm) == mean(other) ? 1 : 0 }
        return erfc(abs(mean(arm) - mean(other)) / error / 2.0.squareRoot())
    }

    private func squaredError(_ arm: Int) -> Double {
        max(0, squares[arm] / visitors[arm] - mean(arm) * mean(arm)) / (visitors[arm] - 1)
    }
}
