import Allocation
import Learning
import Vocabulary

/// Whether taking the days' base rates out is worth it: pooled and adjusted learning with and without a weekly swing.
///
/// 28 nights at a base rate of 5 %, in two sizes of site, at two floors. False calls are counted in worlds whose arms are all
/// alike; who leads, and regret, in worlds in which one arm is 6 % better than the others.
package struct SeasonalityStudy: Sendable {
    package struct Site: Sendable {
        package var arms: Int
        package var visitorsPerDay: Double
    }

    package struct Row: Sendable {
        package var site: Site
        package var swing: Double
        package var floor: Double
        package var summary: PolicySummary
    }

    package static let sites = [Site(arms: 4, visitorsPerDay: 5_000), Site(arms: 10, visitorsPerDay: 20_000)]
    package static let swings = [0.3, 0]
    package static let floors = [0.01, 0.02]
    package static let nights = 28
    package static let rate = 0.05
    package static let lead = 0.06

    /// Of each kind: as many without differences, as many with a best arm.
    package var worlds: Int
    package var seed: UInt64
    package var threads: Int?

    package init(worlds: Int, seed: UInt64) {
        self.worlds = worlds
        self.seed = seed
    }

    /// The world of a cell of the study.
    package func world(_ site: Site, swing: Double) -> World {
        var arms = (1...site.arms).map { WorldArm(variant: Name("arm-\($0)"), rate: SeasonalityStudy.rate) }
        arms[0].rate *= 1 + SeasonalityStudy.lead
        var experiment = WorldExperiment(
            key: SlotKey(platform: "site", slot: "hero"), visitorsPerDay: site.visitorsPerDay, arms: arms)
        experiment.weeklySwing = swing
        return World(
            name: "seasonality", seed: seed, start: CalendarDate(dayNumber: 20_778), days: SeasonalityStudy.nights,
            experiments: [experiment])
    }

    /// The ways to learn that are compared.
    package static func policies(floor: Double) -> [any Policy] {
        var allocation = AllocationSettings()
        allocation.floor = floor
        return Seasonality.allCases.reversed().map { seasonality in
            var learning = LearningSettings()
            learning.seasonality = seasonality
            return ThompsonPolicy(
                name: seasonality == .none ? "pooled" : "adjusted", learning: learning, allocation: allocation)
        }
    }

    /// How many worlds are lived in all.
    package var totalWorlds: Int {
        SeasonalityStudy.sites.count * SeasonalityStudy.swings.count * SeasonalityStudy.floors.count * 2 * worlds
    }

    /// Lives all worlds of all cells.
    ///
    /// - Parameter progress: told how many worlds are done, from any thread.
    package func rows(progress: @Sendable (Int) -> Void = { _ in }) throws(PolicyError) -> [Row] {
        var rows: [Row] = []
        var done = 0
        for site in SeasonalityStudy.sites {
            for swing in SeasonalityStudy.swings {
                let world = world(site, swing: swing)
                let alike = baseline(world)
                for floor in SeasonalityStudy.floors {
                    var simulation = FastSimulation(
                        policies: SeasonalityStudy.policies(floor: floor), worlds: worlds)
                    simulation.threads = threads
                    let start = done
                    let lifeless = try simulation.lives(experiment: 0, progress: { progress(start + $0) }) {
                        alike.repeated($0)
                    }
                    let middle = start + worlds
                    let lives = try simulation.lives(experiment: 0, progress: { progress(middle + $0) }) {
                        world.repeated($0)
                    }
                    done = middle + worlds
                    for (index, policy) in simulation.policies.enumerated() {
                        guard
                            let summary = PolicySummary(
                                policy.name, lives: lives[index], withoutDifferences: lifeless[index])
                        else { continue }
                        rows.append(Row(site: site, swing: swing, floor: floor, summary: summary))
                    }
                }
            }
        }
        return rows
    }

    /// The world with every arm at the base rate.
    private func baseline(_ world: World) -> World {
        var world = world
        for arm in world.experiments[0].arms.indices { world.experiments[0].arms[arm].rate = SeasonalityStudy.rate }
        return world
    }
}
