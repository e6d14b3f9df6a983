package import Policies

/// A way to share an experiment's traffic, and what it regrets on each day.
package struct PolicyOutcome: Sendable {
    package var name: String
    /// The expected reward of each day; nil where days were drawn, for it would be that of other people.
    package var reward: [Double]?
    /// Its difference from the best possible.
    package var regret: [Double]
}

/// All days of an experiment: what its traffic brought, beside what else could have been done with it.
///
/// Regret is in expected rewards: over all people, the reward of the best arm of their segment and day less that of the arm
/// they were shown, by the truth. Luck has no part in it. The arms to choose from are those that competed for the table in
/// force, which is an old one when a night stopped. One *day of traffic* is what an even split over them regrets on an average day: visitors · (best − mean of the arms). It makes regrets of different slots comparable.
package struct EndToEndExperiment: Sendable {
    package let world: WorldExperiment
    /// By day.
    package let days: [ServedDay]
    /// Other policies that were tried on the same world.
    package var others: [PolicyOutcome] = []

    package init(_ index: Int, of world: World, nights: [EndToEndNight]) {
        self.world = world.experiments[index]
        days = nights.map { $0.served[index] }
    }

    /// The settings that were lived, the best and the even split of the same people, and the others.
    package var policies: [PolicyOutcome] {
        [
            PolicyOutcome(name: "oracle", reward: days.map(\.oracleReward), regret: days.map { _ in 0 }),
            PolicyOutcome(name: "chosen", reward: days.map(\.reward), regret: days.map(\.regret)),
            PolicyOutcome(name: "even split", reward: days.map(\.evenReward), regret: days.map(\.evenRegret)),
        ] + others
    }

    /// Tries another policy on the days of the same world, drawn instead of written as logs.
    ///
    /// - Parameter number: the experiment's place in the world.
    package mutating func compare(with policy: some Policy, on world: World, number: Int) throws(PolicyError) {
        let life = try PolicyRun(of: world, experiment: number, under: policy)
        others.append(PolicyOutcome(name: policy.name, reward: nil, regret: life.regret))
    }

    package var visitors: Int { days.reduce(0) { $0 + $1.visitors } }

    /// The regret that is one day of traffic; 0 where all arms are worth the same.
    package var dayOfTraffic: Double {
        days.reduce(0) { $0 + $1.evenRegret } / Double(max(1, days.count))
    }

    /// A regret in days of traffic; nil where all arms are worth the same.
    package func inDays(_ regret: Double) -> Double? {
        dayOfTraffic > 0 ? regret / dayOfTraffic : nil
    }

    /// The share of days on which the best arm had the most traffic, of those with one best arm and one leader; nil without.
    package var bestLed: Double? {
        let known = days.compactMap(\.bestLeads)
        return known.isEmpty ? nil : Double(known.count { $0 }) / Double(known.count)
    }

    /// The share of visitors that a night moves to another arm, on average over the nights; as in ``PolicyRun/churn``.
    package var churn: Double {
        days.reduce(0) { $0 + $1.churn } / Double(max(1, days.count))
    }

    /// The share of traffic that floors give to arms beyond their probability of being best, on average over the days; as in
    /// ``PolicyRun/floorTraffic``.
    package var floorTraffic: Double {
        days.reduce(0) { $0 + $1.floorTraffic } / Double(max(1, days.count))
    }
}
