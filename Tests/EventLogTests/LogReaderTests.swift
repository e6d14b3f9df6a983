import Foundation
import Synchronization
import TestSupport
import TestExpectations
import Testing

@testable import EventLog

@Suite("Log files")
struct LogReaderTests {
    /// Keeps what it is given as text.
    private final class Visitors: EventSink {
        private let names = Mutex<[String]>([])

        func consume(_ events: UnsafeBufferPointer<Event>, ignored: UnsafeMutableBufferPointer<IgnoredReason?>) {
            for event in events { names.withLock { $0.append(event.visitor.string) } }
        }

        var sorted: [String] { names.withLock { $0.sorted() } }
    }

    private func line(_ visitor: String, padding: Int = 0) -> String {
        "{\"ts\":1795165951,\"type\":\"scroll\",\"visitor\":\"\(visitor)\"}" + String(repeating: " ", count: padding)
    }

    private func read(
        _ files: [LogFile], blockSize: Int = 1 << 18, maximumLineLength: Int = 1 << 20, workers: Int = 2
    ) throws(LogError) -> (visitors: [String], tally: LogTally) {
        let day = LogDay(range: 1_795_132_800_000_000..<1_795_219_200_000_000, localTime: .utc)
        var reader = LogReader(schema: EventSchema(), day: day)
        reader.blockSize = blockSize
        reader.maximumLineLength = maximumLineLength
        let sink = Visitors()
        let tally = try reader.read(files, into: [any EventSink](repeating: sink, count: workers))
        return (sink.sorted, tally)
    }

    /// Opens a pipe that a thread feeds.
    private func pipe(_ content: [UInt8], chunk: Int, in scratch: ScratchDirectory) throws -> String {
        let path = scratch.path + "/pipe"
        try #require(mkfifo(path, 0o600) == 0)
        Thread.detachNewThread {
            guard let pipe = FileHandle(forWritingAtPath: path) else { return }
            for start in stride(from: 0, to: content.count, by: chunk) {
                try? pipe.write(contentsOf: Data(content[start..<min(start + chunk, content.count)]))
            }
            try? pipe.close()
        }
        return givenPipe(path)
    }

    /// A block of fewer bytes than a byte order mark used to lose the first line, or to take the mark for a part of it.
    @Test("a byte order mark is no part of its line, whichever that is, however small the blocks", arguments: 1...8)
    func byteOrderMarkInSmallBlocks(blockSize: Int) throws {
        let scratch = try ScratchDirectory()
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        for text in [line("a") + "\n" + line("b") + "\n", line("a"), "\n" + line("a"), "\r\n", "\n", ""] {
            let path = try scratch.write(mark + Array(text.utf8), to: "marked.jsonl")
            let plain = try scratch.write(Array(text.utf8), to: "plain.jsonl")
            let (visitors, tally) = try read([.path(path)], blockSize: blockSize)
            let expected = try read([.path(plain)], blockSize: blockSize)
            #expect(visitors == expected.visitors && tally.lines == expected.tally.lines && tally.rejected.isEmpty)
        }
        let second = try scratch.write(
            Array(line("a").utf8) + [0x0A] + mark + Array(line("b").utf8), to: "inside.jsonl")
        let (visitors, tally) = try read([.path(second)], blockSize: blockSize)
        #expect(visitors == ["a", "b"] && tally.rejected.isEmpty)
    }

    @Test("a byte order mark does not make a line too long", arguments: [1, 3, 50, 5_000])
    func byteOrderMarkAndLineLimit(blockSize: Int) throws {
        let text = line("a", padding: 4_500)
        for (limit, isRead) in [(text.utf8.count, true), (text.utf8.count - 1, false)] {
            let content = [0xEF, 0xBB, 0xBF] + Array(text.utf8) + [0x0A] + Array(line("b").utf8)
            for name in ["file", "pipe"] {
                let scratch = try ScratchDirectory()
                let path =
                    try name == "file" ? scratch.write(content, to: name) : pipe(content, chunk: 100, in: scratch)
                let (visitors, tally) = try read([.path(path)], blockSize: blockSize, maximumLineLength: limit)
                #expect(visitors == (isRead ? ["a", "b"] : ["b"]))
                #expect(tally.rejected.map(\.name) == (isRead ? [] : ["line too long"]))
            }
        }
    }

