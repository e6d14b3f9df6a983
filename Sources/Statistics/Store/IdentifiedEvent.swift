import BotFilter
import CLibrary
import CScan
import EventLog

/// An event with an id of its own, 56 bytes; behind it lie the bytes of the id and of the order's. It is kept until the day has been
/// read, since of its copies the first by content counts, and only then is known.
struct IdentifiedEvent: BitwiseCopyable {
    /// Microseconds since the day began.
    var time: Int64
    /// Millionths of the major unit.
    var revenue: Int64
    var visitor: ArenaOffset
    var arm: ArmNumber
    /// The number of a view's segment.
    var segment: UInt32
    var propensity: UInt32
    var place: PurchasePlace
    var idLength: UInt32
    var orderLength: UInt32
    /// Where the order's id lies.
    var order: ArenaOffset
    var minute: UInt16
    var type: EventType
    /// Of a purchase: whether it counts anywhere.
    var isCounted: Bool
    /// Kept before it; 0 for none.
    var previous: ArenaOffset

    static func bytes(idLength: Int, orderLength: Int) -> Int {
        MemoryLayout<IdentifiedEvent>.stride + ArenaAllocator.rounded(idLength) + ArenaAllocator.rounded(orderLength)
    }
}

extension UnsafeMutablePointer<IdentifiedEvent> {
    /// The id, which lies behind the record.
    var id: ByteText {
        ByteText(
            start: UnsafeRawPointer(self + 1).assumingMemoryBound(to: UInt8.self), count: Int(pointee.idLength))
    }
}

// Events that have ids: kept, compared with their copies, and counted when the day has been read.
extension VisitorTable {
    /// The hash of an event's id within its visitor and type.
    static func hash(ofEvent id: UInt64, visitor: UInt64, type: EventType) -> UInt64 {
        let mixed = (id ^ visitor &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(type.rank)).multipliedFullWidth(
            by: 0xD6E8_FEB8_6659_FD93)
        return mixed.high ^ mixed.low
    }

    /// Makes sure that an event with an id, and its visitor, can be added; false when the arena's limit is reached.
    mutating func reserveIdentified(_ bytes: Int) -> Bool {
        reserve(bytes) && eventIndex.reserve()
    }

    /// Keeps an event that has an id, or what of it and an earlier copy comes first. There must be room for it.
    ///
    /// Of a visitor with so many events that it is dropped for it nothing more is kept, so that its memory has a bound: its events are
    /// all of its lines, copies too.
    mutating func keep(
        _ encoded: UnsafePointer<EncodedEvent>, _ event: UnsafePointer<Event>, hash: UInt64, likely offset: ArenaOffset,
        _ plan: ShardInsertionPlan
    ) {
        let visitor = visitor(encoded.pointee.visitor, hash: encoded.pointee.hash, likely: offset)
        // A sign of a robot counts in whichever copy it stands.
        visitor.pointee.insert(encoded.pointee.flags)
        guard !plan.policy.dropsForEvents(visitor.pointee.events) else {
            visitor.pointee.events.add(1)
            return
        }
        let owner = ArenaOffset(
            truncatingIfNeeded: (UnsafeMutableRawPointer(visitor) - allocator.arena.base) / Arena.wordBytes)
        let known = eventIndex.find(hash: hash) { offset in
            let other = identified(at: offset)
            return other.pointee.visitor == owner && other.pointee.type == encoded.pointee.type
                && other.id == event.pointee.id
        }
        guard let known else {
            visitor.pointee.events.add(1)
            return add(encoded, event, hash: hash, of: owner)
        }
        countRepeat(of: visitor)
        let other = identified(at: known)
        if comes(encoded, event, before: other, plan.segments) { replace(other, by: encoded, event) }
    }

    private func identified(at offset: ArenaOffset) -> UnsafeMutablePointer<IdentifiedEvent> {
        address(offset).assumingMemoryBound(to: IdentifiedEvent.self)
    }

    private mutating func add(
        _ encoded: UnsafePointer<EncodedEvent>, _ event: UnsafePointer<Event>, hash: UInt64, of owner: ArenaOffset
    ) {
        let (id, order) = (event.pointee.id, event.pointee.order)
        let offset = allocator.takeLast(IdentifiedEvent.bytes(idLength: id.count, orderLength: order.count))
        let kept = identified(at: offset)
        kept.initialize(
            to: IdentifiedEvent(
                time: 0, revenue: 0, visitor: owner, arm: .none, segment: 0, propensity: 0,
                place: encoded.pointee.place, idLength: UInt32(truncatingIfNeeded: id.count),
                orderLength: UInt32(truncatingIfNeeded: order.count), order: 0, minute: 0, type: encoded.pointee.type,
                isCounted: false, previous: lastIdentified))
        UnsafeMutableRawPointer(kept + 1).copyMemory(from: id.start, byteCount: id.count)
        let place = MemoryLayout<IdentifiedEvent>.stride + ArenaAllocator.rounded(id.count)
        kept.pointee.order = offset + ArenaOffset(truncatingIfNeeded: place / Arena.wordBytes)
        fill(kept, with: encoded, event)
        lastIdentified = offset
        eventIndex.add(offset, hash: hash)
    }

