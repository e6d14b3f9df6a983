import CScan

/// Finds visitors by the hash of their id.
///
///     [ hash:32 | offset:32 ] × 8   a group, filled from its start, 0 = free; the groups are at most four fifths full
///
/// A hash is looked for in its group, all eight at once, and while that is full in the next one. Expected time is constant whoever
/// chose the ids, because the hash is keyed. Equality of ids is for the caller to check.
struct VisitorIndex: ~Copyable {
    private(set) var count = 0
    private var slots: UnsafeMutableBufferPointer<UInt64>
    private let arena: Arena
    /// Bytes of the slots that count against the arena's limit; the first few do not.
    private var charged = 0

    init(_ arena: Arena) {
        self.arena = arena
        slots = VisitorIndex.allocate(2 * VisitorIndex.groupCount)
    }

    deinit {
        arena.refund(charged)
        slots.deallocate()
    }

    /// Makes sure that one more can be added; false when the arena's limit is reached.
    mutating func reserve() -> Bool {
        5 * count < 4 * slots.count || grow()
    }

    /// Asks for what looking up a hash will touch first.
    func prefetch(hash: UInt64) {
        cscan_prefetch(slots.baseAddress.unsafelyUnwrapped + group(of: UInt32(truncatingIfNeeded: hash)))
    }

    /// The first offset that may be that of a visitor with this hash; 0 when there is none.
    @inline(__always)
    func candidate(hash: UInt64) -> ArenaOffset {
        find(hash: hash) { _ in true } ?? 0
    }

    /// The offset with this hash for which `matches` holds.
    @inline(__always)
    func find(hash: UInt64, where matches: (ArenaOffset) -> Bool) -> ArenaOffset? {
        let slots = slots.baseAddress.unsafelyUnwrapped
        let tag = UInt32(truncatingIfNeeded: hash)
        var group = group(of: tag)
        while true {
            var tagged = cscan_tagged(slots + group, tag)
            while tagged != 0 {
                let offset = ArenaOffset(truncatingIfNeeded: slots[group + tagged.trailingZeroBitCount])
                // A free slot looks like one with tag 0.
                if offset != 0, matches(offset) { return offset }
                tagged &= tagged - 1
            }
            if slots[group + VisitorIndex.groupCount - 1] == 0 { return nil }
            group = (group + VisitorIndex.groupCount) & (self.slots.count - 1)
        }
    }

    /// Adds an offset that is not there; there must be room for it.
    mutating func add(_ offset: ArenaOffset, hash: UInt64) {
        insert(hash << 32 | UInt64(offset))
        count += 1
    }

    /// Hashes and offsets, in an order without meaning, and zeros among them.
    var entries: UnsafeBufferPointer<UInt64> { UnsafeBufferPointer(slots) }

    /// Slots that are searched together: a line of the processor's cache.
    private static let groupCount = 8

    /// The first slot of the group where a tag is looked for first.
    private func group(of tag: UInt32) -> Int {
        Int(tag) & (slots.count - VisitorIndex.groupCount)
    }

    private func insert(_ entry: UInt64) {
        var slot = group(of: UInt32(entry >> 32))
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = entry
    }

    private mutating func grow() -> Bool {
        let bytes = slots.count * 2 * MemoryLayout<UInt64>.stride
        guard arena.charge(bytes) else { return false }
        let smaller = slots
        slots = VisitorIndex.allocate(smaller.count * 2)
        for entry in smaller where entry != 0 { insert(entry) }
        smaller.deallocate()
        arena.refund(charged)
        charged = bytes
        return true
    }

    private static func allocate(_ capacity: Int) -> UnsafeMutableBufferPointer<UInt64> {
        let bytes = capacity * MemoryLayout<UInt64>.stride
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: bytes, alignment: groupCount * MemoryLayout<UInt64>.stride)
        return UnsafeMutableBufferPointer(
            start: memory.initializeMemory(as: UInt64.self, repeating: 0, count: capacity), count: capacity)
    }
}
