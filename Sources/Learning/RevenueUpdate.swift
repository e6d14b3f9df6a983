import CLibrary

/// The posteriors of mean revenue per visitor, in major units: purchases per visitor times what a purchaser pays.
///
/// From n visitors of average rate, m purchasers and their revenue R, each with a little of all arms' added, and c the
/// coefficient of variation of an order, which all arms share,
///
///     m̃ = m + 1    ñ = max(m̃, n + 1/p̄)    R̃ = max(R + r̄, r̄/100)
///     ln θ ~ Student-t( ln(R̃/ñ), √(max(10⁻⁶, (max(0, 1 − m̃/ñ) + c²)/m̃)), M + 1 degrees of freedom )
///
/// by the delta method for ln of a product of a binomial rate and a mean. n and m are those of the purchases' own
/// adjustment, so that a day without sales says nothing of the arms; an arm that met no great order has no smaller variance for it.
struct RevenueUpdate: Equatable, Sendable {
    /// What is known of all arms together, before κ.
    struct Everyone: Equatable, Sendable {
        /// N.
        var visitors: Double
        /// M.
        var purchasers: Double
        /// c².
        var squaredVariation: Double
        /// r̄.
        var averageOrder: Double

        /// p̄.
        var rate: Double { purchasers / visitors }
        var degreesOfFreedom: Double { purchasers + 1 }
    }

    /// n, m and R.
    struct Amounts: Equatable, Sendable {
        var visitors: Double
        var purchasers: Double
        var revenue: Double
    }

    let purchases: RateUpdate
    /// Nil where nothing was sold, or refunds exceed sales: then purchases alone are compared.
    let everyone: Everyone?
    /// By arm, times κ.
    let amounts: [Amounts]

    init(purchases: RateUpdate, orders: StratumOrders, seasonality: Seasonality) {
        self.purchases = purchases
        let values = OrderValues(orders, isAdjusted: seasonality != .none)
        let evidence = purchases.adjustment.evidence
        amounts = purchases.successes.indices.map { arm in
            Amounts(
                visitors: purchases.trials(ofArm: arm), purchasers: purchases.weightedSuccesses(ofArm: arm),
                revenue: evidence[arm] * values.revenue[arm])
        }
        let whole = OrderValues.Totals(
            purchasers: purchases.successes.reduce(0, +), revenue: values.revenue.reduce(0, +),
            squares: values.squares.reduce(0, +))
        let visitors = purchases.successes.indices.reduce(0) {
            $0 + max(purchases.adjustment.adjustedTrials[$1], purchases.successes[$1])
        }
        everyone =
            whole.purchasers > 0 && whole.revenue > 0
            ? Everyone(
                visitors: visitors, purchasers: whole.purchasers, squaredVariation: whole.squaredVariation,
                averageOrder: whole.average) : nil
    }

    /// m̃, ñ and R̃ of an arm.
    static func smoothed(_ amounts: Amounts, _ everyone: Everyone) -> Amounts {
        let purchasers = amounts.purchasers + 1
        return Amounts(
            visitors: max(purchasers, amounts.visitors + 1 / everyone.rate), purchasers: purchasers,
            revenue: max(amounts.revenue + everyone.averageOrder, everyone.averageOrder / 100))
    }

    /// The posterior of these amounts, and the same with more variance of its own.
    ///
    /// - Parameter variance: what the logarithm's squared scale has beside.
    static func posterior(_ amounts: Amounts, _ everyone: Everyone, variance: Double = 0) -> Posterior {
        let smoothed = smoothed(amounts, everyone)
        let missing = max(0, 1 - smoothed.purchasers / smoothed.visitors)
        let own = max(1e-6, (missing + everyone.squaredVariation) / smoothed.purchasers)
        return .logStudentT(
            location: log(smoothed.revenue / smoothed.visitors), scale: (own + variance).squareRoot(),
            degreesOfFreedom: everyone.degreesOfFreedom)
    }
}
