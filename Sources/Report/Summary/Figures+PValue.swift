import Domain

extension Figures {
    /// A p-value with four decimals; `< 0.0001` where they would say 0.
    package static func pValue(_ value: Double) -> String {
        value < 0.00005 ? "< 0.0001" : Text.decimal(value, 4)
    }

    /// `p = 0.0123`, `p < 0.0001`.
    package static func pStatement(_ value: Double) -> String {
        value < 0.00005 ? "p \(pValue(value))" : "p = \(pValue(value))"
    }
}
