import Domain

/// The exact counts of a row group by stratum and arm, and over the window by arm.
struct GroupCounts: Sendable {
    private struct Cell {
        var visitors: Int64 = 0
        /// A count, or millionths of the major unit.
        var successes: Int128 = 0
        var revenueSquared: Int128 = 0
    }

    private let strata: Int
    private let arms: Int
    /// Stratum by stratum.
    private var cells: [Cell]
    private(set) var visitorsByArm: [Int64]
    /// Counts, or revenue in millionths.
    private(set) var successesByArm: [Int128]
    private var purchasers: Int64 = 0

    init(strata: Int, arms: Int) {
        self.strata = strata
        self.arms = arms
        cells = Array(repeating: Cell(), count: strata * arms)
        visitorsByArm = Array(repeating: 0, count: arms)
        successesByArm = Array(repeating: 0, count: arms)
    }

    mutating func add(_ counts: ArmCounts, stratum: Int, arm: Int, reward: Reward) throws(CountOverflow) {
        let successes =
            switch reward {
            case .click: Int128(counts.clickers)
            case .purchase: Int128(counts.purchasers)
            case .revenue: counts.revenue
            }
        visitorsByArm[arm] = try CountOverflow.sum(visitorsByArm[arm], counts.visitors)
        successesByArm[arm] = try CountOverflow.sum(successesByArm[arm], successes)
        purchasers = try CountOverflow.sum(purchasers, counts.purchasers)
        let index = stratum * arms + arm
        cells[index].visitors = try CountOverflow.sum(cells[index].visitors, counts.visitors)
        cells[index].successes = try CountOverflow.sum(cells[index].successes, successes)
        cells[index].revenueSquared = try CountOverflow.sum(cells[index].revenueSquared, counts.revenueSquared)
    }

    /// Takes away counts that were added before, those of a part of the visitors.
    mutating func subtract(_ part: GroupCounts) {
        for arm in 0..<arms {
            visitorsByArm[arm] -= part.visitorsByArm[arm]
            successesByArm[arm] -= part.successesByArm[arm]
        }
        purchasers -= part.purchasers
        for index in cells.indices {
            cells[index].visitors -= part.cells[index].visitors
            cells[index].successes -= part.cells[index].successes
            cells[index].revenueSquared -= part.cells[index].revenueSquared
        }
    }

    /// Visitors of all arms.
    func visitors() throws(CountOverflow) -> Int64 {
        var total: Int64 = 0
        for visitors in visitorsByArm { total = try CountOverflow.sum(total, visitors) }
        return total
    }

    /// Revenue per purchaser in major units, of all arms and strata; 0 when nobody purchased.
    var averagePurchase: Double {
        guard purchasers > 0 else { return 0 }
        // Each arm's sum is exact; their sum might leave 128 bits.
        let revenue = successesByArm.reduce(0) { $0 + real($1) / 1e6 }
        return revenue / Double(purchasers)
    }

    /// The counts as real numbers; money in major units.
    func observations(reward: Reward) -> StratumObservations {
        let unit = reward == .revenue ? 1e6 : 1
        var observations = StratumObservations(strata: strata, arms: arms)
        for (index, cell) in cells.enumerated() {
            observations.visitors[index] = Double(cell.visitors)
            observations.rewards[index] = real(cell.successes) / unit
            if reward == .revenue { observations.squaredRewards[index] = real(cell.revenueSquared) / 1e12 }
        }
        return observations
    }
}

/// The nearest real number. Small ones go by 64 bits: the conversion from 128 bits took a quarter of all learning.
private func real(_ value: Int128) -> Double {
    value.magnitude < 1 << 63 ? Double(Int64(truncatingIfNeeded: value)) : Double(value)
}
