import Domain
import EventLog
import Foundation
import Statistics
import TestExpectations
import TestSupport
import Testing

@Suite("A day in parts is the day", .slow)
struct SplitTests {
    /// Two hundred random worlds, in random parts, over random stretches of their files: against the slow twin, which knows no parts.
    @Test("random worlds in random parts", arguments: 0..<200)
    func worlds(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        var random = SplitMix64(seed: seed)
        var scenario = Scenario(seed: seed + 40_000)
        try scenario.write(to: scratch)
        let expected = DayFindings(
            scenario.statistics.run(scenario.files), files: scenario.files, scenario.statistics.experiments)
        var split = SplitScenario(parts: random.pick([1, 2, 3, 8, 64]), random: random)
        let sent = try split.send(scenario.files, of: scenario.statistics, in: scratch)
        let sum = try split.add([(scenario.statistics, sent)], in: scratch)[0]
        let found = DayFindings(sum.statistics, sum.tally, date: scenario.statistics.date)
        #expect(found.differences(from: expected) == [])
        check(sum.received, against: sent)
    }

    @Test("random windows in random parts", arguments: 0..<60)
    func windows(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        var random = SplitMix64(seed: seed)
        var scenario = WindowScenario(seed: seed + 40_000)
        try scenario.write(to: scratch)
        let expected = SlowStatistics.run(scenario.days, window: scenario.window)
        var split = SplitScenario(parts: random.pick([1, 2, 3, 8]), random: random)
        var days: [(statistics: SlowStatistics, sent: SplitScenario.Sent)] = []
        for day in scenario.days {
            days.append((day.statistics, try split.send(day.files, of: day.statistics, in: scratch)))
        }
        let sums = try split.add(days, window: scenario.window, in: scratch)
        for (index, sum) in sums.enumerated() {
            let day = scenario.days[index]
            let found = DayFindings(sum.statistics, sum.tally, date: day.statistics.date)
            let wanted = DayFindings(expected[index], files: day.files, day.statistics.experiments)
            #expect(found.differences(from: wanted) == [], "day \(index)")
            check(sum.received, against: days[index].sent)
        }
    }

    /// What was sent has come, and nothing of it was rejected.
    private func check(_ received: [LogTally], against sent: SplitScenario.Sent) {
        var lines: [Int: PartLines] = [:]
        for tally in received {
            #expect(tally.rejectedLines == 0)
            #expect(tally.linesByPart.count <= 1)
            lines.merge(tally.linesByPart, uniquingKeysWith: +)
        }
        #expect(lines == sent.lines)
    }

    /// Every number that a day or its log can have is carried: who adds one has to add it to the sums, and to a world here.
    @Test func everyNumberIsCarried() throws {
        var statistics = Set<String>()
        var tallies = Set<String>()
        func note(_ value: Any, into names: inout Set<String>) {
            for child in Mirror(reflecting: value).children where SplitTests.says(child.value) {
                names.insert(child.label ?? "")
            }
        }
        for seed in 0..<40 {
            let scratch = try ScratchDirectory()
            var scenario = Scenario(seed: UInt64(seed) + 40_000)
            try scenario.write(to: scratch)
            var split = SplitScenario(parts: 3, random: SplitMix64(seed: UInt64(seed)))
            let sent = try split.send(scenario.files, of: scenario.statistics, in: scratch)
            let sum = try split.add([(scenario.statistics, sent)], in: scratch)[0]
            note(sum.statistics, into: &statistics)
            note(LogTally.joined(sum.received.map { LogTally.Stretch($0) }), into: &tallies)
            note(sum.tally, into: &tallies)
        }
        #expect(
            Set(Mirror(reflecting: DayStatistics()).children.compactMap(\.label)).subtracting(statistics)
                // No world here has them: "Rare counts in parts" does; what segments are folded is found when parts are added.
                == ["folded", "libraries", "repeatedEvents", "unreadableAddresses"])
        #expect(
            Set(Mirror(reflecting: LogTally()).children.compactMap(\.label)).subtracting(tallies)
                // Only a worker's, before the sources are named.
                == ["sourceCounts"])
    }

    /// Whether a value is another than that of an empty day.
    private static func says(_ value: Any) -> Bool {
        switch value {
        case let number as Int64: number != 0
        case let samples as [LineSamples]: samples.contains { $0.count > 0 }
        case let tally as DayStatistics.Tally: tally != DayStatistics.Tally()
        case let orders as OrderTally: orders != OrderTally()
        case let nowhere as NowhereTally: nowhere != NowhereTally()
        case let names as UndeclaredNames: !names.isEmpty
        case let sketch as VisitorSketch?: !(sketch?.hashes.isEmpty ?? true)
        default: !Mirror(reflecting: value).children.isEmpty
        }
    }
}

@Suite("Sketches of visitors")
struct VisitorSketchTests {
    private func sketch(_ hashes: some Sequence<UInt64>) -> VisitorSketch {
        var sketch = VisitorSketch()
        for hash in hashes { sketch.insert(hash) }
        sketch.settle()
        return sketch
    }

    @Test("keep the least hashes", arguments: [0, 1, 16_383, 16_384, 16_385, 50_000])
    func least(count: Int) throws {
        var random = SplitMix64(seed: UInt64(count))
        let hashes = (0..<count).map { _ in random.next() }
        let whole = sketch(hashes + hashes)
        #expect(whole.hashes == Array(hashes.sorted().prefix(VisitorSketch.capacity)))
        #expect(whole.isComplete == (count <= VisitorSketch.capacity))
        var sum = sketch(hashes[..<(count / 3)])
        sum.add(sketch(hashes[(count / 3)...]))
        #expect(sum == whole)
        let data = try JSONEncoder().encode(whole)
        #expect(try JSONDecoder().decode(VisitorSketch.self, from: data) == whole)
    }

    @Test func tellSharedVisitors() {
        var random = SplitMix64(seed: 3)
        let all = (0..<400_000).map { _ in random.next() }
        let left = sketch(all[..<150_000])
        #expect(left.shared(with: sketch(all[150_000...])).known == 0)
        // A thousand visitors in both, of whom the sketches know a share.
        let other = left.shared(with: sketch(all[149_000...]))
        #expect(other.known > 0 && abs(other.estimated - 1_000) < 400, "\(other)")
        let few = sketch(all[..<100])
        #expect(few.shared(with: sketch(all[90..<200])) == (10, 10))
    }
}
