import Vocabulary

/// What an experiment's people were shown on a day, and what that was worth by the truth.
package struct ServedDay: Sendable {
    /// People by segment and arm of their first view.
    package private(set) var people: [[Int]]
    /// People who had been there on an earlier day, and those of them who were shown another arm than last time.
    package var returning = 0
    package var moved = 0
    /// People who were shown a competing arm that gets no more than its floor.
    package private(set) var onFloor = 0
    /// The arm with the most traffic among everyone in the day's table; nil when the table leaves the experiment out.
    package var leader: Int?
    /// The leader's share, and its probability of being best, in that table.
    package var leaderTraffic = 0.0
    package var leaderProbability: Double?
    /// The competing arm that is truly best for all visitors together; nil when none is alone the best.
    package var best: Int?
    /// The expected rewards of these people: as they were served, by the best competing arm in each segment, and by an even
    /// split over the competing arms. Whoever was shown the control counts as that in all three.
    package private(set) var reward = 0.0
    package private(set) var oracleReward = 0.0
    package private(set) var evenReward = 0.0

    /// Whether the best arm leads; nil when none is alone the best.
    package var bestLeads: Bool? { best.map { $0 == leader } }

    /// What knowing the truth would have brought more.
    package var regret: Double { oracleReward - reward }
    /// The regret of an even split.
    package var evenRegret: Double { oracleReward - evenReward }

    package var visitors: Int { people.reduce(0) { $0 + $1.reduce(0, +) } }

    init(segments: Int, arms: Int) {
        people = Array(repeating: Array(repeating: 0, count: arms), count: segments)
    }

    mutating func show(segment: Int, arm: Int, isOnFloor: Bool) {
        people[segment][arm] += 1
        if isOnFloor { onFloor += 1 }
    }

    /// Works out what the day was worth. O(segments · arms)
    mutating func weigh(_ night: Night, control: Int?) {
        best = night.bestForEveryone
        for segment in people.indices {
            let values = night.competing.map { night.value(ofArm: $0, segment: segment) }
            let best = values.max() ?? 0
            let even = values.reduce(0, +) / Double(max(1, values.count))
            for (arm, count) in people[segment].enumerated() where count > 0 {
                let shown = night.value(ofArm: arm, segment: segment)
                reward += Double(count) * shown
                oracleReward += Double(count) * (arm == control ? shown : best)
                evenReward += Double(count) * (arm == control ? shown : even)
            }
        }
    }
}
