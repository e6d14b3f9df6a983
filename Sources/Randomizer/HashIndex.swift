/// An open-addressing index (linear probing, at most half full) from hashes to positions in an array that holds the keys.
///
///     slots:   0   3   0   0   1   2   0   0        position + 1, 0 for an empty slot
///                  ▲ hash & mask, then onwards until a key matches or a slot is empty
struct HashIndex: Sendable {
    private var slots: [UInt32]
    private(set) var count = 0

    /// An index with room for `capacity` positions.
    init(capacity: Int) {
        var size = 4
        while size < 2 * capacity { size *= 2 }
        slots = Array(repeating: 0, count: size)
    }

    var isFull: Bool { 2 * count >= slots.count }

    /// Adds a position whose key is not yet in the index; the index must not be full.
    mutating func insert(_ position: Int, hash: UInt64) {
        var slot = start(hash)
        while slots[slot] != 0 { slot = next(slot) }
        slots[slot] = UInt32(truncatingIfNeeded: position) + 1
        count += 1
    }

    /// Finds the position with this hash whose key matches.
    @inline(__always)
    func find(hash: UInt64, where matches: (Int) -> Bool) -> Int? {
        var slot = start(hash)
        while slots[slot] != 0 {
            let position = Int(slots[slot] - 1)
            if matches(position) { return position }
            slot = next(slot)
        }
        return nil
    }

    private func start(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash) & (slots.count - 1)
    }

    private func next(_ slot: Int) -> Int {
        (slot + 1) & (slots.count - 1)
    }
}
