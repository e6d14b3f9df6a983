import CLibrary

/// The fit of rate[s, v] = b[s] · r[v] to counts: what the stratum did to every arm, and what the arm did in
/// every stratum; s is a day under one table (``Stratum``).
///
/// With n visitors and x successes it solves
///
///     b[s] = (Σv x + ½) / (Σv n·r[v] + ½)      r[v] = (Σs x + ½) / (Σs n·b[s] + ½/r̄)      r̄ = (Σ x + ½) / (Σ n + ½)
///
/// which is the mode of a Poisson model with Gamma priors on b (mode at 1) and r (mode at r̄). Alternating the two
/// equations from r[v] = r̄ converges to it, but only as fast as arms and strata are mixed: the common scale of b and 1/r
/// is held by the halves alone and takes of the order of Σx rounds. In log r, with b put in from its equation, the
/// model's negative logarithm is strictly convex,
///
///     P(ρ) = Σs (Xs + ½)·ln(Σv n·e^ρv + ½) + Σv (½·e^ρv / r̄ − (Xv + ½)·ρv)
///
/// so Newton's method with step halving (Boyd and Vandenberghe, "Convex Optimization", 9.5) reaches the same point in
/// about six steps. One costs O(strata · arms² + arms³).
struct StratumFactorFit: Equatable, Sendable {
    /// b, by stratum, of no particular scale; positive.
    private(set) var stratumFactors: [Double]
    /// r, by arm, of the inverse scale.
    private(set) var armRates: [Double]
    /// Rounds taken, of Newton's method and of the alternation that begins it.
    private(set) var steps = 0

    /// Steps after which the fit is taken as it is; they are never needed, but bound the time.
    static let maximumSteps = 100
    /// The change of log r below which the fit has settled.
    static let tolerance = 1e-12

    private let problem: Problem

    /// Fits counts given stratum by stratum.
    ///
    /// - Parameters:
    ///   - visitors: n, `strata` × `arms`, at least 0.
    ///   - successes: x, of the same shape; less than 0 (refunds above the stratum's revenue) counts as 0.
    init(visitors: [Double], successes: [Double], strata: Int, arms: Int) {
        problem = Problem(visitors: visitors, successes: successes, strata: strata, arms: arms)
        armRates = Array(repeating: problem.priorRate, count: arms)
        stratumFactors = problem.stratumFactors(armRates)
        alternate()
        iterate()
    }

    /// One round of the two equations: never wrong, if slow.
    private mutating func alternate() {
        armRates = problem.armRates(stratumFactors)
        stratumFactors = problem.stratumFactors(armRates)
        steps += 1
    }

    private mutating func iterate() {
        var lastChange = Double.infinity
        while steps < StratumFactorFit.maximumSteps {
            let newton = problem.newtonDirection(armRates: armRates, stratumFactors: stratumFactors)
            guard let direction = newton, direction.allSatisfy(\.isFinite) else {
                alternate()
                continue
            }
            let change = direction.reduce(0) { max($0, abs($1)) }
            // Newton's steps shrink quadratically near the end: those that no longer halve are rounding noise.
            if change < 1e-6, change > lastChange / 2 { return }
            guard advance(along: direction, change: change) else { return }
            steps += 1
            if change < StratumFactorFit.tolerance { return }
            lastChange = change
        }
    }

    /// Moves along the direction as far as P falls; false when it does not.
    private mutating func advance(along direction: [Double], change: Double) -> Bool {
        // No step multiplies a rate by more than e³: beyond, the quadratic says nothing of the exponentials.
        var length = min(1, 3 / change)
        while length > 1e-10 {
            let rates = armRates.indices.map { armRates[$0] * exp(length * direction[$0]) }
            // So near the minimum the full step is safe, and the fall of P is below its rounding.
            let isSafe = change < 0.01
            if isSafe || problem.rise(from: armRates, to: rates, by: length, direction) <= 0 {
                armRates = rates
                stratumFactors = problem.stratumFactors(rates)
                return true
            }
            length /= 2
        }
        return false
    }
}

extension StratumFactorFit {
    /// The counts with their margins, and the equations of the fit.
    struct Problem: Equatable, Sendable {
        let strata: Int
        let arms: Int
        let visitors: [Double]
        let successesByStratum: [Double]
        let successesByArm: [Double]
        /// r̄
        let priorRate: Double

        init(visitors: [Double], successes: [Double], strata: Int, arms: Int) {
            self.strata = strata
            self.arms = arms
            self.visitors = visitors
            var byStratum = Array(repeating: 0.0, count: strata)
            var byArm = Array(repeating: 0.0, count: arms)
            for stratum in 0..<strata {
                for arm in 0..<arms {
                    let count = max(0, successes[stratum * arms + arm])
                    byStratum[stratum] += count
                    byArm[arm] += count
                }
            }
            successesByStratum = byStratum
            successesByArm = byArm
            priorRate = (byStratum.reduce(0, +) + 0.5) / (visitors.reduce(0, +) + 0.5)
        }

        /// b from r.
        func stratumFactors(_ armRates: [Double]) -> [Double] {
            (0..<strata).map { stratum in (successesByStratum[stratum] + 0.5) / (expected(stratum, armRates) + 0.5) }
        }

        /// r from b.
        func armRates(_ stratumFactors: [Double]) -> [Double] {
            (0..<arms).map { arm in
                var expected = 0.0
                for stratum in 0..<strata { expected += visitors[stratum * arms + arm] * stratumFactors[stratum] }
                return (successesByArm[arm] + 0.5) / (expected + 0.5 / priorRate)
            }
        }

        /// Σv n·r[v] of a stratum.
        func expected(_ stratum: Int, _ armRates: [Double]) -> Double {
            var sum = 0.0
            for arm in 0..<arms { sum += visitors[stratum * arms + arm] * armRates[arm] }
            return sum
        }

        /// How much P rises from `old` to `new` = `old` · exp(`length` · `direction`).
        func rise(from old: [Double], to new: [Double], by length: Double, _ direction: [Double]) -> Double {
            var sum = 0.0
            for stratum in 0..<strata {
                let ratio = (expected(stratum, new) + 0.5) / (expected(stratum, old) + 0.5)
                sum += (successesByStratum[stratum] + 0.5) * log(ratio)
            }
            for arm in 0..<arms {
                sum += 0.5 * (new[arm] - old[arm]) / priorRate
                sum -= (successesByArm[arm] + 0.5) * length * direction[arm]
            }
            return sum
        }
    }
}
