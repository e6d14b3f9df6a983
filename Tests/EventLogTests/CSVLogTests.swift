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

    /// What should be read of a log: its records, written as JSON lines where they are records, are read as those are.
    private func expectation(_ bytes: [UInt8], maximumLength: Int) throws -> FormatReading {
        let records = SlowCSVLog.records(bytes, maximumLength: maximumLength).drop { $0.content == .blank }
        guard let first = records.first, case .fields(let header) = first.content else { return FormatReading() }
        var lines: [String] = []
        var numbers: [Int] = []
        var reasons: [String: [Int]] = [:]
        for record in records.dropFirst() {
            switch record.content {
            case .tooLong: reasons["line too long", default: []].append(record.line)
            case .blank: reasons["blank line", default: []].append(record.line)
            case _ where String(validating: bytes[record.range], as: UTF8.self) == nil:
                reasons["not UTF-8", default: []].append(record.line)
            case .notCSV: reasons["not CSV", default: []].append(record.line)
            case .fields(let fields) where fields.count != header.count:
                reasons["field count differs", default: []].append(record.line)
            case .fields(let fields):
                var object: [String: String] = [:]
                for (name, field) in zip(header, fields) where !field.isEmpty {
                    object[String(decoding: name, as: UTF8.self)] = String(decoding: field, as: UTF8.self)
                }
                lines.append(String(decoding: try JSONEncoder().encode(object), as: UTF8.self))
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
    @Test func cutterEndsRecordsWhereTheTwinDoes() {
        let alphabet: [UInt8] = [0x22, 0x2C, 0x0A, 0x61]
        for length in 1...6 {
            for number in 0..<(1 << (2 * length)) {
                let bytes = (0..<length).map { alphabet[number >> (2 * $0) & 3] }
                for maximumLength in [1, 3, 10] {
                    let cutter = CSVRecordSplitter(maximumLength: maximumLength)
                    var ends: [Int] = []
                    var start = 0
                    while start < length {
                        let end = bytes.withUnsafeBufferPointer { bytes in
                            bytes.baseAddress.map { cutter.end(from: start, in: $0, count: length) }
                        }
                        ends.append(end?.offset ?? length)
                        start = (end?.offset ?? length) + 1
                    }
                    let expected = SlowCSVLog.records(bytes, maximumLength: maximumLength).map(\.range.upperBound)
                    if ends != expected {
                        Issue.record("\(bytes), limit \(maximumLength): \(ends), expected \(expected)")
                    }
                }
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

    @Test func aQuoteThatNobodyClosesCostsNoMoreThanOneRecord() throws {
        var rows = "ts,type,visitor\n1795168800,purchase,\"open\n"
        for index in 0..<100 { rows += "1795168801,purchase,v\(index)\n" }
        try scratch.write(rows, to: "events.csv")
        for blockSize in [1, 100, 1 << 18] {
            let reading = try FormatReading.of([.path("\(scratch.path)/events.csv")], blockSize: blockSize)
            #expect(reading.rejected == [.init(name: "line too long", count: 1, samples: ["0:2"])])
            // 400 bytes are one line of 26 and 16 or 17 of 23 or 24.
            #expect(reading.events.count == 83)
        }
    }

    @Test func numbersAreReadFromTheirText() throws {
        let rows =
            "ts,type,visitor,revenue\n1795168800.25,purchase,7,12.5\n\"1795168800250\",purchase,7,\"1e2\"\n1,purchase,7,\n"
        try scratch.write(rows + "1795168800,purchase,7, 3\n", to: "events.csv")
        let reading = try FormatReading.of([.path("\(scratch.path)/events.csv")])
        #expect(
            reading.events == [
                "1795168800250000 purchase 100000000 \"7\" - - - - - - -",
                "1795168800250000 purchase 12500000 \"7\" - - - - - - -",
            ])
        #expect(reading.rejected == [.init(name: "invalid revenue", count: 1, samples: ["0:5"])])
    }
}
