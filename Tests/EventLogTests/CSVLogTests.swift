import EventLog
import Foundation
import TestSupport
import Testing

@testable import struct EventLog.CSVRecordSplitter

/// Logs of comma-separated values against a slow twin.
struct CSVLogTests {
    private let scratch: TestSupport.ScratchDirectory

    init() throws {
        scratch = try TestSupport.ScratchDirectory()
    }

    /// A record as a line of JSON.
    private func line(_ fields: [[UInt8]], _ header: [[UInt8]]) throws -> String {
        var object: [String: String] = [:]
        for (name, field) in zip(header, fields) where !field.isEmpty {
            object[String(decoding: name, as: UTF8.self)] = String(decoding: field, as: UTF8.self)
        }
        return String(decoding: try JSONEncoder().encode(object), as: UTF8.self)
    }

    /// Whether a text is a record that is an event, of whatever day.
    private func isEvent(_ text: [UInt8], _ header: [[UInt8]], _ maximumLength: Int) throws -> Bool {
        guard String(validating: text, as: UTF8.self) != nil,
            let fields = SlowCSVLog.fields(text, maximumLength: maximumLength), fields.count == header.count
        else { return false }
        try scratch.write(try line(fields, header), to: "one.jsonl")
        let reading = try FormatReading.of([.path("\(scratch.path)/one.jsonl")], maximumLineLength: 1 << 20)
        return !reading.events.isEmpty || reading.ignored.map(\.name) == ["outside the day"]
    }

    /// Why a record over several lines is none: it is rejected, or its second line alone is an event.
    private func fault(
        of record: SlowCSVLog.Record, _ bytes: [UInt8], _ header: [[UInt8]], _ maximumLength: Int
    ) throws -> String? {
        let text = bytes[record.range]
        guard String(validating: text, as: UTF8.self) != nil else { return "not UTF-8" }
        guard case .fields(let fields) = record.content, fields.count == header.count else {
            return "field count differs"
        }
        try scratch.write(try line(fields, header), to: "one.jsonl")
        let reading = try FormatReading.of([.path("\(scratch.path)/one.jsonl")], maximumLineLength: 1 << 20)
        if let reason = reading.rejected.first { return reason.name }
        let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
        return try isEvent(Array(lines[1].filter { $0 != 0x22 }), header, maximumLength) ? "not CSV" : nil
    }

    /// What should be read of a log: its records, written as JSON lines where they are records, are read as those are.
    private func expectation(_ bytes: [UInt8], maximumLength: Int) throws -> FormatReading {
        var header: [[UInt8]] = []
        let all = try SlowCSVLog.records(bytes, maximumLength: maximumLength) { record in
            try fault(of: record, bytes, header, maximumLength)
        }
        let records = all.drop { $0.content == .blank }
        guard let first = records.first, case .fields(let columns) = first.content else { return FormatReading() }
        if header.isEmpty {
            header = columns
            let again = try SlowCSVLog.records(bytes, maximumLength: maximumLength) { record in
                try fault(of: record, bytes, header, maximumLength)
            }
            return try expectation(again.drop { $0.content == .blank }, bytes, header)
        }
        return try expectation(records, bytes, header)
    }

    private func expectation(
        _ records: ArraySlice<SlowCSVLog.Record>, _ bytes: [UInt8], _ header: [[UInt8]]
    ) throws -> FormatReading {
        var lines: [String] = []
        var numbers: [Int] = []
        var reasons: [String: [Int]] = [:]
        for record in records.dropFirst() {
            switch record.content {
            case _ where record.reason != nil: reasons[record.reason ?? "", default: []].append(record.line)
            case .tooLong: reasons["line too long", default: []].append(record.line)
            case .blank: reasons["blank line", default: []].append(record.line)
            case _ where String(validating: bytes[record.range], as: UTF8.self) == nil:
                reasons["not UTF-8", default: []].append(record.line)
            case .notCSV: reasons["not CSV", default: []].append(record.line)
            case .fields(let fields) where fields.count != header.count:
                reasons["field count differs", default: []].append(record.line)
            case .fields(let fields):
                lines.append(try line(fields, header))
                numbers.append(record.line)
            }
        }
        try scratch.write(lines.joined(separator: "\n"), to: "twin.jsonl")
        var reading = try FormatReading.of([.path("\(scratch.path)/twin.jsonl")], maximumLineLength: 1 << 20)
        for (index, reason) in reading.rejected.enumerated() {
            reading.rejected[index].samples = reason.samples.map { sample in
                "0:\(numbers[(Int(sample.dropFirst(2)) ?? 0) - 1])"
            }
        }
        for (index, reason) in reading.ignored.enumerated() {
            reading.ignored[index].samples = reason.samples.map { sample in
                "0:\(numbers[(Int(sample.dropFirst(2)) ?? 0) - 1])"
            }
        }
        for (name, found) in reasons {
            if let index = reading.rejected.firstIndex(where: { $0.name == name }) {
                // Lines that were rejected as a whole, and records for the same reason.
                let samples = reading.rejected[index].samples.map { Int($0.dropFirst(2)) ?? 0 } + found
                reading.rejected[index].count += Int64(found.count)
                reading.rejected[index].samples = samples.sorted().prefix(5).map { "0:\($0)" }
                continue
            }
            let reason = FormatReading.Reason(
                name: name, count: Int64(found.count), samples: found.prefix(5).map { "0:\($0)" })
            if name == "blank line" { reading.ignored.append(reason) } else { reading.rejected.append(reason) }
        }
        reading.lines = Int64(records.count - 1)
        reading.bytes = Int64(bytes.count)
        return reading
    }

