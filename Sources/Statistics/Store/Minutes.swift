/// Four minutes of the day with up to fifteen events in each, in eight bytes: filled from the first on.
///
///     [ minute:12 | events:4 ] × 4   0 = free
///
/// More events of a minute are in further counts of that minute.
struct MinuteCounts: BitwiseCopyable {
    private var bits: UInt64 = 0

    private static let lanes: UInt64 = 0x0001_0001_0001_0001

    /// No event.
    init() {}

    /// One event in a minute from the day's first, below 4,096.
    init(_ minute: UInt16) {
        bits = UInt64(minute << 4 | 1)
    }

    var isEmpty: Bool { bits == 0 }

    /// Whether all four are taken.
    var isFull: Bool { bits >> 48 != 0 }

    /// Counts an event in the count of its minute, or in a free one; false when all four belong to other minutes or are full.
    @inline(__always)
    mutating func add(_ minute: UInt16) -> Bool {
        let difference = bits ^ MinuteCounts.lanes &* UInt64(minute << 4)
        let others = MinuteCounts.lanes &* 0xFFF0
        // The top bit of each count whose minute is another, as no carry leaves a count; then of those that are full.
        let isOther = (difference & others & 0x7FFF_7FFF_7FFF_7FFF) &+ 0x7FFF_7FFF_7FFF_7FFF | difference
        let isFull = ((bits & (MinuteCounts.lanes &* 0xF)) &+ MinuteCounts.lanes) << 11
        // A free count looks like one of minute 0, and becomes one for an event of that minute.
        let fitting = ~(isOther | isFull) & MinuteCounts.lanes << 15
        if fitting != 0 {
            bits &+= 1 << UInt64(fitting.trailingZeroBitCount & ~15)
            return true
        }
        let used = (64 - bits.leadingZeroBitCount + 15) & ~15
        guard used < 64 else { return false }
        bits |= UInt64(minute << 4 | 1) << UInt64(used)
        return true
    }

    func forEach(_ body: (_ minute: Int, _ events: UInt32) -> Void) {
        var rest = bits
        while rest != 0 {
            body(Int(rest >> 4 & 0xFFF), UInt32(truncatingIfNeeded: rest & 15))
            rest >>= 16
        }
    }
}

extension VisitorTable {
    /// Nodes with counts that a visitor may have before an array of all minutes takes their place: at least 120 events.
    private static let mostMinuteNodes = 15

    /// Counts an event of a visitor in a minute of the day. Must come last of what is done with an event, as it may use up what was
    /// reserved.
    ///
    /// The latest four minutes are in the record, which is in the cache; when a fifth comes they move on together, so that most
    /// events touch no node for their minute.
    @inline(__always)
    mutating func count(_ minute: UInt16, of visitor: UnsafeMutablePointer<Visitor>) {
        if !visitor.pointee.minutes.add(minute) { makeRoom(for: minute, of: visitor) }
    }

    private mutating func makeRoom(for minute: UInt16, of visitor: UnsafeMutablePointer<Visitor>) {
        let counts = visitor.pointee.minutes
        visitor.pointee.minutes = MinuteCounts(minute)
        if visitor.pointee.flags.contains(.denseMinutes) {
            if let dense = denseMinutes(of: visitor) { counts.forEach { dense[$0].add($1) } }
            return
        }
        if hasAnnexes, visitor.annex.pointee.minutes.isEmpty {
            visitor.annex.pointee.minutes = counts
            return
        }
        var nodes = 0
        var offset = visitor.pointee.firstNode
        while let node = lastingNode(at: offset) {
            if node.pointee.kind == .minutes {
                let counted = node.minutes
                for index in counted.indices where counted[index].isEmpty {
                    counted[index] = counts
                    return
                }
                nodes += 1
            }
            offset = node.pointee.next
        }
        if nodes >= VisitorTable.mostMinuteNodes, let dense = makeMinutesDense(of: visitor) {
            counts.forEach { dense[$0].add($1) }
            return
        }
        let counted = addNode(.minutes, bytes: OverflowNode.bytesOfMinutes, to: visitor).minutes
        counted.initialize(repeating: MinuteCounts())
        counted[0] = counts
    }

    /// The events of a visitor in its busiest minute.
    func busiestMinute(of visitor: UnsafeMutablePointer<Visitor>) -> UInt32 {
        var counts: [Int: UInt32] = [:]
        visitor.pointee.minutes.forEach { counts[$0, default: 0] += $1 }
        if visitor.pointee.flags.contains(.denseMinutes), let dense = denseMinutes(of: visitor) {
            for minute in counts.keys { counts[minute]?.add(dense[minute]) }
            return max(counts.values.max() ?? 0, dense.max() ?? 0)
        }
        forEachEarlierMinute(of: visitor) { counts[$0, default: 0] += $1 }
        return counts.values.max() ?? 0
    }

    private func forEachEarlierMinute(
        of visitor: UnsafeMutablePointer<Visitor>, _ body: (_ minute: Int, _ events: UInt32) -> Void
    ) {
        if hasAnnexes { visitor.annex.pointee.minutes.forEach(body) }
        forEachNode(of: visitor, .minutes) { for counts in $0.minutes { counts.forEach(body) } }
    }

    private func denseMinutes(of visitor: UnsafeMutablePointer<Visitor>) -> UnsafeMutableBufferPointer<UInt32>? {
        var counts: UnsafeMutableBufferPointer<UInt32>?
        forEachNode(of: visitor, .denseMinutes) {
            counts = UnsafeMutableBufferPointer(start: $0.payload(as: UInt32.self), count: minutesOfDay)
        }
        return counts
    }

    /// Counts every minute of the day from now on, with the earlier ones; nil when there is no memory for that, and all stays as
    /// it is.
    private mutating func makeMinutesDense(
        of visitor: UnsafeMutablePointer<Visitor>
    ) -> UnsafeMutableBufferPointer<UInt32>? {
        let bytes = OverflowNode.headerBytes + minutesOfDay * MemoryLayout<UInt32>.stride
        guard reserve(bytes) else { return nil }
        let node = addNode(.denseMinutes, bytes: bytes, to: visitor)
        let counts = UnsafeMutableBufferPointer(start: node.payload(as: UInt32.self), count: minutesOfDay)
        counts.initialize(repeating: 0)
        forEachEarlierMinute(of: visitor) { counts[$0] += $1 }
        visitor.pointee.insert(.denseMinutes)
        return counts
    }
}

extension UnsafeMutablePointer<OverflowNode> {
    /// The counts that a node of minutes has room for.
    fileprivate var minutes: UnsafeMutableBufferPointer<MinuteCounts> {
        UnsafeMutableBufferPointer(
            start: payload(as: MinuteCounts.self),
            count: (OverflowNode.bytesOfMinutes - OverflowNode.headerBytes) / MemoryLayout<MinuteCounts>.stride)
    }
}
