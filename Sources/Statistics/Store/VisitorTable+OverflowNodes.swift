import EventLog

/// What visitors have beyond their records, as lists of nodes.
extension VisitorTable {
    /// The node at an offset; nil for the end of the list.
    subscript(offset: ArenaOffset) -> UnsafeMutablePointer<OverflowNode>? {
        offset == 0 ? nil : address(offset).assumingMemoryBound(to: OverflowNode.self)
    }

    /// The node at an offset, unless it is one of an event: those are all behind the others.
    func lastingNode(at offset: ArenaOffset) -> UnsafeMutablePointer<OverflowNode>? {
        guard let node = self[offset], !node.pointee.kind.isOfEvent else { return nil }
        return node
    }

    /// Adds a node of what was reserved, before others of its rank; its payload is of any value.
    mutating func addNode(
        _ kind: OverflowNode.Kind, bytes: Int, to visitor: UnsafeMutablePointer<Visitor>
    ) -> UnsafeMutablePointer<OverflowNode> {
        let offset = allocator.takeLast(bytes)
        let node = address(offset).assumingMemoryBound(to: OverflowNode.self)
        var before: UnsafeMutablePointer<OverflowNode>?
        var next = visitor.pointee.firstNode
        while let other = self[next], other.pointee.kind.rank < kind.rank {
            before = other
            next = other.pointee.next
        }
        if kind.isOfEvent { visitor.pointee.insert(.hasEvents) }
        node.initialize(to: OverflowNode(next: next, kind: kind))
        if let before { before.pointee.next = offset } else { visitor.pointee.firstNode = offset }
        return node
    }

    /// Calls `body` with the visitor's nodes of one kind. The nodes of a visitor who has none of events are not touched for them.
    @inline(__always)
    func forEachNode<Failure: Error>(
        of visitor: UnsafeMutablePointer<Visitor>, _ kind: OverflowNode.Kind,
        _ body: (UnsafeMutablePointer<OverflowNode>) throws(Failure) -> Void
    ) throws(Failure) {
        if kind.isOfEvent, !visitor.pointee.flags.contains(.hasEvents) { return }
        var offset = visitor.pointee.firstNode
        while let node = kind.isOfEvent ? self[offset] : lastingNode(at: offset) {
            if node.pointee.kind == kind { try body(node) }
            offset = node.pointee.next
        }
    }

    /// Keeps a click, beside counting it.
    mutating func add(_ click: Click, of visitor: UnsafeMutablePointer<Visitor>) {
        addNode(.click, bytes: OverflowNode.headerBytes + MemoryLayout<Click>.stride, to: visitor)
            .payload(as: Click.self).initialize(to: click)
    }

    mutating func add(_ purchase: Purchase, order: ByteText, of visitor: UnsafeMutablePointer<Visitor>) {
        let bytes = OverflowNode.headerBytes + MemoryLayout<Purchase>.stride + order.count
        let target = addNode(.purchase, bytes: bytes, to: visitor).payload(as: Purchase.self)
        target.initialize(to: purchase)
        UnsafeMutableRawPointer(target + 1).copyMemory(from: order.start, byteCount: order.count)
    }
}
