import Numerics

/// One pair of policies after both readings.
struct PairEstimation {
    let pair: Int
    let moments: Moments
    let deviations: Deviations
    let centres: DeviationCentres
    /// What the weights are to be multiplied with: the number of actions where all are alike, else 1.
    let weightScale: Double

    private var customers: Double { Double(moments.totals.customers) }

    /// The strata that occur, in the order of the actions.
    var fits: [StratumFit] { moments.pairs.strata(of: pair).compactMap { centres.fits[$0] } }
    private var estimable: [StratumFit] { fits.filter(\.isEstimable) }

    private func share(_ fit: StratumFit) -> Double { Double(fit.customers) / customers }

    /// The effect in a stratum and its variance.
    private struct Part {
        var share: Double
        var effect: Double
        var variance: Double
        var isFallback = false
    }

    func estimate(_ method: ComparisonMethod) -> ComparisonResult.Estimate {
        switch method {
        case .ips: return ips()
        case .pooled: return pooled()
        case .means, .ols, .olsHC2, .lin:
            let parts = estimable.map { part($0, method) }
            guard !parts.isEmpty || fits.isEmpty else { return ComparisonResult.Estimate(method: method) }
            let difference = parts.reduce(0) { $0 + $1.share * $1.effect }
            let variance = parts.reduce(0) { $0 + $1.share * $1.share * $1.variance }
            let squares = parts.reduce(0) { $0 + $1.share * $1.effect * $1.effect }
            let share = parts.reduce(0) { $0 + $1.share }
            // Rounding must not make a variance negative.
            let between = max(0, squares - difference * difference) / customers
            return completed(
                ComparisonResult.Estimate(
                    method: method, difference: difference, se: variance.squareRoot(),
                    sePopulation: (variance + between).squareRoot(),
                    effect: share > 0 ? difference / share : nil, fallbackStrata: parts.count { $0.isFallback }))
        }
    }

    private func completed(_ estimate: ComparisonResult.Estimate) -> ComparisonResult.Estimate {
        var estimate = estimate
        if let difference = estimate.difference, let se = estimate.se, se > 0 {
            estimate.p = SpecialFunctions.normalTwoSided(difference / se)
        }
        return estimate
    }

    private func part(_ fit: StratumFit, _ method: ComparisonMethod) -> Part {
        let sums = [0, 1].map { arm in
            deviations.strata.existing(fit.stratum).map { $0[deviations.layout.fits(arm)] } ?? .zero
        }
        switch method {
        case .ols, .olsHC2:
            guard let common = fit.common else { break }
            let variance =
                method == .ols ? (sums[0][0] + sums[1][0]) * common.classicalFactor : sums[0][1] + sums[1][1]
            return Part(share: share(fit), effect: common.effect, variance: variance)
        case .lin:
            guard let interacted = fit.interacted else { break }
            return Part(share: share(fit), effect: interacted.effect, variance: sums[0][2] + sums[1][2])
        case .means, .ips, .pooled: break
        }
        let place = moments.outcomePlace
        return Part(
            share: share(fit), effect: meanDifference(fit, place), variance: meanVariance(fit, place),
            isFallback: method != .means)
    }

    /// μ₁ − μ₀ of a number of z.
    func meanDifference(_ fit: StratumFit, _ place: Int) -> Double {
        fit.means[1][place / 4][place % 4] - fit.means[0][place / 4][place % 4]
    }

    /// Σ over both arms of n/(n − 1)·Σω²(z − μ)²/(Σω)²
    func meanVariance(_ fit: StratumFit, _ place: Int) -> Double {
        guard let numbers = deviations.strata.existing(fit.stratum) else { return 0 }
        return [0, 1].reduce(0) { sum, arm in
            let squares = numbers[deviations.layout.arm(arm) + place / 4][place % 4]
            let count = Double(fit.counts[arm])
            return sum + count / (count - 1) * squares / (fit.weights[arm] * fit.weights[arm])
        }
    }

    private func ips() -> ComparisonResult.Estimate {
        var (used, squares) = (0, 0.0)
        for fit in fits {
            used += fit.counts[0] + fit.counts[1]
            guard let numbers = deviations.strata.existing(fit.stratum) else { continue }
            squares += numbers[deviations.layout.ips(0)][0] + numbers[deviations.layout.ips(1)][0]
        }
        let mean = centres.ips[pair]
        // All others are exact zeros.
        squares += (customers - Double(used)) * mean * mean
        let se = customers > 1 ? (squares / (customers - 1) / customers).squareRoot() * weightScale : nil
        return completed(ComparisonResult.Estimate(method: .ips, difference: mean * weightScale, se: se))
    }

    private func pooled() -> ComparisonResult.Estimate {
        let share = Double(fits.reduce(0) { $0 + $1.customers }) / customers
        guard !fits.isEmpty else {
            return ComparisonResult.Estimate(method: .pooled, difference: 0, se: 0)
        }
        guard let fit = centres.pooled[pair] else { return ComparisonResult.Estimate(method: .pooled) }
        let squares = fits.reduce(0.0) { sum, fit in
            guard let numbers = deviations.strata.existing(fit.stratum) else { return sum }
            return sum + numbers[deviations.layout.fits(0)][3] + numbers[deviations.layout.fits(1)][3]
        }
        return completed(
            ComparisonResult.Estimate(
                method: .pooled, difference: share * fit.effect,
                se: share * (squares * fit.classicalFactor).squareRoot(), effect: fit.effect))
    }

    /// Covariates in both arms of the strata, which chance alone should make differ.
    func balance(names: [String], places: [Int]) -> [ComparisonResult.Check] {
        let strata = estimable
        guard !strata.isEmpty else { return [] }
        var checks: [ComparisonResult.Check] = []
        for place in places {
            let difference = strata.reduce(0) { $0 + share($1) * meanDifference($1, place) }
            let se = strata.reduce(0) { $0 + share($1) * share($1) * meanVariance($1, place) }.squareRoot()
            checks.append(
                ComparisonResult.Check(
                    name: names[place - 1], difference: difference, se: se,
                    p: se > 0 ? SpecialFunctions.normalTwoSided(difference / se) : nil))
        }
        for (index, p) in Holm.adjusted(checks.map(\.p)).enumerated() { checks[index].pHolm = p }
        return checks
    }

    /// Customers for whom both policies choose the same, by the policy they were assigned to: nothing should differ (Welch 1947).
    func placebo() -> ComparisonResult.Check? {
        let sums = moments.totals.placebo[pair]
        let squares = deviations.totals.placebo[pair]
        guard sums.policy.count >= 2, sums.reference.count >= 2 else { return nil }
        func variance(_ squares: Double, _ count: Int) -> Double { squares / Double(count - 1) / Double(count) }
        let difference = centres.placebo[pair].policy - centres.placebo[pair].reference
        let se =
            (variance(squares.policy, sums.policy.count) + variance(squares.reference, sums.reference.count))
            .squareRoot()
        return ComparisonResult.Check(
            name: "placebo", difference: difference, se: se,
            p: se > 0 ? SpecialFunctions.normalTwoSided(difference / se) : nil)
    }
}
