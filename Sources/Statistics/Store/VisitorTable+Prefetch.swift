import CScan
import EventLog

/// Asking for memory ahead of its use, so that many lines of the cache are on their way at once: a line that is waited for alone
/// costs several times the 13 to 18 ns that it takes among others.
///
/// Each step needs what the step before it asked for: slots of the index, records, annexes, first nodes, second nodes.
extension VisitorTable {
    /// Asks for the record that likely has this hash and an id of so many bytes, but for its annex; returns its offset, or 0.
    @inline(__always)
    func prefetch(hash: UInt64, idLength: Int) -> ArenaOffset {
        let offset = index.candidate(hash: hash)
        if offset != 0 {
            let start = address(offset)
            cscan_prefetch(start)
            cscan_prefetch(start + Visitor.bytes(idLength: idLength) - 1)
        }
        return offset
    }

    /// Asks for the annex of the visitor at an offset, whose record is there by now, if an event will likely need it.
    @inline(__always)
    func prefetchAnnex(_ offset: ArenaOffset, for event: UnsafePointer<EncodedEvent>) {
        guard offset != 0, hasAnnexes else { return }
        // Without a branch, as what the next event is about is a matter of chance: who needs no annex asks for the record again.
        let visitor = visitor(at: offset)
        let isOther = ArmNumber.isSameExperiment(visitor.pointee.unit.arm, event.pointee.arm) ? 0 : 1
        let isWanted = isOther | (visitor.pointee.minutes.isFull ? 1 : 0)
        cscan_prefetch(UnsafeRawPointer(visitor) + isWanted &* Visitor.bytes(idLength: visitor.pointee.idLength))
    }

    /// 1 if an event will likely need overflow nodes of the visitor at an offset, whose record is there by now, or 0: a number to
    /// add up, where a branch could not be predicted.
    @inline(__always)
    func needsNodes(_ offset: ArenaOffset, for event: UnsafePointer<EncodedEvent>) -> Int {
        guard offset != 0 else { return 0 }
        let visitor = visitor(at: offset)
        let isPurchase = event.pointee.type.isOfMoney ? 1 : 0
        let hasMoreUnits = visitor.pointee.flags.contains(.moreUnits) ? 1 : 0
        return isPurchase | hasMoreUnits | (visitor.pointee.minutes.isFull ? 1 : 0)
    }

    /// Asks for the first node of the visitor at an offset, whose record is there by now.
    func prefetchFirstNode(_ offset: ArenaOffset) {
        if offset != 0 { prefetchFirstNode(of: visitor(at: offset)) }
    }

    /// Asks for the second node of the visitor at an offset, once the first is there.
    func prefetchSecondNode(_ offset: ArenaOffset) {
        if offset != 0 { prefetchSecondNode(of: visitor(at: offset)) }
    }

    /// Asks for a visitor's first node.
    func prefetchFirstNode(of visitor: UnsafeMutablePointer<Visitor>) {
        prefetchNode(visitor.pointee.firstNode)
    }

    /// Asks for a visitor's second node, once the first is there.
    func prefetchSecondNode(of visitor: UnsafeMutablePointer<Visitor>) {
        if let node = self[visitor.pointee.firstNode] { prefetchNode(node.pointee.next) }
    }

    /// A node may lie across two lines of the cache.
    private func prefetchNode(_ offset: ArenaOffset) {
        guard offset != 0 else { return }
        let start = address(offset)
        cscan_prefetch(start)
        cscan_prefetch(start + OverflowNode.bytesOfUnit - 1)
    }
}
