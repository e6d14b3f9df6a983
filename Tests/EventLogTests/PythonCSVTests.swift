import EventLog
import Foundation
import TestExpectations
import TestSupport
import Testing

/// Well-formed separated values against Python's reader of them, which nobody here wrote.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "needs python3"))
struct PythonCSVTests {
    /// Writes random rows as CSV, and what Python reads of that as lines of JSON.
    private static let script = #"""
        import csv, json, random, sys
        seed, directory, separator = int(sys.argv[1]), sys.argv[2], sys.argv[3]
        r = random.Random(seed)
        end = r.choice(["\n", "\r\n"])
        quoting = r.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
        names = ["ts", "type", "visitor", "platform", "slot", "variant", "segment", "order", "note"]
        parts = ["a", "b c", "\"", "\"\"", ",", ";", "\t", "|", "\n", "\r\n", "é", "'", "{", "x,y,z", "\n\n", "view,a"]
        text = lambda: "".join(r.choice(parts) for _ in range(r.randint(0, 6)))
        with open(f"{directory}/events.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, delimiter=separator, lineterminator=end, quoting=quoting)
            writer.writerow(names)
            for i in range(400):
                writer.writerow([1795168800 + i, r.choice(["view", "click", "purchase"]), f"v{i}", "web", "hero", "a",
                                 text(), text(), text()])
        with open(f"{directory}/events.csv", newline="", encoding="utf-8") as file, \
             open(f"{directory}/events.jsonl", "w", encoding="utf-8") as out:
            for row in csv.DictReader(file, delimiter=separator):
                out.write(json.dumps(row) + "\n")
        """#

    /// Writes rows in which nothing is quoted, and what Python reads of them as lines of JSON. Python takes a blank within a field of
    /// numbers for no end of it; lines with too many fields are left to nobody.
    private static let unquoted = #"""
        import csv, json, random, sys
        seed, directory, separator = int(sys.argv[1]), sys.argv[2], sys.argv[3]
        r = random.Random(seed)
        end = r.choice(["\n", "\r\n"])
        names = ["ts", "type", "visitor", "properties", "segment", "order", "note"]
        parts = ["a", "b c", "\"", "\"\"", "é", "'", "{", "\"a\"", "\\", "view"]
        text = lambda: "".join(r.choice(parts) for _ in range(r.randint(0, 6)))
        with open(f"{directory}/events.csv", "w", newline="", encoding="utf-8") as file:
            file.write(separator.join(names) + end)
            for i in range(400):
                held = {"platform": "web", "slot": "hero", "variant": r.choice("ab"), "more": ["\"", {"é": None}]}
                json_text = json.dumps(held, ensure_ascii=False)
                if separator == "," or (i % 50 == 7): json_text = r.choice(["{}", "", "{\"a", "x"])
                row = [str(1795168800 + i), r.choice(["purchase", "purchase", "view"]), f"v{i}", json_text, text(), text(), text()]
                if i % 90 == 11: row.append("more")
                file.write(separator.join(row) + end)
        wrong = 0
        with open(f"{directory}/events.csv", newline="", encoding="utf-8") as file, \
             open(f"{directory}/events.jsonl", "w", encoding="utf-8") as out:
            for row in csv.reader(file, delimiter=separator, quoting=csv.QUOTE_NONE):
                if row == names: continue
                if len(row) != len(names):
                    wrong += 1
                    continue
                event = dict(zip(names, row))
                try: event["properties"] = json.loads(event["properties"])
                except ValueError: del event["properties"]
                out.write(json.dumps(event) + "\n")
        print(wrong)
        """#

    @Test("without quotes is read as Python reads it", .slow, arguments: UInt64(1)...8, [",", ";", "\t", "|", "^"])
    func withoutQuotes(seed: UInt64, separator: String) throws {
        let scratch = try ScratchDirectory()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", Self.unquoted, String(seed), scratch.path, separator]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let wrong = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        var schema = EventSchema()
        for field in [EventField.platform, .slot, .variant] { schema[field] = .keys(["properties.\(field.rawValue)"]) }
        let expected = try FormatReading.of(
            [.path("\(scratch.path)/events.jsonl")], maximumLineLength: 1 << 20, schema: schema)
        let csv = CSVFormat(separator: separator == "^" ? 0x5E : nil, hasQuotes: false)
        for blockSize in [700, 1 << 17] {
            let reading = try FormatReading.of(
                [.path("\(scratch.path)/events.csv")], workers: 2, blockSize: blockSize, maximumLineLength: 1 << 20,
                schema: schema, csv: csv)
            #expect(reading.events == expected.events && reading.lines == 400, "blocks of \(blockSize)")
            #expect(reading.events.count > 100)
            let counts = Dictionary(uniqueKeysWithValues: reading.rejected.map { ($0.name, $0.count) })
            #expect(counts["field count differs"] == Int64(wrong.dropLast()))
            #expect(reading.rejectedLines == expected.rejectedLines + (counts["field count differs"] ?? 0))
        }
    }

    @Test("is read as Python reads it", .slow, arguments: UInt64(1)...8, [",", ";", "\t", "|"])
    func wellFormed(seed: UInt64, separator: String) throws {
        let scratch = try ScratchDirectory()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", Self.script, String(seed), scratch.path, separator]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let expected = try FormatReading.of([.path("\(scratch.path)/events.jsonl")], maximumLineLength: 1 << 20)
        for blockSize in [700, 1 << 17] {
            let reading = try FormatReading.of(
                [.path("\(scratch.path)/events.csv")], workers: 2, blockSize: blockSize, maximumLineLength: 1 << 20)
            #expect(reading.events == expected.events && reading.lines == 400, "blocks of \(blockSize)")
            #expect(reading.rejected.isEmpty && reading.ignored == expected.ignored)
        }
    }
}
