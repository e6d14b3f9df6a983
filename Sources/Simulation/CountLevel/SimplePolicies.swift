import Domain

/// Knows the truth and gives every segment its best arm of the day: nothing can do better.
package struct OraclePolicy: Policy {
    package let name = "oracle"
    package let isPublishedNightly = false

    package init() {}

    package func table(_ night: Night) -> PolicyTable {
        let best = (0..<night.truth.segments).map { segment in
            night.competing.max { left, right in
                night.value(ofArm: left, segment: segment) < night.value(ofArm: right, segment: segment)
            }
        }
        func shares(_ arm: Int?) -> PolicyTable { night.table(night.weights { $0 == arm ? 1 : 0 }) }
        var table = shares(night.bestForEveryone ?? night.competing.first)
        table.leader = night.bestForEveryone
        for (segment, arm) in best.enumerated() { table.segments[segment] = shares(arm).everyone }
        return table
    }
}

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

extension Night {
    /// What a visitor of a segment who is shown the arm on the day is expected to be worth; on the day after the last, which
    /// nobody lives, as on the last.
    package func value(ofArm arm: Int, segment: Int) -> Double {
        truth.rate(day: min(day, truth.days - 1), segment: segment, arm: arm) * experiment.value(ofArm: arm)
    }

    /// The competing arm with the greatest expected value over all segments; nil when another is as good.
    package var bestForEveryone: Int? {
        let values = competing.map { arm in
            experiment.segments.indices.reduce(0) {
                $0 + experiment.segments[$1].share * value(ofArm: arm, segment: $1)
            }
        }
        guard let best = values.max() else { return nil }
        let leaders = values.indices.filter { values[$0] >= best * (1 - 1e-12) }
        return leaders.count == 1 ? competing[leaders[0]] : nil
    }
}
