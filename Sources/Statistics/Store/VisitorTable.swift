import CScan
import EventLog

/// All that a day leaves of some of its visitors, in an arena that many tables share.
///
///     index ──hash──► Visitor, id, Annex ── extras ──► OverflowNode (unit, minutes, purchase, …) ── next ──► OverflowNode …
///
/// Records never move: a pointer to one holds as long as the table. Whoever adds reserves first (``reserve(_:)``), which is
/// where the arena's limit shows; adding itself cannot fail. All memory is its own, so it may go to any thread.
struct VisitorTable: ~Copyable, @unchecked Sendable {
    private var allocator: ArenaAllocator
    private(set) var index: VisitorIndex
    let minutesOfDay: Int
    /// Whether records have an annex.
    let hasAnnexes: Bool
    /// What units count beyond ``TimeAndCount/count``, in multiples of its limit: one in four million views.
    private var overflows: [UnsafeMutablePointer<Unit>: (views: Int64, clicks: Int64)] = [:]

    /// What one event may add beside the visitor's id and the order's.
    static let bytesOfEvent = MemoryLayout<Visitor>.stride + MemoryLayout<Annex>.stride + 3 * OverflowNode.bytesOfUnit

    /// An empty table for a day of so many minutes, and for one experiment or several.
    init(_ arena: Arena, minutesOfDay: Int, experiments: Int) {
        hasAnnexes = experiments > 1
        allocator = ArenaAllocator(arena)
        index = VisitorIndex(arena)
        self.minutesOfDay = minutesOfDay
    }

    /// Makes sure that `bytes` more, and a visitor, can be added; false when the arena's limit is reached.
    mutating func reserve(_ bytes: Int) -> Bool {
        allocator.reserve(bytes) && index.reserve()
    }

    /// The visitor with this id and hash, who is added when new; probably the one at `place`, unless that is 0.
    @inline(__always)
    mutating func visitor(_ id: ByteText, hash: UInt64, near place: ArenaOffset = 0) -> UnsafeMutablePointer<Visitor> {
        let base = allocator.arena.base
        func isIts(_ place: ArenaOffset) -> Bool {
            let known = VisitorTable.visitor(base, place)
            return known.pointee.idLength == id.count
                && cscan_equal(known.id.baseAddress.unsafelyUnwrapped, id.start, id.count) != 0
        }
        if place != 0, isIts(place) { return VisitorTable.visitor(base, place) }
        if let found = index.find(hash: hash, where: isIts) { return VisitorTable.visitor(base, found) }
        return addVisitor(id, hash: hash)
    }

    private mutating func addVisitor(_ id: ByteText, hash: UInt64) -> UnsafeMutablePointer<Visitor> {
        let place = allocator.take(bytes(idLength: id.count))
        let visitor = VisitorTable.visitor(allocator.arena.base, place)
        visitor.initialize(to: Visitor(idLength: id.count))
        if hasAnnexes { visitor.annex.initialize(to: Annex()) }
        UnsafeMutableRawPointer(visitor + 1).copyMemory(from: id.start, byteCount: id.count)
        index.add(place, hash: hash)
        return visitor
    }

    @inline(__always)
    private static func visitor(_ base: UnsafeMutableRawPointer, _ place: ArenaOffset) -> UnsafeMutablePointer<Visitor>
    {
        (base + Int(place) * Arena.wordBytes).assumingMemoryBound(to: Visitor.self)
    }

    /// Bytes of a record with an id of so many, and of the annex where there is one.
    @inline(__always)
    private func bytes(idLength: Int) -> Int {
        Visitor.bytes(idLength: idLength) + (hasAnnexes ? MemoryLayout<Annex>.stride : 0)
    }

