import CScan

/// Finds visitors by the hash of their id.
///
///     [ hash:32 | place:32 ]  …   open addressing, at most four fifths full, 0 = free
///
/// Expected time is constant whoever chose the ids, because the hash is keyed. Equality of ids is for the caller to check.
struct VisitorIndex: ~Copyable {
    private(set) var count = 0
    private var slots: UnsafeMutableBufferPointer<UInt64>
    private let arena: Arena
    /// Bytes of the slots that count against the arena's limit; the first few do not.
    private var charged = 0

    init(_ arena: Arena) {
        self.arena = arena
        slots = VisitorIndex.allocate(16)
    }

    deinit {
        arena.refund(charged)
        slots.deallocate()
    }

    /// Makes sure that one more can be added; false when the arena's limit is reached.
    mutating func reserve() -> Bool {
        5 * count < 4 * slots.count || grow()
    }

    /// Brings near what looking up a hash will touch first.
    func prefetch(hash: UInt64) {
        cscan_prefetch(slots.baseAddress.unsafelyUnwrapped + slot(of: hash))
    }

    /// The first place that may be that of a visitor with this hash; 0 when there is none.
    func candidate(hash: UInt64) -> Place {
        find(hash: hash) { _ in true } ?? 0
    }

    /// The place with this hash for which `matches` holds.
    @inline(__always)
    func find(hash: UInt64, where matches: (Place) -> Bool) -> Place? {
        let slots = slots.baseAddress.unsafelyUnwrapped
        let tag = UInt32(truncatingIfNeeded: hash)
        var slot = slot(of: hash)
        while slots[slot] != 0 {
            let place = Place(truncatingIfNeeded: slots[slot])
            if UInt32(truncatingIfNeeded: slots[slot] >> 32) == tag, matches(place) { return place }
            slot = (slot + 1) & (self.slots.count - 1)
        }
        return nil
    }

    /// Adds a place that is not there; there must be room for it.
    mutating func add(_ place: Place, hash: UInt64) {
        VisitorIndex.insert(hash << 32 | UInt64(place), into: slots)
        count += 1
    }

    /// The places, in an order without meaning, and zeros among them.
    var entries: UnsafeBufferPointer<UInt64> { UnsafeBufferPointer(slots) }

    private func slot(of hash: UInt64) -> Int {
        Int(UInt32(truncatingIfNeeded: hash)) & (slots.count - 1)
    }

    private static func insert(_ entry: UInt64, into slots: UnsafeMutableBufferPointer<UInt64>) {
        var slot = Int(entry >> 32) & (slots.count - 1)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = entry
    }

    private mutating func grow() -> Bool {
        let bytes = slots.count * 2 * MemoryLayout<UInt64>.stride
        guard arena.charge(bytes) else { return false }
        let larger = VisitorIndex.allocate(slots.count * 2)
        for entry in slots where entry != 0 { VisitorIndex.insert(entry, into: larger) }
        slots.deallocate()
        slots = larger
        arena.refund(charged)
        charged = bytes
        return true
    }

    private static func allocate(_ capacity: Int) -> UnsafeMutableBufferPointer<UInt64> {
        let slots = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: capacity)
        slots.initialize(repeating: 0)
        return slots
    }
}
