/// Some events on their way to the sink, in memory that the next ones reuse: few enough to stay near.
struct EventBuffer: ~Copyable {
    private static let capacity = 1024

    private let memory: UnsafeMutableBufferPointer<Event>
    private var count = 0

    init() {
        memory = .allocate(capacity: EventBuffer.capacity)
        memory.initialize(repeating: EventBuffer.blank)
    }

    deinit {
        memory.deallocate()
    }

    var events: UnsafeMutableBufferPointer<Event> {
        UnsafeMutableBufferPointer(rebasing: memory[0..<count])
    }

    /// Whether the events must be removed before the next one is made.
    var isFull: Bool { count == memory.count }

    /// A place for the next event, with what was written there last; it counts once it is kept.
    func next() -> UnsafeMutablePointer<Event> {
        memory.baseAddress.unsafelyUnwrapped + count
    }

    /// Keeps the event at ``next()``.
    mutating func keep(_ place: LinePlace) {
        memory[count].place = place
        count += 1
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
            time: 0, type: .other, ignored: nil, visitor: .absent, platform: .absent, slot: .absent, variant: .absent,
            segment: .absent, revenue: 0, order: .absent, userAgent: .absent, address: .absent,
            place: LinePlace(file: 0, block: 0, line: 0))
    }

    mutating func removeAll() {
        count = 0
    }
}
