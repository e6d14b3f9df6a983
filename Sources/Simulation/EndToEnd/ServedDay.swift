import Domain
import Policies

/// What an experiment's people were shown on a day, and what that was worth by the truth.
package struct ServedDay: Sendable {
    /// People by segment and arm of their first view.
    package private(set) var people: [[Int]]
    /// People who had been there on an earlier day, and those of them who were shown another arm than last time.
    package var returning = 0
    package var moved = 0
    /// The share of visitors, 0…1, whom the night after the day moves to another arm.
    package var churn = 0.0
    /// The share of traffic, 0…1, that arms have by their floor beyond their probability of being best.
    package private(set) var floorTraffic = 0.0
    /// The arm with the most traffic among everyone in the day's table; nil when none is ahead of all others.
    package private(set) var leader: Int?
    /// The leader's share, and its probability of being best, in that table.
    package private(set) var leaderTraffic: Double?
    package private(set) var leaderProbability: Double?
    /// The arm to choose that is truly best for all visitors together; nil when none is alone the best.
    package private(set) var best: Int?
    /// The expected rewards of these people: as they were served, by the best arm to choose in each segment, and by an even
    /// split over the arms to choose from, which are those that competed for the day's table. Whoever was
    /// shown the control counts as that in all three.
    package private(set) var reward = 0.0
    package private(set) var oracleReward = 0.0
    package private(set) var evenReward = 0.0

    /// Whether the best arm leads; nil when none is alone the best, or none leads.
    package var bestLeads: Bool? {
        guard let best, let leader else { return nil }
        return best == leader
    }

    /// What knowing the truth would have brought more; never below 0.
    package var regret: Double { oracleReward - reward }
    /// The regret of an even split.
    package var evenRegret: Double { oracleReward - evenReward }

    package var visitors: Int { people.reduce(0) { $0 + $1.reduce(0, +) } }

    init(segments: Int, arms: Int) {
        people = Array(repeating: Array(repeating: 0, count: arms), count: segments)
    }

    mutating func show(segment: Int, arm: Int) {
        people[segment][arm] += 1
    }

    /// Notes what the day's table says.
    mutating func note(_ slot: ServedTable.Slot) {
        floorTraffic = slot.policy.floorTraffic
        guard let leader = slot.leader else { return }
        self.leader = leader.arm
        leaderTraffic = Double(leader.traffic) / 1_000_000
        leaderProbability = leader.probabilityBest
    }

    /// Works out what the day was worth. O(segments · arms)
    ///
    /// - Parameter night: the day with the arms to choose from as those that compete.
    mutating func weigh(_ night: SimulatedNight, control: Int?) {
        best = night.bestForEveryone
        for segment in people.indices {
            let values = night.seen.competing.map { night.value(ofArm: $0, segment: segment) }
            let best = values.max() ?? 0
            // Exactly `best` where all are alike, so that rounding makes no regret.
            let even = best - values.reduce(0) { $0 + (best - $1) } / Double(max(1, values.count))
            for (arm, count) in people[segment].enumerated() where count > 0 {
                let shown = night.value(ofArm: arm, segment: segment)
                reward += Double(count) * shown
                oracleReward += Double(count) * (arm == control ? shown : best)
                evenReward += Double(count) * (arm == control ? shown : even)
            }
        }
    }
}
