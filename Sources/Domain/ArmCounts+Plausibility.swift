extension ArmCounts {
    /// What no visitors can have done.
    package struct Impossibility: Equatable, Sendable {
        /// The column of `statistics.csv`.
        package var column: String
        /// What would be possible, as it follows "expected".
        package var expected: String
    }

    /// The first of the counts that cannot be, told the others; nil: all of it can be.
    ///
    /// Revenue R of n visitors has squares Q ≥ R²/n (Cauchy and Schwarz).
    package var impossibility: Impossibility? {
        func above(_ value: Int64, _ limit: Int64, _ column: String, _ name: String) -> Impossibility? {
            value > limit ? Impossibility(column: column, expected: "at most \(name), \(limit)") : nil
        }
        let counts = [
            (visitors, "visitors"), (views, "views"), (clicks, "clicks"), (purchases, "purchases"),
            (clickers, "clickers"), (purchasers, "purchasers"),
        ]
        for (count, column) in counts where count < 0 {
            return Impossibility(column: column, expected: "a count, at least 0")
        }
        if visitors == 0, views > 0 || clicks > 0 || purchases > 0 {
            return Impossibility(column: "visitors", expected: "at least 1, where something is counted of them")
        }
        let tooMany =
            above(clickers, visitors, "clickers", "visitors") ?? above(purchasers, visitors, "purchasers", "visitors")
            ?? above(clickers, clicks, "clickers", "clicks") ?? above(purchasers, purchases, "purchasers", "purchases")
        if let tooMany { return tooMany }
        guard revenueSquared >= 0 else {
            return Impossibility(column: "revenue_squared", expected: "a sum of squares, at least 0")
        }
        let square = revenue.magnitude.multipliedFullWidth(by: revenue.magnitude)
        let most = revenueSquared.magnitude.multipliedFullWidth(by: Int128(visitors).magnitude)
        guard (square.high, square.low) <= (most.high, most.low) else {
            return Impossibility(
                column: "revenue_squared", expected: "at least the square of revenue divided by visitors")
        }
        return nil
    }
}
