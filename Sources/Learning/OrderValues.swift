/// What purchasers paid, once each stratum's level is taken out: sums by arm, over the window.
///
/// A stratum's factor b is how much more was paid on it than the arms' own averages foretell, drawn to 1 by w average orders:
///
///     b[s] = (R[s] + w·r̄) / (Σv m[s, v]·r[v] + w·r̄)   within [¼, 4]          r[v] = Σs R[s, v]/b[s] ÷ Σs m[s, v]
///
/// with m purchasers, R their revenue, r̄ the average of all, and w = 100·(1 + c²), c the coefficient of variation of an order: so that
/// one great order is not taken for a good day.
struct OrderValues: Equatable, Sendable {
    /// By stratum.
    let factors: [Double]
    /// Σ R/b and Σ Q/b² by arm, in major units.
    let revenue: [Double]
    let squares: [Double]

    static let bounds = 0.25...4.0
    private static let maximumRounds = 1000
    private static let tolerance = 1e-12

    /// - Parameter isAdjusted: without, every factor is 1.
    init(_ orders: StratumOrders, isAdjusted: Bool) {
        func sums(_ values: [Double]) -> [Double] {
            StratumObservations.sumsByArm(values, strata: orders.strata, arms: orders.arms)
        }
        let (revenue, squares) = (sums(orders.revenue), sums(orders.squares))
        let purchasers = sums(orders.purchasers)
        let whole = Totals(
            purchasers: purchasers.reduce(0, +), revenue: revenue.reduce(0, +), squares: squares.reduce(0, +))
        guard isAdjusted, whole.purchasers > 0, whole.revenue > 0 else {
            factors = Array(repeating: 1, count: orders.strata)
            (self.revenue, self.squares) = (revenue, squares)
            return
        }
        let factors = OrderValues.factors(orders, purchasers, revenue, whole)
        var adjusted = StratumOrders(strata: orders.strata, arms: orders.arms)
        for stratum in 0..<orders.strata {
            let factor = factors[stratum]
            for index in stratum * orders.arms..<(stratum + 1) * orders.arms {
                adjusted.revenue[index] = orders.revenue[index] / factor
                adjusted.squares[index] = orders.squares[index] / factor / factor
            }
        }
        self.factors = factors
        self.revenue = sums(adjusted.revenue)
        self.squares = sums(adjusted.squares)
    }

    /// Sums over all arms.
    struct Totals: Equatable, Sendable {
        var purchasers: Double
        var revenue: Double
        var squares: Double

        /// r̄.
        var average: Double { revenue / purchasers }
        /// c².
        var squaredVariation: Double { max(0, squares * purchasers / revenue / revenue - 1) }
    }

    /// Rounds of the two equations, each followed by a change of scale b·q, r/q that solves their sum: the scale is held by
    /// w alone, and would take thousands of rounds to settle.
    private static func factors(
        _ orders: StratumOrders, _ purchasers: [Double], _ revenue: [Double], _ whole: Totals
    ) -> [Double] {
        let (strata, arms) = (orders.strata, orders.arms)
        let average = whole.average
        let pull = 100 * (1 + whole.squaredVariation) * average
        let revenueByStratum = (0..<strata).map { stratum in
            orders.revenue[stratum * arms..<(stratum + 1) * arms].reduce(0, +)
        }
        var values = (0..<arms).map { purchasers[$0] > 0 ? revenue[$0] / purchasers[$0] : average }
        var factors = Array(repeating: 1.0, count: strata)
        for _ in 0..<maximumRounds {
            var (free, expectedOfFree, pulled) = (0.0, 0.0, 0.0)
            var isBounded = false
            for stratum in 0..<strata {
                var expected = 0.0
                for arm in 0..<arms { expected += orders.purchasers[stratum * arms + arm] * values[arm] }
                let factor = (revenueByStratum[stratum] + pull) / (expected + pull)
                // Refunds may leave an arm's average, and so a stratum's expectation, below nothing.
                factors[stratum] =
                    factor.isFinite && expected + pull > 0
                    ? min(bounds.upperBound, max(bounds.lowerBound, factor)) : bounds.upperBound
                isBounded = isBounded || factors[stratum] != factor
                pulled += factors[stratum] * pull
                free += revenueByStratum[stratum] + pull
            }
            var next = Array(repeating: 0.0, count: arms)
            for stratum in 0..<strata {
                for arm in 0..<arms {
                    next[arm] += orders.revenue[stratum * arms + arm] / factors[stratum]
                }
            }
            for arm in 0..<arms { next[arm] = purchasers[arm] > 0 ? next[arm] / purchasers[arm] : average }
            if !isBounded {
                for stratum in 0..<strata {
                    for arm in 0..<arms {
                        expectedOfFree += factors[stratum] * orders.purchasers[stratum * arms + arm] * next[arm]
                    }
                }
                let scale = (free - expectedOfFree) / pulled
                if scale > 0.5, scale < 2 {
                    for stratum in 0..<strata { factors[stratum] *= scale }
                    for arm in 0..<arms where purchasers[arm] > 0 { next[arm] /= scale }
                }
            }
            let change = zip(values, next).reduce(0) { max($0, abs($1.0 - $1.1)) }
            values = next
            if change <= tolerance * average { break }
        }
        return factors
    }
}
