import Domain

/// The rates of all groups of an experiment, clicks or purchases.
struct RateGroups {
    /// What a segment's group takes over from everyone.
    struct Shared: Equatable, Sendable {
        /// f, the segment's level; 1 where pooling is fixed.
        var level: Double
        /// n′ by arm.
        var visitors: [Double]
        /// Σ κO over the arms; nil where the level is not learned.
        var successes: Double?
    }

    let everyone: RateUpdate
    let own: [RateUpdate]
    private let reward: Reward
    private let parts: [SegmentPooling.Part]
    private let pooling: Pooling

    init(_ counts: ExperimentCounts, clicks: Bool, _ settings: LearningSettings) {
        reward = clicks ? .click : .purchase
        pooling = settings.pooling
        func observations(_ counts: GroupCounts, _ weights: [Double]) -> StratumObservations {
            var observations = counts.observations(clicks: clicks)
            observations.weigh(weights)
            return observations
        }
        let ownObservations = counts.own.map { observations($0.counts, $0.weights) }
        let stacked =
            settings.seasonality == .stratified && !ownObservations.isEmpty
            ? StratumObservations(stacking: ownObservations + [observations(counts.rest, counts.weights)])
            : observations(counts.everyone, counts.weights)
        everyone = RateUpdate(stacked, seasonality: settings.seasonality)
        own = ownObservations.map { RateUpdate($0, seasonality: settings.seasonality) }
        guard pooling == .automatic else {
            parts = []
            return
        }
        parts =
            own.map { SegmentPooling.Part($0) }
            + counts.others.map {
                SegmentPooling.Part(
                    RateUpdate(observations($0.counts, $0.weights), seasonality: settings.seasonality))
            }
    }

    /// The groups, everyone's first.
    func groups(_ learner: ExperimentLearner, _ counts: ExperimentCounts) -> [LearnedGroup] {
        let global = learner.group(.everyone, counts.everyone, reward) { arm, prior in
            let posterior = everyone.posterior(ofArm: arm, prior: prior, pooled: nil)
            return KnownArm(
                posterior: posterior, mean: posterior.mean, interval: posterior,
                priorVisitors: prior.successes + prior.failures, isCompared: everyone.compares(arm: arm))
        }
        guard !counts.own.isEmpty else { return [global] }
        let (shared, meanRate) = shared(global, learner.hasRows(counts.everyone))
        return [global]
            + counts.own.indices.map { number in
                let update = own[number]
                return learner.group(counts.own[number].segment, counts.own[number].counts, reward) { arm, prior in
                    let mean = global.arms[arm].posterior.mean
                    let pooled = Pooled(
                        visitors: shared[number].visitors[arm],
                        mean: pooling == .automatic ? min(0.999, mean * shared[number].level) : mean)
                    let posterior = update.posterior(ofArm: arm, prior: prior, pooled: pooled)
                    return KnownArm(
                        posterior: posterior, mean: posterior.mean,
                        interval: RateGroups.interval(
                            posterior, shared[number], meanRate,
                            dependence: dependence(shared[number], update, arm)),
                        priorVisitors: prior.successes + prior.failures + pooled.visitors,
                        isCompared: update.compares(arm: arm))
                }
            }
    }

    /// s = n′ / (n′ + T): how far a segment's arm stands on everyone.
    func dependence(_ shared: Shared, _ update: RateUpdate, _ arm: Int) -> Double {
        let visitors = shared.visitors[arm]
        return visitors > 0 ? visitors / (visitors + update.trials(ofArm: arm)) : 0
    }

    /// What each group takes over from everyone, and m̄.
    func shared(_ global: LearnedGroup, _ arms: [Int]) -> (shared: [Shared], meanRate: Double) {
        let means = global.arms.map(\.posterior.mean)
        // What is known of an arm that was never compared is its prior: no segment takes that for visitors.
        func taken(atMost visitors: Double) -> [Double] {
            global.arms.map { $0.isCompared ? min(visitors, Double($0.visitors)) : 0 }
        }
        switch pooling {
        case .visitors(let visitors):
            let taken = taken(atMost: max(0, visitors))
            return (own.map { _ in Shared(level: 1, visitors: taken, successes: nil) }, 0)
        case .automatic:
            let learned = SegmentPooling(parts, means: means, arms: arms)
            let taken = taken(atMost: learned.visitors)
            let shared = own.indices.map { number in
                Shared(
                    level: parts[number].level(means, among: arms), visitors: taken,
                    successes: parts[number].successes.reduce(0, +))
            }
            return (shared, learned.meanRate)
        }
    }

    /// The interval shown: the prior takes the segment's level as known, which is right where arms are compared and too
    /// sure of a mean by itself. The mean stays, the variance has the level's error beside.
    private static func interval(
        _ posterior: Posterior, _ shared: Shared, _ meanRate: Double, dependence: Double
    ) -> Posterior {
        guard case .beta(let alpha, let beta) = posterior, let successes = shared.successes, dependence > 0 else {
            return posterior
        }
        let mean = posterior.mean
        let error = mean * dependence
        let variance =
            mean * (1 - mean) / (alpha + beta + 1) + error * error * (1 - meanRate) / max(1, successes)
        let size = max(2, mean * (1 - mean) / variance - 1)
        return .beta(alpha: mean * size, beta: (1 - mean) * size)
    }
}