    @Test(arguments: UInt64(1)...25)
    func randomLogsAreReadAsTheTwinReadsThem(_ seed: UInt64) throws {
        var logs = FormatLogs(seed: seed &* 977)
        let bytes = logs.csv(logs.number(0...90))
        let maximumLength = [90, 150, 400, 1 << 20][logs.number(0...3)]
        var expected = try expectation(bytes, maximumLength: maximumLength)
        try scratch.write(Data(bytes), to: "events.csv")
        for blockSize in [1, logs.number(2...60), logs.number(60...2_000), 1 << 18] {
            var reading = try FormatReading.of(
                [.path("\(scratch.path)/events.csv")], workers: logs.number(1...3), blockSize: blockSize,
                maximumLineLength: maximumLength)
            reading.rejected.sort { $0.name < $1.name }
            reading.ignored.sort { $0.name < $1.name }
            expected.rejected.sort { $0.name < $1.name }
            expected.ignored.sort { $0.name < $1.name }
            #expect(reading == expected, "blocks of \(blockSize), lines up to \(maximumLength)")
        }
    }

    /// All short texts over the bytes that matter, cut with every limit of a record's length.
    @Test func cutterEndsRecordsWhereTheTwinDoes() throws {
        let alphabet: [UInt8] = [0x22, 0x2C, 0x0A, 0x61, 0x0D]
        for length in 1...6 {
            for number in 0..<(0..<length).reduce(1, { product, _ in product * alphabet.count }) {
                var (bytes, rest): ([UInt8], Int) = ([], number)
                for _ in 0..<length {
                    bytes.append(alphabet[rest % alphabet.count])
                    rest /= alphabet.count
                }
                for maximumLength in [1, 3, 10] {
                    let cutter = CSVRecordSplitter(maximumLength: maximumLength)
                    var ends: [Int] = []
                    var start = 0
                    while start < length {
                        let end = bytes.withUnsafeBufferPointer { bytes in
                            bytes.baseAddress.map { cutter.end(from: start, in: $0, count: length, isWhole: true) }
                        }
                        ends.append(end?.offset ?? length)
                        start = (end?.offset ?? length) + 1
                    }
                    let expected = try SlowCSVLog.records(bytes, maximumLength: maximumLength).map(\.range.upperBound)
                    if ends != expected {
                        Issue.record("\(bytes), limit \(maximumLength): \(ends), expected \(expected)")
                    }
                }
            }
        }
    }

