import CSV
import TestSupport
import Testing

@Suite struct CSVReaderTests {
    static func read(_ text: String) throws(CSVError) -> [[String]] {
        try records(Array(text.utf8)).map(\.fields)
    }

    static func records(_ bytes: [UInt8], separator: UInt8 = 0x2C) throws(CSVError) -> [SlowCSV.Record] {
        var reader = CSVReader(bytes, separator: separator)
        var record = CSVRecord()
        var result: [SlowCSV.Record] = []
        while try reader.read(&record) {
            result.append(SlowCSV.Record(line: record.line, fields: (0..<record.count).map { record.string($0) }))
        }
        return result
    }

    @Test(
        arguments: [
            ("", []),
            ("a,b", [["a", "b"]]),
            ("a,b\n", [["a", "b"]]),
            ("a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]),
            ("\u{FEFF}a\n", [["a"]]),
            ("\n\r\n\na\n\n", [["a"]]),
            (",\n,\n", [["", ""], ["", ""]]),
            ("\"\"\n", [[""]]),
            ("\"a,b\",\"c\nd\",\"e\"\"f\"\n", [["a,b", "c\nd", "e\"f"]]),
            ("\"a\r\nb\",c\r\n", [["a\r\nb", "c"]]),
            ("a\rb,c\r", [["a\rb", "c"]]),
            ("a\r\r\n", [["a\r"]]),
            (" a , b ", [[" a ", " b "]]),
            ("a,\"\"", [["a", ""]]),
            ("a,", [["a", ""]]),
        ] as [(String, [[String]])])
    func readsRecords(text: String, expected: [[String]]) throws {
        #expect(try Self.read(text) == expected)
    }

    @Test(arguments: [
        ("a,b\n1\n", 2, CSVError.Problem.fieldCount(found: 1, expected: 2)),
        ("a\n\n\n1,2\n", 4, .fieldCount(found: 2, expected: 1)),
        ("a\n\"x\ny\"\n1,2\n", 4, .fieldCount(found: 2, expected: 1)),
        ("a,b\n1,x\"y\n", 2, .strayQuote),
        ("a,b\n1,\"x\"y\n", 2, .strayQuote),
        ("a\n\"x\ny\nz", 2, .unclosedQuote),
        ("a\r\nb\r\n\"", 3, .unclosedQuote),
        ("\"x\ny\",z\"\n", 2, .strayQuote),
    ])
    func errorsNameTheLine(text: String, line: Int, problem: CSVError.Problem) {
        #expect(throws: CSVError(line: line, problem: problem)) { try Self.read(text) }
    }

    @Test func columnsAreFoundByName() throws {
        var reader = CSVReader(Array("x,date,traffic\n1,2,3\n".utf8))
        #expect(try reader.columns(["traffic", "date"]) == [2, 1])
        var record = CSVRecord()
        #expect(try reader.read(&record))
        #expect(record.line == 2)
        #expect(record[2].elementsEqual("3".utf8))
        #expect(try !reader.read(&record))
    }

    @Test func missingColumnsAreNamed() {
        var reader = CSVReader(Array("\na,b\n".utf8))
        #expect(throws: CSVError(line: 2, problem: .missingColumn("c", header: ["a", "b"]))) {
            try reader.columns(["a", "c"])
        }
        var empty = CSVReader([])
        #expect(throws: CSVError(line: 1, problem: .missingHeader(["a"]))) { try empty.columns(["a"]) }
    }

    /// Every text of up to six characters of the grammar's alphabet.
    @Test func agreesWithSlowTwinOnAllShortTexts() {
        let alphabet = Array("a,\"\n\r".utf8)
        var differences = 0
        for length in 0...6 {
            var digits = Array(repeating: 0, count: length)
            repeat {
                let bytes = digits.map { alphabet[$0] }
                if Self.outcome(bytes) != SlowCSV.outcome(bytes) {
                    differences += 1
                    if differences < 5 { Issue.record("\(String(decoding: bytes, as: UTF8.self).debugDescription)") }
                }
            } while advance(&digits, base: alphabet.count)
        }
        #expect(differences == 0)
    }

    @Test(arguments: [",", ";", "\t", "|"])
    func agreesWithSlowTwinOnLongTexts(separator: String) throws {
        var generator = SplitMix64(seed: 3)
        let byte = try #require(separator.utf8.first)
        // Letters and separators mostly, so that whole records come about.
        let alphabet = Array("aaaaaaabcdé.,\(separator)\(separator)\(separator)\n\n\r\"".utf8)
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0..<80, using: &generator)).map { _ in
                alphabet[Int.random(in: alphabet.indices, using: &generator)]
            }
            #expect(Self.outcome(bytes, separator: byte) == SlowCSV.outcome(bytes, separator: byte))
        }
    }

    private static func outcome(_ bytes: [UInt8], separator: UInt8 = 0x2C) -> SlowCSV.Outcome {
        do throws(CSVError) {
            return .records(try records(bytes, separator: separator))
        } catch {
            return .error(error)
        }
    }

    /// Counts up in a base; false after the last number.
    private func advance(_ digits: inout [Int], base: Int) -> Bool {
        for place in digits.indices {
            digits[place] += 1
            if digits[place] < base { return true }
            digits[place] = 0
        }
        return false
    }
}
