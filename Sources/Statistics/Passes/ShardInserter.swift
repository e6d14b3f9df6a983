import BotFilter
import CScan
import EventLog
import Synchronization

/// One worker's way from events to the visitors' records, a block at a time:
///
///     events ──DictionaryEncoder──► encoded events ──by shard──► under the shard's lock: records
///
/// Names are looked up without any lock; of a shard's records all are asked for before the first is needed, so that they come
/// from memory side by side.
struct ShardInserter: ~Copyable {
    private let plan: ShardInsertionPlan
    /// Microseconds between the day's first instant and the start of its minute of the clock.
    private let minutePhase: Int64
    private let firstShard: Int
    private var encoded = UnsafeArray<EncodedEvent>(capacity: 512)
    /// Indices of `encoded`, shard by shard, and where each shard's begin.
    private var order = UnsafeArray<UInt32>(capacity: 512)
    private var starts: [Int]
    /// Of a shard's events, in their order: where the record of each likely lies, 0 for not known.
    private var records = UnsafeArray<ArenaOffset>(capacity: 512)
    /// Those of them whose overflow nodes will likely be needed.
    private var recordsWithNodes = UnsafeArray<ArenaOffset>(capacity: 512)
    private var names: DictionaryEncoder
    /// Of a shard's events, in their order: the hashes of their own ids, where those are asked for.
    private var eventHashes = UnsafeArray<UInt64>(capacity: 512)

    /// Views of declared arms whose segment would run as a formula in a spreadsheet, taken as everyone's.
    var formulaSegments: Int64 { names.formulaSegments }
    /// Events whose address is none, where a rule looks at addresses.
    var unreadableAddresses: Int64 { names.unreadableAddresses }
    var unreadableAddressSamples: FirstTexts { names.unreadableAddressSamples }
    /// Names of libraries of HTTP among the agents.
    var libraryNames: FirstTexts { names.libraryNames }
    /// The names of events that are not declared, and how many events have each.
    var undeclared: UndeclaredNames { names.undeclared.names }

    /// - Parameter worker: its number, so that workers begin at different shards and rarely meet.
    init(_ plan: ShardInsertionPlan, worker: Int) {
        self.plan = plan
        firstShard = worker * plan.shards.shards.count / max(1, plan.workers)
        minutePhase = plan.day.lowerBound - plan.firstMinute * 60_000_000
        starts = Array(repeating: 0, count: plan.shards.shards.count + 1)
        names = DictionaryEncoder(plan)
    }

    /// Takes a block's events, and says of those that concern nothing declared why they are ignored.
    mutating func add(
        _ events: UnsafeBufferPointer<Event>, _ ignored: UnsafeMutableBufferPointer<IgnoredReason?>
    ) {
        encode(events, ignored)
        sortByShard()
        // Shards that another worker is at come last.
        var busy: [Int] = []
        let count = plan.shards.shards.count
        for number in firstShard..<firstShard + count {
            let shard = number < count ? number : number - count
            guard starts[shard] < starts[shard + 1] else { continue }
            let taken = plan.shards.shards[shard].content.withLockIfAvailable { content in
                add(shard, to: &content, events)
                return true
            }
            if taken == nil { busy.append(shard) }
        }
        for shard in busy {
            plan.shards.shards[shard].content.withLock { content in add(shard, to: &content, events) }
        }
    }

    /// Encodes the events of the visitors that this pass is about.
    private mutating func encode(
        _ events: UnsafeBufferPointer<Event>, _ ignored: UnsafeMutableBufferPointer<IgnoredReason?>
    ) {
        encoded.resize(to: events.count)
        var count = 0
        for number in 0..<events.count {
            let event = events.baseAddress.unsafelyUnwrapped + number
            let hash = plan.hash(event.pointee.visitor)
            guard let shard = plan.shards.partition.shard(ofHash: hash) else { continue }
            let time = event.pointee.time - plan.day.lowerBound
            // Made in place: a copy of it would cost more than what stands in it.
            let target = encoded.start + count
            target.initialize(
                to: EncodedEvent(
                    hash: hash, time: time, visitor: event.pointee.visitor, event: UInt32(truncatingIfNeeded: number),
                    shard: UInt16(truncatingIfNeeded: shard),
                    minute: UInt16(truncatingIfNeeded: (time + minutePhase) / 60_000_000), type: event.pointee.type))
            ignored[number] = names.complete(&target.pointee, event)
            count += 1
        }
        encoded.resize(to: count)
    }

    /// Counting sort of the encoded events by shard.
    private mutating func sortByShard() {
        for index in starts.indices { starts[index] = 0 }
        let elements = encoded.elements
        for event in elements { starts[Int(event.shard)] += 1 }
        var sum = 0
        for index in starts.indices {
            sum += starts[index]
            starts[index] = sum
        }
        order.resize(to: elements.count)
        // From the end, so that a shard's events stay in order and its start is left where it begins.
        for number in stride(from: elements.count - 1, through: 0, by: -1) {
            let shard = Int(elements[number].shard)
            starts[shard] -= 1
            order.start[starts[shard]] = UInt32(truncatingIfNeeded: number)
        }
    }

