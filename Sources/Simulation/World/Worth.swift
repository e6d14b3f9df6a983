import Learning

/// What a visitor is worth: the expected reward, and the best that could have been shown.
package struct Worth: Sendable {
    private let truth: Truth
    /// What a rewarded visitor of each arm is worth: 1, or the mean of a purchase when revenue is the reward.
    private let scale: [Double]

    package init(_ experiment: WorldExperiment, _ truth: Truth) {
        self.truth = truth
        scale = experiment.arms.map { experiment.reward == .revenue ? $0.revenue.mean : 1 }
    }

    /// The expected reward of a visitor of the segment who is shown the arm on the day.
    package func reward(day: Int, segment: Int, arm: Int) -> Double {
        truth.rate(day: day, segment: segment, arm: arm) * scale[arm]
    }

    /// The arms that compete for the day's traffic, in the world's order.
    package func competitors(day: Int) -> [Int] {
        (0..<truth.arms).filter { truth.competes(arm: $0, day: day) }
    }

    /// The expected reward of the best competing arm in a segment; 0 without a competing arm.
    package func best(day: Int, segment: Int) -> Double {
        competitors(day: day).map { reward(day: day, segment: segment, arm: $0) }.max() ?? 0
    }

    /// The expected reward of an arm drawn evenly from the competing ones; 0 without any.
    package func even(day: Int, segment: Int) -> Double {
        let arms = competitors(day: day)
        return arms.reduce(0) { $0 + reward(day: day, segment: segment, arm: $1) } / Double(max(1, arms.count))
    }

    /// The competing arm that is best for all visitors together, the first of equal ones; nil without any.
    ///
    /// - Parameter weights: of the segments.
    package func bestArm(day: Int, weights: [Double]) -> Int? {
        var best: (arm: Int, reward: Double)?
        for arm in competitors(day: day) {
            let reward = weights.indices.reduce(0) { $0 + weights[$1] * self.reward(day: day, segment: $1, arm: arm) }
            if best.map({ reward > $0.reward }) ?? true { best = (arm, reward) }
        }
        return best?.arm
    }
}
