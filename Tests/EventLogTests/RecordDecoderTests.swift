import CScan
import TestExpectations
import TestSupport
import Testing

@testable import EventLog

/// Records decoded in one pass against a cutter and a scanner of fields.
@Suite("Records of comma-separated values")
struct RecordDecoderTests {
    private static let day = LogDay(range: 1_795_132_800_000_000..<1_795_219_200_000_000, localTime: .utc)
    private static let maximumLength = 60
    private static let names = ["ts", "type", "visitor", "city", "visitor"]
    private static let schema = EventSchema(fields: [.segment: .keys(["absent", "city"]), .order: .keys(["visitor"])])

    private static func text(_ outcome: LineDecoder.Outcome, _ event: Event) -> String {
        switch outcome {
        case .rejected(let reason): reason.name
        case .ignored(let reason): reason.rawValue
        case .event: "\(event.time) \(event.type) \([event.visitor, event.segment, event.order].map(\.string))"
        }
    }

    /// What becomes of the first record, by its fields one after the other; and where it ends.
    private static func slow(_ bytes: UnsafeBufferPointer<UInt8>) -> (text: String, end: Int) {
        guard let base = bytes.baseAddress else { return ("", 0) }
        let found = CSVRecordSplitter(maximumLength: maximumLength)
            .end(from: 0, in: base, count: bytes.count, isWhole: true)
        let end = found.offset ?? bytes.count
        let record = bytes[..<end]
        if case .tooLong = found { return ("line too long", end) }
        if record.allSatisfy({ [0x20, 0x09, 0x0D].contains($0) }) { return ("blank line", end) }
        if String(validating: record, as: UTF8.self) == nil { return ("not UTF-8", end) }
        var scanner = CSVFields(base, count: end)
        var fields: [String] = []
        while let field = scanner.next() {
            let text = String(decoding: field.bytes, as: UTF8.self)
            fields.append(field.hasDoubledQuotes ? text.replacing("\"\"", with: "\"") : text)
        }
        if case .malformed = found { return ("not CSV", end) }
        if scanner.isMalformed { return ("not CSV, but for the cutter", end) }
        if fields.count != names.count { return ("field count differs", end) }
        if fields[0].isEmpty { return ("missing ts", end) }
        guard let time = withBytes(fields[0], { Timestamp.parse($0, localTime: .utc) }) else {
            return ("invalid ts", end)
        }
        let type = EventSchema.trimmed(fields[1])
        if type.isEmpty { return ("missing type", end) }
        if type.lowercased() == "view" { return ("missing platform", end) }
        guard day.range.contains(time) else { return ("outside the day", end) }
        let id = EventSchema.trimmed(fields[4])
        if id.isEmpty { return ("nobody", end) }
        return ("\(time) other \([id, fields[3], id])", end)
    }

    @Test("are what a cutter and a scanner of fields make of them", .slow, arguments: 0..<4)
    func againstScanner(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let header = names()
        var decoder = RecordDecoder(schema: Self.schema, day: Self.day, maximumLength: Self.maximumLength)
        decoder.use(header)
        let events = EventBuffer()
        var read = 0
        for _ in 0..<8_000 {
            let bytes = Self.records(using: &random)
            // As in a closed block, and quotes behind that: who reads on finds something.
            let memory =
                bytes + [0x0A, 0x22, 0x0A] + [UInt8](repeating: 0x22, count: Int(CSCAN_SLACK))
            withBytes(memory) { memory in
                let base = memory.baseAddress.unsafelyUnwrapped
                var start = 0
                while start < bytes.count {
                    let rest = UnsafeBufferPointer(rebasing: memory[start..<bytes.count])
                    let expected = Self.slow(rest)
                    let record = decoder.decode(
                        recordAt: base + start, before: base + bytes.count, into: events.next())
                    let end = record.lineFeed - (base + start)
                    #expect(Self.text(record.outcome, events.next().pointee) == expected.text)
                    #expect(end == expected.end, "\(String(decoding: rest, as: UTF8.self))")
                    let hasLineFeeds = rest[..<min(end, rest.count)].contains(0x0A)
                    #expect(record.mayHaveLineFeeds || !hasLineFeeds)
                    read += expected.text.contains("other [") ? 1 : 0
                    start += expected.end + 1
                }
            }
            decoder.freeTexts()
        }
        #expect(read > 2_000)
    }

    private func names() -> CSVHeader {
        let text = Self.names.joined(separator: ",")
        let header = withBytes(text) { try? CSVHeader($0.baseAddress.unsafelyUnwrapped, count: $0.count) }
        guard let header else { fatalError("the header of the test is one") }
        return header
    }

    /// A few records, some damaged in one byte.
    private static func records(using random: inout SplitMix64) -> [UInt8] {
        func pick<Element>(_ elements: [Element]) -> Element { elements[Int(random.next() % UInt64(elements.count))] }
        let texts = [
            "v", "a b", "", "Z\u{FC}rich", "\"\"", "\"q\"", "x,y", "\n", "\r\n", "a\rb", "a longer text, of words",
        ]
        var bytes: [UInt8] = []
        for _ in 0..<Int(1 + random.next() % 4) {
            let cells =
                [
                    pick(["1795165951", "1795165951", "1795165951", "", "x"]), pick(["t", "t", "view", ""]),
                    pick(texts),
                ]
                + [pick(texts), pick(texts)]
            let written = cells.map { cell in
                let special = cell.utf8.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
                guard special || random.next() % 8 == 0 else { return cell }
                return "\"" + cell.replacing("\"", with: "\"\"") + "\""
            }
            var record = Array(written.joined(separator: ",").utf8)
            if random.next() % 10 == 0 { record = Array(pick(["", " ", "\t\r", ",", "\"", " a"]).utf8) }
            if random.next() % 3 == 0, !record.isEmpty {
                let byte = pick(Array("\",\n\r a".utf8) + [0x80, 0xC3])
                let place = Int(random.next() % UInt64(record.count))
                if random.next() % 2 == 0 { record[place] = byte } else { record.insert(byte, at: place) }
            }
            bytes += record + Array(pick(["\n", "\n", "\r\n"]).utf8)
        }
        if random.next() % 3 == 0 { bytes.removeLast() }
        return bytes
    }
}

extension EventSchema {
    /// A text without the white space around it.
    static func trimmed(_ text: String) -> String {
        var scalars = text.unicodeScalars[...]
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }
}
