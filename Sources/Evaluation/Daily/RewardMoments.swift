package import Domain
package import Learning

/// A row's visitors and the first two moments of their reward, exactly.
///
///     reward      n          Σ r            Σ r²
///     click       visitors   clickers       clickers
///     purchase    visitors   purchasers     purchasers
///     revenue     visitors   revenue        revenue_squared
///
/// Views and clicks themselves are events, and those of one visitor depend on one another.
package struct RewardMoments: Equatable, Sendable {
    package private(set) var visitors: Int64 = 0
    /// In successes, or in millionths of the major unit.
    private var sum: Int128 = 0
    /// In successes, or in 10⁻¹² of the squared major unit.
    private var squares: Int128 = 0
    /// Visitors with a click or a purchase.
    package private(set) var rewarded: Int64 = 0
    private let isMoney: Bool

    package init(_ reward: Reward) {
        isMoney = reward == .revenue
    }

    package mutating func add(_ counts: ArmCounts, _ reward: Reward) throws(CountOverflow) {
        visitors = try CountOverflow.sum(visitors, counts.visitors)
        let (sum, squares, rewarded): (Int128, Int128, Int64) =
            switch reward {
            case .click: (Int128(counts.clickers), Int128(counts.clickers), counts.clickers)
            case .purchase: (Int128(counts.purchasers), Int128(counts.purchasers), counts.purchasers)
            case .revenue: (counts.revenue, counts.revenueSquared, counts.purchasers)
            }
        self.sum = try CountOverflow.sum(self.sum, sum)
        self.squares = try CountOverflow.sum(self.squares, squares)
        self.rewarded = try CountOverflow.sum(self.rewarded, rewarded)
    }

    package mutating func add(_ other: RewardMoments) throws(CountOverflow) {
        visitors = try CountOverflow.sum(visitors, other.visitors)
        sum = try CountOverflow.sum(sum, other.sum)
        squares = try CountOverflow.sum(squares, other.squares)
        rewarded = try CountOverflow.sum(rewarded, other.rewarded)
    }

    /// S1 in successes or major units.
    package var total: Double { isMoney ? Double(sum) / 1e6 : Double(sum) }

    /// Σ (r − mean)² = Σ r² − (Σ r)²/n, at least 0; in squared major units for money. From the integers, where nothing cancels; sums
    /// too great for 128 bits go by doubles.
    package var spread: Double {
        guard visitors > 0 else { return 0 }
        let unit = isMoney ? 1e12 : 1
        let (scaled, overflow) = squares.multipliedReportingOverflow(by: Int128(visitors))
        let (square, squareOverflow) = sum.multipliedReportingOverflow(by: sum)
        let difference =
            overflow || squareOverflow
            ? (Double(squares) * Double(visitors) - Double(sum) * Double(sum)) : Double(scaled - square)
        return max(0, difference / Double(visitors) / unit)
    }

    /// The variance of the reward with n − 1, from n = 2 on.
    package var sampleVariance: Double? {
        visitors > 1 ? spread / Double(visitors - 1) : nil
    }
}
