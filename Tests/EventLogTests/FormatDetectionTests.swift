import EventLog
import Foundation
import TestSupport
import Testing

/// The format of a log is told by its content, and by its name where the content leaves it open.
struct FormatDetectionTests {
    private static let json = "{\"ts\":\"2026-11-20T10:00:00Z\",\"type\":\"purchase\",\"visitor\":\"v\"}\n"
    private static let csv = "ts,type,visitor\n2026-11-20T10:00:00Z,purchase,v\n"

    private let scratch: TestSupport.ScratchDirectory

    init() throws {
        scratch = try TestSupport.ScratchDirectory()
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var content: String
        var events: Int
        var rejected: Int64

        var testDescription: String { "\(name): \(content.prefix(30).debugDescription)" }
    }

    static let cases = [
        Case(name: "log", content: json, events: 1, rejected: 0),
        Case(name: "log", content: csv, events: 1, rejected: 0),
        Case(name: "log", content: " \t\r\n\n  " + json, events: 1, rejected: 0),
        Case(name: "log", content: "\u{FEFF}" + json, events: 1, rejected: 0),
        Case(name: "log", content: "\u{FEFF}" + csv, events: 1, rejected: 0),
        Case(name: "log", content: "\r\n\n" + csv, events: 1, rejected: 0),
        Case(name: "log", content: csv.replacing("\n", with: "\r\n"), events: 1, rejected: 0),
        Case(name: "log", content: "\"ts\",\"type\",\"visitor\"\n1795168800,click,7\n", events: 0, rejected: 1),
        Case(name: "log", content: "visitor,ignored,type,ts\nv,\"{\",purchase,1795168800", events: 1, rejected: 0),
        // The first line names too little: every line is no JSON.
        Case(name: "log", content: "ts,type\n2026-11-20T10:00:00Z,purchase\n", events: 0, rejected: 2),
        Case(name: "log", content: "hello\n" + json, events: 1, rejected: 1),
        Case(name: "log", content: "\"\n" + json, events: 1, rejected: 1),
        Case(name: "log", content: String(repeating: "x", count: 900) + "\n" + json, events: 1, rejected: 1),
        Case(name: "log", content: "", events: 0, rejected: 0),
        Case(name: "log", content: "\n\n", events: 0, rejected: 0),
        Case(name: "log.json", content: csv, events: 1, rejected: 0),
        // Names that say another format than the first bytes.
        Case(name: "log.jsonl", content: csv, events: 1, rejected: 0),
        Case(name: "log.ndjson", content: csv.replacing(",", with: "\t"), events: 1, rejected: 0),
        Case(name: "log.jsonl", content: "ts,type\n" + json, events: 1, rejected: 1),
        Case(name: "log.csv", content: json, events: 1, rejected: 0),
        Case(name: "log.tsv", content: json + "hello\n" + json, events: 2, rejected: 1),
        Case(name: "log.csv", content: "[\n" + json + "]\n", events: 1, rejected: 0),
        Case(name: "log.csv", content: "{\n" + json.dropFirst(), events: 1, rejected: 0),
        Case(name: "log.csv", content: "[id],{a},ts,type,visitor\n1,2,1795168800,purchase,v\n", events: 1, rejected: 0),
        Case(name: "LOG.CSV", content: csv, events: 1, rejected: 0),
        Case(name: "log.csv", content: "", events: 0, rejected: 0),
        Case(name: "log.csv", content: "\n \n", events: 0, rejected: 0),
        Case(name: "log.csv", content: "ts,type,visitor", events: 0, rejected: 0),
        // Names that promise an archive where there is none.
        Case(name: "log.gz", content: json, events: 1, rejected: 0),
        Case(name: "log.csv.zst", content: csv, events: 1, rejected: 0),
        Case(name: "log.jsonl.gz", content: csv, events: 1, rejected: 0),
        Case(name: "log.csv.gz", content: json, events: 1, rejected: 0),
    ]

    @Test(arguments: cases)
    func formatIsTold(_ detection: Case) throws {
        let packings = detection.content.isEmpty ? [.gzip, .zstandard] : Packing.allCases
        var generator = SplitMix64(seed: 5)
        for packing in packings {
            let packed = packing.pack(Array(detection.content.utf8), using: &generator)
            try scratch.write(Data(packed), to: detection.name)
            for blockSize in [1, 5, 4_096] {
                let reading = try FormatReading.of(
                    [.path("\(scratch.path)/\(detection.name)")], workers: 2, blockSize: blockSize)
                #expect(reading.events.count == detection.events, "\(packing), blocks of \(blockSize)")
                #expect(reading.rejectedLines == detection.rejected, "\(packing), blocks of \(blockSize)")
            }
        }
    }

    struct HeaderCase: Sendable {
        var content: String
        var fault: LogError.HeaderFault
        var line: Int64 = 1
    }

    @Test(arguments: [
        HeaderCase(
            content: "ts,visitor,type,visitor\n", fault: .repeatedColumn("visitor")),
        HeaderCase(
            content: "ts,type,who\n", fault: .missingColumn(["customer", "visitor"], header: ["ts", "type", "who"])),
        HeaderCase(content: "\n\r\ntype,visitor", fault: .missingColumn(["ts"], header: ["type", "visitor"]), line: 3),
        HeaderCase(content: "ts,ty\"pe,visitor\n", fault: .notCSV),
        HeaderCase(content: "ts,type,\"visitor\n", fault: .notCSV),
        HeaderCase(content: String(repeating: "x", count: 401) + "\n", fault: .tooLong(limit: 400)),
        HeaderCase(
            content: "ts,type,\"visitor" + String(repeating: "\n1,2,3", count: 200), fault: .notCSV),
    ])
    func aHeaderThatWillNotDoStopsTheRun(_ header: HeaderCase) throws {
        var schema = EventSchema()
        schema[.visitor] = .keys(["customer", "visitor"])
        try scratch.write(header.content, to: "log.csv")
        let path = "\(scratch.path)/log.csv"
        let expected = LogError(file: path, problem: .header(header.fault, line: header.line))
        for blockSize in [1, 4_096] {
            #expect(throws: expected) { try FormatReading.of([.path(path)], blockSize: blockSize, schema: schema) }
        }
    }

    @Test func aHeaderThatIsNotUTF8StopsTheRun() throws {
        try scratch.write(Data(Array("ts,type,visitor,".utf8) + [0xFF, 0x0A]), to: "log.csv")
        let path = "\(scratch.path)/log.csv"
        #expect(throws: LogError(file: path, problem: .header(.notUTF8, line: 1))) {
            try FormatReading.of([.path(path)])
        }
    }

    @Test func fieldsWithOtherSourcesNeedNoColumnOfTheirOwn() throws {
        var schema = EventSchema()
        schema[.visitor] = .keys(["customer", "visitor"])
        schema[.time] = .keys(["when"])
        schema[.platform] = .constant("shop")
        let rows = "when,type,customer,visitor,slot,variant\n1795168800,view,,v7,s,b\n1795168801.5,click,c1,v8,s,b\n"
        try scratch.write(rows, to: "log.csv")
        let reading = try FormatReading.of([.path("\(scratch.path)/log.csv")], schema: schema)
        #expect(
            reading.events == [
                "1795168800000000 view 0 \"v7\" \"shop\" \"s\" \"b\" - - - -",
                "1795168801500000 click 0 \"c1\" \"shop\" \"s\" \"b\" - - - -",
            ])
    }
}
