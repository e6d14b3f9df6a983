import CSV
import TestSupport
import Testing

@Suite struct CSVWriterTests {
    static func write(_ records: [[String]]) -> [UInt8] {
        var writer = CSVWriter()
        for record in records { writer.write(record) }
        return writer.bytes
    }

    @Test(
        arguments: [
            (["a", "b"], "a,b\n"), (["", ""], ",\n"), ([""], "\"\"\n"), (["a,b", "c\"d"], "\"a,b\",\"c\"\"d\"\n"),
            (["a\nb", "c\rd"], "\"a\nb\",\"c\rd\"\n"), ([" a ", "é"], " a ,é\n"), (["\u{FEFF}a"], "\"\u{FEFF}a\"\n"),
        ] as [([String], String)])
    func quotesWhereNeeded(record: [String], expected: String) {
        #expect(Self.write([record]) == Array(expected.utf8))
    }

    @Test func whatIsWrittenIsRead() throws {
        var generator = SplitMix64(seed: 1)
        let pieces = ["a", "bc", ",", "\"", "\"\"", "\n", "\r", "\r\n", " ", "é", "🙂", "\u{FEFF}", "\u{1F}"]
        for _ in 0..<1_500 {
            let width = Int.random(in: 1...5, using: &generator)
            let records = (0..<Int.random(in: 1...5, using: &generator)).map { _ in
                (0..<width).map { _ in
                    (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                        pieces[Int.random(in: pieces.indices, using: &generator)]
                    }.joined()
                }
            }
            let bytes = Self.write(records)
            let read = try CSVReaderTests.records(bytes)
            // Arrays of bytes, because strings compare by canonical equivalence.
            #expect(read.map { $0.fields.map { Array($0.utf8) } } == records.map { $0.map { Array($0.utf8) } })
            let noReturns = String(decoding: bytes, as: UTF8.self).unicodeScalars.allSatisfy {
                $0 != "\r" && $0 != "\""
            }
            if noReturns {
                let withReturns = bytes.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
                #expect(try CSVReaderTests.records(withReturns) == read)
            }
        }
    }
}
