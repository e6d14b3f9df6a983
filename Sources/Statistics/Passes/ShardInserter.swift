import BotFilter
import CScan
import EventLog
import Synchronization

/// One worker's way from events to the visitors' records, a block at a time:
///
///     events ──names to numbers──► observations ──by shard──► under the shard's lock: records
///
/// Names are looked up without any lock; of a shard's records all are brought near before the first is needed.
struct ShardInserter: ~Copyable {
    private let plan: ShardInsertionPlan
    private let minutePhase: Int64
    private let firstShard: Int
    private var observations = UnsafeArray<EncodedEvent>(capacity: 512)
    /// Numbers of observations, shard by shard, and where each shard's begin.
    private var order = UnsafeArray<UInt32>(capacity: 512)
    private var starts: [Int]
    private var places = UnsafeArray<ArenaOffset>(capacity: 512)
    /// Those of them whose extras will be needed.
    private var needyOffsets = UnsafeArray<ArenaOffset>(capacity: 512)
    private var names: DictionaryEncoder

    /// Views of declared arms whose segment would run as a formula in a spreadsheet, taken as everyone's.
    var formulaSegments: Int64 { names.formulaSegments }

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
        observe(events, ignored)
        sortByShard()
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

    private mutating func observe(
        _ events: UnsafeBufferPointer<Event>, _ ignored: UnsafeMutableBufferPointer<IgnoredReason?>
    ) {
        observations.resize(to: events.count)
        var count = 0
        for number in 0..<events.count {
            let event = events.baseAddress.unsafelyUnwrapped + number
            let hash = plan.hash(event.pointee.visitor)
            guard let shard = plan.shards.partition.shard(ofHash: hash) else { continue }
            let time = event.pointee.time - plan.day.lowerBound
            // Made in place: a copy of it would cost more than what stands in it.
            let observation = observations.start + count
            observation.initialize(
                to: EncodedEvent(
                    hash: hash, time: time, visitor: event.pointee.visitor, event: UInt32(truncatingIfNeeded: number),
                    shard: UInt16(truncatingIfNeeded: shard),
                    minute: UInt16(truncatingIfNeeded: (time + minutePhase) / 60_000_000), type: event.pointee.type))
            ignored[number] = names.complete(&observation.pointee, event)
            count += 1
        }
        observations.resize(to: count)
    }

    private mutating func sortByShard() {
        for index in starts.indices { starts[index] = 0 }
        let elements = observations.elements
        for observation in elements { starts[Int(observation.shard)] += 1 }
        var sum = 0
        for index in starts.indices {
            sum += starts[index]
            starts[index] = sum
        }
        order.resize(to: elements.count)
        // From behind, so that a shard's observations stay in order and its start ends where it begins.
        for number in stride(from: elements.count - 1, through: 0, by: -1) {
            let shard = Int(elements[number].shard)
            starts[shard] -= 1
            order.start[starts[shard]] = UInt32(truncatingIfNeeded: number)
        }
    }

    private mutating func add(
        _ shard: Int, to content: inout Shards.Content, _ events: UnsafeBufferPointer<Event>
    ) {
        guard let table = content.visitors?.pointer else { return }
        let mine = UnsafeBufferPointer(rebasing: order.elements[starts[shard]..<starts[shard + 1]])
        prefetch(mine, in: table.pointee)
        for (index, number) in mine.enumerated() {
            let observation = UnsafePointer(observations.start + Int(number))
            let event = (events.baseAddress.unsafelyUnwrapped + Int(observation.pointee.event))
            var bytes = VisitorTable.bytesOfEvent + observation.pointee.visitor.count
            if case .purchase = observation.pointee.type { bytes += event.pointee.order.count }
            while !table.pointee.reserve(bytes) {
                // Without a shard above to drop it is this one's turn.
                guard plan.shards.dropHighest(for: shard) else {
                    content = Shards.Content()
                    return
                }
            }
            table.pointee.add(observation, event, near: places.start[index], plan)
        }
    }

    /// Asks for all records that will be needed, so that they come at once: slots of the index, records, annexes, extras.
    private mutating func prefetch(_ numbers: UnsafeBufferPointer<UInt32>, in table: borrowing VisitorTable) {
        for number in numbers {
            let observation = UnsafePointer(observations.start + Int(number))
            table.index.prefetch(hash: observation.pointee.hash)
            cscan_prefetch(observation.pointee.visitor.start)
        }
        places.resize(to: numbers.count)
        needyOffsets.resize(to: numbers.count)
        for (index, number) in numbers.enumerated() {
            let observation = UnsafePointer(observations.start + Int(number))
            places.start[index] = table.prefetch(
                hash: observation.pointee.hash, idLength: observation.pointee.visitor.count)
        }
        var needy = 0
        for (index, number) in numbers.enumerated() {
            let place = places.start[index]
            let observation = UnsafePointer(observations.start + Int(number))
            table.prefetchAnnex(place, for: observation)
            needyOffsets.start[needy] = place
            needy += table.needsOverflowNodes(place, for: observation)
        }
        for place in needyOffsets.elements.prefix(needy) { table.prefetchOverflowNodes(place) }
        for place in needyOffsets.elements.prefix(needy) { table.prefetchSecondOverflowNode(place) }
    }
}

extension VisitorTable {
    /// Counts an event for which there is room. Not a method of ``ShardInserter``, all of which would be copied for the call.
    fileprivate mutating func add(
        _ observation: UnsafePointer<EncodedEvent>, _ event: UnsafePointer<Event>, near place: ArenaOffset,
        _ plan: ShardInsertionPlan
    ) {
        let visitor = visitor(observation.pointee.visitor, hash: observation.pointee.hash, near: place)
        visitor.pointee.events.add(1)
        visitor.pointee.insert(observation.pointee.flags)
        switch observation.pointee.type {
        case .view:
            if observation.pointee.arm.hasArm {
                let unit = unit(of: visitor, observation.pointee.arm)
                see(
                    observation.pointee.arm, segment: observation.pointee.segment, time: observation.pointee.time,
                    unit: unit, segments: plan.segments)
            }
        case .click:
            visitor.pointee.clicks.add(1)
            if observation.pointee.arm.hasArm {
                click(at: observation.pointee.time, unit: unit(of: visitor, observation.pointee.arm))
                if plan.keepsClicks, !plan.policy.dropsForEvents(visitor.pointee.events) {
                    add(Click(time: observation.pointee.time, arm: observation.pointee.arm), of: visitor)
                }
            }
        case .purchase:
            // What a bot bought counts nowhere, however much it is.
            if observation.pointee.isCounted, !plan.policy.dropsForEvents(visitor.pointee.events) {
                let purchase = Purchase(
                    time: observation.pointee.time, revenue: event.pointee.revenue, place: observation.pointee.place,
                    orderLength: UInt32(truncatingIfNeeded: event.pointee.order.count))
                add(purchase, order: event.pointee.order, of: visitor)
            }
        case .other:
            break
        }
        count(observation.pointee.minute, of: visitor)
    }
}
