/// The posteriors of rates: clickers or purchasers per visitor.
///
/// The prior of an arm is Beta(1, 1) plus the counts it brings along; O of κ-weighted successes among T adjusted trials make
/// it Beta(α + κ·O, β + κ·(max(T, O) − O)). T can be below O when an arm's visitors came in poor strata.
struct RateUpdate: Equatable, Sendable {
    let adjustment: SeasonalAdjustment
    /// O, by arm.
    let successes: [Double]

    init(_ observations: StratumObservations, seasonality: Seasonality) {
        switch seasonality {
        case .adjusted, .stratified:
            adjustment = SeasonalAdjustment(
                visitors: observations.visitors, successes: observations.successes, strata: observations.strata,
                arms: observations.arms)
        case .none:
            adjustment = SeasonalAdjustment(pooling: observations)
        }
        successes = observations.sumsByArm(observations.successes)
    }

    /// κ·max(T, O) of an arm: the visitors of average rate that compare it with others.
    func trials(ofArm arm: Int) -> Double {
        adjustment.evidence[arm] * max(adjustment.adjustedTrials[arm], successes[arm])
    }

    /// Whether an arm's visitors compare it with others: of fewer than a tenth of them the posterior knows next to nothing, however
    /// many they are.
    func compares(arm: Int) -> Bool { adjustment.evidence[arm] >= 0.1 }

    /// κ·O of an arm.
    func weightedSuccesses(ofArm arm: Int) -> Double { adjustment.evidence[arm] * successes[arm] }

    /// The posterior of an arm.
    ///
    /// - Parameters:
    ///   - prior: history of this very row group, in whole weight.
    ///   - pooled: the visitors taken over from everyone and their mean here; nil when there are none.
    func posterior(ofArm arm: Int, prior: PriorCounts.Counts, pooled: Pooled?) -> Posterior {
        let visitors = pooled?.visitors ?? 0
        let mean = pooled?.mean ?? 0
        let own = weightedSuccesses(ofArm: arm)
        return .beta(
            alpha: 1 + visitors * mean + prior.successes + own,
            beta: 1 + visitors * (1 - mean) + prior.failures + (trials(ofArm: arm) - own))
    }
}

/// What a segment takes over from everyone's group for one arm.
struct Pooled: Equatable, Sendable {
    /// n′, at most the arm's raw visitors: a new arm brings nothing.
    let visitors: Double
    /// Their rate in this segment.
    let mean: Double
}
