import CLibrary
import Domain

/// The revenue of all groups of an experiment.
struct RevenueGroups {
    private let everyone: RevenueUpdate
    private let own: [RevenueUpdate]
    private let purchases: RateGroups

    init(_ counts: ExperimentCounts, _ purchases: RateGroups, _ settings: LearningSettings) {
        self.purchases = purchases
        func orders(_ counts: GroupCounts, _ weights: [Double]) -> StratumOrders {
            var orders = counts.orders()
            orders.weigh(weights)
            return orders
        }
        let ownOrders = counts.own.map { orders($0.counts, $0.weights) }
        let stacked =
            settings.seasonality == .stratified && !ownOrders.isEmpty
            ? StratumOrders(stacking: ownOrders + [orders(counts.rest, counts.weights)])
            : orders(counts.everyone, counts.weights)
        everyone = RevenueUpdate(purchases: purchases.everyone, orders: stacked, seasonality: settings.seasonality)
        own = zip(purchases.own, ownOrders).map {
            RevenueUpdate(purchases: $0, orders: $1, seasonality: settings.seasonality)
        }
    }

    /// The groups, everyone's first.
    func groups(_ learner: ExperimentLearner, _ counts: ExperimentCounts) -> [LearnedGroup] {
        let rates = purchases.groups(learner, counts)
        guard let known = everyone.everyone else { return withoutSales(rates, learner, counts) }
        let global = learner.group(.everyone, counts.everyone, .revenue) { arm, _ in
            let posterior = RevenueUpdate.posterior(everyone.amounts[arm], known)
            return KnownArm(
                posterior: posterior, mean: posterior.mean, interval: posterior, priorVisitors: 0,
                isCompared: everyone.purchases.compares(arm: arm))
        }
        guard !counts.own.isEmpty else { return [global] }
        let (shared, _) = purchases.shared(rates[0], learner.hasRows(counts.everyone))
        return [global]
            + counts.own.indices.map { number in
                segment(number, shared[number], known, learner, counts)
            }
    }

    private func segment(
        _ number: Int, _ shared: RateGroups.Shared, _ known: RevenueUpdate.Everyone, _ learner: ExperimentLearner,
        _ counts: ExperimentCounts
    ) -> LearnedGroup {
        let amounts = own[number].amounts
        let purchasers = amounts.reduce(0) { $0 + $1.purchasers }
        let revenue = amounts.reduce(0) { $0 + $1.revenue }
        let isLearned = shared.successes != nil
        // g: what a purchaser pays here, beside everyone.
        let value =
            isLearned
            ? max(0.01, (revenue + known.averageOrder) / ((purchasers + 1) * known.averageOrder)) : 1
        return learner.group(counts.own[number].segment, counts.own[number].counts, .revenue) { arm, _ in
            let parent = RevenueUpdate.smoothed(everyone.amounts[arm], known)
            let taken = shared.visitors[arm]
            var total = amounts[arm]
            total.visitors += taken
            total.purchasers += taken * shared.level * parent.purchasers / parent.visitors
            total.revenue += taken * shared.level * value * parent.revenue / parent.visitors
            let posterior = RevenueUpdate.posterior(total, known)
            let dependence = purchases.dependence(shared, purchases.own[number], arm)
            let error = isLearned ? dependence * dependence * (1 + known.squaredVariation) / (purchasers + 1) : 0
            return KnownArm(
                posterior: posterior, mean: posterior.mean,
                interval: RevenueUpdate.posterior(total, known, variance: error), priorVisitors: taken,
                isCompared: purchases.own[number].compares(arm: arm))
        }
    }

    /// Where nothing was sold, or refunds exceed sales, arms compete by purchases; their mean is the plain one, and how
    /// far it may be off is not known.
    private func withoutSales(
        _ rates: [LearnedGroup], _ learner: ExperimentLearner, _ counts: ExperimentCounts
    ) -> [LearnedGroup] {
        let groups = [counts.everyone] + counts.own.map(\.counts)
        return zip(rates, groups).map { rate, counts in
            learner.group(rate.segment, counts, .revenue) { arm, _ in
                let visitors = Double(counts.visitors(ofArm: arm))
                let revenue = real(counts.successes(ofArm: arm, .revenue)) / 1e6
                return KnownArm(
                    posterior: rate.arms[arm].posterior, mean: visitors > 0 ? revenue / visitors : 0, interval: nil,
                    priorVisitors: rate.arms[arm].priorVisitors, isCompared: rate.arms[arm].isCompared)
            }
        }
    }
}