    /// Calls `body` with every visitor, in an order without meaning: as they lie in memory.
    @inline(__always)
    func forEach<Failure: Error>(
        _ body: (UnsafeMutablePointer<Visitor>) throws(Failure) -> Void
    ) throws(Failure) {
        // What visitors bought lies elsewhere: it is asked for by groups of them, and once their first extras are there the second.
        var group = UnsafeArray<UnsafeMutablePointer<Visitor>>(capacity: VisitorTable.groupCount)
        for range in allocator.firsts {
            var offset = range.lowerBound
            while offset < range.upperBound {
                group.removeAll()
                while offset < range.upperBound, group.count < VisitorTable.groupCount {
                    let visitor = (allocator.arena.base + offset).assumingMemoryBound(to: Visitor.self)
                    offset += bytes(idLength: visitor.pointee.idLength)
                    group.append(visitor)
                    prefetchOverflowNodes(visitor)
                }
                for visitor in group.elements { prefetchSecondOverflowNode(visitor) }
                for visitor in group.elements { try body(visitor) }
            }
        }
    }

    /// Visitors that ``forEach(_:)`` brings near together.
    private static let groupCount = 32

    private func prefetchOverflowNodes(_ visitor: UnsafeMutablePointer<Visitor>) {
        if visitor.pointee.flags.contains(.hasEvents) { prefetchOverflowNode(visitor.pointee.extras) }
    }

    private func prefetchSecondOverflowNode(_ visitor: UnsafeMutablePointer<Visitor>) {
        guard visitor.pointee.flags.contains(.hasEvents) else { return }
        if let extra = self[visitor.pointee.extras], extra.pointee.next != 0 {
            prefetchOverflowNode(extra.pointee.next)
        }
    }

    // MARK: Bringing near

    /// Brings near the record that likely has this hash and an id of so many bytes, but for its annex; returns its place, or 0.
    @inline(__always)
    func prefetch(hash: UInt64, idLength: Int) -> ArenaOffset {
        let place = index.candidate(hash: hash)
        if place != 0 {
            let start = allocator.arena.base + Int(place) * Arena.wordBytes
            cscan_prefetch(start)
            cscan_prefetch(start + Visitor.bytes(idLength: idLength) - 1)
        }
        return place
    }

    /// Brings near the annex of the visitor at a place, which must be near by now, if an event will likely need it.
    @inline(__always)
    func prefetchAnnex(_ place: ArenaOffset, for observation: UnsafePointer<EncodedEvent>) {
        guard place != 0, hasAnnexes else { return }
        // Without a branch: what the next event is about is anybody's guess. Instead of the annex it is the record, near already.
        let visitor = VisitorTable.visitor(allocator.arena.base, place)
        let isOther = ArmNumber.isSameExperiment(visitor.pointee.unit.arm, observation.pointee.arm) ? 0 : 1
        let isWanted = isOther | (visitor.pointee.minutes.isFull ? 1 : 0)
        cscan_prefetch(UnsafeRawPointer(visitor) + isWanted &* Visitor.bytes(idLength: visitor.pointee.idLength))
    }

    /// 1 if an event will likely need extras of the visitor at a place, which must be near by now, or 0: to be added up.
    @inline(__always)
    func needsOverflowNodes(_ place: ArenaOffset, for observation: UnsafePointer<EncodedEvent>) -> Int {
        guard place != 0 else { return 0 }
        let visitor = VisitorTable.visitor(allocator.arena.base, place)
        let isPurchase = if case .purchase = observation.pointee.type { 1 } else { 0 }
        let hasMoreUnits = visitor.pointee.flags.contains(.moreUnits) ? 1 : 0
        return isPurchase | hasMoreUnits | (visitor.pointee.minutes.isFull ? 1 : 0)
    }

    /// Brings near the first extra of the visitor at a place, which must be near by now.
    func prefetchOverflowNodes(_ place: ArenaOffset) {
        guard place != 0 else { return }
        let extras = VisitorTable.visitor(allocator.arena.base, place).pointee.extras
        if extras != 0 { prefetchOverflowNode(extras) }
    }

    /// Brings near the second extra of the visitor at a place, once the first is there.
    func prefetchSecondOverflowNode(_ place: ArenaOffset) {
        guard place != 0 else { return }
        let base = allocator.arena.base
        if let extra = self[VisitorTable.visitor(base, place).pointee.extras], extra.pointee.next != 0 {
            prefetchOverflowNode(extra.pointee.next)
        }
    }

