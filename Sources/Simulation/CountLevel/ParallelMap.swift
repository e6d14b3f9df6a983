import Dispatch
import Essentials
import Synchronization

/// Runs a function of each number 0..<count on several threads; the results stand in the order of the numbers.
///
/// - Parameters:
///   - threads: at least 1; nil: the machine's.
///   - progress: told how many are done, from any thread.
/// - Throws: the error of the least number that has one.
package func parallelMap<Result: Sendable, Failure: Error>(
    _ count: Int, threads: Int? = nil, progress: @Sendable (Int) -> Void = { _ in },
    _ transform: @Sendable (Int) throws(Failure) -> Result
) throws(Failure) -> [Result] {
    typealias Outcome = Swift.Result<Result, Failure>
    let outcomes = Mutex([Outcome?](repeating: nil, count: count))
    let next = Atomic(0)
    let done = Atomic(0)
    let width = max(1, min(count, threads ?? ProcessInfo.processInfo.activeProcessorCount))
    DispatchQueue.concurrentPerform(iterations: width) { _ in
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < count else { return }
            let outcome = Outcome { () throws(Failure) in try transform(index) }
            outcomes.withLock { $0[index] = outcome }
            progress(done.wrappingAdd(1, ordering: .relaxed).newValue)
        }
    }
    var results: [Result] = []
    for outcome in outcomes.withLock({ $0 }) { if let outcome { results.append(try outcome.get()) } }
    return results
}