    /// What an event has beside its visitor, type and id.
    private func fill(
        _ kept: UnsafeMutablePointer<IdentifiedEvent>, with encoded: UnsafePointer<EncodedEvent>,
        _ event: UnsafePointer<Event>
    ) {
        kept.pointee.time = encoded.pointee.time
        kept.pointee.minute = encoded.pointee.minute
        kept.pointee.arm = encoded.pointee.arm
        kept.pointee.segment = encoded.pointee.segment
        kept.pointee.place = encoded.pointee.place
        kept.pointee.isCounted = encoded.pointee.isCounted
        kept.pointee.revenue = event.pointee.revenue
        kept.pointee.propensity = event.pointee.propensity
        kept.pointee.orderLength = UInt32(truncatingIfNeeded: event.pointee.order.count)
        address(kept.pointee.order).copyMemory(from: event.pointee.order.start, byteCount: event.pointee.order.count)
    }

    private mutating func replace(
        _ kept: UnsafeMutablePointer<IdentifiedEvent>, by encoded: UnsafePointer<EncodedEvent>,
        _ event: UnsafePointer<Event>
    ) {
        // A longer order does not fit where the old one lies.
        if event.pointee.order.count > Int(kept.pointee.orderLength) {
            kept.pointee.order = allocator.takeLast(event.pointee.order.count)
        }
        fill(kept, with: encoded, event)
    }

    /// Whether an event comes before a copy of it: by its time, then by all else that can count of it, so that the order of lines does
    /// not matter.
    private func comes(
        _ encoded: UnsafePointer<EncodedEvent>, _ event: UnsafePointer<Event>,
        before other: UnsafeMutablePointer<IdentifiedEvent>, _ segments: SegmentNames
    ) -> Bool {
        let (new, old) = (encoded.pointee, other.pointee)
        if new.time != old.time { return new.time < old.time }
        if new.arm != old.arm { return new.arm < old.arm }
        if new.segment != old.segment { return segments.isLess(new.segment, old.segment) }
        if new.isCounted != old.isCounted { return new.isCounted }
        if new.place != old.place {
            return (new.place.platform, new.place.slot) < (old.place.platform, old.place.slot)
        }
        if event.pointee.revenue != old.revenue { return event.pointee.revenue < old.revenue }
        if event.pointee.propensity != old.propensity { return event.pointee.propensity < old.propensity }
        let order = UnsafePointer(address(old.order).assumingMemoryBound(to: UInt8.self))
        return event.pointee.order < ByteText(start: order, count: Int(old.orderLength))
    }

    // MARK: Copies

    private mutating func countRepeat(of visitor: UnsafeMutablePointer<Visitor>) {
        if let repeats = repeatCount(of: visitor) {
            repeats.pointee.add(1)
        } else {
            let node = addNode(.repeats, bytes: OverflowNode.bytesOfRepeats, to: visitor)
            node.payload(as: UInt32.self).initialize(to: 1)
        }
    }

    private func repeatCount(of visitor: UnsafeMutablePointer<Visitor>) -> UnsafeMutablePointer<UInt32>? {
        var offset = visitor.pointee.firstNode
        while let node = lastingNode(at: offset) {
            if node.pointee.kind == .repeats { return node.payload(as: UInt32.self) }
            offset = node.pointee.next
        }
        return nil
    }

    /// The copies of a visitor's events that were left out.
    func repeats(of visitor: UnsafeMutablePointer<Visitor>) -> UInt32 {
        repeatCount(of: visitor)?.pointee ?? 0
    }

    // MARK: The end of the day

    /// How many events before their turn their visitors are asked for.
    private static let lookahead = 16

    /// Counts all events that were kept, of visitors that are not dropped for their number anyway. False when the arena's limit is
    /// reached, with what was not counted still kept.
    ///
    /// - Parameter makeRoom: called then; whether to try again.
    mutating func countIdentified(_ plan: ShardInsertionPlan, makeRoom: () -> Bool) -> Bool {
        var ahead = lastIdentified
        for _ in 0..<VisitorTable.lookahead where ahead != 0 { ahead = prefetchVisitor(ofIdentified: ahead) }
        while lastIdentified != 0 {
            if ahead != 0 { ahead = prefetchVisitor(ofIdentified: ahead) }
            let kept = identified(at: lastIdentified)
            let visitor = visitor(at: kept.pointee.visitor)
            if !plan.policy.dropsForEvents(visitor.pointee.events) {
                while !reserve(VisitorTable.bytesOfEvent + Int(kept.pointee.orderLength)) {
                    guard makeRoom() else { return false }
                }
                count(kept.pointee, of: visitor, plan)
            }
            lastIdentified = kept.pointee.previous
        }
        return true
    }

    private func prefetchVisitor(ofIdentified offset: ArenaOffset) -> ArenaOffset {
        let kept = identified(at: offset)
        cscan_prefetch(visitor(at: kept.pointee.visitor))
        return kept.pointee.previous
    }

    private mutating func count(
        _ kept: IdentifiedEvent, of visitor: UnsafeMutablePointer<Visitor>, _ plan: ShardInsertionPlan
    ) {
        var encoded = EncodedEvent(
            hash: 0, time: kept.time, visitor: .absent, event: 0, shard: 0, minute: kept.minute, type: kept.type)
        encoded.arm = kept.arm
        encoded.segment = kept.segment
        encoded.place = kept.place
        encoded.isCounted = kept.isCounted
        let order = UnsafePointer(address(kept.order).assumingMemoryBound(to: UInt8.self))
        withUnsafePointer(to: encoded) { encoded in
            count(
                encoded, of: visitor, revenue: kept.revenue, propensity: kept.propensity,
                order: ByteText(start: order, count: Int(kept.orderLength)), plan)
        }
    }
}

extension EventType {
    fileprivate var rank: Int {
        switch self {
        case .view: 0
        case .click: 1
        case .purchase: 2
        case .refund: 3
        case .other: 4
        }
    }
}
