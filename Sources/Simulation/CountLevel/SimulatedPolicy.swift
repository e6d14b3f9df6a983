package import Domain
import Learning
package import Policies

/// Who shares the traffic of a simulated experiment.
package enum SimulatedPolicy: Sendable {
    /// A rule that sees what a real site would see; the nightly run publishes its tables.
    case policy(any Policy)
    /// Knows the truth and gives every segment its best arm of the day, on nights that publish nothing too: nothing can do
    /// better.
    case oracle

    /// As tables show it.
    package var name: String {
        switch self {
        case .policy(let policy): policy.name
        case .oracle: "oracle"
        }
    }

    /// Whether on a day without a new table the last one goes on serving.
    var isPublishedNightly: Bool {
        switch self {
        case .policy: true
        case .oracle: false
        }
    }

    /// The table of a day.
    package func table(_ night: SimulatedNight) throws(PolicyError) -> PolicyTable {
        switch self {
        case .policy(let policy): try policy.table(night.seen)
        case .oracle: night.oracleTable
        }
    }
}

/// A day of a simulated experiment: what a policy sees of it, and what is true.
package struct SimulatedNight: Sendable {
    package let experiment: WorldExperiment
    package let truth: Truth
    /// What the site knows.
    package let seen: Night

    /// - Parameters:
    ///   - rows: what the days before have left.
    ///   - competing: the arms among which the day's traffic is shared, ascending.
    ///   - servingTable: the day whose table serves until this one is made; nil: that of the day before.
    package init(
        experiment: WorldExperiment, truth: Truth, day: Int, date: CalendarDate, rows: [DailyRow], competing: [Int],
        servingTable: Int? = nil
    ) {
        self.experiment = experiment
        self.truth = truth
        seen = Night(
            experiment: experiment.served, day: day, date: date, rows: rows, competing: competing,
            servingTable: servingTable)
    }

    /// What a visitor of a segment who is shown the arm on the day is expected to be worth. The day after the last, which has
    /// a table but no visitors, is as the last.
    package func value(ofArm arm: Int, segment: Int) -> Double {
        truth.rate(day: min(seen.day, truth.days - 1), segment: segment, arm: arm) * experiment.value(ofArm: arm)
    }

    /// The competing arm with the greatest expected value over all segments; nil when another is as good.
    package var bestForEveryone: Int? {
        let values = seen.competing.map { arm in
            experiment.segments.indices.reduce(0) {
                $0 + experiment.segments[$1].share * value(ofArm: arm, segment: $1)
            }
        }
        guard let best = values.max() else { return nil }
        let leaders = values.indices.filter { values[$0] >= best * (1 - 1e-12) }
        return leaders.count == 1 ? seen.competing[leaders[0]] : nil
    }

    /// Every segment's best arm.
    var oracleTable: PolicyTable {
        func shares(_ arm: Int?) -> PolicyTable { seen.table(seen.weights { $0 == arm ? 1 : 0 }) }
        let best = bestForEveryone
        var table = shares(best ?? seen.competing.first)
        table.leader = best
        for segment in 0..<truth.segments {
            let arm = seen.competing.max { left, right in
                value(ofArm: left, segment: segment) < value(ofArm: right, segment: segment)
            }
            table.segments[segment] = shares(arm).everyone
        }
        return table
    }
}

extension WorldExperiment {
    /// What the site that serves the experiment knows of it.
    package var served: ServedExperiment {
        ServedExperiment(
            key: key, reward: reward, arms: arms.map { ServedExperiment.Arm(variant: $0.variant, declared: $0.joins) },
            control: control,
            segments: segments.map { ServedExperiment.Segment(name: $0.name, share: $0.share) })
    }

    /// The position of a variant among the arms.
    package func position(of variant: Name) -> Int? {
        arms.firstIndex { $0.variant == variant }
    }

    /// What a rewarded visitor of an arm is worth: 1, or the mean of a purchase in major units.
    package func value(ofArm arm: Int) -> Double {
        reward == .revenue ? arms[arm].revenue.expected : 1
    }

    /// The share of an arm's rewards that are not given back, 0…1.
    package func kept(ofArm arm: Int) -> Double {
        reward == .click ? 1 : 1 - arms[arm].refunds
    }
}
