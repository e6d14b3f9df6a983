import EventLog
import Foundation
import Synchronization
import TestSupport
import Testing

/// However a log is packed and handed over, and however many workers read it: what is read is the same.
struct CompressedLogTests {
    private let scratch: TestSupport.ScratchDirectory

    init() throws {
        scratch = try TestSupport.ScratchDirectory()
    }

    private func blockSize(_ logs: inout FormatLogs) -> Int {
        [1, 2, 3, 7, logs.number(8...200), logs.number(200...4_000), 1 << 18][logs.number(0...6)]
    }

    @Test(arguments: Packing.allCases, ["jsonl", "csv"])
    func everyPackingReadsAsThePlainFile(_ packing: Packing, _ layout: String) throws {
        for seed in UInt64(1)...6 {
            var logs = FormatLogs(seed: seed)
            let content = layout == "csv" ? logs.csv(60) : logs.jsonLines(60)
            try scratch.write(Data(content), to: "plain-\(seed).\(layout)")
            let expected = try FormatReading.of([.path("\(scratch.path)/plain-\(seed).\(layout)")])
            #expect(expected.events.count > 5)
            #expect(expected.bytes == Int64(content.count))

            let packed = packing.pack(content, using: &logs.generator)
            // Names that tell the layout, and names that leave it to the content.
            let name = "log-\(seed)" + (logs.chance(50) ? ".\(layout)" : ".log") + packing.suffix
            try scratch.write(Data(packed), to: name)
            for workers in 1...4 {
                let size = blockSize(&logs)
                let reading = try FormatReading.of(
                    [.path("\(scratch.path)/\(name)")], workers: workers, blockSize: size)
                #expect(reading == expected, "seed \(seed), \(name), \(workers) workers, blocks of \(size)")
            }
        }
    }

    @Test(arguments: Packing.allCases, ["jsonl", "csv"])
    func everyPackingReadsFromAPipe(_ packing: Packing, _ layout: String) throws {
        for seed in UInt64(11)...14 {
            var logs = FormatLogs(seed: seed)
            let content = layout == "csv" ? logs.csv(40) : logs.jsonLines(40)
            try scratch.write(Data(content), to: "plain-\(seed).\(layout)")
            let expected = try FormatReading.of([.path("\(scratch.path)/plain-\(seed).\(layout)")])
            let path = "\(scratch.path)/pipe-\(seed)"
            let pipe = SlowPipe(
                path, bytes: packing.pack(content, using: &logs.generator), sizes: seed == 11 ? 1...1 : 1...900,
                seed: seed)
            let workers = logs.number(1...4)
            let size = blockSize(&logs)
            let reading = try FormatReading.of([.path(givenPipe(path))], workers: workers, blockSize: size)
            pipe.wait()
            #expect(reading == expected, "seed \(seed), \(workers) workers, blocks of \(size)")
        }
    }

    @Test func filesOfAllFormatsAreReadSideBySide() throws {
        for seed in UInt64(1)...6 {
            var logs = FormatLogs(seed: seed)
            var files: [LogFile] = []
            var expected = FormatReading()
            for index in 0..<9 {
                let isCSV = logs.chance(50)
                let packing = Packing.allCases[logs.number(0...Packing.allCases.count - 1)]
                let count = logs.number(0...80)
                let content = isCSV ? logs.csv(count) : logs.jsonLines(count)
                let name = "\(scratch.path)/\(seed)-\(index).\(isCSV ? "csv" : "jsonl")"
                try Data(content).write(to: URL(fileURLWithPath: name))
                let plain = try FormatReading.of([.path(name)])
                expected.events += plain.events
                expected.lines += plain.lines
                expected.bytes += plain.bytes
                files.append(.path(name + ".packed"))
                let packed = Data(packing.pack(content, using: &logs.generator))
                try packed.write(to: URL(fileURLWithPath: name + ".packed"))
            }
            expected.events.sort()
            let alone = try FormatReading.of(files)
            #expect(alone.events == expected.events)
            #expect(alone.lines == expected.lines)
            #expect(alone.bytes == expected.bytes)
            for workers in 2...4 {
                let reading = try FormatReading.of(files, workers: workers, blockSize: blockSize(&logs))
                #expect(reading == alone, "seed \(seed), \(workers) workers")
            }
        }
    }

    @Test(arguments: Packing.allCases)
    func progressAddsUpToTheBytesOfTheFile(_ packing: Packing) throws {
        var logs = FormatLogs(seed: 3)
        let packed = packing.pack(logs.csv(200), using: &logs.generator)
        try scratch.write(Data(packed), to: "events.csv")
        let sum = Mutex(Int64(0))
        _ = try FormatReading.of(
            [.path("\(scratch.path)/events.csv")], workers: 2, blockSize: 500,
            progress: { bytes in sum.withLock { $0 += bytes } })
        #expect(sum.withLock { $0 } == Int64(packed.count))
    }

    /// Content that compresses a thousandfold still goes through blocks of the usual size.
    @Test(arguments: [".gz", ".zst"])
    func aLongRunOfOneLineIsReadInBlocks(_ suffix: String) throws {
        let line = Array("{\"ts\":\"2026-11-20T10:00:00Z\",\"type\":\"purchase\",\"visitor\":\"v\"}\n".utf8)
        let content = Array(repeatElement(line, count: 20_000).joined())
        let packed = suffix == ".gz" ? Archive.gzip(content) : Archive.zstandard(content)
        #expect(packed.count < content.count / 50)
        try scratch.write(Data(packed), to: "events.jsonl\(suffix)")
        let reading = try FormatReading.of(
            [.path("\(scratch.path)/events.jsonl\(suffix)")], workers: 3, blockSize: 1 << 14)
        #expect(reading.lines == 20_000)
        #expect(reading.events.count == 20_000)
        #expect(reading.rejected.isEmpty)
    }
}
