/// Blocks that have been read ahead, for whoever comes next.
///
/// The last that was put is the first to be taken: it is still near.
struct BlocksAhead: ~Copyable {
    private let blocks: UnsafeMutableBufferPointer<Block>
    private let maximumBytes: Int
    private var count = 0

    /// - Parameters:
    ///   - capacity: the most blocks that are kept.
    ///   - maximumBytes: the most memory of one: those that have grown beyond it for a long line stay with their workers.
    init(capacity: Int, maximumBytes: Int) {
        self.maximumBytes = maximumBytes
        blocks = .allocate(capacity: capacity)
        for index in 0..<capacity { blocks.initializeElement(at: index, to: Block()) }
    }

    deinit {
        blocks.deinitialize()
        blocks.deallocate()
    }

    /// Keeps a block, and gives an old one for it; false when there is no room for it, and nothing changes.
    mutating func put(_ block: inout Block) -> Bool {
        guard count < blocks.count, block.memory.count <= maximumBytes else { return false }
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