    @Test(
        "too long lines are rejected, each once, and the lines between them read", .slow,
        arguments: [1, 10, 100, 1_000, 1 << 18])
    func longLines(blockSize: Int) throws {
        let limit = 100
        let exact = line("exact", padding: limit - line("exact").utf8.count)
        let texts = [
            line("a"), line("long", padding: 5_000), exact, exact + " ", line("long", padding: 200_000), line("b"),
            String(repeating: " ", count: 9_000), line("c"), String(repeating: "x", count: 9_000),
        ]
        for ending in ["", "\n"] {
            let content = Array((texts.joined(separator: "\n") + ending).utf8)
            for name in ["file", "pipe"] {
                let scratch = try ScratchDirectory()
                let path =
                    try name == "file" ? scratch.write(content, to: name) : pipe(content, chunk: 700, in: scratch)
                let (visitors, tally) = try read([.path(path)], blockSize: blockSize, maximumLineLength: limit)
                #expect(visitors == ["a", "b", "c", "exact"], "\(name)")
                #expect(tally.lines == 9 && tally.bytes == content.count, "\(name)")
                #expect(tally.rejected.map(\.name) == ["line too long"] && tally.rejected.first?.count == 5, "\(name)")
                #expect(tally.rejected.first?.samples.map(\.line) == [2, 4, 5, 7, 9], "\(name)")
            }
        }
    }

    @Test("a line without end is never held in memory whole")
    func memoryOfLongLines() throws {
        let scratch = try ScratchDirectory()
        let content = [UInt8](repeating: UInt8(ascii: "x"), count: 4 << 20)
        let limit = 10_000
        let bound = 8 * (limit + 4_096)
        let rules = ReadingRules(schema: EventSchema(), blockSize: 4_096, maximumLineLength: limit)
        var pieces = 0
        for path in [
            try scratch.write(content, to: "long.jsonl"), try pipe(content, chunk: 60_000, in: scratch),
        ] {
            let file = OpenFile(.path(path), index: 0, rules: rules, blocksAhead: 2)
            var block = Block()
            reading: while true {
                switch try file.take(&block, by: 0) {
                case .block: break
                case .range(let plain, let offset): try plain.read(at: offset, into: &block)
                case .ended: break reading
                }
                pieces += 1
                #expect(block.memory.count <= bound)
            }
        }
        #expect(pieces >= 1)
    }

