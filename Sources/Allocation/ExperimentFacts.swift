package import Domain
package import Learning

/// How an experiment's part of a table was made, as the table's manifest tells it: the settings in force, and the posterior behind
/// each row. What reads a table later need not guess either.
package struct ExperimentFacts: Equatable, Sendable {
    /// What is known of the arm of a row.
    package struct Arm: Equatable, Sendable {
        package var variant: Name
        /// Nil: of a family that this version does not know.
        package var posterior: Posterior?

        package init(variant: Name, posterior: Posterior?) {
            self.variant = variant
            self.posterior = posterior
        }
    }

    package struct Group: Equatable, Sendable {
        package var segment: Name
        package var arms: [Arm]

        package init(segment: Name, arms: [Arm]) {
            self.segment = segment
            self.arms = arms
        }
    }

    package var key: SlotKey
    package var reward: Reward
    /// Nil, like settings below: of a kind that this version does not know.
    package var objective: Objective?
    /// In days with data; nil: all.
    package var window: Int?
    /// In days with data; nil: no day weighs less than another.
    package var halfLife: Double?
    package var seasonality: Seasonality?
    package var pooling: Pooling?
    /// The first day that counts; nil: every day does.
    package var since: CalendarDate?
    package var minimumVisitors: Int64?
    package var warmup: Int64?
    package var control: Experiment.Control?
    /// The name of the holdout that the control is, where the experiment shares one with others.
    package var holdout: Name?
    /// The least shares of all traffic, of the arms that compete for everyone (`*`).
    package var floors: [Name: Double]
    /// In the order of the table, `*` first.
    package var groups: [Group]
    /// What everyone's evidence says beyond the verdicts of arms.
    package var conclusion: Conclusion?

    /// What there is to say of a competition as a whole.
    package enum Conclusion: String, CaseIterable, Sendable {
        /// Every arm has been excluded at some time: the arms' order has changed, and there is no winner.
        case orderChanged = "order_changed"
        /// No rival of the leader can be better by 1 %.
        case nothingLeft = "nothing_left"
    }

    /// - Parameters:
    ///   - groups: what the shares were made of.
    ///   - rows: the shares.
    package init(
        experiment: Experiment, learning: LearningSettings, allocation: AllocationSettings, groups: [LearnedGroup],
        rows: [AllocationRow], conclusion: Conclusion? = nil
    ) {
        self.conclusion = conclusion
        key = experiment.key
        reward = learning.reward
        objective = learning.objective
        since = learning.since
        window = learning.window
        halfLife = learning.halfLife
        seasonality = learning.seasonality
        pooling = learning.pooling
        minimumVisitors = learning.minimumVisitors
        warmup = allocation.warmup
        control = experiment.control
        holdout = experiment.holdout
        let everyone = rows.filter { $0.key.segment == .everyone }
        let competing = everyone.filter { $0.probabilityBest != nil }.map(\.key.variant)
        let controlled = everyone.reduce(0) { $0 + ($1.status == .control ? $1.traffic : 0) }
        let available = Double(1_000_000 - controlled) / 1e6
        floors = Dictionary(
            zip(competing, allocation.floors(of: competing, available: available))
        ) { first, _ in first }
        self.groups = groups.map { group in
            Group(
                segment: group.segment,
                arms: group.arms.map { Arm(variant: $0.variant, posterior: $0.posterior) })
        }
        self.groups.sort { left, right in
            left.segment != right.segment
                && (left.segment == .everyone || right.segment != .everyone && left.segment < right.segment)
        }
    }

    /// The posterior of a row; nil when none is known.
    package func posterior(segment: Name, variant: Name) -> Posterior? {
        groups.first { $0.segment == segment }?.arms.first { $0.variant == variant }?.posterior
    }
}
