import EventLog
import Foundation
import Synchronization
import TestExpectations
import TestSupport
import Testing

@testable import Statistics

@Suite("Passes over the log", .slow)
struct PassTests {
    @Test("cuts a range of hashes into parts that follow one another", arguments: 0..<40)
    func partition(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let lower = Int.random(in: 0..<HashSlices.count, using: &random)
        let upper = Int.random(in: lower..<HashSlices.count, using: &random) + 1
        let slices = HashSlices(range: lower..<upper)
        let partition = HashSlices.Partition(slices, shards: Int.random(in: 1...70, using: &random))
        #expect(partition.slices(ofFirst: partition.shards) == slices)
        #expect(partition.slices(ofFirst: 0).range.isEmpty)
        for _ in 0..<500 {
            let hash = random.next()
            let slice = Int(hash >> 48)
            let shard = partition.shard(ofHash: hash)
            #expect((shard != nil) == slices.range.contains(slice))
            guard let shard else { continue }
            #expect(partition.slices(ofFirst: shard + 1).range.contains(slice))
            #expect(!partition.slices(ofFirst: shard).range.contains(slice))
        }
    }

    /// Visitors with ids of about 60 bytes; none is a bot.
    private func job(memory: Int) -> DailyJob {
        var job = Scenario(seed: 4).statistics.job(Machinery(workers: 2, blockSize: 1 << 12, memory: memory))
        job.reader.schema = EventSchema()
        job.reader.maximumLineLength = LogReader.maximumLineLength
        return job
    }

    private func log(of job: DailyJob, visitors: Int) -> [UInt8] {
        let second = job.reader.day.range.lowerBound / 1_000_000 + 5
        let id = String(repeating: "x", count: 50)
        return Array(
            (0..<visitors).map { #"{"ts":\#(second),"type":"scroll","visitor":"\#(id)\#($0)"}"# + "\n" }.joined().utf8)
    }

    @Test("counts every visitor once, however little memory there is")
    func everyVisitorOnce() throws {
        let scratch = try ScratchDirectory()
        let plenty = job(memory: 1 << 30)
        let path = try scratch.write(log(of: plenty, visitors: 5_000), to: "log")
        for memory in [1 << 30, 1 << 19, 1 << 17, 1 << 15] {
            let readings = Mutex(Int64(0))
            var job = job(memory: memory)
            job.reader.progress = { bytes in readings.withLock { $0 += bytes } }
            let (statistics, tally) = try job.run([.path(path)])
            #expect(statistics.visitors.visitors == 5_000 && statistics.visitors.events == 5_000)
            #expect(tally.lines == 5_000 && tally.ignoredLines(.otherType) == 5_000)
            // Progress is of the first reading alone.
            #expect(readings.withLock { $0 } == tally.bytes)
        }
    }

    @Test("refuses a log that is another one the second time")
    func changedLog() throws {
        let scratch = try ScratchDirectory()
        var job = job(memory: 1 << 17)
        let path = try scratch.write(log(of: job, visitors: 5_000), to: "log")
        let isFirst = Mutex(true)
        job.reader.progress = { _ in
            guard
                isFirst.withLock({ first in
                    defer { first = false }; return first
                })
            else { return }
            guard let file = FileHandle(forWritingAtPath: path) else { return }
            file.seekToEndOfFile()
            file.write(Data("{}\n".utf8))
        }
        #expect {
            try job.run([.path(path)])
        } throws: { error in
            guard case DailyJob.Failure.log(let error) = error else { return false }
            return error.problem == .changed && error.description.contains("changed while it was read")
        }
    }

    @Test("says when one visitor alone is too much")
    func tooLittle() throws {
        let scratch = try ScratchDirectory()
        let job = job(memory: 1 << 15)
        let second = job.reader.day.range.lowerBound / 1_000_000
        let id = String(repeating: "x", count: 40_000)
        let path = try scratch.write(Array(#"{"ts":\#(second),"type":"scroll","visitor":"\#(id)"}"#.utf8), to: "log")
        #expect {
            try job.run([.path(path)])
        } throws: {
            guard case DailyJob.Failure.memory = $0 else { return false }
            return true
        }
    }
}
