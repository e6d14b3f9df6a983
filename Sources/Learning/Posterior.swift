import CLibrary
import Numerics

/// The distribution of what is known of an arm: of its rate (Beta), or of its mean revenue per visitor, whose logarithm has a
/// Student-t distribution.
///
/// Parameters are finite; α, β, scale and degrees of freedom are positive.
package enum Posterior: Equatable, Sendable {
    case beta(alpha: Double, beta: Double)
    /// exp(location + scale · t) with `degreesOfFreedom`.
    case logStudentT(location: Double, scale: Double, degreesOfFreedom: Double)

    /// The mean α / (α + β), or the median exp(location): the exponential of a t has no mean.
    package var mean: Double {
        switch self {
        case .beta(let alpha, let beta): alpha / (alpha + beta)
        case .logStudentT(let location, _, _): exp(location)
        }
    }

    /// Returns the value below which θ lies with this probability, 0 < probability < 1, to 10⁻¹² relative to its distance
    /// from the nearer end (Beta), or of its logarithm from the location. At 0 and 1: the ends of the support.
    package func quantile(_ probability: Double) -> Double {
        switch self {
        case .beta(let alpha, let beta):
            return SpecialFunctions.inverseRegularizedBeta(probability: probability, alpha: alpha, beta: beta)
        case .logStudentT(let location, let scale, let degreesOfFreedom):
            let t = SpecialFunctions.studentTQuantile(probability: probability, degreesOfFreedom: degreesOfFreedom)
            return exp(location + scale * t)
        }
    }

    /// Returns P(θ ≤ value).
    package func cumulative(_ value: Double) -> Double {
        switch self {
        case .beta(let alpha, let beta):
            return SpecialFunctions.regularizedBeta(x: value, alpha: alpha, beta: beta)
        case .logStudentT(let location, let scale, let degreesOfFreedom):
            guard value > 0 else { return 0 }
            return SpecialFunctions.studentTCumulative(
                (log(value) - location) / scale, degreesOfFreedom: degreesOfFreedom)
        }
    }

    /// Returns the log density of θ at a value: −infinity off the support, infinity at a pole.
    package func logDensity(_ value: Double) -> Double {
        switch self {
        case .beta(let alpha, let beta):
            return SpecialFunctions.betaLogDensity(value, alpha: alpha, beta: beta)
        case .logStudentT(let location, let scale, let degreesOfFreedom):
            guard value > 0 else { return -.infinity }
            let logarithm = log(value)
            return SpecialFunctions.studentTLogDensity(
                (logarithm - location) / scale, degreesOfFreedom: degreesOfFreedom) - log(scale) - logarithm
        }
    }
}
