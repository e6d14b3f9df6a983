import BotFilter
import Domain
import EventLog
import Foundation
import Statistics
import TestExpectations
import TestSupport
import Testing

/// Small logs of the kind that is written to be slow or to take memory: their numbers must still be right.
@Suite("Hostile logs", .slow)
struct HostileLogTests {
    private let day = SlowStatistics(
        experiments: ["hero", "cart"].map { slot in
            Experiment(key: SlotKey(platform: "web", slot: Name(slot)), variants: ["autumn", "winter"])
        }, timeZone: .gmt, date: CalendarDate("2026-11-20") ?? CalendarDate(dayNumber: 0))

    /// How the job may be run: alone with all memory, and by several workers with little.
    private static let machineries = [Machinery(), Machinery(workers: 3, blockSize: 4_096, memory: 1 << 18)]

    private static let firstSecond = (CalendarDate("2026-11-20")?.dayNumber ?? 0) * 86_400

    /// A line `second` seconds into the day.
    private func line(_ second: Int, _ type: String, _ visitor: String, _ more: String = "", slot: String = "hero")
        -> String
    {
        let time = HostileLogTests.firstSecond + second
        return #"{"ts":\#(time),"type":"\#(type)","visitor":"\#(visitor)","platform":"web","slot":"\#(slot)""#
            + #","variant":"autumn"\#(more)}"#
    }

    private func write(_ lines: [String], to scratch: ScratchDirectory) throws -> WrittenFile {
        let content = Array(lines.map { $0 + "\n" }.joined().utf8)
        return WrittenFile(name: try scratch.write(content, to: "log.jsonl"), content: content)
    }

    // MARK: One visitor

    @Test("one visitor's events, all in a minute or in all minutes", arguments: [true, false])
    func oneVisitor(inOneMinute: Bool) throws {
        let scratch = try ScratchDirectory()
        let types = ["view", "click", "purchase"]
        let lines = (0..<20_000).map { number in
            let second = inOneMinute ? 36_000 + number % 60 : number * 7_919 % 86_400
            // Orders come twice, so that the second does not count.
            let more = number % 3 == 2 ? #","revenue":1.5,"order":\#(number / 6)"# : ""
            return line(second, types[number % 3], "everyone", more, slot: number % 2 == 0 ? "hero" : "cart")
        }
        let file = try write(lines, to: scratch)
        let expected = DayFindings(day.run([file]), files: [file], day.experiments)
        #expect(expected.rows.map(\.counts.purchases).reduce(0, +) > 3_000)
        // The records of such a visitor take more than the least memory.
        for machinery in [Machinery(), Machinery(workers: 3, blockSize: 4_096, memory: 1 << 22)] {
            #expect(try day.findings([file], machinery).differences(from: expected) == [], "\(machinery)")
        }
    }