    /// Brings near an extra, which may lie across two lines of the cache.
    private func prefetchOverflowNode(_ place: ArenaOffset) {
        let start = allocator.arena.base + Int(place) * Arena.wordBytes
        cscan_prefetch(start)
        cscan_prefetch(start + OverflowNode.bytesOfUnit - 1)
    }

    // MARK: OverflowNodes

    /// The extra at a place; nil for the end of the chain.
    subscript(place: ArenaOffset) -> UnsafeMutablePointer<OverflowNode>? {
        guard place != 0 else { return nil }
        return (allocator.arena.base + Int(place) * Arena.wordBytes).assumingMemoryBound(to: OverflowNode.self)
    }

    /// The extra at a place, while it is none of an event: those are all behind the others.
    func lasting(at place: ArenaOffset) -> UnsafeMutablePointer<OverflowNode>? {
        guard let extra = self[place], !extra.pointee.kind.isOfEvent else { return nil }
        return extra
    }

    /// Adds an extra of what was reserved; its payload is of any value.
    mutating func addOverflowNode(
        _ kind: OverflowNode.Kind, bytes: Int, to visitor: UnsafeMutablePointer<Visitor>
    ) -> UnsafeMutablePointer<OverflowNode> {
        let place = allocator.takeLast(bytes)
        let extra = (allocator.arena.base + Int(place) * Arena.wordBytes).assumingMemoryBound(to: OverflowNode.self)
        var before: UnsafeMutablePointer<OverflowNode>?
        var next = visitor.pointee.extras
        while let other = self[next], other.pointee.kind.rank < kind.rank {
            before = other
            next = other.pointee.next
        }
        if kind.isOfEvent { visitor.pointee.insert(.hasEvents) }
        extra.initialize(to: OverflowNode(next: next, kind: kind))
        if let before { before.pointee.next = place } else { visitor.pointee.extras = place }
        return extra
    }

    @inline(__always)
    func forEachOverflowNode<Failure: Error>(
        of visitor: UnsafeMutablePointer<Visitor>, _ kind: OverflowNode.Kind,
        _ body: (UnsafeMutablePointer<OverflowNode>) throws(Failure) -> Void
    ) throws(Failure) {
        // Who has none of the kind is not asked for extras, which may be far.
        if kind.isOfEvent, !visitor.pointee.flags.contains(.hasEvents) { return }
        var place = visitor.pointee.extras
        while let extra = kind.isOfEvent ? self[place] : lasting(at: place) {
            if extra.pointee.kind == kind { try body(extra) }
            place = extra.pointee.next
        }
    }

    // MARK: Units

    /// The visitor's unit in the experiment of `arm`, which is added when new.
    mutating func unit(of visitor: UnsafeMutablePointer<Visitor>, _ arm: ArmNumber) -> UnsafeMutablePointer<Unit> {
        recordedUnit(of: visitor, arm) ?? otherUnit(of: visitor, arm)
    }

    /// The visitor's unit in the experiment of `arm`, if its record holds that.
    @inline(__always)
    private func recordedUnit(
        of visitor: UnsafeMutablePointer<Visitor>, _ arm: ArmNumber
    ) -> UnsafeMutablePointer<Unit>? {
        var likely = visitor.unit
        if hasAnnexes {
            let isOther = !ArmNumber.isSameExperiment(likely.pointee.arm, arm)
            likely = visitor.unit(isOther ? 1 : 0)
        }
        return ArmNumber.isSameExperiment(likely.pointee.arm, arm) ? likely : nil
    }

    private mutating func otherUnit(
        of visitor: UnsafeMutablePointer<Visitor>, _ arm: ArmNumber
    ) -> UnsafeMutablePointer<Unit> {
        let first = visitor.unit
        if first.pointee.arm == .none {
            first.pointee.arm = arm.withoutArm
            return first
        }
        if hasAnnexes, visitor.secondUnit.pointee.arm == .none {
            visitor.secondUnit.pointee.arm = arm.withoutArm
            return visitor.secondUnit
        }
        var place = visitor.pointee.extras
        while let extra = lasting(at: place) {
            if extra.pointee.kind == .unit {
                let unit = extra.payload(as: Unit.self)
                if ArmNumber.isSameExperiment(unit.pointee.arm, arm) { return unit }
            }
            place = extra.pointee.next
        }
        visitor.pointee.insert(.moreUnits)
        let unit = addOverflowNode(.unit, bytes: OverflowNode.bytesOfUnit, to: visitor).payload(as: Unit.self)
        unit.initialize(to: Unit())
        unit.pointee.arm = arm.withoutArm
        return unit
    }

