import Dispatch
package import EventLog
import Synchronization

/// Lets the workers' results in one by one, in the order of the blocks they are of: a sum of doubles depends on its order.
///
/// Blocks are handed out in order, so whoever has the first that is missing waits for nobody.
final class BlockOrder: Sendable {
    private struct State {
        var next = 0
        var failure: LogError?
        var waiting: [Int: DispatchSemaphore] = [:]
    }

    private let state = Mutex(State())

    /// Waits until all blocks before this one are done; false when a worker has failed.
    func begin(_ index: Int) -> Bool {
        let semaphore: DispatchSemaphore? = state.withLock { state in
            guard state.next != index, state.failure == nil else { return nil }
            let semaphore = DispatchSemaphore(value: 0)
            state.waiting[index] = semaphore
            return semaphore
        }
        semaphore?.wait()
        return failure == nil
    }

    /// Lets the next block in.
    func end(_ index: Int) {
        state.withLock { state in
            state.next = index + 1
            state.waiting.removeValue(forKey: index + 1)?.signal()
        }
    }

    /// Ends all waiting.
    func fail(_ error: LogError) {
        state.withLock { state in
            state.failure = state.failure ?? error
            for semaphore in state.waiting.values { semaphore.signal() }
            state.waiting = [:]
        }
    }

    var failure: LogError? { state.withLock { $0.failure } }
}

/// What one worker keeps from block to block.
package protocol BlockWorker: ~Copyable, SendableMetatype {
    /// Reads a block on its own.
    mutating func read(_ block: borrowing RecordBlock)
    /// Hands its result over; called for one block after another, by one worker at a time.
    mutating func deliver()
}

extension RecordStream {
    /// Reads all blocks with several workers.
    ///
    /// - Throws: ``LogError`` for what cannot be read; what was delivered then is of no use.
    package func forEachBlock<Worker: BlockWorker & ~Copyable>(
        workers: Int, _ makeWorker: @Sendable () -> Worker
    ) throws(LogError) {
        let order = BlockOrder()
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
            var worker = makeWorker()
            var block = RecordBlock()
            do throws(LogError) {
                while order.failure == nil, try next(&block) {
                    worker.read(block)
                    guard order.begin(block.index) else { return }
                    worker.deliver()
                    order.end(block.index)
                }
            } catch {
                order.fail(error)
            }
        }
        if let failure = order.failure { throw failure }
    }
}
