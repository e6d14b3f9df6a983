import Domain
package import Learning

/// What a reward counts in daily rows, and what it is called.
extension Reward {
    /// Clickers, purchasers, or revenue in millionths of the major unit.
    func successes(_ counts: ArmCounts) -> Int128 {
        switch self {
        case .click: Int128(counts.clickers)
        case .purchase: Int128(counts.purchasers)
        case .revenue: counts.revenue
        }
    }

    /// The plural of what is counted.
    package var noun: String {
        switch self {
        case .click: "clickers"
        case .purchase: "purchasers"
        case .revenue: "revenue"
        }
    }

    /// What the posterior's mean is.
    package var meanNoun: String {
        switch self {
        case .click: "clickers per visitor"
        case .purchase: "purchasers per visitor"
        case .revenue: "revenue per visitor"
        }
    }
}
