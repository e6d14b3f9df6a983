import CLibrary

// The standard normal distribution. With z and p of the same sign convention throughout: Φ(z) is the lower tail.

extension SpecialFunctions {
    /// Φ(z) = ½ erfc(−z / √2) (DLMF 7.17.2 in other words), to 10⁻¹⁵ relative also far below 0; what lies below the least
    /// normal double loses digits.
    ///
    /// The argument −z / √2 is kept with its rounding error ε: far out erfc falls so steeply that ε alone would take three
    /// digits. erfc(x + ε) = erfc(x) − 2/√π · e^(−x²) · ε up to terms in ε².
    package static func normalCumulative(_ z: Double) -> Double {
        let x = -z * rootOfHalf
        guard abs(x) < 27.5 else { return z.isNaN ? .nan : z < 0 ? 0 : 1 }
        let rest = (-x).addingProduct(-z, rootOfHalf) - z * rootOfHalfRest
        return 0.5 * (erfc(x) - 2 / Double.pi.squareRoot() * exp(-x * x) * rest)
    }

    /// P(Z > z) = Φ(−z), the upper tail, accurate relative to itself.
    package static func normalUpperTail(_ z: Double) -> Double { normalCumulative(-z) }

    /// P(|Z| ≥ |z|) = 2 Φ(−|z|): the p-value of a two-sided test by the normal distribution.
    package static func normalTwoSided(_ z: Double) -> Double { 2 * normalCumulative(-abs(z)) }

    /// The z with Φ(z) = `probability`, 0 < probability < 1, to 10⁻¹⁵ relative; ∓infinity at the ends, NaN outside.
    ///
    /// Three rational functions of degree 7 (Wichura 1988, "Algorithm AS 241: The Percentage Points of the Normal
    /// Distribution", PPND16). For the z of an upper tail q, however small, take −normalQuantile(probability: q): 1 − q would
    /// lose its digits.
    package static func normalQuantile(probability: Double) -> Double {
        guard probability >= 0, probability <= 1 else { return .nan }
        guard probability > 0 else { return -.infinity }
        guard probability < 1 else { return .infinity }
        let distance = probability - 0.5
        if abs(distance) <= 0.425 {
            let r = 0.180625 - distance * distance
            return distance * (polynomial(r, centralNumerator) / polynomial(r, centralDenominator))
        }
        let root = (-log(min(probability, 1 - probability))).squareRoot()
        let magnitude =
            root <= 5
            ? polynomial(root - 1.6, tailNumerator) / polynomial(root - 1.6, tailDenominator)
            : polynomial(root - 5, farNumerator) / polynomial(root - 5, farDenominator)
        return distance < 0 ? -magnitude : magnitude
    }

    /// The quantile of a lower tail of at most ½ that is given by its logarithm, which may lie far below that of any double;
    /// to 5·10⁻⁴ (Abramowitz and Stegun 26.2.23). A start for iterations, not a result.
    package static func normalQuantileEstimate(logLower: Double) -> Double {
        let u = (-2 * logLower).squareRoot()
        return (2.515517 + u * (0.802853 + u * 0.010328)) / (1 + u * (1.432788 + u * (0.189269 + u * 0.001308))) - u
    }

    /// √½ as a double, and what the double leaves of it.
    private static let rootOfHalf = 0.707_106_781_186_547_524_4
    private static let rootOfHalfRest = -4.833646656726457e-17

    /// Coefficients from the constant on.
    private static func polynomial(_ x: Double, _ coefficients: [Double]) -> Double {
        var value = 0.0
        for coefficient in coefficients.reversed() { value = value * x + coefficient }
        return value
    }

    private static let centralNumerator = [
        3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
        4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3,
    ]
    private static let centralDenominator = [
        1, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3, 2.1213794301586595867e+4,
        3.9307895800092710610e+4, 2.8729085735721942674e+4, 5.2264952788528545610e+3,
    ]
    private static let tailNumerator = [
        1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
        1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
    ]
    private static let tailDenominator = [
        1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
        1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
    ]
    private static let farNumerator = [
        6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
        2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
    ]
    private static let farDenominator = [
        1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
        7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
    ]
}
