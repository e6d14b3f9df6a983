package import Domain

/// What a budget was spent on.
package struct BudgetResult: Sendable {
    package enum Method: String, Sendable {
        case walk
        case dynamicProgramming = "dynamic-programming"
    }

    /// Of all customers, or of a group. Money in units, values in 10⁻⁹.
    package struct Part: Sendable {
        /// Nil: of all.
        package var group: Name?
        package var budget: Int128
        package var spent: Int128
        package var value: Int128
        /// In 10⁻¹⁸; nil for a group under a cap that can be reached: what it gets depends on the others.
        var bound: Int128?
        /// The first step that did not fit; nil when all did.
        package var breakStep: Efficiency?
        /// Whether there is one price for all: not where groups have budgets of their own and no cap is over them.
        package var hasPrice = true
        /// No choice within the budget is better than this one by as much, in 10⁻⁹; 0: it is the best. Nil where there is no bound.
        package var guarantee: Int128?
        package var method: Method
        /// Customers who get an option other than `none`.
        package var contacted: Int
        package var customers: Int

        /// The value of the best choice is at most this, in 10⁻⁹.
        package var boundValue: Int128? { bound.map(Bound.value) }

        /// What the next 1 of money would bring, in 10⁻⁹; nil where there is no one price.
        package func shadowPrice(_ unit: MoneyUnit) -> Int128? {
            hasPrice ? breakStep?.perMoney(unit) ?? 0 : nil
        }

        /// How far the value may be from the best, as a part of the bound; nil when that is 0.
        package var gap: Double? {
            guard let bound, bound != 0 else { return nil }
            let missing = max(0, bound - value * 1_000_000_000)
            return Double(missing) / Double(bound.magnitude)
        }
    }

    package struct Curve: Sendable {
        /// Nil: of all.
        package var group: Name?
        package var points: [CurvePoint]
    }

    package var unit: MoneyUnit
    package var total: Part
    /// In byte order; empty without groups.
    package var groups: [Part]
    /// One, or one for each group as if it were alone.
    package var curves: [Curve]
    /// Lines of the options, the header and blank ones left out.
    package var lines: Int64
    package var rejected: RejectedLines
    /// Customers whose names a spreadsheet would run as formulas; they stand as they are, programs join on them.
    package var formulaCustomers = 0
}
