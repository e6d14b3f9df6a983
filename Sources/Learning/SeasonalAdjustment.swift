/// What remains of an experiment's days once each day's base rate is taken out.
///
/// Traffic shares move from night to night. When the base rate moves too, plainly pooled counts compare arms on
/// different days (Simpson's paradox); here an arm's visitors count by how much a day's visitors are worth, and its
/// evidence by how much of it was gathered beside other arms.
package struct SeasonalAdjustment: Equatable, Sendable {
    /// b, by day: the day's rate relative to the visitors' average day, Σd N[d]·b[d] / Σd N[d] = 1.
    package let dayFactors: [Double]
    /// T[v] = Σd n[d, v]·b[d], by arm: the visitors of average days that the arm's were worth.
    package let adjustedTrials: [Double]
    /// κ[v] by arm, 0 ≤ κ ≤ 1: the part of the arm's observations that compares it with others.
    package let evidence: [Double]

    /// Takes nothing out: days are pooled plainly.
    init(pooling table: DayTable) {
        dayFactors = Array(repeating: 1, count: table.days)
        adjustedTrials = table.sumsByArm(table.visitors)
        evidence = Array(repeating: 1, count: table.arms)
    }

    /// Fits the days' factors to counts of visitors and successes, given day by day (`DayFactorFit`).
    package init(visitors: [Double], successes: [Double], days: Int, arms: Int) {
        let fit = DayFactorFit(visitors: visitors, successes: successes, days: days, arms: arms)
        var weighted = 0.0
        for day in 0..<days {
            for arm in 0..<arms { weighted += visitors[day * arms + arm] * fit.dayFactors[day] }
        }
        let total = visitors.reduce(0, +)
        let scale = weighted > 0 ? total / weighted : 1
        dayFactors = fit.dayFactors.map { $0 * scale }

        var trials = Array(repeating: 0.0, count: arms)
        var expected = Array(repeating: 0.0, count: days * arms)
        for day in 0..<days {
            for arm in 0..<arms {
                let index = day * arms + arm
                trials[arm] += visitors[index] * dayFactors[day]
                expected[index] = visitors[index] * fit.armRates[arm] * dayFactors[day]
            }
        }
        adjustedTrials = trials
        evidence = SeasonalAdjustment.evidence(expected: expected, days: days, arms: arms)
    }

    /// κ[v] = Σd e[d, v]·(e[d] − e[d, v])/e[d] ÷ e[v]·(e − e[v])/e with e[d, v] the successes expected of an arm on a day.
    ///
    /// The divisor is what the same successes would be worth with every day mixed alike. An arm without visitors, and
    /// one that is alone in the whole window, have nothing to compare: κ = 1.
    static func evidence(expected: [Double], days: Int, arms: Int) -> [Double] {
        var byArm = Array(repeating: 0.0, count: arms)
        var shared = byArm
        for day in 0..<days {
            let row = expected[day * arms..<(day + 1) * arms]
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
