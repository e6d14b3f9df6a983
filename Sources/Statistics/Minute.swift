/// A minute of the day and the events in it, in four bytes: minute in the upper twelve bits, count in the lower twenty.
///
/// The count stays at its greatest value, a little over a million, instead of passing it.
struct Minute: BitwiseCopyable {
    static let maximumEvents: UInt32 = 1 << 20 - 1

    private var bits: UInt32 = 0

    /// No event.
    init() {}

    init(_ minute: UInt32, events: UInt32) {
        bits = minute << 20 | min(events, Minute.maximumEvents)
    }

    /// From the day's first, below 4,096.
    var minute: UInt32 { bits >> 20 }
    var events: UInt32 { bits & Minute.maximumEvents }
    var isEmpty: Bool { events == 0 }

    mutating func add(_ more: UInt32) {
        self = Minute(minute, events: events + min(more, Minute.maximumEvents))
    }
}

/// Seven minutes and the number of the next block: half a cache line.
struct MinuteBlock: BitwiseCopyable {
    static let capacity = 7

    var first: (Minute, Minute, Minute, Minute, Minute, Minute, Minute) = (
        Minute(), Minute(), Minute(), Minute(), Minute(), Minute(), Minute()
    )
    var next: UInt32

    /// The minutes of a block in place.
    static func minutes(_ block: UnsafeMutablePointer<MinuteBlock>) -> UnsafeMutablePointer<Minute> {
        UnsafeMutableRawPointer(block).assumingMemoryBound(to: Minute.self)
    }
}

extension VisitorTable {
    /// Counts events of a visitor in a minute of the day.
    mutating func count(minute: UInt32, events: UInt32, of visitor: Int) {
        let record = visitors.start + visitor
        if record.pointee.minute.isEmpty {
            record.pointee.minute = Minute(minute, events: events)
        } else if record.pointee.minute.minute == minute {
            record.pointee.minute.add(events)
        } else {
            let earlier = record.pointee.minute
            if let place = find(minute, from: record.pointee.minutes) {
                // A visitor's next event is likely in the same minute: it is found first then.
                record.pointee.minute = place.pointee
                record.pointee.minute.add(events)
                place.pointee = earlier
            } else {
                record.pointee.minute = Minute(minute, events: events)
                push(earlier, of: visitor)
            }
        }
    }

    private func find(_ minute: UInt32, from block: UInt32) -> UnsafeMutablePointer<Minute>? {
        var index = block
        while index != VisitorTable.none {
            let entries = MinuteBlock.minutes(minutes.start + Int(index))
            for place in 0..<MinuteBlock.capacity where entries[place].minute == minute && !entries[place].isEmpty {
                return entries + place
            }
            index = minutes[Int(index)].next
        }
        return nil
    }

    private mutating func push(_ minute: Minute, of visitor: Int) {
        let block = visitors[visitor].minutes
        if block != VisitorTable.none {
            let entries = MinuteBlock.minutes(minutes.start + Int(block))
            for place in 0..<MinuteBlock.capacity where entries[place].isEmpty {
                entries[place] = minute
                return
            }
        }
        let added = minutes.append(MinuteBlock(next: block))
        MinuteBlock.minutes(minutes.start + added)[0] = minute
        visitors[visitor].minutes = UInt32(added)
    }

    /// The events of a visitor in its busiest minute.
    func busiestMinute(of visitor: Int) -> UInt32 {
        let record = visitors[visitor]
        var busiest = record.minute.events
        eachEarlierMinute(of: record) { busiest = max(busiest, $0.events) }
        return busiest
    }

    /// Calls `body` with every minute of a visitor but the latest.
    func eachEarlierMinute(of record: Visitor, _ body: (Minute) -> Void) {
        var index = record.minutes
        while index != VisitorTable.none {
            let entries = MinuteBlock.minutes(minutes.start + Int(index))
            for place in 0..<MinuteBlock.capacity where !entries[place].isEmpty { body(entries[place]) }
            index = minutes[Int(index)].next
        }
    }
}
