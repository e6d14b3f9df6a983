package import Domain

/// The step from an experiment's daily rows to what is known of its arms.
///
/// The result depends on the set of rows alone, not on their order: counts are added exactly, as integers, and real numbers
/// begin with the sums of an arm in one stratum, a day under one table, in the order of the strata.
package struct ExperimentLearner: Sendable {
    private let experiment: Experiment
    private let settings: LearningSettings
    private let priors: PriorCounts
    private let arms: [Name]

    package init(experiment: Experiment, settings: LearningSettings, priors: PriorCounts = PriorCounts()) {
        self.experiment = experiment
        self.settings = settings
        self.priors = priors
        arms = experiment.arms
    }

    /// Learns the group of everyone (`*`) and those of the segments with enough visitors, in byte order after it, by the reward of
    /// the settings.
    ///
    /// - Parameter rows: the experiment's rows up to the date of the run, in any order; rows of one arm, segment, date and
    ///   table add, those of undeclared arms are skipped.
    /// - Throws: `CountOverflow` when a sum of visitors or money leaves its integer.
    /// - Complexity: O(rows), and for each group O(strata · arms² + arms³).
    package func learn(_ rows: [DailyRow]) throws(CountOverflow) -> [LearnedGroup] {
        try learn(rows, rewards: [settings.reward])[settings.reward] ?? []
    }

    /// Learns the same groups by several rewards.
    package func learn(
        _ rows: [DailyRow], rewards: Set<Reward>
    ) throws(CountOverflow) -> [Reward: [LearnedGroup]] {
        let counts = try ExperimentCounts(
            settings.counted(rows), armNames: arms, settings: settings,
            others: settings.pooling == .automatic)
        var learned: [Reward: [LearnedGroup]] = [:]
        if rewards.contains(.click) {
            learned[.click] = RateGroups(counts, clicks: true, settings).groups(self, counts)
        }
        guard rewards.contains(.purchase) || rewards.contains(.revenue) else { return learned }
        let purchases = RateGroups(counts, clicks: false, settings)
        if rewards.contains(.purchase) { learned[.purchase] = purchases.groups(self, counts) }
        if rewards.contains(.revenue) {
            learned[.revenue] = RevenueGroups(counts, purchases, settings).groups(self, counts)
        }
        return learned
    }

    /// The group's arms, each with what was counted of it.
    func group(
        _ segment: Name, _ counts: GroupCounts, _ reward: Reward, _ known: (Int, PriorCounts.Counts) -> KnownArm
    ) -> LearnedGroup {
        LearnedGroup(
            segment: segment,
            arms: arms.indices.map { arm in
                let key = ArmKey(
                    platform: experiment.key.platform, slot: experiment.key.slot, segment: segment, variant: arms[arm])
                let known = known(arm, priors[key])
                var learned = LearnedArm(
                    variant: arms[arm], posterior: known.posterior, visitors: counts.visitors(ofArm: arm),
                    successes: counts.successes(ofArm: arm, reward), priorVisitors: known.priorVisitors)
                learned.mean = known.mean
                learned.interval = known.interval
                learned.isCompared = known.isCompared
                return learned
            })
    }

    func hasRows(_ counts: GroupCounts) -> [Int] {
        arms.indices.filter { counts.visitors(ofArm: $0) > 0 }
    }
}

/// What an update says of an arm.
struct KnownArm {
    var posterior: Posterior
    var mean: Double
    var interval: Posterior?
    var priorVisitors: Double
    var isCompared: Bool
}
