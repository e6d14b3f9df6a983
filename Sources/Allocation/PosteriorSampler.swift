import CLibrary
import Learning
import Numerics

/// A random value of a posterior on a scale on which values compare without under- or overflow.
///
/// Beta values come as ln(θ / (1 − θ)), where 10⁻⁵⁰⁰ is as good a number as ½; Student-t values as they are.
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
        case .studentT(let location, let scale, let degreesOfFreedom):
            guard scale > 0 else { return location }
            let normal = PosteriorSampler.normalVariate(using: &generator)
            let half = degreesOfFreedom / 2
            // χ² = 2 G, G from Gamma(ν / 2).
            let spread = exp(0.5 * (log(half) - PosteriorSampler.logGammaVariate(half, using: &generator)))
            return location + scale * normal * spread
        }
    }

    /// The ratio by which a drawn value exceeds a drawn value of the champion, both of this posterior's family:
    /// 0 when it does not, `BestArmProbability.greatestValueRemaining` at most, and where the champion's value is not positive.
    func excess(of value: Double, over champion: Double) -> Double {
        guard value > champion else { return 0 }
        let ratio: Double
        switch posterior {
        case .beta:
            // ln θ = −ln(1 + e^−logit), in the form that does not overflow.
            func logValue(_ logit: Double) -> Double { min(0, logit) - log1p(exp(-abs(logit))) }
            ratio = expm1(logValue(value) - logValue(champion))
        case .studentT:
            guard champion > 0 else { return BestArmProbability.greatestValueRemaining }
            ratio = (value - champion) / champion
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
