/// One event of the day, its texts still in the block of the log it was read from.
package struct Event {
    /// Microseconds since 1970-01-01T00:00:00Z.
    package var time: Int64
    package var type: EventType
    /// The share with which what it shows was chosen, in billionths; 0: the line states none.
    package var propensity: UInt32
    package var visitor: ByteText
    package var platform: ByteText
    package var slot: ByteText
    package var variant: ByteText
    package var segment: ByteText
    /// Millionths of the major unit; of a refund never above 0.
    package var revenue: Int64
    package var order: ByteText
    package var userAgent: ByteText
    package var address: ByteText
    /// Where the event's line begins.
    var place: LinePlace
}

/// A line by where it begins: file, half of a block of the file, line of the half. Orders as the lines do.
struct LinePlace: Hashable, Comparable, Codable {
    var file: Int32
    /// The first half of block n is 2n; what is not read by halves stands in first ones.
    var half: Int32
    var line: Int32

    static func < (left: LinePlace, right: LinePlace) -> Bool {
        (left.file, left.half, left.line) < (right.file, right.half, right.line)
    }
}

/// Who takes the events of one worker. Each worker has a sink of its own, so a sink is never called concurrently.
package protocol EventSink: AnyObject, Sendable {
    /// Takes some events, a few hundred at most, whose texts die when it returns. For each there is a place in `ignored`, where
    /// it says why, when the event is legal but concerns nothing declared.
    func consume(_ events: UnsafeBufferPointer<Event>, ignored: UnsafeMutableBufferPointer<IgnoredReason?>)
}
