import Dispatch

/// Parts of a range for several workers at a time: whatever they do, they do it to places of their own.
enum WorkerShares {
    /// Hands each worker a part of the range, in order; returns when all are done.
    static func forEach(_ range: Range<Int>, workers: Int, _ body: @Sendable (Range<Int>) -> Void) {
        guard workers > 1, range.count >= 1 << 10 else { return body(range) }
        let share = (range.count + workers - 1) / workers
        DispatchQueue.concurrentPerform(iterations: workers) { worker in
            let start = min(range.upperBound, range.lowerBound + worker * share)
            body(start..<min(range.upperBound, start + share))
        }
    }
}