    /// Once it has more events than a person's day, a visitor's purchases take no more memory.
    @Test("one bot's purchases with little memory")
    func botWithLittleMemory() throws {
        let scratch = try ScratchDirectory()
        var day = day
        day.botLimits.eventsPerDay = 800
        day.botLimits.eventsPerMinute = 60
        let lines = (0..<8_000).map { line($0 % 86_400, "purchase", "everyone", #","order":\#($0)"#) }
        let file = try write(lines + [line(1, "view", "person")], to: scratch)
        let expected = DayFindings(day.run([file]), files: [file], day.experiments)
        #expect(expected.botEvents == ["eventsPerDay": 8_000, "eventsPerMinute": 8_000])
        for machinery in HostileLogTests.machineries {
            #expect(try day.findings([file], machinery).differences(from: expected) == [], "\(machinery)")
        }
    }

    // MARK: Many names

    @Test("ids that differ in one byte")
    func similarIDs() throws {
        let scratch = try ScratchDirectory()
        var ids: Set<String> = []
        for length in Array(1...20) + [31, 32, 33, 64, 65] {
            let id = Array(repeating: UInt8(ascii: "a"), count: length)
            for position in 0..<length {
                for letter in "ab\u{7F}".utf8 {
                    var other = id
                    other[position] = letter
                    ids.insert(String(decoding: other, as: UTF8.self))
                }
            }
        }
        let lines = ids.sorted().enumerated().map { line($0 % 86_400, "view", $1) }
        let file = try write(lines + lines.prefix(500), to: scratch)
        let expected = DayFindings(day.run([file]), files: [file], day.experiments)
        #expect(expected.visitors == ids.count && expected.rows.map(\.counts.visitors) == [Int64(ids.count)])
        for machinery in HostileLogTests.machineries {
            #expect(try day.findings([file], machinery).differences(from: expected) == [], "\(machinery)")
        }
    }

    @Test("distinct segments, variants and orders with little memory")
    func distinctNames() throws {
        let scratch = try ScratchDirectory()
        let count = 5_000
        let lines = (0..<count).flatMap { number in
            [
                line(number, "view", "v\(number % 900)", #","segment":"city-\#(number)""#),
                line(number, "click", "v\(number)", #","variant":"unknown-\#(number)""#),
                line(number + 1, "purchase", "v\(number % 900)", #","revenue":2,"order":"o\#(number)""#),
            ]
        }
        let file = try write(lines, to: scratch)
        let expected = DayFindings(day.run([file]), files: [file], day.experiments)
        #expect(expected.ignored["undeclared variant"]?.count == count && expected.rows.count == 900)
        for machinery in HostileLogTests.machineries {
            #expect(try day.findings([file], machinery).differences(from: expected) == [], "\(machinery)")
        }
    }

    /// Every agent is its own, every second one a bot's; with padding they take more bytes than are remembered.
    @Test("distinct user agents with little memory", arguments: [0, 1_500])
    func distinctAgents(padding: Int) throws {
        let scratch = try ScratchDirectory()
        let text = String(repeating: "x", count: padding)
        let lines = (0..<5_000).map { number in
            let person = "Mozilla/5.0 (Linux; Android 9; P\(number)\(text)) AppleWebKit/537.36 Chrome/91.0.4001.120"
            let bot = "Mozilla/5.0 (compatible; Examplebot/2.\(number); \(text) +http://bot.example/)"
            return line(number, "view", "v\(number)", #","user_agent":"\#(number % 2 == 0 ? person : bot)""#)
        }
        let file = try write(lines, to: scratch)
        for machinery in HostileLogTests.machineries {
            var job = day.job(machinery)
            job.policy = BotPolicy(BotSettings())
            let (statistics, _) = try job.run([.path(file.name)])
            #expect(statistics.visitors.visitors == 5_000 && statistics.bots.visitors == 2_500)
            #expect(statistics.botsByRule[.userAgent]?.events == 2_500)
            #expect(statistics.rows.map(\.counts.visitors) == [2_500])
        }
    }

    // MARK: Long lines

    enum Source: CaseIterable { case plain, gzip, pipe }

    @Test("a line of 3 MB among others, which it does not touch", arguments: Source.allCases)
    func longLine(source: Source) throws {
        let scratch = try ScratchDirectory()
        let before = (0..<300).map { line($0, "view", "a\($0)") }
        let long = line(1, "view", "long", #","page":"\#(String(repeating: "x", count: 3_000_000))""#)
        let after = (0..<200).map { line($0, "view", "b\($0)") }
        let content = Array((before + [long] + after).map { $0 + "\n" }.joined().utf8)
        for machinery in HostileLogTests.machineries {
            let path = scratch.path + "/\(machinery.workers)"
            switch source {
            case .plain: _ = try scratch.write(content, to: "\(machinery.workers)")
            case .gzip: _ = try scratch.write(StoredGzip.bytes(of: content), to: "\(machinery.workers)")
            case .pipe: try feed(content, through: path)
            }
            let found = try day.findings([WrittenFile(name: path, content: [])], machinery)
            #expect(found.lines == 501 && found.bytes == content.count && found.visitors == 500)
            #expect(found.rows.map(\.counts.views) == [500])
            #expect(
                found.rejected == [
                    "line too long": DayFindings.Reason(count: 1, samples: [LineReference(file: path, line: 301)])
                ])
        }
    }

    private func feed(_ content: [UInt8], through path: String) throws {
        try #require(mkfifo(path, 0o600) == 0)
        let data = Data(content)
        Thread {
            guard let pipe = FileHandle(forWritingAtPath: path) else { return }
            pipe.write(data)
            try? pipe.close()
        }.start()
    }
}

/// A gzip file whose content is stored as it is (RFC 1952, and RFC 1951 section 3.2.4).
private enum StoredGzip {
    static func bytes(of content: [UInt8]) -> [UInt8] {
        var file: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        let most = 65_535
        for start in stride(from: 0, to: content.count, by: most) {
            let part = content[start..<min(start + most, content.count)]
            let length = UInt16(part.count)
            file.append(part.endIndex == content.count ? 1 : 0)
            file += little(length) + little(~length) + part
        }
        return file + little(checksum(content)) + little(UInt32(truncatingIfNeeded: content.count))
    }

    private static func little(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    private static let table = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { rest, _ in rest >> 1 ^ (rest & 1 == 1 ? 0xEDB8_8320 : 0) }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { rest, byte in rest >> 8 ^ table[Int((rest ^ UInt32(byte)) & 0xFF)] }
    }
}
