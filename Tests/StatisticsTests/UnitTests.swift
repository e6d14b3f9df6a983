import Domain
import EventLog
import Foundation
import Synchronization
import TestExpectations
import TestSupport
import Testing

@testable import Statistics

@Suite("Units", .slow)
struct UnitTests {
    private static let parts = 8
    /// Random days and groups of days; `SLUICE_RANDOM_DAYS` asks for more of them.
    private static let days = ProcessInfo.processInfo.environment["SLUICE_RANDOM_DAYS"].flatMap { Int($0) } ?? 400

    private static func machinery(_ seed: Int) -> Machinery {
        var random = SplitMix64(seed: ~UInt64(seed))
        return Machinery(
            workers: Int.random(in: 1...4, using: &random), blockSize: random.pick([64, 257, 4_096]),
            memory: random.pick([1 << 17, 1 << 18, 1 << 30]))
    }

    /// Compares two collections of units, whatever their order.
    private static func check(_ found: [SlowUnit], _ expected: [SlowUnit], _ place: String) {
        guard
            Dictionary(grouping: found, by: \.self).mapValues(\.count)
                != Dictionary(grouping: expected, by: \.self).mapValues(\.count)
        else { return }
        let extra = found.filter { !expected.contains($0) }.map { "+ \($0)" }
        let lost = expected.filter { !found.contains($0) }.map { "- \($0)" }
        Issue.record(
            "\(place): \(found.count) units, expected \(expected.count)\n\((extra + lost).joined(separator: "\n"))")
    }

    @Test("are those of the slow implementation on random days", arguments: 0..<parts)
    func randomDays(part: Int) throws {
        let scratch = try ScratchDirectory()
        for seed in stride(from: part, to: UnitTests.days, by: UnitTests.parts) {
            var scenario = Scenario(seed: UInt64(seed))
            try scenario.write(to: scratch)
            let expected = scenario.statistics.run(scenario.files)
            let found = try SlowStatistics.units([(scenario.statistics, scenario.files)], Self.machinery(seed))
            Self.check(found, expected.units, "seed \(seed)")
        }
    }

    @Test("are those of the slow implementation under windows", arguments: 0..<parts)
    func randomWindows(part: Int) throws {
        let scratch = try ScratchDirectory()
        for seed in stride(from: part, to: UnitTests.days / 2, by: UnitTests.parts) {
            var scenario = WindowScenario(seed: UInt64(seed))
            try scenario.write(to: scratch)
            let expected = SlowStatistics.run(scenario.days, window: scenario.window)
            for day in scenario.days.indices {
                let found = try SlowStatistics.units(
                    scenario.days, day: day, window: scenario.window, Self.machinery(seed))
                Self.check(found, expected[day].units, "seed \(seed), day \(day)")
            }
        }
    }

