/// Blocks that have been read ahead, for whoever comes next.
///
/// The last that was put is the first to be taken: it is still near.
struct BlocksAhead: ~Copyable {
    private let blocks: UnsafeMutableBufferPointer<Block>
    private var count = 0

    /// - Parameter capacity: the most blocks that are kept.
    init(capacity: Int) {
        blocks = .allocate(capacity: capacity)
        for index in 0..<capacity { blocks.initializeElement(at: index, to: Block()) }
    }

    deinit {
        blocks.deinitialize()
        blocks.deallocate()
    }

    /// Keeps a block, and gives an old one for it; false when there is no room, and nothing changes.
    mutating func put(_ block: inout Block) -> Bool {
        guard count < blocks.count else { return false }
        swap(&blocks[count], &block)
        count += 1
        return true
    }

    /// Takes the last block that was put for an old one; false when there is none, and nothing changes.
    mutating func take(_ block: inout Block) -> Bool {
        guard count > 0 else { return false }
        count -= 1
        swap(&blocks[count], &block)
        return true
    }
}
