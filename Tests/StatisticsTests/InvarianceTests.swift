import Domain
import EventLog
import Foundation
import Statistics
import TestExpectations
import TestSupport
import Testing

@Suite("What may not change a day's statistics", .slow)
struct InvarianceTests {
    /// A random day that has rows, in files of LF-ended lines, and its lines.
    private func day(_ seed: UInt64) -> (scenario: Scenario, lines: [[UInt8]]) {
        var seed = seed * 1_000
        while true {
            var scenario = Scenario(seed: seed)
            scenario.statistics.maximumLineLength = LogReader.maximumLineLength
            scenario.statistics.botLimits.eventsPerDay = nil
            seed += 1
            let lines = scenario.files.flatMap { $0.content.linesOfText() }
            if !scenario.statistics.run(scenario.files).rows.isEmpty { return (scenario, lines) }
        }
    }

    private func write(_ lines: [[UInt8]], _ name: String, to scratch: ScratchDirectory) throws -> WrittenFile {
        let content = Array(lines.map { $0 + [UInt8(0x0A)] }.joined())
        return WrittenFile(name: try scratch.write(content, to: name), content: content)
    }

    @Test("the order of lines and of files", arguments: 0..<12)
    func order(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        var random = SplitMix64(seed: seed)
        let (scenario, lines) = day(seed)
        let expected = try scenario.statistics.findings([write(lines, "all", to: scratch)]).withoutSamples
        for _ in 0..<6 {
            let shuffled = lines.shuffled(using: &random)
            let cut = Int.random(in: 0...lines.count, using: &random)
            let parts = [Array(shuffled[..<cut]), Array(shuffled[cut...])].shuffled(using: &random)
            let files = try parts.enumerated().map { try write($1, "part-\($0)", to: scratch) }
            let found = try scenario.statistics.findings(files, Machinery(workers: 3, blockSize: 200))
            #expect(found.withoutSamples.differences(from: expected) == [])
        }
    }

    @Test("where a file is cut in two", arguments: 0..<6)
    func split(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        let (scenario, lines) = day(seed + 50)
        let expected = try scenario.statistics.findings([write(lines, "all", to: scratch)]).withoutSamples
        for cut in 0...lines.count {
            let files = try [
                write(Array(lines[..<cut]), "head", to: scratch), write(Array(lines[cut...]), "tail", to: scratch),
            ]
            let found = try scenario.statistics.findings(files, Machinery(workers: 2))
            #expect(found.withoutSamples.differences(from: expected) == [], "cut at line \(cut)")
        }
    }

    @Test("the size of blocks and the number of workers", arguments: 0..<3)
    func blocks(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        var (scenario, _) = day(seed + 80)
        try scenario.write(to: scratch)
        let expected = DayFindings(
            scenario.statistics.run(scenario.files), files: scenario.files, scenario.statistics.experiments)
        for size in Array(1...70) + Array(stride(from: 71, to: 1_500, by: 13)) {
            let machinery = Machinery(workers: size % 5 + 1, blockSize: size)
            let found = try scenario.statistics.findings(scenario.files, machinery)
            #expect(found.differences(from: expected) == [], "\(machinery)")
        }
    }

    @Test("whether a log is a file or a pipe", arguments: 0..<40)
    func pipes(seed: UInt64) throws {
        let scratch = try ScratchDirectory()
        var random = SplitMix64(seed: seed)
        var scenario = Scenario(seed: seed + 9_000)
        for index in scenario.files.indices { scenario.files[index].name = scratch.path + "/pipe-\(index)" }
        let expected = DayFindings(
            scenario.statistics.run(scenario.files), files: scenario.files, scenario.statistics.experiments)
        for file in scenario.files { try #require(mkfifo(file.name, 0o600) == 0) }
        let chunk = Int.random(in: 1...300, using: &random)
        let files = scenario.files
        let feeder = Thread {
            for file in files {
                guard let pipe = FileHandle(forWritingAtPath: file.name) else { continue }
                for start in stride(from: 0, to: file.content.count, by: chunk) {
                    pipe.write(Data(file.content[start..<min(start + chunk, file.content.count)]))
                }
                try? pipe.close()
            }
        }
        feeder.start()
        let machinery = Machinery(
            workers: Int.random(in: 1...4, using: &random), blockSize: random.pick([1, 3, 50, 1_000, 1 << 18]),
            memory: random.pick([1 << 14, 1 << 16, 1 << 30]))
        let found = try scenario.statistics.findings(files, machinery)
        #expect(found.differences(from: expected) == [], "\(machinery), fed \(chunk) bytes at a time")
    }
}

extension DayFindings {
    /// Without the line numbers, which depend on where lines stand.
    var withoutSamples: DayFindings {
        var copy = self
        copy.rejected = rejected.mapValues { Reason(count: $0.count, samples: []) }
        copy.ignored = ignored.mapValues { Reason(count: $0.count, samples: []) }
        return copy
    }
}
