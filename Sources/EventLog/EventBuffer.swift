/// The events of a block, in memory that the next block reuses.
struct EventBuffer: ~Copyable {
    private var memory: UnsafeMutableBufferPointer<Event>
    private var count = 0

    init() {
        memory = .allocate(capacity: 1024)
        memory.initialize(repeating: EventBuffer.blank)
    }

    deinit {
        memory.deallocate()
    }

    var events: UnsafeMutableBufferPointer<Event> {
        UnsafeMutableBufferPointer(rebasing: memory[0..<count])
    }

    /// A place for the next event, with what was written there last; it counts once it is kept.
    mutating func next() -> UnsafeMutablePointer<Event> {
        if count == memory.count { grow() }
        return memory.baseAddress.unsafelyUnwrapped + count
    }

    /// Takes what became of a line: keeps the event that was made at ``next()``, or counts why there is none.
    mutating func settle(_ outcome: LineDecoder.Outcome, at place: LinePlace, tally: inout LogTally) {
        switch outcome {
        case .event:
            memory[count].place = place
            count += 1
        case .rejected(let reason): tally.reject(reason, at: place)
        case .ignored(let reason): tally.ignore(reason, at: place)
        }
    }

    /// Counts the events by type, and those the sink marked as ignored.
    func tally(into tally: inout LogTally) {
        var views: Int64 = 0
        var clicks: Int64 = 0
        var purchases: Int64 = 0
        var others: Int64 = 0
        for event in events {
            switch event.type {
            case .view: views += 1
            case .click: clicks += 1
            case .purchase: purchases += 1
            case .other: others += 1
            }
            if let reason = event.ignored { tally.ignore(reason, at: event.place) }
        }
        tally.count(.view, views)
        tally.count(.click, clicks)
        tally.count(.purchase, purchases)
        tally.count(.other, others)
    }

    private static var blank: Event {
        Event(
            time: 0, type: .other, visitor: .absent, platform: .absent, slot: .absent, variant: .absent,
            segment: .absent,
            revenue: 0, order: .absent, userAgent: .absent, address: .absent, ignored: nil,
            place: LinePlace(file: 0, block: 0, line: 0))
    }

    mutating func removeAll() {
        count = 0
    }

    private mutating func grow() {
        let larger = UnsafeMutableBufferPointer<Event>.allocate(capacity: memory.count * 2)
        larger.initialize(repeating: EventBuffer.blank)
        larger.baseAddress.unsafelyUnwrapped.update(from: memory.baseAddress.unsafelyUnwrapped, count: count)
        memory.deallocate()
        memory = larger
    }
}
