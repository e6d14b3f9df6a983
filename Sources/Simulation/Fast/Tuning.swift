package import Allocation
package import Learning
import Vocabulary

/// Settings tried one beside the other on worlds around a given one, all on the same luck.
package struct Tuning: Sendable {
    package struct Candidate: Equatable, Sendable {
        package var learning: LearningSettings
        package var allocation: AllocationSettings

        package init(learning: LearningSettings, allocation: AllocationSettings) {
            self.learning = learning
            self.allocation = allocation
        }

        /// How many of the tuned settings are not the default.
        package var departures: Int {
            (learning.halfLife != nil ? 1 : 0) + (learning.window != nil ? 1 : 0)
                + (learning.seasonality != LearningSettings().seasonality ? 1 : 0) + (allocation.floor != nil ? 1 : 0)
        }

        var policy: ThompsonPolicy { ThompsonPolicy(name: "", learning: learning, allocation: allocation) }
    }

    package struct Row: Sendable {
        package var candidate: Candidate
        package var summary: PolicySummary
        /// Regret beyond that of the best candidate, in days of the even split, world by world (a paired difference).
        package var behindBest: Estimate?
    }

    package struct Result: Sendable {
        /// The candidates by regret, least first.
        package var rows: [Row]
        /// The simplest of those that are behind the best by no more than one standard error of their difference; of equally
        /// simple ones the first.
        package var recommended: Candidate
        /// On as many new worlds, so that what was chosen is not judged by what chose it: the settings given, the
        /// recommended ones, and what the latter save in days of the even split.
        package var given: PolicySummary
        package var chosen: PolicySummary
        package var saved: Estimate?
    }

    package static let floors: [Double?] = [nil, 0.005, 0.01, 0.05]
    package static let halfLives: [Double?] = [nil, 28, 14, 7]
    package static let windows: [Int?] = [nil, 28, 14]

    package let world: World
    /// The experiment's place in the world.
    package let experiment: Int
    package let given: Candidate
    package var worlds: Int
    package var threads: Int?

    package init(_ world: World, experiment: Int, given: Candidate, worlds: Int) {
        self.world = world
        self.experiment = experiment
        self.given = given
        self.worlds = worlds
    }

    /// The grid, with the settings given among it. Windows that no day of the world leaves are the same as none; floors that
    /// the arms have no room for are left out.
    package var candidates: [Candidate] {
        let arms = world.experiments[experiment].arms.count
        let room = 1 - (world.experiments[experiment].control?.traffic ?? 0)
        var candidates = [given]
        // Without segments, stratified days are adjusted days.
        let hasSegments = world.experiments[experiment].segments.count > 1
        for seasonality in Seasonality.allCases where seasonality != .stratified || hasSegments {
            for window in Tuning.windows where (window ?? 0) < world.days {
                for halfLife in Tuning.halfLives {
                    for floor in Tuning.floors where (floor ?? 0) * Double(arms) <= room {
                        var candidate = given
                        candidate.learning.seasonality = seasonality
                        candidate.learning.window = window
                        candidate.learning.halfLife = halfLife
                        candidate.allocation.floor = floor
                        if !candidates.contains(candidate) { candidates.append(candidate) }
                    }
                }
            }
        }
        return candidates
    }

    /// Worlds lived in all: those that choose, and those that judge.
    package var totalWorlds: Int { 2 * worlds }

    /// Tries all candidates.
    ///
    /// - Parameter progress: told how many worlds are done, from any thread.
    package func run(progress: @Sendable (Int) -> Void = { _ in }) throws(PolicyError) -> Result {
        let candidates = candidates
        let lives = try simulate(candidates, from: 0, progress: progress)
        let totals = lives.map { $0.map { $0.regret.reduce(0, +) } }
        let order = candidates.indices.sorted { mean(totals[$0]) < mean(totals[$1]) }
        let best = order[0]
        let rows = order.compactMap { index -> Row? in
            guard let summary = PolicySummary("", lives: lives[index]) else { return nil }
            return Row(
                candidate: candidates[index], summary: summary, behindBest: difference(lives[index], lives[best]))
        }
        let close = rows.filter { $0.behindBest.map { $0.value <= $0.standardError } ?? true }
        let recommended = close.min { $0.candidate.departures < $1.candidate.departures }?.candidate ?? candidates[best]
        let judged = try simulate([given, recommended], from: worlds) { progress(worlds + $0) }
        guard let before = PolicySummary("", lives: judged[0]), let after = PolicySummary("", lives: judged[1]) else {
            throw PolicyError("tuning needs at least one world")
        }
        return Result(
            rows: rows, recommended: recommended, given: before, chosen: after,
            saved: difference(judged[0], judged[1]))
    }

    private func simulate(
        _ candidates: [Candidate], from first: Int, progress: @Sendable (Int) -> Void
    ) throws(PolicyError) -> [[Life]] {
        var simulation = FastSimulation(policies: candidates.map(\.policy), worlds: worlds)
        simulation.threads = threads
        return try simulation.lives(experiment: experiment, progress: progress) { world.varied(first + $0) }
    }

    /// The paired difference of regrets in days of the even split.
    private func difference(_ lives: [Life], _ others: [Life]) -> Estimate? {
        Estimate(
            ratioOf: zip(lives, others).map { $0.regret.reduce(0, +) - $1.regret.reduce(0, +) },
            to: lives.map { $0.evenRegret.reduce(0, +) / Double(max(1, $0.evenRegret.count)) })
    }

    private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
}