    func forEachUnit<Failure: Error>(
        of visitor: UnsafeMutablePointer<Visitor>,
        _ body: (UnsafeMutablePointer<Unit>) throws(Failure) -> Void
    ) throws(Failure) {
        guard visitor.pointee.unit.arm != .none else { return }
        try body(visitor.unit)
        if hasAnnexes {
            guard visitor.secondUnit.pointee.arm != .none else { return }
            try body(visitor.secondUnit)
        }
        guard visitor.pointee.flags.contains(.moreUnits) else { return }
        try forEachOverflowNode(of: visitor, .unit) { extra throws(Failure) in try body(extra.payload(as: Unit.self)) }
    }

    /// Takes a view that showed `arm` to the segment with number `segment`.
    ///
    /// The exposure is the view with the least time, then the least variant, then the least segment, in byte order.
    mutating func see(
        _ arm: ArmNumber, segment: UInt32, time: Int64, unit: UnsafeMutablePointer<Unit>, segments: SegmentNames
    ) {
        if unit.pointee.views.increment() { addOverflow(to: unit, views: 1, clicks: 0) }
        let isFirst = !unit.pointee.arm.hasArm
        if !isFirst && unit.pointee.arm != arm { unit.pointee.mix() }
        let exposure = unit.pointee.views.time
        let isEarlier =
            isFirst || time < exposure
            || (time == exposure
                && (arm < unit.pointee.arm
                    || (arm == unit.pointee.arm && segment != unit.pointee.segment
                        && segments.isLess(segment, unit.pointee.segment))))
        if isEarlier {
            unit.pointee.views.time = time
            unit.pointee.arm = arm
            unit.pointee.segment = segment
        }
    }

    mutating func click(at time: Int64, unit: UnsafeMutablePointer<Unit>) {
        if unit.pointee.clicks.increment() { addOverflow(to: unit, views: 0, clicks: 1) }
        unit.pointee.clicks.time = max(unit.pointee.clicks.time, time)
    }

    @inline(never)
    private mutating func addOverflow(to unit: UnsafeMutablePointer<Unit>, views: Int64, clicks: Int64) {
        overflows[unit, default: (0, 0)].views += views
        overflows[unit, default: (0, 0)].clicks += clicks
    }

    /// Views and clicks of a unit.
    @inline(__always)
    func counts(of unit: UnsafeMutablePointer<Unit>) -> (views: Int64, clicks: Int64) {
        let beyond = overflows.isEmpty ? (views: 0, clicks: 0) : overflow(of: unit)
        return (unit.pointee.views.count + beyond.views, unit.pointee.clicks.count + beyond.clicks)
    }

    @inline(never)
    private func overflow(of unit: UnsafeMutablePointer<Unit>) -> (views: Int64, clicks: Int64) {
        let beyond = overflows[unit] ?? (0, 0)
        return (beyond.views * TimeAndCount.countLimit, beyond.clicks * TimeAndCount.countLimit)
    }

    // MARK: Clicks and purchases

    /// Keeps a click, beside counting it.
    mutating func add(_ click: Click, of visitor: UnsafeMutablePointer<Visitor>) {
        addOverflowNode(.click, bytes: OverflowNode.headerBytes + MemoryLayout<Click>.stride, to: visitor)
            .payload(as: Click.self).initialize(to: click)
    }

    mutating func add(_ purchase: Purchase, order: ByteText, of visitor: UnsafeMutablePointer<Visitor>) {
        let bytes = OverflowNode.headerBytes + MemoryLayout<Purchase>.stride + order.count
        let target = addOverflowNode(.purchase, bytes: bytes, to: visitor).payload(as: Purchase.self)
        target.initialize(to: purchase)
        UnsafeMutableRawPointer(target + 1).copyMemory(from: order.start, byteCount: order.count)
    }
}
