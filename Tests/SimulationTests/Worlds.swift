import Domain
import Policies
import Simulation

/// Small worlds for tests.
enum Worlds {
    /// One experiment of clicks with arms `a`, `b`, … of these rates.
    static func world(
        _ rates: [Double], visitors: Double = 2_000, days: Int = 6, seed: UInt64 = 1,
        _ change: (inout WorldExperiment) -> Void = { _ in }
    ) -> World {
        let arms = rates.enumerated().map { index, rate in
            WorldArm(variant: Name(String(UnicodeScalar(UInt8(97 + index)))), rate: rate)
        }
        var experiment = WorldExperiment(
            key: SlotKey(platform: "web", slot: "hero"), visitorsPerDay: visitors, arms: arms)
        change(&experiment)
        return World(
            name: "test", seed: seed, start: CalendarDate(dayNumber: 20_000), days: days, experiments: [experiment])
    }

    /// A group of visitors.
    static func segment(_ name: Name, share: Double, factor: Double) -> WorldSegment {
        var segment = WorldSegment(name: name, share: share)
        segment.factor = factor
        return segment
    }

    /// The night before a day, with the rows of days on which these shares were served.
    static func night(_ world: World, day: Int, served shares: [Double]) -> SimulatedNight {
        let experiment = world.experiments[0]
        let truth = Truth(experiment, number: 0, seed: world.seed, days: day + 1)
        let draws = DayDraws(experiment, truth: truth, number: 0, seed: world.seed)
        let rows = (0..<day).flatMap {
            draws.rows(day: $0, date: world.start.advanced(by: $0), served: PolicyTable(everyone: shares))
        }
        return SimulatedNight(
            experiment: experiment, truth: truth, day: day, date: world.start.advanced(by: day), rows: rows,
            competing: experiment.arms.indices.filter { truth.competes(arm: $0, day: day) })
    }
}
