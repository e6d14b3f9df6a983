import CLibrary

extension SpecialFunctions {
    /// Q(a, x) = Γ(a, x) / Γ(a), the upper tail of the Gamma distribution, for a > 0, x ≥ 0; NaN elsewhere.
    ///
    /// The p-value of χ² with k degrees of freedom is Q(k / 2, χ² / 2). Power series below the mean (DLMF 8.11.4),
    /// continued fraction above (DLMF 8.9.2); both take O(√a) terms.
    package static func regularizedGammaUpper(shape: Double, x: Double) -> Double {
        guard shape > 0, x >= 0, shape.isFinite else { return .nan }
        guard x > 0 else { return 1 }
        guard x.isFinite else { return 0 }
        // xᵃ e⁻ˣ / Γ(a) with the leading terms of ln Γ cancelled against it.
        let relative = (x - shape) / shape
        let exponent = -shape * (abs(relative) < 0.4 ? deviance(relative) : relative - log(x / shape))
        let kernel = exp(exponent - stirlingCorrection(shape)) * (shape / (2 * Double.pi)).squareRoot()
        return x < shape + 1
            ? max(0, 1 - kernel * gammaSeries(shape, x))
            : kernel * gammaFraction(shape, x)
    }

    /// Σ xᵏ / (a (a + 1) … (a + k)).
    private static func gammaSeries(_ shape: Double, _ x: Double) -> Double {
        var term = 1 / shape
        var sum = term
        var denominator = shape
        while term > sum * 1e-17 {
            denominator += 1
            term *= x / denominator
            sum += term
        }
        return sum
    }

    /// The continued fraction of Γ(a, x) eˣ x⁻ᵃ by Lentz's method as modified by Thompson and Barnett (1986).
    private static func gammaFraction(_ shape: Double, _ x: Double) -> Double {
        var partial = x + 1 - shape
        var inverse = 1 / partial
        var ratio = 1e300
        var value = inverse
        var index = 0.0
        var factor = 0.0
        while abs(factor - 1) > 3e-16, index < 1e7 {
            index += 1
            let numerator = -index * (index - shape)
            partial += 2
            inverse = 1 / nonZero(numerator * inverse + partial)
            ratio = nonZero(partial + numerator / ratio)
            factor = ratio * inverse
            value *= factor
        }
        return value
    }

    private static func nonZero(_ value: Double) -> Double {
        abs(value) < 1e-300 ? 1e-300 : value
    }
}
