import Domain

/// The exact counts of a row group by stratum and arm, and over the window by arm.
struct GroupCounts: Sendable {
    private struct Cell {
        var visitors: Int64 = 0
        var clickers: Int64 = 0
        var purchasers: Int64 = 0
        /// In millionths of the major unit, and the sum of squares in 10⁻¹².
        var revenue: Int128 = 0
        var revenueSquared: Int128 = 0
    }

    private let strata: Int
    private let arms: Int
    /// Stratum by stratum.
    private var cells: [Cell]
    private var sums: [Cell]

    init(strata: Int, arms: Int) {
        self.strata = strata
        self.arms = arms
        cells = Array(repeating: Cell(), count: strata * arms)
        sums = Array(repeating: Cell(), count: arms)
    }

    mutating func add(_ counts: ArmCounts, stratum: Int, arm: Int) throws(CountOverflow) {
        try GroupCounts.add(counts, to: &cells[stratum * arms + arm])
        try GroupCounts.add(counts, to: &sums[arm])
    }

    private static func add(_ counts: ArmCounts, to cell: inout Cell) throws(CountOverflow) {
        cell.visitors = try CountOverflow.sum(cell.visitors, counts.visitors)
        cell.clickers = try CountOverflow.sum(cell.clickers, counts.clickers)
        cell.purchasers = try CountOverflow.sum(cell.purchasers, counts.purchasers)
        guard counts.revenue != 0 || counts.revenueSquared != 0 else { return }
        cell.revenue = try CountOverflow.sum(cell.revenue, counts.revenue)
        cell.revenueSquared = try CountOverflow.sum(cell.revenueSquared, counts.revenueSquared)
    }

    /// Takes away counts that were added before, those of a part of the visitors.
    ///
    /// - Parameter positions: of the part's strata among these.
    mutating func subtract(_ part: GroupCounts, at positions: [Int]) {
        func subtract(_ other: Cell, from cell: inout Cell) {
            cell.visitors -= other.visitors
            cell.clickers -= other.clickers
            cell.purchasers -= other.purchasers
            cell.revenue -= other.revenue
            cell.revenueSquared -= other.revenueSquared
        }
        for arm in 0..<arms { subtract(part.sums[arm], from: &sums[arm]) }
        for (own, stratum) in positions.enumerated() {
            for arm in 0..<arms { subtract(part.cells[own * arms + arm], from: &cells[stratum * arms + arm]) }
        }
    }

    func visitors(ofArm arm: Int) -> Int64 { sums[arm].visitors }

    /// Counts, or revenue in millionths.
    func successes(ofArm arm: Int, _ reward: Reward) -> Int128 {
        switch reward {
        case .click: Int128(sums[arm].clickers)
        case .purchase: Int128(sums[arm].purchasers)
        case .revenue: sums[arm].revenue
        }
    }

    /// Visitors of all arms.
    func visitors() throws(CountOverflow) -> Int64 {
        var total: Int64 = 0
        for sum in sums { total = try CountOverflow.sum(total, sum.visitors) }
        return total
    }

    /// The successes as real numbers: clickers or purchasers.
    func observations(clicks: Bool) -> StratumObservations {
        var observations = StratumObservations(strata: strata, arms: arms)
        for (index, cell) in cells.enumerated() {
            observations.visitors[index] = Double(cell.visitors)
            observations.successes[index] = Double(clicks ? cell.clickers : cell.purchasers)
        }
        return observations
    }

    /// Purchasers with their money in major units.
    func orders() -> StratumOrders {
        var orders = StratumOrders(strata: strata, arms: arms)
        for (index, cell) in cells.enumerated() {
            orders.purchasers[index] = Double(cell.purchasers)
            guard cell.revenue != 0 || cell.revenueSquared != 0 else { continue }
            orders.revenue[index] = real(cell.revenue) / 1e6
            orders.squares[index] = real(cell.revenueSquared) / 1e12
        }
        return orders
    }
}

/// The nearest real number. Small ones go by 64 bits: the conversion from 128 bits took a quarter of all learning.
func real(_ value: Int128) -> Double {
    value.magnitude < 1 << 63 ? Double(Int64(truncatingIfNeeded: value)) : Double(value)
}
