/// All days of an experiment: what its traffic brought, beside what else could have been done with it.
///
/// Regret is in expected rewards: over all people, the reward of the best competing arm of their segment and day less that of
/// the arm they were shown, by the truth. Luck has no part in it. One *day of traffic* is what an even split over the competing
/// arms regrets on an average day: visitors · (best − mean of the arms). It makes regrets of different slots comparable.
package struct LivedExperiment: Sendable {
    package let world: WorldExperiment
    /// By day.
    package let days: [ServedDay]

    package init(_ index: Int, of world: World, nights: [LivedNight]) {
        self.world = world.experiments[index]
        days = nights.map { $0.served[index] }
    }

    /// A way to share the traffic, and what it regrets on each day.
    package struct Policy: Sendable {
        package var name: String
        /// The expected reward of each day.
        package var reward: [Double]
        /// Its difference from the best possible.
        package var regret: [Double]
    }

    /// The settings that were lived, between the best and the even split of the same people.
    package var policies: [Policy] {
        [
            Policy(name: "oracle", reward: days.map(\.oracleReward), regret: days.map { _ in 0 }),
            Policy(name: "chosen", reward: days.map(\.reward), regret: days.map(\.regret)),
            Policy(name: "uniform", reward: days.map(\.evenReward), regret: days.map(\.evenRegret)),
        ]
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

    /// The share of days on which the arm with most traffic was the best one.
    package var bestLed: Double {
        let led = days.filter { $0.leader != nil && $0.leader == $0.best }.count
        return Double(led) / Double(max(1, days.count))
    }

    /// The share of people who came back and were shown another arm than last time; nil when nobody came back.
    package var churn: Double? {
        let returning = days.reduce(0) { $0 + $1.returning }
        return returning > 0 ? Double(days.reduce(0) { $0 + $1.moved }) / Double(returning) : nil
    }

    /// The share of people who were shown an arm at its floor.
    package var floorTraffic: Double {
        Double(days.reduce(0) { $0 + $1.onFloor }) / Double(max(1, visitors))
    }
}
