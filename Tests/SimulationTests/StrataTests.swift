import Allocation
import Domain
import Foundation
import Learning
import Policies
import Simulation
import TestExpectations
import TestSupport
import Testing

/// The night's early hours, at half the day's rate, belong to another table: that tilts no share.
@Suite(.slow) struct StrataTests {
    /// As files without the column `table` have them.
    private static func byDay(_ rows: [DailyRow]) -> [DailyRow] {
        rows.map { row in
            var row = row
            row.table = nil
            return row
        }
    }

    /// Half the rate until the table changes, as many visitors in every hour; an hour in which it changes has the rate between.
    private static func hours(_ publishAt: Int) -> DayHours {
        DayHours(
            visitors: Array(repeating: 1, count: 24),
            rate: (0..<24).map { hour in
                let poor = Double(min(60, max(0, publishAt - 60 * hour))) / 60
                return 1 - poor / 2
            })
    }

    /// What a learner makes of a world: ln of the two arms' posterior means' ratio, and the first arm's P(best).
    private static func learned(_ rows: [DailyRow], of world: WorldExperiment) throws -> (
        logRatio: Double, best: Double
    ) {
        let experiment = Experiment(key: world.key, variants: world.arms.map(\.variant))
        let group = try ExperimentLearner(experiment: experiment, settings: LearningSettings()).learn(rows)[0]
        var allocation = AllocationSettings()
        allocation.floor = 0
        let row = try GroupAllocator(experiment: experiment, settings: allocation).allocate(
            group: group, date: CalendarDate(dayNumber: 0), seed: 1, reward: .click)[0]
        return (log(group.arms[0].posterior.mean / group.arms[1].posterior.mean), row.probabilityBest ?? 0)
    }

    @Test(
        "Two equal arms, shares that change strongly with the table: by strata their ratio is 1 within three standard errors, by day it is not (300 worlds)",
        arguments: [90, 360])
    func equalArms(publishAt: Int) throws {
        let days = 6
        var strata: [(logRatio: Double, best: Double)] = []
        var pooled: [(logRatio: Double, best: Double)] = []
        for seed in 0..<300 {
            let world = Worlds.world([0.1, 0.1], visitors: 3_000, days: days, seed: UInt64(seed))
            let experiment = world.experiments[0]
            let hours = StrataTests.hours(publishAt)
            let truth = Truth(experiment, number: 0, seed: world.seed, days: days)
            let draws = DayDraws(experiment, truth: truth, number: 0, seed: world.seed)
            let rows = (0..<days).flatMap { day in
                let parts = [(0..<publishAt, [0.9, 0.1], -1), (publishAt..<1_440, [0.2, 0.8], 0)].map {
                    minutes, shares, age in
                    let (visitors, rate) = hours.part(minutes)
                    return DayPart(
                        table: PolicyTable(everyone: shares), tableDate: world.start.advanced(by: day + age),
                        visitors: visitors, rate: rate)
                }
                return draws.rows(day: day, date: world.start.advanced(by: day), served: parts)
            }
            strata.append(try StrataTests.learned(rows, of: experiment))
            pooled.append(try StrataTests.learned(StrataTests.byDay(rows), of: experiment))
        }
        let ratio = try #require(Estimate(mean: strata.map(\.logRatio)))
        let error = try #require(ratio.standardError)
        #expect(abs(ratio.value) < 3 * error && error < 0.01, "\(ratio)")
        let best = try #require(Estimate(mean: strata.map(\.best)))
        #expect(abs(best.value - 0.5) < 3 * (best.standardError ?? 0), "\(best)")
        // By day the first arm looks worse by what its share of the poor hours takes: −0.09 and −0.2 in the limit.
        let tilted = try #require(Estimate(mean: pooled.map(\.logRatio)))
        #expect(tilted.value < (publishAt == 90 ? -0.05 : -0.15), "\(tilted)")
        let tiltedBest = try #require(Estimate(mean: pooled.map(\.best)))
        #expect(tiltedBest.value < (publishAt == 90 ? 0.25 : 0.05), "\(tiltedBest)")
    }

    /// Thompson sampling of two arms with a floor, their posteriors taken as normal: the learner is what is tried here, and the
    /// quadrature would take most of the time.
    private struct NormalPolicy: Policy {
        let name = "normal"
        /// Whether rows are learned from as they are, or as files without the column `table` have them.
        let looksAtTables: Bool

