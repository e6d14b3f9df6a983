import CScan
import EventLog
import Foundation
import TestSupport
import TestExpectations
import Testing

@Suite struct RecordStreamTests {
    /// A record as it was written.
    private struct Written: Equatable {
        var fields: [String]
        var line: Int64
        var number: Int64
    }

    /// Text with what it holds: fields of many lengths, quoted or not, among blank lines.
    private static func text(seed: UInt64, records count: Int) -> (bytes: [UInt8], records: [Written]) {
        var random = SplitMix64(seed: seed)
        var text = "a,b,c\n"
        var line: Int64 = 2
        var records: [Written] = []
        for number in 0..<count {
            if Int.random(in: 0..<50, using: &random) == 0 {
                text += ["\n", "\r\n"].randomElement(using: &random) ?? ""
                line += 1
            }
            let fields = (0..<3).map { _ in
                let length = [0, 1, 7, 8, 9, 15, 16, 17, 40].randomElement(using: &random) ?? 0
                let alphabet = seed % 2 == 0 ? "abc é,\"\n" : "abc é;'\t"
                return String((0..<length).map { _ in alphabet.randomElement(using: &random) ?? "a" })
            }
            // Three empty fields unquoted are no blank line.
            let written = fields.map { field in
                let needsQuotes = field.contains { ",\"\n".contains($0) }
                return needsQuotes ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
            }
            records.append(Written(fields: fields, line: line, number: Int64(number)))
            let record = written.joined(separator: ",") + (["\n", "\r\n"].randomElement(using: &random) ?? "\n")
            line += Int64(record.utf8.count { $0 == 0x0A })
            text += record
        }
        return (Array(text.utf8), records)
    }

    /// What the stream says is in a file.
    private static func read(_ path: String) throws -> [Written] {
        let stream = try RecordStream(.path(path), spool: StreamSpool())
        #expect(stream.header == ["a", "b", "c"])
        var records: [Written] = []
        var block = RecordBlock()
        var index = 0
        while try stream.next(&block) {
            #expect(block.index == index)
            index += 1
            #expect(block.firstRecord == Int64(records.count))
            var cursor = RecordCursor(block, width: 3)
            var number = block.firstRecord
            var (line, counted) = (block.firstLine, 0)
            while true {
                let outcome = cursor.next()
                if outcome == .end { break }
                #expect(outcome == .record && cursor.fieldCount == 3)
                line += Int64(block.lineFeeds(in: counted..<cursor.start))
                counted = cursor.start
                records.append(
                    Written(
                        fields: (0..<3).map { String(decoding: cursor[$0], as: UTF8.self) }, line: line, number: number)
                )
                number += 1
            }
        }
        return records
    }

    @Test(
        "Records, their lines and their numbers are those that were written, however packed", .slow,
        arguments: 1...6 as ClosedRange<UInt64>)
    func readsWhatWasWritten(seed: UInt64) throws {
        // Over several blocks.
        let (bytes, records) = Self.text(seed: seed, records: seed < 3 ? 20_000 : 300)
        let scratch = try ScratchDirectory()
        for packing in [Packing.plain, .gzip, .zstandard] {
            var random = SplitMix64(seed: seed)
            let content = packing.pack(bytes, using: &random)
            let path = try scratch.write(content, to: "log.csv" + packing.suffix)
            #expect(try Self.read(path) == records, "\(packing)")
        }
    }

    @Test("A quote that nobody closes, a stray one and a line that is too long cost themselves and no more")
    func badRecords() throws {
        let scratch = try ScratchDirectory()
        let long = String(repeating: "x", count: RecordStream.maximumRecordLength + 10)
        let path = try scratch.write(Array("a,b,c\n1,2,3\n4,5\"6,7\n\(long)\n8,9,10\n11,\"12\n".utf8), to: "log.csv")
        let stream = try RecordStream(.path(path), spool: StreamSpool())
        var block = RecordBlock()
        var outcomes: [RecordCursor.Outcome] = []
        var lines: [Int64] = []
        while try stream.next(&block) {
            var cursor = RecordCursor(block, width: 3)
            while true {
                let outcome = cursor.next()
                if outcome == .end { break }
                outcomes.append(outcome)
                lines.append(block.firstLine + Int64(block.lineFeeds(in: 0..<cursor.start)))
            }
        }
        #expect(outcomes == [.record, .malformed, .tooLong, .record, .malformed])
        #expect(lines == [2, 3, 4, 5, 6])
    }

    @Test("The vectors mark the bytes that the plain loop marks")
    func marksAgree() {
        var random = SplitMix64(seed: 3)
        for _ in 0..<2000 {
            let bytes = (0..<16).map { _ in Array(",\n\"\ra".utf8).randomElement(using: &random) ?? 0 }
            bytes.withUnsafeBufferPointer { buffer in
                guard let start = buffer.baseAddress else { return }
                let (fast, slow) = (cscan_marks_of(start), cscan_marks_portable(start))
                #expect(
                    fast.commas == slow.commas && fast.line_feeds == slow.line_feeds && fast.quotes == slow.quotes
                        && fast.carriage_returns == slow.carriage_returns)
            }
        }
    }
}
