import CLibrary
import Domain
import Learning

/// Plain sums over everyone and all days, by arm: what an analyst without a model looks at.
struct ArmTotals {
    /// By arm: visitors, their rewards and the sum of the squares of a visitor's reward.
    private(set) var visitors: [Double]
    private(set) var rewards: [Double]
    private var squares: [Double]

    init(_ rows: some Sequence<DailyRow>, of experiment: WorldExperiment) {
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