    /// Adds a shard's events to its table, unless it has been dropped.
    private mutating func add(
        _ shard: Int, to content: inout Shards.Content, _ events: UnsafeBufferPointer<Event>
    ) {
        guard let table = content.visitors?.pointer else { return }
        let own = UnsafeBufferPointer(rebasing: order.elements[starts[shard]..<starts[shard + 1]])
        prefetch(own, in: table.pointee)
        if plan.tellsCopies { hashIDs(own, events, in: table.pointee) }
        for (index, number) in own.enumerated() {
            let encoded = UnsafePointer(encoded.start + Int(number))
            let event = (events.baseAddress.unsafelyUnwrapped + Int(encoded.pointee.event))
            if plan.tellsCopies, !event.pointee.id.isEmpty {
                let bytes =
                    VisitorTable.bytesOfEvent + encoded.pointee.visitor.count
                    + IdentifiedEvent.bytes(idLength: event.pointee.id.count, orderLength: event.pointee.order.count)
                while !table.pointee.reserveIdentified(bytes) {
                    guard plan.shards.dropHighest(for: shard) else {
                        content = Shards.Content()
                        return
                    }
                }
                table.pointee.keep(encoded, event, hash: eventHashes[index], likely: records.start[index], plan)
                continue
            }
            var bytes = VisitorTable.bytesOfEvent + encoded.pointee.visitor.count
            if encoded.pointee.type.isOfMoney { bytes += event.pointee.order.count }
            while !table.pointee.reserve(bytes) {
                // No shard above is left to drop: this one goes.
                guard plan.shards.dropHighest(for: shard) else {
                    content = Shards.Content()
                    return
                }
            }
            table.pointee.add(encoded, event, likely: records.start[index], plan)
        }
    }

    /// Finds the hashes of events' own ids, and asks for what looking them up will touch.
    private mutating func hashIDs(
        _ numbers: UnsafeBufferPointer<UInt32>, _ events: UnsafeBufferPointer<Event>, in table: borrowing VisitorTable
    ) {
        eventHashes.resize(to: numbers.count)
        for (index, number) in numbers.enumerated() {
            let encoded = UnsafePointer(encoded.start + Int(number))
            let event = events.baseAddress.unsafelyUnwrapped + Int(encoded.pointee.event)
            eventHashes.start[index] = VisitorTable.hash(
                ofEvent: plan.hash(event.pointee.id), visitor: encoded.pointee.hash, type: encoded.pointee.type)
            table.eventIndex.prefetch(hash: eventHashes.start[index])
        }
    }

    /// Asks for all memory that a shard's events will need, step by step: slots of the index, records, annexes, overflow nodes.
    private mutating func prefetch(_ numbers: UnsafeBufferPointer<UInt32>, in table: borrowing VisitorTable) {
        for number in numbers {
            let event = UnsafePointer(encoded.start + Int(number))
            table.index.prefetch(hash: event.pointee.hash)
            cscan_prefetch(event.pointee.visitor.start)
        }
        records.resize(to: numbers.count)
        recordsWithNodes.resize(to: numbers.count)
        for (index, number) in numbers.enumerated() {
            let event = UnsafePointer(encoded.start + Int(number))
            records.start[index] = table.prefetch(
                hash: event.pointee.hash, idLength: event.pointee.visitor.count)
        }
        var count = 0
        for (index, number) in numbers.enumerated() {
            let record = records.start[index]
            let event = UnsafePointer(encoded.start + Int(number))
            table.prefetchAnnex(record, for: event)
            recordsWithNodes.start[count] = record
            count += table.needsNodes(record, for: event)
        }
        for record in recordsWithNodes.elements.prefix(count) { table.prefetchFirstNode(record) }
        for record in recordsWithNodes.elements.prefix(count) { table.prefetchSecondNode(record) }
    }
}

extension VisitorTable {
    /// Counts an event for which there is room. Not a method of ``ShardInserter``, all of which would be copied for the call.
    fileprivate mutating func add(
        _ encoded: UnsafePointer<EncodedEvent>, _ event: UnsafePointer<Event>, likely offset: ArenaOffset,
        _ plan: ShardInsertionPlan
    ) {
        let visitor = visitor(encoded.pointee.visitor, hash: encoded.pointee.hash, likely: offset)
        visitor.pointee.events.add(1)
        visitor.pointee.insert(encoded.pointee.flags)
        count(
            encoded, of: visitor, revenue: event.pointee.revenue, propensity: event.pointee.propensity,
            order: event.pointee.order, plan)
    }

    /// Counts what an event of a visitor says, beside its number.
    @inline(__always)
    mutating func count(
        _ encoded: UnsafePointer<EncodedEvent>, of visitor: UnsafeMutablePointer<Visitor>, revenue: Int64,
        propensity: UInt32, order: ByteText, _ plan: ShardInsertionPlan
    ) {
        switch encoded.pointee.type {
        case .view:
            if encoded.pointee.arm.hasArm {
                let rank = see(
                    encoded.pointee.arm, segment: encoded.pointee.segment, time: encoded.pointee.time,
                    unit: unit(of: visitor, encoded.pointee.arm), segments: plan.segments)
                if visitor.pointee.flags.contains(.statesPropensity) {
                    take(propensity: propensity, of: rank, encoded.pointee.arm, visitor)
                }
            } else if encoded.pointee.arm != .none {
                addUndeclaredView(of: encoded.pointee.arm, visitor)
            }
        case .click:
            visitor.pointee.clicks.add(1)
            if encoded.pointee.arm.hasArm {
                click(at: encoded.pointee.time, unit: unit(of: visitor, encoded.pointee.arm))
                if plan.keepsClicks, !plan.policy.dropsForEvents(visitor.pointee.events) {
                    add(Click(time: encoded.pointee.time, arm: encoded.pointee.arm), of: visitor)
                }
            }
        case .purchase, .refund:
            // What a bot bought counts nowhere, however much it is.
            if encoded.pointee.isCounted, !plan.policy.dropsForEvents(visitor.pointee.events) {
                let purchase = Purchase(
                    time: encoded.pointee.time, revenue: revenue, place: encoded.pointee.place,
                    isRefund: encoded.pointee.type == .refund, orderLength: order.count)
                add(purchase, order: order, of: visitor)
            }
        case .other:
            break
        }
        count(encoded.pointee.minute, of: visitor)
    }
}
