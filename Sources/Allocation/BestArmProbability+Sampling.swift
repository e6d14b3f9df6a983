import CLibrary
package import Learning
import Numerics

extension BestArmProbability {
    /// Estimates P(best) as the frequency of being the greatest among `draws` joint draws, and the value remaining as the
    /// 95th percentile of their ratios; arms that draw the same value share that draw evenly.
    ///
    /// Standard error √(p (1 − p) / draws). Every draw is a pure function of seed, arm and number, so the outcome depends on
    /// nothing else. O(arms · draws) time, O(draws) memory. Posteriors are of one family and proper, as `exact` demands.
    /// Without arms or draws the shares are even.
    package static func sampling(_ posteriors: [Posterior], draws: Int, seed: UInt64) -> BestArmProbability {
        guard posteriors.count > 1, draws > 0 else {
            let share = 1 / Double(max(1, posteriors.count))
            return BestArmProbability(probabilityBest: posteriors.map { _ in share }, valueRemaining: 0)
        }
        let samplers = posteriors.map { PosteriorSampler($0) }
        func value(_ arm: Int, _ draw: Int) -> Double {
            var generator = CounterGenerator(seed: seed, arm: arm, draw: draw)
            return samplers[arm].draw(using: &generator)
        }

        var wins = [Double](repeating: 0, count: samplers.count)
        var greatest: [Double] = []
        greatest.reserveCapacity(draws)
        var winners: [Int] = []
        for draw in 0..<draws {
            var best = -Double.infinity
            winners.removeAll(keepingCapacity: true)
            for arm in samplers.indices {
                let drawn = value(arm, draw)
                if drawn > best {
                    best = drawn
                    winners.removeAll(keepingCapacity: true)
                }
                if drawn == best { winners.append(arm) }
            }
            for arm in winners { wins[arm] += 1 / Double(winners.count) }
            greatest.append(best)
        }

        let champion = champion(wins)
        var ratios = greatest.indices.map { draw in
            samplers[champion].excess(of: greatest[draw], over: value(champion, draw))
        }
        ratios.sort()
        let rank = Int((level * Double(draws)).rounded(.up))
        return BestArmProbability(
            probabilityBest: wins.map { $0 / Double(draws) }, valueRemaining: ratios[max(0, rank - 1)])
    }
}

/// A random value of a posterior on a scale on which values compare without under- or overflow.
///
/// Beta values come as ln(θ / (1 − θ)), where 10⁻⁵⁰⁰ is as good a number as ½; those of revenue as ln θ.
struct PosteriorSampler: Sendable {
    private let posterior: Posterior

    init(_ posterior: Posterior) {
        self.posterior = posterior
    }

    func draw(using generator: inout CounterGenerator) -> Double {
        switch posterior {
        case .beta(let alpha, let beta):
            return PosteriorSampler.logGammaVariate(alpha, using: &generator)
                - PosteriorSampler.logGammaVariate(beta, using: &generator)
        case .logStudentT(let location, let scale, let degreesOfFreedom):
            let normal = PosteriorSampler.normalVariate(using: &generator)
            let half = degreesOfFreedom / 2
            // χ² = 2 G, G from Gamma(ν / 2).
            let spread = exp(0.5 * (log(half) - PosteriorSampler.logGammaVariate(half, using: &generator)))
            return location + scale * normal * spread
        }
    }

    /// The ratio by which a drawn value exceeds a drawn value of the champion, both of this posterior's family:
    /// 0 when it does not, `BestArmProbability.greatestValueRemaining` at most.
    func excess(of value: Double, over champion: Double) -> Double {
        guard value > champion else { return 0 }
        let ratio: Double
        switch posterior {
        case .beta:
            // ln θ = −ln(1 + e^−logit), in the form that does not overflow.
            func logValue(_ logit: Double) -> Double { min(0, logit) - log1p(exp(-abs(logit))) }
            ratio = expm1(logValue(value) - logValue(champion))
        case .logStudentT:
            ratio = expm1(value - champion)
        }
        return min(ratio, BestArmProbability.greatestValueRemaining)
    }

    /// ln of a Gamma(shape) variate (Marsaglia and Tsang 2000, "A Simple Method for Generating Gamma Variables"); a shape below 1
    /// is raised by one and brought back by U^(1 / shape), section 6 there.
    private static func logGammaVariate(_ shape: Double, using generator: inout CounterGenerator) -> Double {
        guard shape >= 1 else {
            return logGammaVariate(shape + 1, using: &generator) + log(generator.uniform()) / shape
        }
        let d = shape - 1 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let normal = normalVariate(using: &generator)
            let root = 1 + c * normal
            guard root > 0 else { continue }
            let v = root * root * root
            let square = normal * normal
            let uniform = generator.uniform()
            if uniform < 1 - 0.0331 * square * square || log(uniform) < 0.5 * square + d * (1 - v + log(v)) {
                return log(d) + 3 * log1p(c * normal)
            }
        }
    }

    /// A standard normal variate (Box and Muller 1958).
    private static func normalVariate(using generator: inout CounterGenerator) -> Double {
        let radius = (-2 * log(generator.uniform())).squareRoot()
        return radius * cos(2 * Double.pi * generator.uniform())
    }
}
