package import Allocation
import Domain
package import Learning
package import Policies

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
        package var choice: Candidate
        /// On as many new worlds, so that what was chosen is not judged by what chose it: the settings given, the choice, and
        /// what the latter saves in days of the even split.
        package var given: PolicySummary
        package var chosen: PolicySummary
        package var saved: Estimate?
        /// The choice where the new worlds confirm it, else the settings given.
        package var recommended: Candidate
    }

    package static let floors: [Double?] = [nil, 0.005, 0.01, 0.05]
    package static let halfLives: [Double?] = [nil, 28, 14, 7]
    package static let windows: [Int?] = [nil, 28, 14]

    package let world: World
    /// The experiment's place in the world.
    package let experiment: Int
    package let given: Candidate
    package let priors: PriorCounts
    package var worlds: Int
    package var threads: Int?

    package init(
        _ world: World, experiment: Int, given: Candidate, priors: PriorCounts = PriorCounts(), worlds: Int
    ) {
        self.world = world
        self.experiment = experiment
        self.given = given
        self.priors = priors
        self.worlds = worlds
    }

    /// The grid, with the settings given among it. Windows that no day of the world leaves are the same as none; floors that
    /// the arms have no room for are left out.
    package var candidates: [Candidate] {
        let experiment = world.experiments[experiment]
        let variants = experiment.arms.map(\.variant).filter { $0 != experiment.control?.variant }
        let room = 1 - (experiment.control?.traffic ?? 0)
        var candidates = [given]
        // Without segments, stratified days are adjusted days: one of the two is enough.
        let twin: Seasonality? =
            experiment.segments.count > 1 ? nil : given.learning.seasonality == .adjusted ? .stratified : .adjusted
        for seasonality in Seasonality.allCases where seasonality != twin {
            for window in Tuning.windows where (window ?? 0) < world.days {
                for halfLife in Tuning.halfLives {
                    for floor in Tuning.floors {
                        var candidate = given
                        candidate.learning.seasonality = seasonality
                        candidate.learning.window = window
                        candidate.learning.halfLife = halfLife
                        candidate.allocation.floor = floor
                        let floors = candidate.allocation.floors(of: variants, available: room)
                        guard floors.reduce(0, +) <= room + 1e-9, !candidates.contains(candidate) else { continue }
                        candidates.append(candidate)
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
        let close = rows.filter { $0.behindBest.map { $0.value <= $0.standardError ?? 0 } ?? true }
        let choice = close.min { $0.candidate.departures < $1.candidate.departures }?.candidate ?? candidates[best]
        let judged = try simulate([given, choice], from: worlds) { progress(worlds + $0) }
        guard let before = PolicySummary("", lives: judged[0]), let after = PolicySummary("", lives: judged[1]) else {
            throw PolicyError("tuning needs at least one world")
        }
        let saved = difference(judged[0], judged[1])
        return Result(
            rows: rows, choice: choice, given: before, chosen: after, saved: saved,
            recommended: isConfirmed(choice, saved: saved) ? choice : given)
    }

    /// Whether new worlds are for a choice: it saves something at 95 % confidence, or it is simpler than the settings given and
    /// no worse.
    package func isConfirmed(_ choice: Candidate, saved: Estimate?) -> Bool {
        guard let saved, let interval = saved.interval else { return false }
        return interval.lowerBound > 0 || (choice.departures < given.departures && saved.value >= 0)
    }

    private func simulate(
        _ candidates: [Candidate], from first: Int, progress: @Sendable (Int) -> Void
    ) throws(PolicyError) -> [[PolicyRun]] {
        var simulation = FastSimulation(policies: candidates.map(policy), worlds: worlds)
        simulation.threads = threads
        return try simulation.lives(experiment: experiment, progress: progress) { world.varied(first + $0) }
    }

    private func policy(_ candidate: Candidate) -> ThompsonPolicy {
        ThompsonPolicy(name: "", learning: candidate.learning, allocation: candidate.allocation, priors: priors)
    }

    /// The paired difference of regrets in days of the even split.
    private func difference(_ lives: [PolicyRun], _ others: [PolicyRun]) -> Estimate? {
        Estimate(
            ratioOf: zip(lives, others).map { $0.regret.reduce(0, +) - $1.regret.reduce(0, +) },
            to: lives.map { $0.evenRegret.reduce(0, +) / Double(max(1, $0.evenRegret.count)) })
    }

    private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
}
