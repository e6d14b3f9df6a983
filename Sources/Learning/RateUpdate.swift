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
                visitors: observations.visitors, successes: observations.rewards, strata: observations.strata,
                arms: observations.arms)
        case .none:
            adjustment = SeasonalAdjustment(pooling: observations)
        }
        successes = observations.sumsByArm(observations.rewards)
    }

    /// The posterior of an arm.
    ///
    /// - Parameters:
    ///   - prior: history of this very row group, in whole weight.
    ///   - pooled: the arm's posterior over everyone and the visitors it stands for here; nil when there is none.
    func posterior(ofArm arm: Int, prior: PriorCounts.Counts, pooled: Pooled?) -> Posterior {
        let evidence = adjustment.evidence[arm]
        let failures = max(adjustment.adjustedTrials[arm], successes[arm]) - successes[arm]
        let visitors = pooled?.visitors ?? 0
        let mean = pooled?.mean ?? 0
        return .beta(
            alpha: 1 + visitors * mean + prior.successes + evidence * successes[arm],
            beta: 1 + visitors * (1 - mean) + prior.failures + evidence * failures)
    }
}

/// What a segment takes over from everyone's group for one arm.
struct Pooled: Equatable, Sendable {
    /// n′ = min(`pooling`, the arm's raw visitors): a new arm brings nothing.
    let visitors: Double
    /// The mean of the arm's posterior over everyone.
    let mean: Double
}
