/// What remains of an experiment's counts once each stratum's base rate is taken out. A stratum is a day under one table
/// (``Stratum``): its visitors had the same shares.
///
/// Traffic shares move from night to night. When the base rate moves too, plainly pooled counts compare arms on
/// different strata (Simpson's paradox); here an arm's visitors count by how much a stratum's visitors are worth, and its
/// evidence by how much of it was gathered beside other arms.
package struct SeasonalAdjustment: Equatable, Sendable {
    /// b, by stratum: the stratum's rate relative to the visitors' average, Σs N[s]·b[s] / Σs N[s] = 1.
    package let stratumFactors: [Double]
    /// T[v] = Σs n[s, v]·b[s], by arm: the visitors of average rate that the arm's were worth.
    package let adjustedTrials: [Double]
    /// κ[v] by arm, 0 ≤ κ ≤ 1: the part of the arm's observations that compares it with others.
    package let evidence: [Double]

    /// Takes nothing out: strata are pooled plainly.
    init(pooling observations: StratumObservations) {
        stratumFactors = Array(repeating: 1, count: observations.strata)
        adjustedTrials = observations.sumsByArm(observations.visitors)
        evidence = Array(repeating: 1, count: observations.arms)
    }

    /// Fits the strata's factors to counts of visitors and successes, given stratum by stratum (`StratumFactorFit`).
    package init(visitors: [Double], successes: [Double], strata: Int, arms: Int) {
        let fit = StratumFactorFit(visitors: visitors, successes: successes, strata: strata, arms: arms)
        var weighted = 0.0
        for stratum in 0..<strata {
            for arm in 0..<arms { weighted += visitors[stratum * arms + arm] * fit.stratumFactors[stratum] }
        }
        let total = visitors.reduce(0, +)
        let scale = weighted > 0 ? total / weighted : 1
        stratumFactors = fit.stratumFactors.map { $0 * scale }

        var trials = Array(repeating: 0.0, count: arms)
        var expected = Array(repeating: 0.0, count: strata * arms)
        for stratum in 0..<strata {
            for arm in 0..<arms {
                let index = stratum * arms + arm
                trials[arm] += visitors[index] * stratumFactors[stratum]
                expected[index] = visitors[index] * fit.armRates[arm] * stratumFactors[stratum]
            }
        }
        adjustedTrials = trials
        evidence = SeasonalAdjustment.evidence(expected: expected, strata: strata, arms: arms)
    }

    /// κ[v] = Σs e[s, v]·(e[s] − e[s, v])/e[s] ÷ e[v]·(e − e[v])/e with e[s, v] the successes expected of an arm in a stratum.
    ///
    /// The divisor is what the same successes would be worth with every stratum mixed alike. An arm without visitors, and
    /// one that is alone in the whole window, have nothing to compare: κ = 1.
    static func evidence(expected: [Double], strata: Int, arms: Int) -> [Double] {
        var byArm = Array(repeating: 0.0, count: arms)
        var shared = byArm
        for stratum in 0..<strata {
            let row = expected[stratum * arms..<(stratum + 1) * arms]
            let total = row.reduce(0, +)
            guard total > 0 else { continue }
            for (arm, value) in row.enumerated() {
                byArm[arm] += value
                shared[arm] += value * max(0, total - value) / total
            }
        }
        let total = byArm.reduce(0, +)
        return (0..<arms).map { arm in
            let most = total > 0 ? byArm[arm] * max(0, total - byArm[arm]) / total : 0
            return most > 0 ? min(1, shared[arm] / most) : 1
        }
    }
}
