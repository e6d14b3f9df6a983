import CLibrary

extension SpecialFunctions {
    /// P(T ≤ t) of Student's t with ν > 0 degrees of freedom: ½ I_{ν / (ν + t²)}(ν / 2, ½) below 0 (DLMF 8.17.27 and symmetry).
    /// The smaller tail is accurate relative to itself. NaN for other ν.
    package static func studentTCumulative(_ t: Double, degreesOfFreedom: Double) -> Double {
        guard degreesOfFreedom > 0, degreesOfFreedom.isFinite, !t.isNaN else { return .nan }
        guard t != 0 else { return 0.5 }
        guard t.isFinite else { return t < 0 ? 0 : 1 }
        let logit = log(degreesOfFreedom) - 2 * log(abs(t))
        let outside = betaTails(at: UnitPoint(logit: logit), degreesOfFreedom / 2, 0.5)
        return t < 0 ? 0.5 * outside.lower : 0.5 + 0.5 * outside.upper
    }

    /// The t with P(T ≤ t) = `probability`, 0 < probability < 1; ∓infinity at the ends, and where the quantile exceeds the
    /// greatest double. NaN for ν that is not positive.
    package static func studentTQuantile(probability: Double, degreesOfFreedom: Double) -> Double {
        guard degreesOfFreedom > 0, degreesOfFreedom.isFinite, !probability.isNaN else { return .nan }
        guard probability > 0 else { return -.infinity }
        guard probability < 1 else { return .infinity }
        let distance = abs(probability - 0.5)
        guard distance > 0 else { return 0 }
        let tail = probability < 0.5 ? probability : 1 - probability
        let point = betaQuantile(lower: 2 * tail, upper: 2 * distance, degreesOfFreedom / 2, 0.5)
        // t² = ν y / x; through logarithms, because either may have underflowed.
        let magnitude = exp(0.5 * (log(degreesOfFreedom) + point.logY - point.logX))
        return probability < 0.5 ? -magnitude : magnitude
    }

    /// ln of the density of Student's t with ν degrees of freedom at t.
    package static func studentTLogDensity(_ t: Double, degreesOfFreedom: Double) -> Double {
        let square = t * t / degreesOfFreedom
        let logTail = square.isFinite ? log1p(square) : 2 * log(abs(t)) - log(degreesOfFreedom)
        return studentTLogPeak(degreesOfFreedom) - 0.5 * (degreesOfFreedom + 1) * logTail
    }

    /// ln of that density at 0: −ln B(½, ν / 2) − ½ ln ν.
    package static func studentTLogPeak(_ degreesOfFreedom: Double) -> Double {
        -logBeta(0.5, degreesOfFreedom / 2) - 0.5 * log(degreesOfFreedom)
    }
}
