/// Top-two Thompson sampling (Russo 2020, "Simple Bayesian Algorithms for Best-Arm Identification"): shares that tell the best arm
/// from the others soonest.
package enum TopTwoSampling {
    /// β: how often the arm drawn as best is shown, and not the next that differs from it.
    package static let leaderShare = 0.7

    /// The shares of arms by their probabilities of being best, which add up to 1:
    /// q[v] ∝ p[v]·(β + (1 − β)·Σ p[w] / (1 − p[w]) over the others w).
    ///
    /// 1 − p[w] is summed up from the others, so that it keeps its digits. Where it is 0, w has β and the others what is left, evenly.
    package static func shares(_ probabilities: [Double]) -> [Double] {
        guard probabilities.count > 1 else { return probabilities }
        let others = probabilities.indices.map { arm in
            probabilities.indices.reduce(0) { $1 == arm ? $0 : $0 + probabilities[$1] }
        }
        if let certain = others.firstIndex(of: 0) {
            let rest = (1 - leaderShare) / Double(probabilities.count - 1)
            return probabilities.indices.map { $0 == certain ? leaderShare : rest }
        }
        let odds = zip(probabilities, others).map { $0 / $1 }
        let weights = probabilities.indices.map { arm in
            let seconds = odds.indices.reduce(0) { $1 == arm ? $0 : $0 + odds[$1] }
            return probabilities[arm] * (leaderShare + (1 - leaderShare) * seconds)
        }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }
}
