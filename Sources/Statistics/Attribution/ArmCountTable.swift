import Domain

/// Counts by arm and segment, both as numbers.
///
///     slots [ row+1 ] …      open addressing, at most half full, 0 = free
///     keys  [ arm:32 | segment:32 ] …
///     rows  [ ArmCounts ] …
struct ArmCountTable {
    private var slots: [UInt32] = Array(repeating: 0, count: 64)
    private var keys: [UInt64] = []
    private var rows: [ArmCounts] = []

    /// Adds to the counts of an arm in a segment.
    mutating func add(_ counts: ArmCounts, arm: ArmNumber, segment: UInt32) throws(CountOverflow) {
        try update(arm, segment: segment) { row throws(CountOverflow) in try row.add(counts) }
    }

    mutating func add(_ other: ArmCountTable) throws(CountOverflow) {
        for (key, counts) in zip(other.keys, other.rows) { try rows[row(of: key)].add(counts) }
    }

    /// Calls `body` with the counts of an arm in a segment, to be changed in place.
    @inline(__always)
    mutating func update(
        _ arm: ArmNumber, segment: UInt32, _ body: (inout ArmCounts) throws(CountOverflow) -> Void
    ) throws(CountOverflow) {
        try body(&rows[row(of: UInt64(arm.bits) << 32 | UInt64(segment))])
    }

    /// Calls `body` with every row, in an order without meaning.
    func forEach(_ body: (ArmNumber, _ segment: UInt32, ArmCounts) -> Void) {
        for (key, counts) in zip(keys, rows) {
            body(ArmNumber(bits: UInt32(key >> 32)), UInt32(truncatingIfNeeded: key), counts)
        }
    }

    var count: Int { rows.count }

    /// The row of a key, which is added when new.
    private mutating func row(of key: UInt64) -> Int {
        var slot = place(of: key)
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

    /// Numbers of arms and segments are small and dense: a multiplication by the golden ratio spreads them.
    private func place(of key: UInt64) -> Int {
        Int((key &* 0x9E37_79B9_7F4A_7C15) >> 32) & (slots.count - 1)
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 2)
        for (row, key) in keys.enumerated() {
            var slot = place(of: key)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(row + 1)
        }
    }
}
