import CLibrary

/// The special functions behind posteriors and tests of fit, for shapes from the smallest prior to 10⁹ observations.
///
/// The difficulty is cancellation: ln Γ(10⁹) is 2·10¹⁰, so a difference of such numbers keeps six digits. Everything here
/// is therefore written in what remains after Stirling's leading terms are taken out by hand.
/// The C library's `lgamma` is not used: it writes a global sign.
package enum SpecialFunctions {
    /// ln Γ(x) for x > 0, to 10⁻¹⁴ relative, also around its zeros at 1 and 2; NaN elsewhere.
    package static func logGamma(_ x: Double) -> Double {
        guard x > 0 else { return .nan }
        if x >= 10 {
            return (x - 0.5) * log(x) - x + halfLogTwoPi + stirlingCorrection(x)
        }
        if x < 0.5 { return logGammaAboutTwo(x) - log1p(x) - log(x) }
        if x < 1.5 { return logGammaAboutTwo(x - 1) - log1p(x - 1) }
        var product = 1.0
        var reduced = x
        while reduced > 2.5 {
            reduced -= 1
            product *= reduced
        }
        return logGammaAboutTwo(reduced - 2) + log(product)
    }

    /// ln Γ(x) − ((x − ½) ln x − x + ½ ln 2π), what Stirling's leading terms leave (DLMF 5.11.1), x > 0.
    ///
    /// Below 10 the recurrence δ(x) = δ(x + 1) + (x + ½) ln(1 + 1/x) − 1 leads up to where eight terms suffice.
    package static func stirlingCorrection(_ x: Double) -> Double {
        var raised = x
        var sum = 0.0
        while raised < 10 {
            sum += (raised + 0.5) * log1p(1 / raised) - 1
            raised += 1
        }
        let square = 1 / (raised * raised)
        var series = 0.0
        for coefficient in stirlingCoefficients.reversed() { series = series * square + coefficient }
        return sum + series / raised
    }

    /// ln B(α, β) = ln Γ(α) + ln Γ(β) − ln Γ(α + β) for α, β > 0, to 10⁻¹³ relative (absolute where it is below 1).
    package static func logBeta(_ alpha: Double, _ beta: Double) -> Double {
        let (small, large) = alpha <= beta ? (alpha, beta) : (beta, alpha)
        guard large >= 10 else { return logGamma(small) + logGamma(large) - logGamma(small + large) }
        let ratio = small / large
        let corrections = stirlingCorrection(large) - stirlingCorrection(small + large)
        guard small >= 10 else {
            return logGamma(small) + corrections + small - small * log(small + large) - (large - 0.5) * log1p(ratio)
        }
        return halfLogTwoPi - 0.5 * log(large) + (small - 0.5) * (log(ratio) - log1p(ratio))
            - large * log1p(ratio) + corrections + stirlingCorrection(small)
    }

    /// e − ln(1 + e) for e > −1, without cancellation around 0: with r = e / (2 + e), ln(1 + e) = 2 artanh r.
    package static func deviance(_ e: Double) -> Double {
        guard abs(e) < 0.4 else { return e - log1p(e) }
        let r = e / (2 + e)
        let square = r * r
        let high = 1 / 19 + square * (1 / 21 + square * (1 / 23 + square * (1 / 25 + square / 27)))
        let middle = 1 / 11 + square * (1 / 13 + square * (1 / 15 + square * (1 / 17 + square * high)))
        let series = 1 / 3 + square * (1 / 5 + square * (1 / 7 + square * (1 / 9 + square * middle)))
        return r * (e - 2 * square * series)
    }

    static let halfLogTwoPi = 0.918_938_533_204_672_741_8

    /// B₂ₖ / (2k (2k − 1)), k = 1…8.
    private static let stirlingCoefficients: [Double] = [
        1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360, 1 / 156, -3617 / 122_400,
    ]

    /// ln Γ(2 + z) for |z| ≤ ½: (1 − γ) z + Σ (−z)ᵏ (ζ(k) − 1) / k (DLMF 5.7.3).
    private static func logGammaAboutTwo(_ z: Double) -> Double {
        var series = 0.0
        for coefficient in zetaCoefficients.reversed() { series = coefficient - series * z }
        return z * (oneMinusEuler + z * series)
    }

    /// (ζ(k) − 1) / k, k = 2…29.
    private static let zetaCoefficients: [Double] = [
        0.3224670334241132, 0.0673523010531981, 0.020580808427784546, 0.007385551028673986,
        0.0028905103307415234, 0.001192753911703261, 0.0005096695247430425, 0.00022315475845357939,
        9.945751278180853e-05, 4.492623673813314e-05, 2.050721277567069e-05, 9.439488275268397e-06,
        4.374866789907488e-06, 2.039215753801366e-06, 9.55141213040742e-07, 4.492469198764566e-07,
        2.1207184805554665e-07, 1.0043224823968099e-07, 4.7698101693639804e-08, 2.2711094608943164e-08,
        1.0838659214896955e-08, 5.183475041970047e-09, 2.4836745438024785e-09, 1.1921401405860912e-09,
        5.731367241678862e-10, 2.7595228851242334e-10, 1.330476437424449e-10, 6.4229645638381e-11,
    ]

    private static let oneMinusEuler = 0.422_784_335_098_467_139_4
}
