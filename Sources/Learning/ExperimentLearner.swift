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
    private let armPositions: [Name: Int]

    package init(experiment: Experiment, settings: LearningSettings, priors: PriorCounts = PriorCounts()) {
        self.experiment = experiment
        self.settings = settings
        self.priors = priors
        arms = experiment.arms
        armPositions = Dictionary(arms.enumerated().map { ($0.element, $0.offset) }) { first, _ in first }
    }

    /// Learns the group of everyone (`*`) and those of the segments with enough visitors, in byte order after it.
    ///
    /// - Parameter rows: the experiment's rows up to the date of the run, in any order; rows of one arm, segment, date and
    ///   table add, those of undeclared arms are skipped.
    /// - Throws: `CountOverflow` when a sum of visitors or money leaves its integer.
    /// - Complexity: O(rows), and for each group O(strata · arms² + arms³).
    package func learn(_ rows: [DailyRow]) throws(CountOverflow) -> [LearnedGroup] {
        let armOfRow = rows.map { armPositions[$0.key.variant] }
        let strata = strata(of: rows, armOfRow)
        let stratumOfRow = strata.positions(of: rows)
        var everyone = emptyCounts(strata)
        var segments = RowsBySegment()
        for (index, row) in rows.enumerated() {
            guard let arm = armOfRow[index], let stratum = stratumOfRow[index] else { continue }
            try everyone.add(row.counts, stratum: stratum, arm: arm, reward: settings.reward)
            if row.key.segment != .everyone {
                segments.append(RowsBySegment.Row(index: index, stratum: stratum, arm: arm), row.key.segment)
            }
        }
        var own: [(segment: Name, counts: GroupCounts)] = []
        var rest = everyone
        for (segment, placed) in segments.sorted() {
            var counts = emptyCounts(strata)
            for row in placed {
                try counts.add(rows[row.index].counts, stratum: row.stratum, arm: row.arm, reward: settings.reward)
            }
            guard try counts.visitors() >= settings.minimumVisitors else { continue }
            own.append((segment, counts))
            rest.subtract(counts)
        }
        let parts = settings.seasonality == .stratified ? own.map(\.counts) + [rest] : [everyone]
        let parent = model(parts, averagePurchase: everyone.averagePurchase, strata)
        let global = group(.everyone, everyone, parent, nil)
        return [global]
            + own.map { segment, counts in
                let model = model([counts], averagePurchase: counts.averagePurchase, strata)
                return group(segment, counts, model, (global, parent))
            }
    }

    /// The strata with visitors of declared arms, on the days that the window takes.
    private func strata(of rows: [DailyRow], _ armOfRow: [Int?]) -> Strata {
        var strata: Set<Stratum> = []
        var last: Stratum?
        for (row, arm) in zip(rows, armOfRow) where arm != nil && row.counts.visitors > 0 {
            let stratum = Stratum(of: row)
            if stratum != last { strata.insert(stratum) }
            last = stratum
        }
        let window = DayWindow(
            daysWithData: Set(strata.map(\.date)), window: settings.window, halfLife: settings.halfLife)
        return Strata(strata, in: window)
    }

    private func emptyCounts(_ strata: Strata) -> GroupCounts {
        GroupCounts(strata: strata.weights.count, arms: arms.count)
    }

    /// The observations of a group, ready to update the prior of each of its arms.
    private enum Model {
        case rate(RateUpdate)
        case revenue(RevenueUpdate)
    }

    /// - Parameter parts: counts of disjoint visitors, whose strata are told apart.
    private func model(_ parts: [GroupCounts], averagePurchase: Double, _ strata: Strata) -> Model {
        let weighted = parts.map { counts in
            var observations = counts.observations(reward: settings.reward)
            observations.weigh(strata.weights)
            return observations
        }
        let observations = StratumObservations(stacking: weighted)
        switch settings.reward {
        case .click, .purchase:
            return .rate(RateUpdate(observations, seasonality: settings.seasonality))
        case .revenue:
            return .revenue(
                RevenueUpdate(observations, seasonality: settings.seasonality, averagePurchase: averagePurchase))
        }
    }

    private func group(
        _ segment: Name, _ counts: GroupCounts, _ model: Model, _ everyone: (group: LearnedGroup, model: Model)?
    ) -> LearnedGroup {
        let learned = arms.indices.map { arm in
            let pooled = everyone.map { everyone in
                let parent = everyone.group.arms[arm]
                return Pooled(
                    visitors: min(max(0, settings.pooling), Double(parent.visitors)), mean: parent.posterior.mean)
            }
            let posterior: Posterior
            var priorVisitors = 0.0
            switch model {
            case .rate(let update):
                let key = ArmKey(
                    platform: experiment.key.platform, slot: experiment.key.slot, segment: segment, variant: arms[arm])
                let prior = priors[key]
                priorVisitors = prior.successes + prior.failures
                posterior = update.posterior(ofArm: arm, prior: prior, pooled: pooled)
            case .revenue(let update):
                var variance = 0.0
                if case .revenue(let parent) = everyone?.model { variance = parent.pooledVariance }
                posterior = update.posterior(ofArm: arm, pooled: pooled, variance: variance)
            }
            return LearnedArm(
                variant: arms[arm], posterior: posterior, visitors: counts.visitorsByArm[arm],
                successes: counts.successesByArm[arm], priorVisitors: priorVisitors)
        }
        return LearnedGroup(segment: segment, arms: learned)
    }
}