    /// Without the slow implementation: the job's own rows, from its own units.
    @Test(
        "add up to the rows, however many passes there are", arguments: [1 << 15, 1 << 17, 1 << 30],
        [nil, 3_600_000_000])
    func addUp(memory: Int, window: Int64?) throws {
        let scratch = try ScratchDirectory()
        var random = SplitMix64(seed: 5)
        var statistics = Scenario(seed: 4).statistics
        statistics.schema = EventSchema()
        statistics.leavesOutMixed = false
        statistics.maximumLineLength = LogReader.maximumLineLength
        statistics.botLimits = .init(eventsPerDay: 20)
        let day = statistics.dayRange
        statistics.history = ServingHistory(
            [1_800, 7_000, 50_000].enumerated().map { number, second in
                ServingHistory.Entry(
                    since: day.lowerBound / 1_000_000 + Int64(second) + 1,
                    table: statistics.date.advanced(by: number - 1), digest: "")
            })
        let writer = LineWriter(schema: statistics.schema)
        var file = WrittenFile(name: "units.jsonl", content: [])
        for _ in 0..<6_000 {
            let experiment = random.pick(statistics.experiments)
            var draft = Draft(
                time: Int64.random(in: day, using: &random), type: random.pick(["view", "view", "click", "purchase"]),
                visitor: "visitor-\(Int.random(in: 0..<1_500, using: &random))",
                platform: experiment.key.platform.string, slot: experiment.key.slot.string,
                variant: random.pick(experiment.arms).string)
            draft.segment = "city-\(Int.random(in: 0..<5, using: &random))"
            draft.revenue = "\(Int.random(in: 0..<100, using: &random)).25"
            if random.chance(0.5) { draft.propensity = "0.\(Int.random(in: 1...99, using: &random))" }
            file.content += writer.write(draft, using: &random) + [0x0A]
        }
        file.name = try scratch.write(file.content, to: file.name)
        let machinery = Machinery(workers: 3, blockSize: 4_096, memory: memory)
        let job = statistics.job(machinery)
        let rows: [DayStatistics.Row]
        if let window {
            rows = try job.run([statistics.log([file])], window: ConversionWindow(microseconds: window))[0].statistics
                .rows
        } else {
            rows = try job.run([.path(file.name)]).statistics.rows
        }
        let units = try SlowStatistics.units([(statistics, [file])], window: window, machinery)
        var sums = SlowStatistics.Result()
        SlowUnit.addUp(units, on: statistics.date, into: &sums)
        #expect(
            sums.rows == rows.map { DailyRow(date: statistics.date, table: $0.table, key: $0.key, counts: $0.counts) })
        for (row, stated) in zip(rows, sums.propensities) {
            #expect(row.propensities.units == stated.values.reduce(0, +))
            #expect(row.propensities.hasTooMany == (stated.count > PropensityTally.maximumDistinct))
            if !row.propensities.hasTooMany { #expect(row.propensities.unitsByPropensity == stated) }
        }
        #expect(units.count > 1_500 && Set(rows.map(\.table)).count == 4)
        #expect(units.contains(where: \.isMixed) && units.contains { $0.propensity == nil })
    }

    @Test("are not given out of a log that is not accepted", arguments: [nil, 3_600_000_000])
    func refused(window: Int64?) throws {
        let scratch = try ScratchDirectory()
        let statistics = Scenario(seed: 4).statistics
        let experiment = statistics.experiments[0]
        let draft = Draft(
            time: statistics.dayRange.lowerBound, type: "view", visitor: "v", platform: experiment.key.platform.string,
            slot: experiment.key.slot.string, variant: experiment.arms[0].string)
        var random = SplitMix64(seed: 1)
        var file = WrittenFile(name: "log", content: LineWriter(schema: statistics.schema).write(draft, using: &random))
        file.name = try scratch.write(file.content, to: file.name)
        let taken = Mutex(0)
        let output = UnitOutput(day: 0, accepts: { day, tally in day == 0 && tally.lines == 0 }) { units, _ in
            taken.withLock { $0 += units.count }
        }
        #expect {
            try statistics.job().run(
                [statistics.log([file])], window: window.map { ConversionWindow(microseconds: $0) }, to: output)
        } throws: {
            guard case DailyJob.Failure.refused(day: 0, let tally) = $0 else { return false }
            return tally.lines == 1
        }
        #expect(taken.withLock { $0 } == 0)
    }

    @Test("know the table that was in force, to the microsecond", arguments: 0..<40)
    func tables(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let day = Int64(86_400_000_000)..<2 * 86_400_000_000
        let history = ServingHistory(
            (0..<Int.random(in: 0...6, using: &random)).map { _ in
                ServingHistory.Entry(
                    since: Int64.random(in: 86_390...86_410, using: &random) * (random.chance(0.2) ? 2 : 1),
                    table: CalendarDate(dayNumber: Int.random(in: 0..<4, using: &random)), digest: "")
            })
        let tables = ServingTables(history, during: day.lowerBound..<day.upperBound + 86_400_000_000)
        for range in [day, day.upperBound..<day.upperBound + 86_400_000_000] {
            let ofDay = tables.during(range)
            let near = history.entries.flatMap { [$0.since * 1_000_000 - 1, $0.since * 1_000_000] }
            for instant in [range.lowerBound, range.upperBound - 1] + near where range.contains(instant) {
                #expect(tables.date(of: ofDay.number(at: instant)) == history.entry(at: instant)?.table)
            }
        }
    }
}
