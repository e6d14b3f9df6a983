import Domain
import EventLog
import Foundation
import Statistics
import Synchronization
import TestSupport

/// A random day cut into stretches, its lines sent to parts, the parts counted apart and added up.
struct SplitScenario {
    let parts: Int
    var random: SplitMix64

    init(parts: Int, random: SplitMix64) {
        self.parts = parts
        self.random = random
    }

    /// What one day's parts were sent, and what was read to send it.
    struct Sent {
        /// Of each part: its blocks.
        var blocks: [[UInt8]]
        var stretches: [LogTally.Stretch]
        var lines: [Int: PartLines]
    }

    /// Splits files, some of them at line ends into stretches that are read by themselves, in any order.
    mutating func send(_ files: [WrittenFile], of statistics: SlowStatistics, in scratch: ScratchDirectory) throws
        -> Sent
    {
        var pieces: [(name: String, offset: Int64, path: String)] = []
        for file in files {
            var cuts = [0]
            // Only where each event has its line can a file be cut at any line end.
            let whole = try scratch.write(file.content, to: "whole-\(UUID().uuidString).jsonl")
            let reader = statistics.job(Machinery(workers: 1, blockSize: 4_000)).reader
            let isOfLines = (try? LogForm(.path(whole), as: reader).layout) == .jsonLines
            for (index, byte) in file.content.enumerated()
            where byte == 0x0A && isOfLines && index + 1 < file.content.count && random.chance(0.15) {
                cuts.append(index + 1)
            }
            cuts.append(file.content.count)
            for (start, end) in zip(cuts, cuts.dropFirst()) {
                let name = "piece-\(UUID().uuidString).jsonl"
                let path = try scratch.write(Array(file.content[start..<end]), to: name)
                pieces.append((file.name, Int64(start), path))
            }
        }
        pieces.shuffle(using: &random)
        var sent = Sent(blocks: Array(repeating: [], count: parts), stretches: [], lines: [:])
        for piece in pieces {
            let blocks = Mutex(Array(repeating: [UInt8](), count: parts))
            let machinery = Machinery(
                workers: Int.random(in: 1...3, using: &random), blockSize: Int.random(in: 60...4_000, using: &random))
            var reader = statistics.job(machinery).reader
            reader.isPiece = piece.offset > 0
            reader.surveysKeys = true
            let job = SplitJob(
                experiments: statistics.experiments, reader: reader,
                workers: machinery.workers, parts: parts
            ) { part, bytes in
                blocks.withLock { $0[part] += Array(bytes) }
                return true
            }
            let result = try job.run([.path(piece.path)])
            var tally = result.tally
            tally.rename([piece.name])
            tally.setOwnFiles { _ in true }
            sent.stretches.append(LogTally.Stretch(tally, offset: piece.offset))
            sent.lines.merge(result.sent, uniquingKeysWith: +)
            for (part, bytes) in blocks.withLock({ $0 }).enumerated() { sent.blocks[part] += bytes }
        }
        return sent
    }

    /// Counts the parts of one or several days apart, and adds them up, after writing and reading them as parts are.
    mutating func add(
        _ days: [(statistics: SlowStatistics, sent: Sent)], window: Int64? = nil, in scratch: ScratchDirectory
    ) throws -> [(statistics: DayStatistics, tally: LogTally, received: [LogTally])] {
        var found: [[(statistics: DayStatistics, tally: LogTally)]] = []
        for part in 0..<parts {
            let files = try days.map { day in
                [WrittenFile(name: try scratch.write(day.sent.blocks[part], to: "\(UUID().uuidString)"), content: [])]
            }
            var job = days[0].statistics.job(
                Machinery(
                    workers: Int.random(in: 1...3, using: &random), memory: random.chance(0.3) ? 300_000 : 1 << 30))
            job.reader.takesPartBlocks = true
            job.sketches = true
            let logs = zip(days, files).map { $0.statistics.log($1) }
            if let window {
                found.append(try job.run(logs, window: ConversionWindow(microseconds: window)))
            } else {
                found.append([try job.run(logs[0].files)])
            }
        }
        return try days.indices.map { day in
            let statistics = try found.map { try SplitScenario.written($0[day].statistics) }.shuffled(using: &random)
            let tallies = try days[day].sent.stretches.map {
                LogTally.Stretch(try SplitScenario.written(LogTally.joined([.init($0.tally)])), offset: $0.offset)
            }
            return (
                try DayStatistics.sum(statistics), LogTally.joined(tallies.shuffled(using: &random)),
                found.map { $0[day].tally }
            )
        }
    }

    private static func written<Value: Codable>(_ value: Value) throws -> Value {
        try JSONDecoder().decode(Value.self, from: try JSONEncoder().encode(value))
    }
}
