import CLibrary
import Numerics

extension Normal {
    /// P(Z ≤ z)
    package static func cumulative(_ z: Double) -> Double { erfc(-z / 2.0.squareRoot()) / 2 }

    /// The z with P(Z ≤ z) = probability, within 10⁻¹⁴ of itself: an estimate, made precise by Halley's steps.
    package static func quantile(_ probability: Double) -> Double {
        guard probability > 0, probability < 1 else { return probability > 0 ? .infinity : -.infinity }
        let tail = min(probability, 1 - probability)
        guard tail < 0.5 else { return 0 }
        var z = -abs(SpecialFunctions.normalQuantileEstimate(logLower: log(tail)))
        for _ in 0..<4 {
            let density = exp(-z * z / 2) / (2 * Double.pi).squareRoot()
            let step = (cumulative(z) - tail) / density
            z -= step / (1 + z * step / 2)
        }
        return probability < 0.5 ? z : -z
    }
}
