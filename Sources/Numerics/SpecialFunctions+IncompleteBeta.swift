import CLibrary

// Everything about the Beta distribution happens on the line of t = ln(x / (1 − x)): there its density
//
//     k(t) = xᵅ (1 − x)ᵝ / B(α, β)
//
// is log-concave for every α, β > 0, has its mode at x = α / (α + β), and needs no care at x = 0 or 1. A tail is then the
// integral of a function that only falls, over the stretch where it is more than 10⁻¹⁶ of its start: the same work
// for one observation and for 10⁹, where the continued fraction (DLMF 8.17.22) would need 30,000 terms.

extension SpecialFunctions {
    /// I_x(α, β), the lower tail of the Beta distribution, for α, β > 0, x clamped to [0, 1]; NaN for other shapes.
    /// To 10⁻¹² relative where it is the smaller tail.
    package static func regularizedBeta(x: Double, alpha: Double, beta: Double) -> Double {
        guard alpha > 0, beta > 0, (alpha + beta).isFinite, !x.isNaN else { return .nan }
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        return betaTails(at: UnitPoint(x: x), alpha, beta).lower
    }

    /// The log density of Beta(α, β) at x; −infinity outside [0, 1].
    package static func betaLogDensity(_ x: Double, alpha: Double, beta: Double) -> Double {
        guard x >= 0, x <= 1 else { return -.infinity }
        guard x > 0, x < 1 else {
            let (own, other) = x == 0 ? (alpha, beta) : (beta, alpha)
            return own > 1 ? -.infinity : own < 1 ? .infinity : log(other)
        }
        let point = UnitPoint(x: x)
        return logBetaKernel(at: point, alpha, beta) - point.logX - point.logY
    }

    /// ln k(t), the log density of logit(θ) for θ from Beta(α, β), in Loader's form (2000, "Fast and Accurate Computation
    /// of Binomial Probabilities"): deviances from the mode, and Stirling corrections.
    static func logBetaKernel(at point: UnitPoint, _ alpha: Double, _ beta: Double) -> Double {
        let total = alpha + beta
        let lead = point.lead(alpha, beta)
        let alphaPart = relativeDeviance(-lead / alpha) { point.logX - log(alpha / total) }
        let betaPart = relativeDeviance(lead / beta) { point.logY - log(beta / total) }
        return logBetaKernelPeak(alpha, beta) - alpha * alphaPart - beta * betaPart
    }

    /// ln k at the mode: ½ ln(α β / (2π (α + β))) + δ(α + β) − δ(α) − δ(β).
    package static func logBetaKernelPeak(_ alpha: Double, _ beta: Double) -> Double {
        let total = alpha + beta
        return 0.5 * (log(alpha / total) + log(beta)) - halfLogTwoPi
            + (stirlingCorrection(total) - stirlingCorrection(alpha) - stirlingCorrection(beta))
    }

    /// Both tails at a point; the smaller is accurate relative to itself.
    static func betaTails(at point: UnitPoint, _ alpha: Double, _ beta: Double) -> (lower: Double, upper: Double) {
        if point.lead(alpha, beta) >= 0 {
            let lower = min(1, exp(logLowerBetaTail(at: point, alpha, beta)))
            return (lower, 1 - lower)
        }
        let upper = min(1, exp(logLowerBetaTail(at: point.mirrored, beta, alpha)))
        return (1 - upper, upper)
    }

    /// ln I_x(α, β) for x at or below the mode α / (α + β) of the kernel.
    ///
    /// Small α is first raised, I_x(α, β) = I_x(α + 1, β) + k / α (DLMF 8.17.20): every term is positive, and from
    /// α = 5 on the rest falls by 16 decimal digits within a few panels.
    static func logLowerBetaTail(at point: UnitPoint, _ alpha: Double, _ beta: Double) -> Double {
        let logKernel = logBetaKernel(at: point, alpha, beta)
        var raised = alpha
        var growth = 1.0
        var sum = 0.0
        while raised < 5 {
            sum += growth / raised
            growth *= point.x * ((raised + beta) / raised)
            raised += 1
        }
        return logKernel + log(sum + growth * betaTailRatio(at: point, raised, beta))
    }

    /// ∫₀^∞ k(t − s) / k(t) ds.
    private static func betaTailRatio(at point: UnitPoint, _ alpha: Double, _ beta: Double) -> Double {
        let fall = BetaKernelFall(point: point, alpha: alpha, beta: beta)
        let reach = fall.reach(ofExponent: -38)
        guard reach.isFinite else { return .nan }
        // Panels of at most 1½ on the logit scale: the kernel's singularities lie at a distance of π.
        let panels = max(5, min(4096, (reach / 1.5).rounded(.up)))
        let rule = GaussLegendre.sixteen
        let half = reach / panels / 2
        var sum = 0.0
        for panel in 0..<Int(panels) {
            let centre = (2 * Double(panel) + 1) * half
            for index in 0..<GaussLegendre.order {
                sum += rule.weights[index] * exp(fall.exponent(centre + half * rule.nodes[index]))
            }
        }
        return sum * half
    }

    private static func relativeDeviance(_ relative: Double, logRatio: () -> Double) -> Double {
        abs(relative) < 0.4 ? deviance(relative) : relative - logRatio()
    }
}

/// ln k(t − s) − ln k(t) as a function of s ≥ 0, free of the cancellation between α s and (α + β) ln(…).
private struct BetaKernelFall {
    private let slope: Double
    private let total: Double
    private let x: Double
    private let y: Double

    init(point: UnitPoint, alpha: Double, beta: Double) {
        slope = max(0, point.lead(alpha, beta))
        total = alpha + beta
        x = point.x
        y = point.y
    }

    /// With w = x (e⁻ˢ − 1): −α s − n ln(1 + w) = −(α − n x) s − n x (e⁻ˢ − 1 + s) + n (w − ln(1 + w)); for x > ½ the
    /// same about y, so that neither of the last two terms is much greater than their difference.
    func exponent(_ s: Double) -> Double {
        let (part, signed) = x <= 0.5 ? (x, -s) : (y, s)
        guard signed < 700 else { return -.infinity }
        let growth = expm1(signed)
        let excess = abs(signed) < 0.3 ? BetaKernelFall.exponentialExcess(signed) : growth - signed
        return -slope * s - total * (part * excess - SpecialFunctions.deviance(part * growth))
    }

    /// An s where the exponent has fallen to about `target` or further.
    func reach(ofExponent target: Double) -> Double {
        var s = (-2 * target / (total * x * y)).squareRoot()
        if slope > 0 { s = min(s, -target / slope) }
        while exponent(s) > target { s *= 1.5 }
        return s
    }

    /// eˢ − 1 − s for |s| < 0.3.
    private static func exponentialExcess(_ s: Double) -> Double {
        let high = 1 / 5040 + s * (1 / 40_320 + s * (1 / 362_880 + s * (1 / 3_628_800 + s / 39_916_800)))
        return s * s * (0.5 + s * (1 / 6 + s * (1 / 24 + s * (1 / 120 + s * (1 / 720 + s * high)))))
    }
}