        func table(_ night: Night) throws(PolicyError) -> PolicyTable {
            let experiment = Experiment(key: night.experiment.key, variants: night.experiment.arms.map(\.variant))
            let rows = looksAtTables ? night.rows : StrataTests.byDay(night.rows)
            let learner = ExperimentLearner(experiment: experiment, settings: LearningSettings())
            guard let group = try? learner.learn(rows)[0] else { throw PolicyError("overflow") }
            let parts = group.arms.map { arm -> (mean: Double, variance: Double) in
                guard case .beta(let alpha, let beta) = arm.posterior else { return (0, 0) }
                let mean = arm.posterior.mean
                return (mean, mean * (1 - mean) / (alpha + beta + 1))
            }
            let z = (parts[0].mean - parts[1].mean) / (parts[0].variance + parts[1].variance).squareRoot()
            let best = erfc(-z / 2.0.squareRoot()) / 2
            let share = min(0.98, max(0.02, best))
            var table = PolicyTable(everyone: [share, 1 - share])
            if max(best, 1 - best) > 0.95 { table.winner = best > 0.5 ? 0 : 1 }
            return table
        }
    }

    @Test(
        "A/A experiments are called no more often with poor early hours than without, by day twice as often (400 worlds)"
    )
    func falseCalls() throws {
        let publishAt = 360
        let policies = [NormalPolicy(looksAtTables: true), NormalPolicy(looksAtTables: false)]
        let simulation = CountLevelSimulation(policies: policies, worlds: 400)
        func calls(_ hours: DayHours) throws -> [Int] {
            var world = Worlds.world([0.1, 0.1], visitors: 4_000, days: 14)
            world.publishAt = publishAt
            world.experiments[0].hours = hours
            return try simulation.runs(experiment: 0) { [world] in world.repeated($0) }.map { runs in
                runs.count { $0.callsWinner }
            }
        }
        let poor = try calls(StrataTests.hours(publishAt))
        let alike = try calls(
            DayHours(visitors: Array(repeating: 1, count: 24), rate: Array(repeating: 1, count: 24)))
        // The difference of two counts of 400 deviates by √(400 · 2 · ¼) = 14 at most: three of these.
        #expect(poor[0] <= alike[0] + 42, "\(poor), \(alike)")
        #expect(alike[1] <= alike[0] + 42, "\(poor), \(alike)")
        #expect(poor[1] > poor[0] + 84, "\(poor), \(alike)")
    }

    @Test("In the whole simulation too, a day's rows are those of two tables, at their hours' rates and shares")
    func wholeSimulation() throws {
        let hours = DayHours(
            visitors: Array(repeating: 1, count: 24), rate: (0..<24).map { $0 < 6 ? 0.5 : 1 })
        func list(_ numbers: [Double]) -> String { "[\(numbers.map { "\($0)" }.joined(separator: ", "))]" }
        let site = try EndToEndSite(
            """
            { world: "night", seed: 3, start: "2026-01-05", days: 3, publishAt: "06:00",
              experiments: [{ platform: "web", slot: "hero", visitorsPerDay: 3000,
                hours: { visitors: \(list(Array(repeating: 1, count: 24))), rate: \(list((0..<24).map { $0 < 6 ? 0.5 : 1 })) },
                arms: [{ variant: "a", rate: 0.2 }, { variant: "b", rate: 0.3 }] }] }
            """)
        #expect(site.file.world.experiments[0].hours == hours)
        for day in 1...2 {
            let date = site.date(day)
            let rows = try site.statistics(day)
            #expect(Set(rows.map(\.table)) == [date.advanced(by: -1), date])
            let all = Double(rows.reduce(0) { $0 + $1.counts.visitors })
            for (table, minutes) in [(date.advanced(by: -1), 0..<360), (date, 360..<1_440)] {
                let part = hours.part(minutes)
                let own = rows.filter { $0.table == table }
                let visitors = Double(own.reduce(0) { $0 + $1.counts.visitors })
                #expect(abs(visitors / all - part.visitors) < 5 * (0.25 / all).squareRoot())
                for row in own {
                    let rate = part.rate * (row.key.variant == "a" ? 0.2 : 0.3)
                    let count = Double(row.counts.visitors)
                    let error = (rate * (1 - rate) / count).squareRoot()
                    #expect(abs(Double(row.counts.clickers) / count - rate) < 5 * error, "\(row)")
                }
            }
        }
    }

    @Test("Parts of a day add up to it")
    func parts() {
        for hours in [DayHours.usual, StrataTests.hours(90), StrataTests.hours(777)] {
            for minute in [0, 1, 90, 777, 1_439, 1_440] {
                let (early, late) = (hours.part(0..<minute), hours.part(minute..<1_440))
                #expect(abs(early.visitors + late.visitors - 1) < 1e-12)
                #expect(abs(early.visitors * early.rate + late.visitors * late.rate - 1) < 1e-12)
            }
        }
        #expect(abs(StrataTests.hours(90).part(0..<90).rate / StrataTests.hours(90).part(90..<1_440).rate - 0.5) < 0.1)
    }
}
