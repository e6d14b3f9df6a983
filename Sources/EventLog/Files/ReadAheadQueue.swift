import Dispatch
import Synchronization

/// Blocks of a stream that are read ahead, and the *turn*: the right, which one worker has at a time, to read on in the stream.
///
///     claim ──► a block that is there ──────────────────► parse
///          └──► the turn: read, leave some to the others, end it ──► parse
///
/// Others find the blocks that the worker with the turn leaves; where there is nothing yet, they wait for its next block or the
/// end of its turn, whichever is first. While there is a block for the others, the turn stays with the worker that had the last one: a
/// decompressor's memory is large, and in the cache of that worker's processor (4 % less time for one gzip or Zstandard file).
///
/// Each block that is put and each turn that ends wakes one who waits, and nobody begins to wait while there is a block. So while
/// some wait and nobody reads, more are woken than there are blocks, and one of them gets the turn.
final class ReadAheadQueue: Sendable {
    enum Claim {
        /// The block was filled by another.
        case block
        /// The caller has the turn, until it ends it.
        case turn
    }

    private struct State: ~Copyable {
        var stack: BlockStack
        var hasReader = false
        /// The worker that had the last turn.
        var lastReader: Int?
        /// Workers that wait, one signal each.
        var waiting = 0

        /// Takes one of those who wait off the list, to be woken; false when there is none.
        mutating func wakes() -> Bool {
            guard waiting > 0 else { return false }
            waiting -= 1
            return true
        }
    }

    private let state: Mutex<State>
    private let arrival = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - capacity: the most blocks that are kept.
    ///   - maximumBytes: the most memory of one: those that have grown beyond it for a long line stay with their workers.
    init(capacity: Int, maximumBytes: Int) {
        state = Mutex(State(stack: BlockStack(capacity: capacity, maximumBytes: maximumBytes)))
    }

    /// Takes the turn or a block for a worker; nil when another has the turn, and has left nothing yet.
    func claim(_ block: inout Block, by worker: Int) -> Claim? {
        claim(&block, by: worker, waits: false)
    }

    /// Takes the turn or a block as soon as there is one.
    func waitForClaim(_ block: inout Block, by worker: Int) -> Claim {
        while true {
            if let claim = claim(&block, by: worker, waits: true) { return claim }
            arrival.wait()
        }
    }

    private func claim(_ block: inout Block, by worker: Int, waits: Bool) -> Claim? {
        state.withLock { state in
            // For who had the last turn it comes first, so that there is always something for the others.
            if state.hasReader || state.lastReader != worker, state.stack.take(&block) { return .block }
            if !state.hasReader {
                state.hasReader = true
                state.lastReader = worker
                return .turn
            }
            if waits { state.waiting += 1 }
            return nil
        }
    }

    /// Leaves a block to the others, and gives an old one for it; false when they have enough, and nothing changes.
    func put(_ block: inout Block) -> Bool {
        let (isPut, wakes) = state.withLock { state in
            state.stack.put(&block) ? (true, state.wakes()) : (false, false)
        }
        if wakes { arrival.signal() }
        return isPut
    }

    /// Takes a block that was left; false when there is none.
    func take(_ block: inout Block) -> Bool {
        state.withLock { $0.stack.take(&block) }
    }

    func endTurn() {
        let wakes = state.withLock { state in
            state.hasReader = false
            return state.wakes()
        }
        if wakes { arrival.signal() }
    }
}

/// Some blocks. The last that was put is the first to be taken: it is still in the processor's cache.
private struct BlockStack: ~Copyable {
    private let blocks: UnsafeMutableBufferPointer<Block>
    private let maximumBytes: Int
    private var count = 0

    init(capacity: Int, maximumBytes: Int) {
        self.maximumBytes = maximumBytes
        blocks = .allocate(capacity: capacity)
        for index in 0..<capacity { blocks.initializeElement(at: index, to: Block()) }
    }

    deinit {
        blocks.deinitialize()
        blocks.deallocate()
    }

    mutating func put(_ block: inout Block) -> Bool {
        guard count < blocks.count, block.memory.count <= maximumBytes else { return false }
        swap(&blocks[count], &block)
        count += 1
        return true
    }

    mutating func take(_ block: inout Block) -> Bool {
        guard count > 0 else { return false }
        count -= 1
        swap(&blocks[count], &block)
        return true
    }
}
