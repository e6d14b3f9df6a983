/// The posteriors of mean revenue per visitor, in major units.
///
/// Revenue is taken as normal with unknown mean and variance. The conjugate normal-inverse-gamma prior is one visitor's
/// worth of knowledge at the group's pooled mean m and variance s²; in the parametrisation of Murphy (2007, "Conjugate
/// Bayesian analysis of the Gaussian distribution", section 3, where α = ν/2 and β = ν·σ²/2)
///
///     μ₀ = m    κ₀ = 1    ν₀ = 1    σ₀² = s²
///
/// Its updates amount to adding up visitors: a prior of weight w at mean m with variance s² is w visitors with the sum w·m and
/// the sum of squares w·(m² + s²). From the totals n of visitors, R of revenue and Q of its squares, the mean has the
/// Student-t distribution
///
///     ν = n    location = R/n    scale² = (Q − R²/n) / (ν·n)
///
/// A segment takes n′ visitors more at the arm's own mean over everyone, with everyone's pooled variance. When nobody has
/// paid yet every arm is a point at 0 (scale 0); a new arm beside paying ones has ν = 1, a Cauchy distribution.
struct RevenueUpdate: Equatable, Sendable {
    /// Visitors with the sum and the sum of squares of their revenue; of any real weight.
    struct Moments: Equatable, Sendable {
        var count = 0.0
        var sum = 0.0
        var squares = 0.0

        /// `count` visitors at a mean with a variance.
        init(count: Double, mean: Double, variance: Double) {
            self.count = count
            sum = count * mean
            squares = count * (mean * mean + variance)
        }

        init(count: Double, sum: Double, squares: Double) {
            self.count = count
            self.sum = sum
            self.squares = squares
        }

        mutating func add(_ other: Moments) {
            count += other.count
            sum += other.sum
            squares += other.squares
        }

        var mean: Double { count > 0 ? sum / count : 0 }

        /// The variance of the visitors, not an estimate for others; at least 0 in spite of rounding.
        var variance: Double {
            guard count > 0 else { return 0 }
            let variance = squares / count - mean * mean
            return variance > squares / count * 1e-14 ? variance : 0
        }
    }

    /// By arm: n, R/b and Q/b², scaled by κ.
    let moments: [Moments]
    /// Of all arms together, before κ.
    let pooledMean: Double
    let pooledVariance: Double

    /// - Parameter averagePurchase: pooled revenue per purchaser. The strata's factors are fitted to revenue counted in average
    ///   purchases, so that half a purchase stands where rates have half a success; 0 or less: nothing was sold and nothing
    ///   is adjusted.
    init(_ observations: StratumObservations, seasonality: Seasonality, averagePurchase: Double) {
        let adjustment =
            switch seasonality {
            case .adjusted where averagePurchase > 0, .stratified where averagePurchase > 0:
                SeasonalAdjustment(
                    visitors: observations.visitors, successes: observations.rewards.map { $0 / averagePurchase },
                    strata: observations.strata,
                    arms: observations.arms)
            case .adjusted, .stratified, .none:
                SeasonalAdjustment(pooling: observations)
            }
        var moments = Array(repeating: Moments(count: 0, sum: 0, squares: 0), count: observations.arms)
        var pooled = Moments(count: 0, sum: 0, squares: 0)
        for stratum in 0..<observations.strata {
            let factor = adjustment.stratumFactors[stratum]
            for arm in 0..<observations.arms {
                let index = stratum * observations.arms + arm
                moments[arm].add(
                    Moments(
                        count: observations.visitors[index], sum: observations.rewards[index] / factor,
                        squares: observations.squaredRewards[index] / factor / factor))
            }
        }
        for arm in 0..<observations.arms {
            pooled.add(moments[arm])
            moments[arm].count *= adjustment.evidence[arm]
            moments[arm].sum *= adjustment.evidence[arm]
            moments[arm].squares *= adjustment.evidence[arm]
        }
        self.moments = moments
        pooledMean = pooled.mean
        pooledVariance = pooled.variance
    }

    /// The posterior of an arm.
    ///
    /// - Parameters:
    ///   - pooled: what the segment takes over from everyone's group; nil when there is nothing.
    ///   - variance: everyone's pooled variance, that of the visitors taken over.
    func posterior(ofArm arm: Int, pooled: Pooled?, variance: Double) -> Posterior {
        var total = Moments(count: 1, mean: pooledMean, variance: pooledVariance)
        if let pooled { total.add(Moments(count: pooled.visitors, mean: pooled.mean, variance: variance)) }
        total.add(moments[arm])
        // ν·n = n², and scale² = variance / n.
        return .studentT(
            location: total.mean, scale: (total.variance / total.count).squareRoot(),
            degreesOfFreedom: total.count)
    }
}
