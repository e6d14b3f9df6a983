import CLibrary

extension SpecialFunctions {
    /// The x with I_x(α, β) = `probability`, for α, β > 0 and 0 < probability < 1; 0 and 1 at the ends, NaN for other shapes.
    /// To 10⁻¹² relative.
    package static func inverseRegularizedBeta(probability: Double, alpha: Double, beta: Double) -> Double {
        guard alpha > 0, beta > 0, (alpha + beta).isFinite, !probability.isNaN else { return .nan }
        guard probability > 0 else { return 0 }
        guard probability < 1 else { return 1 }
        return betaQuantile(lower: probability, upper: 1 - probability, alpha, beta).x
    }

    /// The point that cuts the lower tail `lower` off Beta(α, β); `upper` = 1 − lower, given apart so that either may be tiny.
    static func betaQuantile(lower: Double, upper: Double, _ alpha: Double, _ beta: Double) -> UnitPoint {
        let lowerHalf = lower <= upper
        let logTarget = log(lowerHalf ? lower : upper)
        let (first, second) = lowerHalf ? (alpha, beta) : (beta, alpha)
        let logit = logitQuantile(logLower: logTarget, first, second)
        return UnitPoint(logit: lowerHalf ? logit : -logit)
    }

    /// Solves ln F(t) = `logLower`, at most ln ½, on the logit line.
    ///
    /// ln F is concave, so Newton's method converges from any start: from the left without overshoot; Halley's correction, with f′ / f known in closed form,
    /// makes two to four steps enough.
    private static func logitQuantile(logLower: Double, _ alpha: Double, _ beta: Double) -> Double {
        var logit = logitQuantileEstimate(logLower: logLower, alpha, beta)
        for _ in 0..<60 {
            let point = UnitPoint(logit: logit)
            let logTail: Double
            if point.lead(alpha, beta) >= 0 {
                logTail = logLowerBetaTail(at: point, alpha, beta)
            } else {
                logTail = log1p(-min(1, exp(logLowerBetaTail(at: point.mirrored, beta, alpha))))
            }
            let slope = exp(logBetaKernel(at: point, alpha, beta) - logTail)
            let excess = logTail - logLower
            // Far out the correction is not to be trusted, and beyond the mode the slope may be nothing.
            let correction = abs(excess) < 0.5 ? 1 - 0.5 * excess * (point.lead(alpha, beta) / slope - 1) : 1
            let step = excess / slope / correction
            logit -= step.isFinite ? step : copysign(1 + abs(logit), excess)
            // Convergence is cubic: what this step leaves is far below rounding.
            if abs(excess) <= 3e-6 { break }
        }
        return logit
    }

    /// A first estimate: the Cornish-Fisher expansion about the cumulants of logit(θ), or for α < 1 the inverse of the power
    /// law xᵅ / (α B(α, β)) that the tail follows.
    private static func logitQuantileEstimate(logLower: Double, _ alpha: Double, _ beta: Double) -> Double {
        let first = logGammaCumulants(alpha)
        let second = logGammaCumulants(beta)
        let mean = first.mean - second.mean
        guard alpha >= 1 else {
            return min(mean, (logLower + log(alpha) + logBeta(alpha, beta)) / alpha)
        }
        let variance = first.variance + second.variance
        let skewness = (first.third - second.third) / (variance * variance.squareRoot())
        let z = normalQuantileEstimate(logLower: logLower)
        return mean + variance.squareRoot() * (z + (z * z - 1) * skewness / 6)
    }

    /// The first three cumulants of ln G, G from Gamma(shape): polygamma functions by recurrence (DLMF 5.15.5) and their
    /// expansions (DLMF 5.11.2, 5.15.8) to three digits.
    private static func logGammaCumulants(_ shape: Double) -> (mean: Double, variance: Double, third: Double) {
        var inverse = 1 / shape
        var raised = shape
        var (mean, variance, third) = (0.0, 0.0, 0.0)
        while raised < 3 {
            mean -= inverse
            variance += inverse * inverse
            third -= 2 * inverse * inverse * inverse
            raised += 1
            inverse = 1 / raised
        }
        mean += log(raised) - inverse * (0.5 + inverse / 12)
        variance += inverse * (1 + inverse * (0.5 + inverse / 6))
        third -= inverse * inverse * (1 + inverse * (1 + inverse / 2))
        return (mean, variance, third)
    }
}
