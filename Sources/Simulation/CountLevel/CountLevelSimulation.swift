import Dispatch
import Essentials
package import Policies
import Synchronization

/// Several policies in many worlds, at count level: a day's counts are drawn from the truth, and no log is written.
package struct CountLevelSimulation: Sendable {
    package var policies: [SimulatedPolicy]
    /// At least 1.
    package var worlds: Int
    /// Threads; nil: the machine's. The results are the same.
    package var threads: Int?

    package init(policies: [SimulatedPolicy], worlds: Int) {
        self.policies = policies
        self.worlds = worlds
    }

    package init(policies: [any Policy], worlds: Int) {
        self.init(policies: policies.map { .policy($0) }, worlds: worlds)
    }

    /// Runs every policy in every world: by policy, then by world.
    ///
    /// All policies meet the same luck in a world, so differences between them are known better than either.
    ///
    /// - Parameters:
    ///   - world: gives the n-th world.
    ///   - experiment: its place in the world.
    ///   - progress: told how many worlds are done, from any thread.
    package func runs(
        experiment: Int, progress: @Sendable (Int) -> Void = { _ in }, in world: @Sendable (Int) -> World
    ) throws(PolicyError) -> [[PolicyRun]] {
        let byWorld = try parallelMap(worlds, threads: threads, progress: progress) {
            (number) throws(PolicyError) -> [PolicyRun] in
            let world = world(number)
            var runs: [PolicyRun] = []
            for policy in policies { runs.append(try PolicyRun(of: world, experiment: experiment, under: policy)) }
            return runs
        }
        return policies.indices.map { policy in byWorld.map { $0[policy] } }
    }
}

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