    @Test("names a file that is missing, and what to do")
    func missing() throws {
        let scratch = try ScratchDirectory()
        let good = try scratch.write(Array(line("a").utf8), to: "good.jsonl")
        for files in [["absent.jsonl"], [good, scratch.path + "/absent.jsonl", good]] {
            let path = files.count == 1 ? scratch.path + "/" + files[0] : files[1]
            let error = #expect(throws: LogError.self) {
                try read(files.count == 1 ? [.path(path)] : files.map { .path($0) }, workers: 3)
            }
            #expect(error == LogError(file: path, problem: .system(.open, code: ENOENT)))
            #expect(error?.description.contains("No such file or directory") == true)
        }
    }

    @Test("names a file that may not be read", .enabled(if: geteuid() != 0))
    func unreadable() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write(Array(line("a").utf8), to: "secret.jsonl")
        try #require(chmod(path, 0) == 0)
        let error = #expect(throws: LogError.self) { try read([.path(path)]) }
        #expect(error == LogError(file: path, problem: .system(.open, code: EACCES)))
    }

    @Test("names a directory that is given as a file")
    func directory() throws {
        let scratch = try ScratchDirectory()
        let error = #expect(throws: LogError.self) { try read([.path(scratch.path)]) }
        #expect(error?.file == scratch.path)
        #expect(error?.description.contains("Is a directory") == true)
    }

    @Test("orders samples by file and line, five of a reason")
    func samples() throws {
        let scratch = try ScratchDirectory()
        let head = try scratch.write(Array("x\n\nx\n".utf8), to: "head.jsonl")
        let tail = try scratch.write(Array("x\nx\nx\nx\nx".utf8), to: "tail.jsonl")
        for blockSize in [1, 2, 3, 1_000] {
            let (_, tally) = try read([.path(head), .path(tail)], blockSize: blockSize, workers: 4)
            #expect(tally.rejectedLines == 7 && tally.ignoredLines(.blankLine) == 1)
            #expect(
                tally.rejected.first?.samples.map(\.description) == [
                    "\(head):1", "\(head):3", "\(tail):1", "\(tail):2", "\(tail):3",
                ])
            #expect(tally.ignored.first?.samples.map(\.description) == ["\(head):2"])
        }
    }

    /// Takes what it is given by its visitors, and ignores those of even number.
    private final class HalfIgnored: EventSink {
        let batches = Mutex<[[Int]]>([])

        func consume(_ events: UnsafeBufferPointer<Event>, ignored: UnsafeMutableBufferPointer<IgnoredReason?>) {
            var numbers: [Int] = []
            for index in events.indices {
                numbers.append(Int(events[index].visitor.string) ?? -1)
                #expect(ignored[index] == nil)
                if numbers[index] % 2 == 0 { ignored[index] = .otherType }
            }
            batches.withLock { $0.append(numbers) }
        }
    }

    /// A block is read by halves: whichever of them a line is in, and however they are cut, it is told by its number.
    @Test("rejected lines are told by their numbers, whatever the blocks", arguments: 0..<12)
    func numbers(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let scratch = try ScratchDirectory()
        let size = 40 + Int(random.next() % 3_000)
        var lines: [String] = []
        var rejected: [Int64] = []
        for number in 1...Int64(1 + random.next() % 60) {
            switch random.next() % 8 {
            case 0:
                lines.append("{")
                rejected.append(number)
            case 1: lines.append("")
            case 2: lines.append(line("v\(number)", padding: Int(random.next() % UInt64(size))))
            default: lines.append(line("v\(number)"))
            }
        }
        let path = try scratch.write(Array(lines.joined(separator: "\n").utf8), to: "some.jsonl")
        let tally = try read([.path(path)], blockSize: size).tally
        let samples = tally.rejected.first { $0.name == "not JSON" }?.samples ?? []
        #expect(samples.map(\.line) == Array(rejected.prefix(LineSamples.limit)))
    }

    @Test("a block of many events reaches the sink in parts, none twice")
    func batches() throws {
        let scratch = try ScratchDirectory()
        // The visitors are also escaped, so that their texts lie in the memory that is used again.
        // From 1: an id of zeros is nobody's.
        let lines = (1...5_000).map { line($0 % 3 == 0 ? "\\u0030\($0)" : "\($0)") }
        let path = try scratch.write(Array((["", "x"] + lines).joined(separator: "\n").utf8), to: "many.jsonl")
        let day = LogDay(range: 1_795_132_800_000_000..<1_795_219_200_000_000, localTime: .utc)
        var reader = LogReader(schema: EventSchema(), day: day)
        reader.blockSize = 1 << 20
        let sink = HalfIgnored()
        let tally = try reader.read([.path(path)], into: [sink])
        let batches = sink.batches.withLock { $0 }
        #expect(batches.flatMap { $0 }.sorted() == Array(1...5_000))
        #expect(batches.allSatisfy { $0.count <= EventBuffer.capacity })
        #expect(tally.events[.other] == 5_000 && tally.ignoredLines(.otherType) == 2_500)
        let ignored = tally.ignored.first { $0.name == "other type" }
        #expect(ignored?.samples.map(\.line) == [4, 6, 8, 10, 12])
    }

    @Test("reports all bytes as progress")
    func progress() throws {
        let scratch = try ScratchDirectory()
        let content = Array(String(repeating: line("a") + "\n", count: 50).utf8)
        let path = try scratch.write(content, to: "log.jsonl")
        let done = Mutex<Int64>(0)
        let day = LogDay(range: 0..<1, localTime: .utc)
        var reader = LogReader(schema: EventSchema(), day: day)
        reader.blockSize = 100
        reader.progress = { bytes in done.withLock { $0 += bytes } }
        let tally = try reader.read([.path(path), .path(path)], into: [Visitors(), Visitors()])
        #expect(done.withLock { $0 } == 2 * content.count && tally.bytes == 2 * content.count)
        #expect(tally.ignoredLines(.outsideDay) == 100)
    }
}
