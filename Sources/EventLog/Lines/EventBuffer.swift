/// Some events on their way to the sink, in memory that the next ones reuse: few enough to stay in the processor's cache.
struct EventBuffer: ~Copyable {
    static let capacity = 512

    private let memory: UnsafeMutableBufferPointer<Event>
    /// Of each event why it is ignored: an array of its own, so that looking through it touches little memory.
    private let reasons: UnsafeMutableBufferPointer<IgnoredReason?>
    /// Of each event the line that it stands on, where the sink asks for lines.
    private let lines: UnsafeMutableBufferPointer<ByteText>?
    private var count = 0

    /// - Parameter keepsLines: for a ``LineSink``.
    init(keepsLines: Bool = false) {
        memory = .allocate(capacity: EventBuffer.capacity)
        memory.initialize(repeating: EventBuffer.blank)
        reasons = .allocate(capacity: EventBuffer.capacity)
        reasons.initialize(repeating: nil)
        lines = keepsLines ? .allocate(capacity: EventBuffer.capacity) : nil
        lines?.initialize(repeating: .absent)
    }

    deinit {
        memory.deallocate()
        reasons.deallocate()
        lines?.deallocate()
    }

    /// Whether the events must be removed before the next one is made.
    var isFull: Bool { count == memory.count }

    /// Where the next event is to be written, with what was written there last; it counts once it is kept.
    func next() -> UnsafeMutablePointer<Event> {
        memory.baseAddress.unsafelyUnwrapped + count
    }

    /// Keeps the event at ``next()``.
    @inline(__always)
    mutating func keep(_ place: LinePlace, _ line: @autoclosure () -> ByteText) {
        memory[count].place = place
        if let lines { lines[count] = line() }
        count += 1
    }

    /// Hands the events to the sink, counts those it ignores, and removes them all.
    mutating func handOver(to sink: any EventSink, _ tally: inout LogTally) {
        let reasons = UnsafeMutableBufferPointer(rebasing: reasons[0..<count])
        let events = UnsafeBufferPointer(rebasing: memory[0..<count])
        if let lines, let sink = sink as? any LineSink {
            sink.consume(events, lines: UnsafeBufferPointer(rebasing: lines[0..<count]), ignored: reasons)
        } else {
            sink.consume(events, ignored: reasons)
        }
        for index in reasons.indices {
            guard let reason = reasons[index] else { continue }
            tally.ignore(reason, at: memory[index].place)
            reasons[index] = nil
        }
        count = 0
    }

    private static var blank: Event {
        Event(
            time: 0, type: .other, propensity: 0, visitor: .absent, platform: .absent, slot: .absent, variant: .absent,
            segment: .absent, revenue: 0, order: .absent, userAgent: .absent, address: .absent,
            place: LinePlace(file: 0, half: 0, line: 0))
    }
}
