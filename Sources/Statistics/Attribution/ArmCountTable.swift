import Domain

/// Counts by arm, segment and table, all as numbers: the sink that makes rows of units.
///
///     slots [ row+1 ] …                   open addressing, at most half full, 0 = free
///     keys  [ arm:32 | segment:32, table ] …
///     rows  [ ArmCounts ] …
struct ArmCountTable: UnitSink {
    private struct Key: Equatable {
        var armAndSegment: UInt64
        var table: UInt32

        var arm: ArmNumber { ArmNumber(bits: UInt32(armAndSegment >> 32)) }
        var segment: UInt32 { UInt32(truncatingIfNeeded: armAndSegment) }
    }

    /// A row, with the numbers that it is about.
    struct Row {
        var arm: ArmNumber
        var segment: UInt32
        var table: UInt32
        var counts: ArmCounts
        var propensities: PropensityTally
    }

    private var slots: [UInt32] = Array(repeating: 0, count: 64)
    private var keys: [Key] = []
    private var rows: [ArmCounts] = []
    /// By row; of those alone whose units state some.
    private var propensities: [Int: PropensityTally] = [:]

    var count: Int { rows.count }

    @inline(__always)
    mutating func take(_ unit: UnitOutcome) throws(CountOverflow) {
        let row = row(
            of: Key(armAndSegment: UInt64(unit.arm.bits) << 32 | UInt64(unit.segment), table: unit.table))
        try rows[row].add(unit)
        if unit.propensity > 0 { propensities[row, default: PropensityTally()].add(Int64(unit.propensity)) }
    }

    /// Adds what was counted of other units.
    mutating func add(_ other: ArmCountTable) throws(CountOverflow) {
        for index in other.keys.indices {
            let row = row(of: other.keys[index])
            try rows[row].add(other.rows[index])
            if let stated = other.propensities[index] { propensities[row, default: PropensityTally()].add(stated) }
        }
    }

    /// Calls `body` with every row, in an order without meaning.
    func forEach(_ body: (Row) -> Void) {
        for index in keys.indices {
            let key = keys[index]
            body(
                Row(
                    arm: key.arm, segment: key.segment, table: key.table, counts: rows[index],
                    propensities: propensities[index] ?? PropensityTally()))
        }
    }

    /// The row of a key, which is added when new.
    private mutating func row(of key: Key) -> Int {
        var slot = firstSlot(of: key)
        while slots[slot] != 0 {
            let row = Int(slots[slot]) - 1
            if keys[row] == key { return row }
            slot = (slot + 1) & (slots.count - 1)
        }
        keys.append(key)
        rows.append(ArmCounts())
        slots[slot] = UInt32(rows.count)
        if rows.count * 2 > slots.count { grow() }
        return rows.count - 1
    }

    /// Numbers of arms, segments and tables are small and dense: a multiplication by the golden ratio spreads them.
    private func firstSlot(of key: Key) -> Int {
        let bits = key.armAndSegment ^ UInt64(key.table) &* 0xBF58_476D_1CE4_E5B9
        return Int((bits &* 0x9E37_79B9_7F4A_7C15) >> 32) & (slots.count - 1)
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 2)
        for (row, key) in keys.enumerated() {
            var slot = firstSlot(of: key)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(row + 1)
        }
    }
}

extension ArmCounts {
    /// Adds a unit.
    @inline(__always)
    fileprivate mutating func add(_ unit: UnitOutcome) throws(CountOverflow) {
        visitors += 1
        views += unit.views
        clicks += unit.clicks
        clickers += unit.isClicked ? 1 : 0
        // A refund may be of an order of another day.
        if unit.isPurchased || unit.revenue != 0 { try addPurchases(of: unit) }
    }

    private mutating func addPurchases(of unit: UnitOutcome) throws(CountOverflow) {
        purchases += unit.purchases
        purchasers += unit.isPurchased ? 1 : 0
        revenue = try CountOverflow.sum(revenue, unit.revenue)
        let square = try CountOverflow.product(unit.revenue, unit.revenue)
        revenueSquared = try CountOverflow.sum(revenueSquared, square)
    }
}
