import CLibrary
import Numerics

/// The distribution of what is known of an arm: of its rate (Beta), or of its mean revenue per visitor (Student-t).
///
/// Parameters are finite, α, β and degrees of freedom positive, the scale at least 0. A scale of 0 is a point mass at the location.
package enum Posterior: Equatable, Sendable {
    case beta(alpha: Double, beta: Double)
    /// location + scale · t with `degreesOfFreedom`.
    case studentT(location: Double, scale: Double, degreesOfFreedom: Double)

    /// The mean α / (α + β), or the location: the centre also where ν ≤ 1 leaves no mean.
    package var mean: Double {
        switch self {
        case .beta(let alpha, let beta): alpha / (alpha + beta)
        case .studentT(let location, _, _): location
        }
    }

    /// Returns the value below which θ lies with this probability, 0 < probability < 1, to 10⁻¹² relative to its distance
    /// from the nearer end (Beta) or from the location (Student-t). At 0 and 1: the ends of the support.
    package func quantile(_ probability: Double) -> Double {
        switch self {
        case .beta(let alpha, let beta):
            return SpecialFunctions.inverseRegularizedBeta(probability: probability, alpha: alpha, beta: beta)
        case .studentT(let location, let scale, let degreesOfFreedom):
            guard scale > 0 else { return location }
            return location
                + scale
                * SpecialFunctions.studentTQuantile(probability: probability, degreesOfFreedom: degreesOfFreedom)
        }
    }

    /// Returns P(θ ≤ value).
    package func cumulative(_ value: Double) -> Double {
        switch self {
        case .beta(let alpha, let beta):
            return SpecialFunctions.regularizedBeta(x: value, alpha: alpha, beta: beta)
        case .studentT(let location, let scale, let degreesOfFreedom):
            guard scale > 0 else { return value >= location ? 1 : 0 }
            return SpecialFunctions.studentTCumulative((value - location) / scale, degreesOfFreedom: degreesOfFreedom)
        }
    }

    /// Returns the log density of θ at a value: −infinity off the support, infinity at a point mass or a pole.
    package func logDensity(_ value: Double) -> Double {
        switch self {
        case .beta(let alpha, let beta):
            return SpecialFunctions.betaLogDensity(value, alpha: alpha, beta: beta)
        case .studentT(let location, let scale, let degreesOfFreedom):
            guard scale > 0 else { return value == location ? .infinity : -.infinity }
            return SpecialFunctions.studentTLogDensity((value - location) / scale, degreesOfFreedom: degreesOfFreedom)
                - log(scale)
        }
    }
}