    /// Who sees less of a text must not find another end in it, only none.
    @Test(arguments: UInt64(1)...30)
    func theEndOfARecordDoesNotDependOnWhatFollows(seed: UInt64) {
        var logs = FormatLogs(seed: seed)
        let bytes = logs.csv(12)
        let cutter = CSVRecordSplitter(maximumLength: logs.number(20...200))
        bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            var start = 0
            while start < bytes.count {
                let end = cutter.end(from: start, in: base, count: bytes.count, isWhole: true)
                for count in start..<bytes.count {
                    let seen = cutter.end(from: start, in: base, count: count)
                    let isSame = seen == end || seen == .open || seen == .tooLong(nil)
                    if !isSame { Issue.record("\(seed), \(start)..<\(count): \(seen), in full \(end)") }
                }
                start = (end.offset ?? bytes.count) + 1
            }
        }
    }

    @Test func aStrayQuoteSpoilsItsOwnLineOnly() throws {
        let rows = "ts,type,visitor\n1795168800,purchase,5\" screen\n1795168801,purchase,b\n1795168802,\"pur\"chase,c\n"
        try scratch.write(rows, to: "events.csv")
        let reading = try FormatReading.of([.path("\(scratch.path)/events.csv")])
        #expect(reading.events.count == 1)
        #expect(reading.rejected == [.init(name: "not CSV", count: 2, samples: ["0:2", "0:4"])])
    }

    @Test func aQuoteThatNobodyClosesCostsItsLine() throws {
        var rows = "ts,type,visitor\n1795168800,purchase,\"open\n"
        for index in 0..<100 { rows += "1795168801,purchase,v\(index)\n" }
        try scratch.write(rows, to: "events.csv")
        for blockSize in [1, 100, 1 << 18] {
            let reading = try FormatReading.of([.path("\(scratch.path)/events.csv")], blockSize: blockSize)
            #expect(reading.rejected == [.init(name: "not CSV", count: 1, samples: ["0:2"])])
            #expect(reading.events.count == 100)
        }
    }

    /// Quotes wherever they may stray: each costs its own line and no other, across blocks, in archives and at the end of the file.
    @Test(arguments: UInt64(1)...12)
    func strayQuotesCostTheirLines(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let header = "ts,type,visitor,platform,slot,variant,note\n"
        var lines = (0..<60_000).map { "1795168800,view,v\($0),web,hero,a,n\($0)" }
        var spoilt: Set<Int> = seed % 3 == 0 ? [lines.count - 1] : []
        while spoilt.count < 3 { spoilt.insert(Int.random(in: 0..<lines.count, using: &random)) }
        let column = seed % 2 == 0 ? nil : Int.random(in: 0..<7, using: &random)
        for index in spoilt {
            var fields = lines[index].split(separator: ",").map(String.init)
            let field = column ?? Int.random(in: 0..<7, using: &random)
            // At the start, in the middle or at the end of the field.
            let place = Int.random(in: 0...2, using: &random)
            let text = fields[field]
            let half = text.index(text.startIndex, offsetBy: text.count / 2)
            fields[field] = place == 0 ? "\"" + text : place == 1 ? text[..<half] + "\"" + text[half...] : text + "\""
            lines[index] = fields.joined(separator: ",")
        }
        let content = Array((header + lines.joined(separator: "\n") + (seed % 4 == 0 ? "" : "\n")).utf8)
        let packing = Packing.allCases[Int(seed) % Packing.allCases.count]
        try scratch.write(Data(packing.pack(content, using: &random)), to: "events.csv")
        let reading = try FormatReading.of(
            [.path("\(scratch.path)/events.csv")], workers: 2, blockSize: [3_000, 1 << 17][Int(seed) % 2],
            maximumLineLength: 1 << 20)
        #expect(reading.rejectedLines == 3 && reading.events.count == lines.count - 3)
        let samples = reading.rejected.flatMap(\.samples).sorted()
        #expect(samples == spoilt.map { "0:\($0 + 2)" }.sorted())
    }

    @Test func textOverSeveralLinesIsOneFieldWhateverStandsInIt() throws {
        let rows = """
            ts,type,visitor,note
            1795168800,purchase,a,"one
            two, three
            ""four"",five,six,seven
            "
            1795168801,purchase,b,"
            1795168802,purchase,c"
            1795168803,purchase,d,"x
            y"\r
            """
        try scratch.write(rows, to: "events.csv")
        let reading = try FormatReading.of([.path("\(scratch.path)/events.csv")])
        // "1795168802,purchase,c" has no note: no record by itself.
        #expect(reading.rejected.isEmpty && reading.events.count == 3 && reading.lines == 3)
    }

    /// Of a record that is rejected every line counts: those of its text are read as lines of their own, and are none.
    @Test func everyLineOfARejectedRecordCounts() throws {
        let rows =
            "ts,type,visitor,note\n1795168800,purchase,a,n\nlater,purchase,b,\"one\ntwo\nthree\"\n1795168801,purchase,c,n\n"
        try scratch.write(rows, to: "events.csv")
        let reading = try FormatReading.of([.path("\(scratch.path)/events.csv")])
        #expect(reading.events.count == 2 && reading.rejectedLines == 3)
        #expect(reading.rejected.flatMap(\.samples).sorted() == ["0:3", "0:4", "0:5"])
    }

    /// Lines that each open a quote: a reader that searches on from each takes hours.
    @Test(arguments: [
        "\"a", "x,\"", "\"\"\"", "\"\"\"\"", "a\",\"b", "\"a,\"", "1,\"\"\",2", "\"a\"\"", ",\"\"\"\",\"",
    ])
    func hostileQuotesTakeLinearTime(line: String) throws {
        let count = 60_000
        try scratch.write("ts,type,visitor\n" + String(repeating: line + "\n", count: count), to: "events.csv")
        let reading = try FormatReading.of([.path("\(scratch.path)/events.csv")], maximumLineLength: 1 << 20)
        #expect(reading.events.isEmpty && reading.rejectedLines <= count && reading.lines >= count / 2)
    }

    @Test func numbersAreReadFromTheirText() throws {
        let rows =
            "ts,type,visitor,revenue\n1795168800.25,purchase,7,12.5\n\"1795168800250\",purchase,7,\"1e2\"\n1,purchase,7,\n"
        try scratch.write(rows + "1795168800,purchase,7, 3 \n1795168800,purchase,7,3 4\n", to: "events.csv")
        let reading = try FormatReading.of([.path("\(scratch.path)/events.csv")])
        #expect(
            reading.events == [
                "1795168800000000 purchase 3000000 \"7\" - - - - - - -",
                "1795168800250000 purchase 100000000 \"7\" - - - - - - -",
                "1795168800250000 purchase 12500000 \"7\" - - - - - - -",
            ])
        #expect(reading.rejected == [.init(name: "invalid revenue", count: 1, samples: ["0:6"])])
    }
}
