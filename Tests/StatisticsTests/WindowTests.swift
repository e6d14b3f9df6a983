import Domain
import EventLog
import Foundation
import Statistics
import TestExpectations
import TestSupport
import Testing

@Suite("Conversion windows", .slow)
struct WindowTests {
    private static let parts = 16
    /// Random groups of days; `SLUICE_RANDOM_DAYS` asks for more of them.
    private static let groups = ProcessInfo.processInfo.environment["SLUICE_RANDOM_DAYS"].flatMap { Int($0) } ?? 600

    /// What the real job finds on each of these days.
    private static func findings(
        _ days: [(statistics: SlowStatistics, files: [WrittenFile])], window: Int64, _ machinery: Machinery
    ) throws -> [DayFindings] {
        let logs = days.map { $0.statistics.log($0.files) }
        let results = try days[0].statistics.job(machinery).run(logs, window: ConversionWindow(microseconds: window))
        try #require(results.count == days.count)
        return zip(days, results).map { DayFindings($1.statistics, $1.tally, date: $0.statistics.date) }
    }

    @Test("find the same as the slow implementation on random days", arguments: 0..<parts)
    func randomDays(part: Int) throws {
        let scratch = try ScratchDirectory()
        for seed in stride(from: part, to: WindowTests.groups, by: WindowTests.parts) {
            var scenario = WindowScenario(seed: UInt64(seed))
            try scenario.write(to: scratch)
            var random = SplitMix64(seed: ~UInt64(seed))
            let machinery = Machinery(
                workers: Int.random(in: 1...4, using: &random),
                blockSize: random.pick([1, 3, 64, 257, 257, 4_096, 1 << 18]),
                memory: random.pick([1 << 17, 1 << 18, 1 << 30, 1 << 30]))
            let found = try Self.findings(scenario.days, window: scenario.window, machinery)
            let slow = SlowStatistics.run(scenario.days, window: scenario.window)
            for (index, day) in scenario.days.enumerated() {
                let expected = DayFindings(slow[index], files: day.files, day.statistics.experiments)
                guard found[index] != expected else { continue }
                let differences = found[index].differences(from: expected).joined(separator: "\n")
                Issue.record("seed \(seed), \(day.statistics.date), window \(scenario.window) µs\n\(differences)")
            }
        }
    }

    @Test("longer than the days there are change nothing", arguments: 0..<60)
    func oneDay(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        var scenario = Scenario(seed: seed)
        try scenario.write(to: scratch)
        let plain = try scenario.statistics.findings(scenario.files)
        let days = [(scenario.statistics, scenario.files)]
        let windowed = try Self.findings(days, window: 31 * 86_400_000_000, Machinery(workers: 2))
        #expect(windowed[0].differences(from: plain) == [])
    }

    @Test("count what can be counted by hand")
    func byHand() throws {
        let lines = [
            "2026-11-20": [
                // Anna's units: the 20th from 10:00, the 21st from 09:00. Her order is told of on both days.
                line("2026-11-20T10:00:00Z", "view", "anna", "autumn"),
                line("2026-11-20T08:00:00Z", "click", "anna", "autumn"),
                line("2026-11-20T11:00:00Z", "purchase", "anna", nil, #","order":"1","revenue":2"#),
                // Ben is exposed at 12:00; bots of the 21st are people on the 20th and 22nd.
                line("2026-11-20T12:00:00Z", "view", "ben", "winter"),
            ],
            "2026-11-21": [
                line("2026-11-21T09:00:00Z", "view", "anna", "winter"),
                // The last instant of the first unit's window, and the one after it.
                line("2026-11-21T10:00:00Z", "click", "anna", "winter"),
                line("2026-11-21T10:00:00.000001Z", "click", "anna", "winter"),
                line("2026-11-21T09:30:00Z", "purchase", "anna", nil, #","order":"1","revenue":2"#),
                line("2026-11-21T10:00:00Z", "purchase", "anna", nil, #","revenue":3"#),
                line("2026-11-21T11:00:00Z", "click", "ben", "winter"),
            ] + (0..<8).map { line("2026-11-21T1\($0):30:00Z", "view", "ben", "winter") },
            "2026-11-22": [
                line("2026-11-22T08:59:59Z", "purchase", "anna", nil, #","order":"1","revenue":2"#),
                line("2026-11-22T09:00:00Z", "purchase", "anna", nil, #","order":"2","revenue":5"#),
                line("2026-11-22T12:00:00Z", "click", "ben", "winter"),
            ],
        ]
        let scratch = try ScratchDirectory()
        let days = try lines.sorted { $0.key < $1.key }.map { date, lines in
            let content = Array(lines.joined(separator: "\n").utf8)
            let file = WrittenFile(name: try scratch.write(content, to: date + ".jsonl"), content: content)
            var day = SlowStatistics(
                experiments: [
                    Experiment(key: SlotKey(platform: "web", slot: "hero"), variants: ["autumn", "winter"])
                ], timeZone: .gmt, date: try #require(CalendarDate(date)))
            day.botLimits.eventsPerDay = 8
            return (day, [file])
        }
        let found = try Self.findings(days, window: 86_400_000_000, Machinery(workers: 2)).map { day in
            day.rows.map { row in
                let counts = row.counts
                return "\(row.key.variant): \(counts.visitors) \(counts.views) \(counts.clicks) \(counts.purchases) "
                    + "\(counts.clickers) \(counts.purchasers) \(counts.revenue / 1_000_000)"
            }
        }
        #expect(
            found == [
                // Two clicks, one of them early; the order of 11:00 and the purchase of 10:00 the next day. Ben: nothing
                // of the day on which he was a bot, and the 22nd is too late.
                ["autumn: 1 1 2 2 1 1 5", "winter: 1 1 0 0 0 0 0"],
                // The order is repeated on the 22nd: it counts once, at 09:30; order 2 comes at the window's last instant.
                ["winter: 1 1 2 3 1 1 10"],
                [],
            ])
    }

    private func line(_ time: String, _ type: String, _ visitor: String, _ variant: String?, _ more: String = "")
        -> String
    {
        let place = variant.map { #","slot":"hero","variant":"\#($0)""# } ?? ""
        return #"{"ts":"\#(time)","type":"\#(type)","visitor":"\#(visitor)","platform":"web"\#(place)\#(more)}"#
    }
}
