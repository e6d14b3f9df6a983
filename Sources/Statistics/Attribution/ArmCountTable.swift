import Domain

/// Counts by arm, segment and table, all as numbers: the sink that makes rows of units.
///
///     slots [ row+1 ] …                   open addressing, at most half full, 0 = free
///     keys  [ arm:32 | segment:32, table ] …
///     rows  [ FewCounts ] …               of few units, or where the row's counts stand
///     many  [ ArmCounts ] …
///
/// A log may have a segment a visitor: most rows have a unit or two then.
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
    private var rows: [FewCounts] = []
    private var many: [ArmCounts] = []
    /// By row; of those alone whose units state some.
    private var propensities: [Int: PropensityTally] = [:]

    var count: Int { rows.count }

    @inline(__always)
    mutating func take(_ unit: UnitOutcome) throws(CountOverflow) {
        let row = row(
            of: Key(armAndSegment: UInt64(unit.arm.bits) << 32 | UInt64(unit.segment), table: unit.table))
        if let place = rows[row].place {
            try many[place].add(unit)
        } else if !rows[row].take(unit) {
            try many[placeAmongMany(row)].add(unit)
        }
        if unit.propensity > 0 { propensities[row, default: PropensityTally()].add(Int64(unit.propensity)) }
    }

    /// Adds what was counted of other units.
    mutating func add(_ other: ArmCountTable) throws(CountOverflow) {
        for index in other.keys.indices {
            let row = row(of: other.keys[index])
            try add(other.counts(index), to: row)
            if let stated = other.propensities[index] { propensities[row, default: PropensityTally()].add(stated) }
        }
    }

    /// A row by its place from 0 until ``count``; the order has no meaning.
    subscript(index: Int) -> Row {
        let key = keys[index]
        return Row(
            arm: key.arm, segment: key.segment, table: key.table, counts: counts(index),
            propensities: propensities[index] ?? PropensityTally())
    }

    /// Adds a row that was counted elsewhere.
    mutating func add(_ row: Row) throws(CountOverflow) {
        let index = self.row(
            of: Key(armAndSegment: UInt64(row.arm.bits) << 32 | UInt64(row.segment), table: row.table))
        try add(row.counts, to: index)
        if row.propensities.units > 0 { propensities[index, default: PropensityTally()].add(row.propensities) }
    }

    private func counts(_ row: Int) -> ArmCounts {
        rows[row].place.map { many[$0] } ?? rows[row].counts
    }

    private mutating func add(_ counts: ArmCounts, to row: Int) throws(CountOverflow) {
        if !rows[row].take(counts) { try many[placeAmongMany(row)].add(counts) }
    }

    /// Where the counts of a row stand that is no longer one of few units.
    private mutating func placeAmongMany(_ row: Int) -> Int {
        if let place = rows[row].place { return place }
        many.append(rows[row].counts)
        rows[row] = FewCounts(place: many.count - 1)
        return many.count - 1
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
        rows.append(FewCounts())
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

/// The counts of a row of few units without purchases or money, or the place of its counts among those of many.
private struct FewCounts {
    private static let most: Int64 = 1 << 16
    private static let isAmongMany = UInt32.max

    private var visitors: UInt32 = 0
    private var views: UInt32 = 0
    private var clicks: UInt32 = 0
    private var clickers: UInt32 = 0

    init() {}

    init(place: Int) { (visitors, views) = (FewCounts.isAmongMany, UInt32(place)) }

    @inline(__always)
    var place: Int? { visitors == FewCounts.isAmongMany ? Int(views) : nil }

    var counts: ArmCounts {
        var counts = ArmCounts()
        (counts.visitors, counts.views) = (Int64(visitors), Int64(views))
        (counts.clicks, counts.clickers) = (Int64(clicks), Int64(clickers))
        return counts
    }

    /// Adds a unit; false where the row has to become one of many first.
    @inline(__always)
    mutating func take(_ unit: UnitOutcome) -> Bool {
        guard visitors < 16, !unit.isPurchased, unit.revenue == 0, unit.views < FewCounts.most,
            unit.clicks < FewCounts.most
        else { return false }
        visitors += 1
        views += UInt32(unit.views)
        clicks += UInt32(unit.clicks)
        clickers += unit.isClicked ? 1 : 0
        return true
    }

    /// Adds what was counted of other units likewise.
    mutating func take(_ other: ArmCounts) -> Bool {
        guard visitors < 16, other.visitors < 16, other.views < 16 * FewCounts.most,
            other.clicks < 16 * FewCounts.most, other.purchases == 0, other.purchasers == 0, other.revenue == 0,
            other.revenueSquared == 0
        else { return false }
        visitors += UInt32(other.visitors)
        views += UInt32(other.views)
        clicks += UInt32(other.clicks)
        clickers += UInt32(other.clickers)
        return true
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
