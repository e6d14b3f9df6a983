/// A minute of the day and up to fifteen events in it, in two bytes: the minute in the upper twelve bits.
///
/// More events of a minute are in further counts of that minute.
struct MinuteCount: BitwiseCopyable {
    private var bits: UInt16 = 0

    /// No event.
    init() {}

    /// One event in a minute from the day's first, below 4,096.
    init(_ minute: UInt16) {
        bits = minute << 4 | 1
    }

    var minute: Int { Int(bits >> 4) }
    var count: UInt32 { UInt32(bits & 15) }
    var isEmpty: Bool { bits == 0 }

    /// Counts one event if this is its minute and there is room.
    mutating func add(_ minute: UInt16) -> Bool {
        guard bits >> 4 == minute, bits & 15 != 0, bits & 15 != 15 else { return false }
        bits += 1
        return true
    }
}

/// The counts of a record, or of an extra, in place: filled from the first on.
struct MinuteCounts {
    let start: UnsafeMutablePointer<MinuteCount>
    let capacity: Int

    /// In a visitor's record.
    init(_ visitor: UnsafeMutablePointer<Visitor>) {
        let offset = MemoryLayout<Visitor>.offset(of: \.minutes).unsafelyUnwrapped
        start = (UnsafeMutableRawPointer(visitor) + offset).assumingMemoryBound(to: MinuteCount.self)
        capacity = 4
    }

    /// In an extra.
    init(_ extra: UnsafeMutablePointer<Extra>) {
        start = extra.payload(as: MinuteCount.self)
        capacity = 12
    }

    /// Counts an event where its minute already stands, or behind the last count; false when all are taken by others.
    func add(_ minute: UInt16) -> Bool {
        for index in 0..<capacity {
            if start[index].add(minute) { return true }
            if start[index].isEmpty {
                start[index] = MinuteCount(minute)
                return true
            }
        }
        return false
    }

    func forEach(_ body: (MinuteCount) -> Void) {
        for index in 0..<capacity where !start[index].isEmpty { body(start[index]) }
    }
}

extension VisitorTable {
    /// Extras with counts that a visitor may have before an array of all minutes takes their place: at least 120 events.
    private static let patience = 10

    /// Counts an event of a visitor in a minute of the day. Comes last of what is done with an event: it may reserve anew.
    mutating func count(_ minute: UInt16, of visitor: UnsafeMutablePointer<Visitor>) {
        if visitor.pointee.flags.contains(.denseMinutes) {
            if let counts = denseMinutes(of: visitor) { counts[Int(minute)].add(1) }
            return
        }
        if MinuteCounts(visitor).add(minute) { return }
        var extras = 0
        var place = visitor.pointee.extras
        while let extra = lasting(at: place) {
            if extra.pointee.kind == .minutes {
                if MinuteCounts(extra).add(minute) { return }
                extras += 1
            }
            place = extra.pointee.next
        }
        if extras >= VisitorTable.patience, makeMinutesDense(of: visitor) {
            count(minute, of: visitor)
            return
        }
        let extra = addExtra(.minutes, bytes: Extra.bytes, to: visitor)
        MinuteCounts(extra).start.initialize(repeating: MinuteCount(), count: 12)
        extra.payload(as: MinuteCount.self)[0] = MinuteCount(minute)
    }

    /// The events of a visitor in its busiest minute.
    func busiestMinute(of visitor: UnsafeMutablePointer<Visitor>) -> UInt32 {
        if visitor.pointee.flags.contains(.denseMinutes) {
            return denseMinutes(of: visitor)?.max() ?? 0
        }
        var counts: [Int: UInt32] = [:]
        forEachMinute(of: visitor) { counts[$0.minute, default: 0] += $0.count }
        return counts.values.max() ?? 0
    }

    private func forEachMinute(of visitor: UnsafeMutablePointer<Visitor>, _ body: (MinuteCount) -> Void) {
        MinuteCounts(visitor).forEach(body)
        forEachExtra(of: visitor, .minutes) { MinuteCounts($0).forEach(body) }
    }

    private func denseMinutes(of visitor: UnsafeMutablePointer<Visitor>) -> UnsafeMutableBufferPointer<UInt32>? {
        var counts: UnsafeMutableBufferPointer<UInt32>?
        forEachExtra(of: visitor, .denseMinutes) {
            counts = UnsafeMutableBufferPointer(start: $0.payload(as: UInt32.self), count: minutesOfDay)
        }
        return counts
    }

    /// Counts every minute of the day from now on; false when there is no memory for that, and all stays as it is.
    private mutating func makeMinutesDense(of visitor: UnsafeMutablePointer<Visitor>) -> Bool {
        let bytes = Extra.headerBytes + minutesOfDay * MemoryLayout<UInt32>.stride
        guard reserve(bytes) else { return false }
        let extra = addExtra(.denseMinutes, bytes: bytes, to: visitor)
        let counts = extra.payload(as: UInt32.self)
        counts.initialize(repeating: 0, count: minutesOfDay)
        forEachMinute(of: visitor) { counts[$0.minute] += $0.count }
        visitor.pointee.insert(.denseMinutes)
        return true
    }
}
