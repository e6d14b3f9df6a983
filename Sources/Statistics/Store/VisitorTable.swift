import CScan
import EventLog

/// All that a day leaves of some of its visitors, in an arena that many tables share.
///
///     index ──hash──► Visitor, id, Annex ── firstNode ──► OverflowNode (unit, minutes, purchase, …) ── next ──► OverflowNode …
///
/// Records never move: a pointer to one holds as long as the table. Whoever adds reserves first (``reserve(_:)``), which is
/// where the arena's limit shows; adding itself cannot fail. All memory is its own, so it may go to any thread.
struct VisitorTable: ~Copyable, @unchecked Sendable {
    var allocator: ArenaAllocator
    private(set) var index: VisitorIndex
    /// Finds events that have ids by their visitor, type and id.
    var eventIndex: VisitorIndex
    /// The event with an id that was kept last; 0 for none.
    var lastIdentified: ArenaOffset = 0
    let minutesOfDay: Int
    /// Whether records have an annex.
    let hasAnnexes: Bool
    /// What units count beyond ``TimeAndCount/count``, in multiples of its limit: one in four million views.
    var countOverflows: [UnsafeMutablePointer<Unit>: (views: Int64, clicks: Int64)] = [:]

    /// What one event may add beside the visitor's id and the order's: a record, and at most one node of a unit, one of minutes,
    /// and one of a propensity, a click or a purchase, none of them larger than a unit's.
    static let bytesOfEvent = MemoryLayout<Visitor>.stride + MemoryLayout<Annex>.stride + 3 * OverflowNode.bytesOfUnit

    /// An empty table for a day of so many minutes, and for one experiment or several.
    init(_ arena: Arena, minutesOfDay: Int, experiments: Int) {
        hasAnnexes = experiments > 1
        allocator = ArenaAllocator(arena)
        index = VisitorIndex(arena)
        eventIndex = VisitorIndex(arena)
        self.minutesOfDay = minutesOfDay
    }

    /// Makes sure that `bytes` more, and a visitor, can be added; false when the arena's limit is reached.
    mutating func reserve(_ bytes: Int) -> Bool {
        allocator.reserve(bytes) && index.reserve()
    }

    /// The address of what lies at an offset.
    @inline(__always)
    func address(_ offset: ArenaOffset) -> UnsafeMutableRawPointer {
        allocator.arena.base + Int(offset) * Arena.wordBytes
    }

    /// The visitor at an offset.
    @inline(__always)
    func visitor(at offset: ArenaOffset) -> UnsafeMutablePointer<Visitor> {
        address(offset).assumingMemoryBound(to: Visitor.self)
    }

    /// The visitor with this id and hash, who is added when new; probably the one at `likely`, unless that is 0.
    @inline(__always)
    mutating func visitor(_ id: ByteText, hash: UInt64, likely: ArenaOffset = 0) -> UnsafeMutablePointer<Visitor> {
        let base = allocator.arena.base
        func known(_ offset: ArenaOffset) -> UnsafeMutablePointer<Visitor> {
            (base + Int(offset) * Arena.wordBytes).assumingMemoryBound(to: Visitor.self)
        }
        func isIts(_ offset: ArenaOffset) -> Bool {
            let visitor = known(offset)
            return visitor.pointee.idLength == id.count
                && cscan_equal(visitor.id.baseAddress.unsafelyUnwrapped, id.start, id.count) != 0
        }
        if likely != 0, isIts(likely) { return known(likely) }
        if let found = index.find(hash: hash, where: isIts) { return known(found) }
        return addVisitor(id, hash: hash)
    }

    private mutating func addVisitor(_ id: ByteText, hash: UInt64) -> UnsafeMutablePointer<Visitor> {
        let offset = allocator.take(bytes(idLength: id.count))
        let visitor = visitor(at: offset)
        visitor.initialize(to: Visitor(idLength: id.count))
        if hasAnnexes { visitor.annex.initialize(to: Annex()) }
        UnsafeMutableRawPointer(visitor + 1).copyMemory(from: id.start, byteCount: id.count)
        index.add(offset, hash: hash)
        return visitor
    }

    /// Bytes of a record with an id of so many, and of the annex where there is one.
    @inline(__always)
    private func bytes(idLength: Int) -> Int {
        Visitor.bytes(idLength: idLength) + (hasAnnexes ? MemoryLayout<Annex>.stride : 0)
    }

    /// Visitors whose nodes ``forEach(_:)`` asks for together.
    private static let groupCount = 32

    /// Calls `body` with every visitor, in an order without meaning: as they lie in memory.
    ///
    /// Clicks and purchases lie elsewhere: their nodes are asked for by groups of visitors, first the first of each, and once those
    /// are there the second.
    @inline(__always)
    func forEach<Failure: Error>(
        _ body: (UnsafeMutablePointer<Visitor>) throws(Failure) -> Void
    ) throws(Failure) {
        var group = UnsafeArray<UnsafeMutablePointer<Visitor>>(capacity: VisitorTable.groupCount)
        for range in allocator.firsts {
            var offset = range.lowerBound
            while offset < range.upperBound {
                group.removeAll()
                while offset < range.upperBound, group.count < VisitorTable.groupCount {
                    let visitor = (allocator.arena.base + offset).assumingMemoryBound(to: Visitor.self)
                    offset += bytes(idLength: visitor.pointee.idLength)
                    group.append(visitor)
                    if visitor.pointee.flags.contains(.hasEvents) { prefetchFirstNode(of: visitor) }
                }
                for visitor in group.elements where visitor.pointee.flags.contains(.hasEvents) {
                    prefetchSecondNode(of: visitor)
                }
                for visitor in group.elements { try body(visitor) }
            }
        }
    }
}
