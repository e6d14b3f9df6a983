import Allocation
import Learning
import TestSupport

/// Times an exact P(best), value remaining included, by the number of arms.
enum BestProbabilityBenchmark {
    static func run() {
        for (name, posteriors) in cases {
            let least = leastTime(rounds: max(1, 400 / posteriors.count)) {
                _ = try? BestArmProbability.exact(posteriors)
            }
            print("P(best) and value remaining, \(name): \(least)")
        }
        let posteriors = similar(arms: 10)
        let sampling = leastTime(rounds: 1) { _ = BestArmProbability.sampling(posteriors, draws: 10_000, seed: 1) }
        print("the same by 10,000 draws, 10 arms: \(sampling)")
        let intervals = leastTime(rounds: 10) {
            for posterior in posteriors { _ = posterior.quantile(0.025) + posterior.quantile(0.975) }
        }
        print("credible intervals, 10 arms: \(intervals)")
    }

    private static var cases: [(String, [Posterior])] {
        [
            ("2 arms", similar(arms: 2)),
            ("10 arms", similar(arms: 10)),
            ("100 arms", similar(arms: 100)),
            ("9 mature arms and a new one", similar(arms: 9) + [.beta(alpha: 1, beta: 1)]),
            ("10 arms of very different precision", (0..<10).map { scaled(by: $0) }),
            ("10 arms of revenue", revenue(arms: 10)),
        ]
    }

    /// Arms around 5 %, of some thousand to a hundred thousand visitors.
    private static func similar(arms: Int) -> [Posterior] {
        var generator = SplitMix64(seed: 1)
        return (0..<arms).map { _ in
            let visitors = Double.random(in: 5_000...100_000, using: &generator)
            let rate = Double.random(in: 0.045...0.055, using: &generator)
            return .beta(alpha: 1 + rate * visitors, beta: 1 + (1 - rate) * visitors)
        }
    }

    /// 5 % of 10 to 5·10⁹ visitors.
    private static func scaled(by exponent: Int) -> Posterior {
        var visitors = 10.0
        for _ in 0..<exponent { visitors *= 8 }
        return .beta(alpha: 1 + 0.05 * visitors, beta: 1 + 0.95 * visitors)
    }

    private static func revenue(arms: Int) -> [Posterior] {
        var generator = SplitMix64(seed: 2)
        return (0..<arms).map { _ in
            .logStudentT(
                location: Double.random(in: 1.9...2.1, using: &generator),
                scale: Double.random(in: 0.02...0.1, using: &generator),
                degreesOfFreedom: Double.random(in: 100...100_000, using: &generator))
        }
    }
}
