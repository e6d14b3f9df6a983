import Domain
import EventLog
import Foundation
import Statistics
import TestExpectations
import TestSupport
import Testing

@Suite("The daily job against the slow implementation", .slow)
struct TwinTests {
    private static let parts = 16
    /// Random days; `SLUICE_RANDOM_DAYS` asks for more of them.
    private static let days = ProcessInfo.processInfo.environment["SLUICE_RANDOM_DAYS"].flatMap { Int($0) } ?? 1_500

    @Test("finds the same on random days", arguments: 0..<parts)
    func randomDays(part: Int) throws {
        let scratch = try ScratchDirectory()
        for seed in stride(from: part, to: TwinTests.days, by: TwinTests.parts) {
            var scenario = Scenario(seed: UInt64(seed))
            try scenario.write(to: scratch)
            let expected = DayFindings(
                scenario.statistics.run(scenario.files), files: scenario.files, scenario.statistics.experiments)
            var random = SplitMix64(seed: ~UInt64(seed))
            let machinery = Machinery(
                workers: Int.random(in: 1...4, using: &random),
                blockSize: random.pick([1, 2, 3, 5, 64, 64, 257, 257, 257, 4_096, 4_096, 1 << 18]),
                memory: random.pick([1 << 14, 1 << 16, 1 << 18, 1 << 30, 1 << 30, 1 << 30]))
            let found = try scenario.statistics.findings(scenario.files, machinery)
            guard found != expected else { continue }
            Issue.record("seed \(seed), \(machinery)\n\(found.differences(from: expected).joined(separator: "\n"))")
        }
    }

    @Test("finds the same with many visitors, segments and orders")
    func manyVisitors() throws {
        let scratch = try ScratchDirectory()
        var random = SplitMix64(seed: 11)
        var statistics = Scenario(seed: 4).statistics
        statistics.schema = EventSchema()
        statistics.maximumLineLength = LogReader.maximumLineLength
        statistics.botLimits = .init(eventsPerDay: 15, eventsPerMinute: 3, clicksWithoutView: 2)
        let day = statistics.dayRange
        let writer = LineWriter(schema: statistics.schema)
        var file = WrittenFile(name: "many.jsonl", content: [])
        for _ in 0..<4_000 {
            let experiment = random.pick(statistics.experiments)
            var draft = Draft(
                time: Int64.random(in: day, using: &random), type: random.pick(["view", "view", "click", "purchase"]),
                visitor: "visitor-\(Int.random(in: 0..<400, using: &random))",
                platform: experiment.key.platform.string, slot: experiment.key.slot.string,
                variant: random.pick(experiment.arms).string)
            draft.segment = "city-\(Int.random(in: 0..<40, using: &random))"
            draft.revenue = "\(Int.random(in: 0..<100, using: &random)).25"
            // Few ids: visitors repeat their own orders, and share the ids of others.
            if random.chance(0.7) { draft.order = "order-\(Int.random(in: 0..<9, using: &random))" }
            file.content += writer.write(draft, using: &random) + [0x0A]
        }
        file.name = try scratch.write(file.content, to: file.name)
        let expected = DayFindings(statistics.run([file]), files: [file], statistics.experiments)
        for workers in [1, 3] {
            for memory in [1 << 15, 1 << 17, 1 << 30] {
                let machinery = Machinery(workers: workers, blockSize: 4_096, memory: memory)
                let found = try statistics.findings([file], machinery)
                #expect(found.differences(from: expected) == [], "\(machinery)")
            }
        }
        #expect(expected.bots.count > 10 && expected.rows.count > 80 && expected.mixed > 20)
    }

    /// What the oracle itself stands on: its parser agrees with Foundation's on what is JSON.
    @Test("the slow reader takes for JSON what Foundation does", arguments: 0..<4)
    func slowReader(part: Int) throws {
        var random = SplitMix64(seed: UInt64(part))
        var author = EventAuthor(statistics: Scenario(seed: UInt64(part)).statistics, random: random)
        let schema = EventSchema()
        for _ in 0..<300 {
            let broken = BrokenLines.line(of: author.draft(), schema: schema, using: &random)
            if broken.fault == "not JSON" { #expect(ObviousJSON(broken.bytes) == nil) }
            let line = LineWriter(schema: schema).write(author.draft(), using: &random)
            // Foundation knows no numbers beyond a double's range.
            if String(decoding: line, as: UTF8.self).contains("1e400") { continue }
            let theirs = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
            let ours = try #require(ObviousJSON(line))
            for (key, value) in theirs {
                guard let text = value as? String, case .string(let mine)? = ours.last(key) else { continue }
                let isRepeated = String(decoding: line, as: UTF8.self).components(separatedBy: "\"\(key)\"").count > 2
                #expect(text.utf8.elementsEqual(mine.utf8) || isRepeated, "\(key)")
            }
        }
    }
}
