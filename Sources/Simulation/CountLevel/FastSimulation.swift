package import Policies

/// Many worlds lived by several policies, with days drawn instead of logs written.
package struct FastSimulation: Sendable {
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

    /// Lives an experiment of every world under every policy: by policy, then by world.
    ///
    /// All policies meet the same luck in a world, so differences between them are known better than either.
    ///
    /// - Parameters:
    ///   - world: gives the n-th world.
    ///   - experiment: its place in the world.
    ///   - progress: told how many worlds are done, from any thread.
    package func lives(
        experiment: Int, progress: @Sendable (Int) -> Void = { _ in }, in world: @Sendable (Int) -> World
    ) throws(PolicyError) -> [[PolicyRun]] {
        let byWorld = try parallelMap(worlds, threads: threads, progress: progress) {
            (number) throws(PolicyError) -> [PolicyRun] in
            let world = world(number)
            var lives: [PolicyRun] = []
            for policy in policies { lives.append(try PolicyRun(of: world, experiment: experiment, under: policy)) }
            return lives
        }
        return policies.indices.map { policy in byWorld.map { $0[policy] } }
    }
}
