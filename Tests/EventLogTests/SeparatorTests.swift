import EventLog
import Foundation
import TestSupport
import Testing

/// Values that other separators part, and headers as people write them.
@Suite struct SeparatorTests {
    private let scratch: TestSupport.ScratchDirectory

    init() throws {
        scratch = try TestSupport.ScratchDirectory()
    }

    private func read(_ text: String, _ name: String = "log.csv", _ csv: CSVFormat = CSVFormat()) throws
        -> FormatReading
    {
        try scratch.write(text, to: name)
        return try FormatReading.of([.path("\(scratch.path)/\(name)")], csv: csv)
    }

    /// A log with commas, written with another separator, is the same log.
    @Test(arguments: [";", "\t", "|", "^", "\u{01}"], UInt64(1)...4)
    func anotherSeparatorIsTheSameLog(separator: String, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var rows: [[String]] = [["ts", "type", "visitor", "segment", "order"]]
        for index in 0..<300 {
            let texts = (0..<2).map { _ in
                (0..<Int.random(in: 0...4, using: &random)).map { _ in
                    ["a", "é", ",", ";", "\t", "|", "^", "\u{01}", "\"", "\n"].randomElement(using: &random) ?? ""
                }.joined()
            }
            rows.append(["\(1_795_168_800 + index)", "purchase", "v\(index)"] + texts)
        }
        func text(_ separator: String) -> String {
            rows.map { row in
                row.map { field in
                    let isPlain = field.unicodeScalars.allSatisfy {
                        $0.isASCII == false || $0.properties.isAlphabetic || ("0"..."9").contains($0)
                    }
                    return isPlain ? field : "\"" + field.replacing("\"", with: "\"\"") + "\""
                }.joined(separator: separator) + "\n"
            }.joined()
        }
        let expected = try read(text(","))
        let isFound = [";", "\t", "|"].contains(separator)
        let given = CSVFormat(separator: separator.utf8.first)
        for csv in isFound ? [CSVFormat(), given] : [given] {
            for name in ["log.csv", "log", "log.tsv"] {
                let reading = try read(text(separator), name, csv)
                #expect(
                    reading.events == expected.events && reading.rejected.isEmpty && reading.lines == 300, "\(name)")
            }
        }
    }

    @Test(arguments: [
        "TS,Type,Visitor", " ts , type , visitor ", "\"Ts\",\" TYPE\",\"visitor\t\"", "ts ;type; Visitor",
        "\u{FEFF}TS\ttype\tvisitor",
    ])
    func namesAreFoundWhateverTheirCaseAndBlanks(header: String) throws {
        let separator = header.contains(";") ? ";" : header.contains("\ttype") ? "\t" : ","
        let row = ["1795168800", "purchase", "v"].joined(separator: separator)
        #expect(try read("\(header)\n\(row)\n").events.count == 1)
    }

    @Test func anExactNameWinsAndTwoAlikeAreNone() throws {
        let exact = try read("Visitor,ts,type,visitor\nno,1795168800,purchase,yes\n")
        #expect(exact.events.first?.contains("\"yes\"") == true)
        let error = #expect(throws: LogError.self) { try read("Visitor,ts,type,VISITOR\na,1795168800,purchase,b\n") }
        #expect(error?.isOfFormat == true && error?.description.contains("'Visitor' and 'VISITOR'") == true)
        // Of those that not every line needs, too; a source that is there settles it.
        let rows = "ts,type,visitor,Variant,VARIANT\n1795168800,purchase,v,a,b\n"
        for name in ["log.csv", "log"] {
            let variant = #expect(throws: LogError.self) { try read(rows, name) }
            #expect(variant?.description.contains("'Variant' and 'VARIANT' are both 'variant'") == true)
        }
        #expect(try read(rows.replacing("Variant", with: "variant")).events.count == 1)
    }

    @Test func aFileWithoutHeaderIsReadByTheNamesGiven() throws {
        let names = ["ts", "type", "visitor", "note"]
        for separator in [",", ";", "\t", "|"] {
            let rows = (0..<3).map {
                ["\(1_795_168_800 + $0)", "purchase", "v\($0)", "x"].joined(separator: separator)
            }
            for name in ["log.csv", "log"] {
                let reading = try read(rows.joined(separator: "\n"), name, CSVFormat(header: names))
                #expect(reading.events.count == 3 && reading.lines == 3 && reading.rejected.isEmpty, "\(separator)")
            }
        }
        // JSON among such files is JSON, and a record may begin with an object.
        let json = #"{"ts": 1795168800, "type": "purchase", "visitor": "v"}"# + "\n"
        let held = #"{"a": 1}|1795168800|purchase|v"# + "\n"
        for name in ["log.csv", "log.jsonl"] {
            let reading = try read(json, name, CSVFormat(header: names))
            #expect(reading.events.count == 1 && reading.rejected.isEmpty, "\(name)")
            let csv = CSVFormat(header: ["note", "ts", "type", "visitor"], hasQuotes: false)
            #expect(try read(held, "log.csv", csv).events.count == 1)
        }
        #expect(try read("1795168800,purchase,v,x\n", "log.jsonl", CSVFormat(header: names)).events.count == 1)
        #expect(throws: LogError.self) { try read("1,2\n", "log.csv", CSVFormat(header: ["ts", "type"])) }
    }

    @Test func whatIsMissingIsSaidWithTheSeparator() throws {
        let error = #expect(throws: LogError.self) { try read("ts;type;who\n1;view;v\n") }
        #expect(
            error?.description.contains("no column 'visitor' among ts;type;who (the separator is the semicolon)")
                == true)
        let tabs = #expect(throws: LogError.self) { try read("ts\ttype\twho\n1\tview\tv\n") }
        #expect(tabs?.description.contains("among ts, type, who (the separator is the tab)") == true)
        let other = #expect(throws: LogError.self) { try read("ts^type^visitor\n1^view^v\n") }
        #expect(other?.description.contains("another separator: events.csv") == true)
    }
}
