import CLibrary
import Numerics

/// The effects that evidence is averaged over: sixteen equally probable points of a half-normal distribution of λ with scale 0.2.
///
///     λ[j] = 0.2·Φ⁻¹(½ + (j + ½)/32),  j = 0 … 15          from + 0.8 % to + 54 %
enum EvidenceMixture {
    static let scale = 0.2
    static let effects: [Double] = (0..<16).map { index in
        scale * SpecialFunctions.normalQuantile(probability: 0.5 + (Double(index) + 0.5) / 32)
    }
    /// e^λ of the greatest effect.
    static let greatestFactor = exp(effects[15])

    /// Moments that l at these effects takes: the next would add less than 10⁻¹⁶ of a success.
    private static let order = 17
    /// By effect, the factors of M₀, M₁, … in l(λ) − U·λ.
    private static let factors = effects.map { PairLikelihood.factors(at: $0, order: order) }

    /// ln E, E = (1/16) Σj exp l(λ[j]): how much better the observations agree with the first arm being better than with its being
    /// no better. By log-sum-exp.
    static func logEvidence(_ likelihood: PairLikelihood) -> Double {
        var greatest = -Double.infinity
        var values = [Double](repeating: 0, count: effects.count)
        for index in effects.indices {
            var value = likelihood.score * effects[index]
            for order in 0..<order { value += factors[index][order] * likelihood.moments[order] }
            values[index] = value
            greatest = max(greatest, value)
        }
        return logSum(values, greatest) - log(Double(effects.count))
    }

    /// ln Σ exp.
    static func logSum(_ values: [Double], _ greatest: Double) -> Double {
        guard greatest > -.infinity else { return -.infinity }
        var sum = 0.0
        for value in values { sum += exp(value - greatest) }
        return greatest + log(sum)
    }
}
