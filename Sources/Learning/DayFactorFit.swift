import CLibrary

/// The fit of rate[d, v] = b[d] · r[v] to counts: what the day did to every arm, and what the arm did on every day.
///
/// With n visitors and x successes it solves
///
///     b[d] = (Σv x + ½) / (Σv n·r[v] + ½)      r[v] = (Σd x + ½) / (Σd n·b[d] + ½/r̄)      r̄ = (Σ x + ½) / (Σ n + ½)
///
/// which is the mode of a Poisson model with Gamma priors on b (mode at 1) and r (mode at r̄). Alternating the two
/// equations from r[v] = r̄ converges to it, but only as fast as arms and days are mixed: the common scale of b and 1/r
/// is held by the halves alone and takes of the order of Σx rounds. In log r, with b put in from its equation, the
/// model's negative logarithm is strictly convex,
///
///     P(ρ) = Σd (Xd + ½)·ln(Σv n·e^ρv + ½) + Σv (½·e^ρv / r̄ − (Xv + ½)·ρv)
///
/// so Newton's method with step halving (Boyd and Vandenberghe, "Convex Optimization", 9.5) reaches the same point in
/// about six steps. One costs O(days · arms² + arms³).
struct DayFactorFit: Equatable, Sendable {
    /// b, by day, of no particular scale; positive.
    private(set) var dayFactors: [Double]
    /// r, by arm, of the inverse scale.
    private(set) var armRates: [Double]
    /// Rounds taken, of Newton's method and of the alternation that begins it.
    private(set) var steps = 0

    /// Steps after which the fit is taken as it is; they are never needed, but bound the time.
    static let maximumSteps = 100
    /// The change of log r below which the fit has settled.
    static let tolerance = 1e-12

    private let problem: Problem

    /// Fits counts given day by day.
    ///
    /// - Parameters:
    ///   - visitors: n, `days` × `arms`, at least 0.
    ///   - successes: x, of the same shape; less than 0 (refunds above the day's revenue) counts as 0.
    init(visitors: [Double], successes: [Double], days: Int, arms: Int) {
        problem = Problem(visitors: visitors, successes: successes, days: days, arms: arms)
        armRates = Array(repeating: problem.priorRate, count: arms)
        dayFactors = problem.dayFactors(armRates)
        alternate()
        iterate()
    }

    /// One round of the two equations: never wrong, if slow.
    private mutating func alternate() {
        armRates = problem.armRates(dayFactors)
        dayFactors = problem.dayFactors(armRates)
        steps += 1
    }

    private mutating func iterate() {
        var lastChange = Double.infinity
        while steps < DayFactorFit.maximumSteps {
            let newton = problem.newtonDirection(armRates: armRates, dayFactors: dayFactors)
            guard let direction = newton, direction.allSatisfy(\.isFinite) else {
                alternate()
                continue
            }
            let change = direction.reduce(0) { max($0, abs($1)) }
            // Newton's steps shrink quadratically near the end: those that no longer halve are rounding noise.
            if change < 1e-6, change > lastChange / 2 { return }
            guard advance(along: direction, change: change) else { return }
            steps += 1
            if change < DayFactorFit.tolerance { return }
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
                dayFactors = problem.dayFactors(rates)
                return true
            }
            length /= 2
        }
        return false
    }
}

extension DayFactorFit {
    /// The counts with their margins, and the equations of the fit.
    struct Problem: Equatable, Sendable {
        let days: Int
        let arms: Int
        let visitors: [Double]
        let successesByDay: [Double]
        let successesByArm: [Double]
        /// r̄
        let priorRate: Double

        init(visitors: [Double], successes: [Double], days: Int, arms: Int) {
            self.days = days
            self.arms = arms
            self.visitors = visitors
            var byDay = Array(repeating: 0.0, count: days)
            var byArm = Array(repeating: 0.0, count: arms)
            for day in 0..<days {
                for arm in 0..<arms {
                    let count = max(0, successes[day * arms + arm])
                    byDay[day] += count
                    byArm[arm] += count
                }
            }
            successesByDay = byDay
            successesByArm = byArm
            priorRate = (byDay.reduce(0, +) + 0.5) / (visitors.reduce(0, +) + 0.5)
        }

        /// b from r.
        func dayFactors(_ armRates: [Double]) -> [Double] {
            (0..<days).map { day in (successesByDay[day] + 0.5) / (expected(day, armRates) + 0.5) }
        }

        /// r from b.
        func armRates(_ dayFactors: [Double]) -> [Double] {
            (0..<arms).map { arm in
                var expected = 0.0
                for day in 0..<days { expected += visitors[day * arms + arm] * dayFactors[day] }
                return (successesByArm[arm] + 0.5) / (expected + 0.5 / priorRate)
            }
        }

        /// Σv n·r[v] of a day.
        func expected(_ day: Int, _ armRates: [Double]) -> Double {
            var sum = 0.0
            for arm in 0..<arms { sum += visitors[day * arms + arm] * armRates[arm] }
            return sum
        }

        /// How much P rises from `old` to `new` = `old` · exp(`length` · `direction`).
        func rise(from old: [Double], to new: [Double], by length: Double, _ direction: [Double]) -> Double {
            var sum = 0.0
            for day in 0..<days {
                let ratio = (expected(day, new) + 0.5) / (expected(day, old) + 0.5)
                sum += (successesByDay[day] + 0.5) * log(ratio)
            }
            for arm in 0..<arms {
                sum += 0.5 * (new[arm] - old[arm]) / priorRate
                sum -= (successesByArm[arm] + 0.5) * length * direction[arm]
            }
            return sum
        }
    }
}
