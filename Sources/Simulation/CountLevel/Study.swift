import Allocation
import Domain
package import Learning
package import Policies

/// Ways to learn compared in worlds in which the base rate moves: what the method's choices rest on.
///
/// 28 nights at a base rate of 5 %. False calls are counted in worlds whose arms are all alike; who leads, and regret, in
/// worlds in which one arm is 6 % better than the others.
package struct Study: Sendable {
    package struct Cell: Sendable {
        package var arms: Int
        package var visitorsPerDay: Double
        /// ±share of the weekly swing.
        package var swing = 0.0
        /// What the rates of equally large segments are multiplied by; empty: everyone is alike.
        package var factors: [Double] = []
        package var floor = 0.02
    }

    package struct Row: Sendable {
        package var cell: Cell
        package var learning: Seasonality
        package var summary: PolicySummary
    }

    /// Pooled against adjusted days, with and without a weekly swing, in two sizes of site and at two floors.
    package static func seasonality(worlds: Int, seed: UInt64) -> Study {
        var cells: [Cell] = []
        for (arms, visitors) in [(4, 5_000.0), (10, 20_000.0)] {
            for swing in [0.3, 0] {
                for floor in [0.01, 0.02] {
                    cells.append(Cell(arms: arms, visitorsPerDay: visitors, swing: swing, floor: floor))
                }
            }
        }
        return Study(cells: cells, ways: [.none, .adjusted], worlds: worlds, seed: seed)
    }

    /// Adjusted against stratified days, where three segments have shares of their own and base rates more or less alike.
    package static func segments(worlds: Int, seed: UInt64) -> Study {
        var cells: [Cell] = []
        for factors in [[1, 1, 1], [1.1, 1, 0.9], [1.5, 1, 0.7]] {
            for swing in [0.3, 0] {
                cells.append(Cell(arms: 4, visitorsPerDay: 15_000, swing: swing, factors: factors))
            }
        }
        return Study(cells: cells, ways: [.adjusted, .stratified], worlds: worlds, seed: seed)
    }

    package static let nights = 28
    package static let rate = 0.05
    package static let lead = 0.06

    package let cells: [Cell]
    package let ways: [Seasonality]
    /// Of each kind: as many without differences, as many with a best arm.
    package let worlds: Int
    package let seed: UInt64
    package var threads: Int?

    /// How many worlds are lived in all.
    package var totalWorlds: Int { cells.count * 2 * worlds }

    /// The world of a cell, in which the first arm is the best by `lead`.
    package func world(_ cell: Cell, lead: Double) -> World {
        var arms = (1...cell.arms).map { WorldArm(variant: Name("arm-\($0)"), rate: Study.rate) }
        arms[0].rate *= 1 + lead
        var experiment = WorldExperiment(
            key: SlotKey(platform: "site", slot: "hero"), visitorsPerDay: cell.visitorsPerDay, arms: arms)
        experiment.weeklySwing = cell.swing
        if !cell.factors.isEmpty {
            experiment.segments = cell.factors.enumerated().map { index, factor in
                var segment = WorldSegment(name: Name("segment-\(index + 1)"), share: 1 / Double(cell.factors.count))
                segment.factor = factor
                return segment
            }
        }
        return World(
            name: "study", seed: seed, start: CalendarDate(dayNumber: 20_778), days: Study.nights,
            experiments: [experiment])
    }

    /// Lives all worlds of all cells.
    ///
    /// - Parameter progress: told how many worlds are done, from any thread.
    package func rows(progress: @Sendable (Int) -> Void = { _ in }) throws(PolicyError) -> [Row] {
        var rows: [Row] = []
        for (number, cell) in cells.enumerated() {
            var allocation = AllocationSettings()
            allocation.floor = cell.floor
            let policies = ways.map { way in
                var learning = LearningSettings()
                learning.seasonality = way
                return ThompsonPolicy(name: way.rawValue, learning: learning, allocation: allocation)
            }
            var simulation = FastSimulation(policies: policies, worlds: worlds)
            simulation.threads = threads
            let start = number * 2 * worlds
            let (alike, different) = (world(cell, lead: 0), world(cell, lead: Study.lead))
            let lifeless = try simulation.lives(experiment: 0, progress: { progress(start + $0) }) {
                alike.repeated($0)
            }
            let lives = try simulation.lives(experiment: 0, progress: { progress(start + worlds + $0) }) {
                different.repeated($0)
            }
            for (index, way) in ways.enumerated() {
                let summary = PolicySummary(way.rawValue, lives: lives[index], withoutDifferences: lifeless[index])
                if let summary { rows.append(Row(cell: cell, learning: way, summary: summary)) }
            }
        }
        return rows
    }
}
