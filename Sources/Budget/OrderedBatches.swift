import Dispatch
import Synchronization

/// Work on batches by several workers, whose results are taken in the order of the batches.
enum OrderedBatches {
    /// Batches of a round, for each worker.
    private static let perWorker = 4

    static func run<Output: Sendable>(
        _ stream: CustomerStream, workers: Int, work: @Sendable (CustomerBatch) -> Output,
        deliver: (Output) throws(BudgetError) -> Void
    ) throws(BudgetError) {
        while true {
            var batches: [CustomerBatch] = []
            while batches.count < workers * perWorker, let batch = try stream.next() { batches.append(batch) }
            guard !batches.isEmpty else { return }
            for output in results(batches, workers: min(workers, batches.count), work) { try deliver(output) }
        }
    }

    private static func results<Output: Sendable>(
        _ batches: [CustomerBatch], workers: Int, _ work: @Sendable (CustomerBatch) -> Output
    ) -> [Output] {
        let next = Atomic(0)
        let outputs = Mutex<[Output?]>(Array(repeating: nil, count: batches.count))
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < batches.count else { return }
                let output = work(batches[index])
                outputs.withLock { $0[index] = output }
            }
        }
        return outputs.withLock { $0.compactMap(\.self) }
    }
}
