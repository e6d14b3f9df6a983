import CScan
import TestExpectations
import TestSupport
import Testing

@testable import EventLog

/// Lines read by the shapes of earlier ones against the same lines parsed.
@Suite("Templates of lines", .slow)
struct TemplateTests {
    private static let kernels = [CSCAN_PORTABLE, CSCAN_BASELINE, CSCAN_WIDE]
    private static let day = LogDay(range: 1_795_132_800_000_000..<1_795_219_200_000_000, localTime: .utc)

    private static let schema = EventSchema(
        fields: [
            .visitor: .keys(["customer", "visitor"]), .segment: .keys(["geo.city", "city"]),
            .order: .keys(["order", "visitor"]),
            .address: .keys(["context.ip", "ips[1]", "params[key=ip].value.text"]),
            .event: FieldSource([.path("context.id"), .path("id"), .constant("none")]),
            .time: FieldSource([.path("ts"), .joined(["date", "time"])]),
        ],
        types: ["impression": .view])

    /// Lines of every sort that has a template, and some that have none.
    private static let lines = [
        #"{"ts":"2026-11-20T09:12:31.123456Z","type":"view","visitor":"v1","platform":"web","slot":"hero","variant":"a"}"#,
        #"{"ts":1795165951,"type":"impression","customer":"","visitor":7,"platform":"web","slot":"hero","variant":"a","n":null}"#,
        #"{"ts":"1795165951.5","type":"click","visitor":"v","platform":"w","slot":"s","variant":"b","x":{"a":["q",1,-2.5e3,true]}}"#,
        #"{ "type": "purchase", "ts": "2026-11-20 09:12:31", "customer": "c", "revenue": 12.50, "order": "o1", "visitor": "v" }  "#,
        #"{"revenue":"1.25","type":"purchase","ts":"2026-11-20T14:42:31+05:30","visitor":"Zürich 日本","city":"Köln"}"#,
        #"{"visitor":"v","visitor":"w","type":"scroll","ts":1795165951}"#,
        #"{"visitor":"v\n","type":"scroll","ts":1795165951,"page":"\/p"}"#,
        #"{"a":[[],{}],"visitor":"v","type":"scroll","ts":1795165951,"platform":true,"e":""}"#,
        #"{"visitor":"v","type":"scroll","ts":1795165951,"user_agent":"Mozilla/5.0 (Linux; Android 9; SM-G922) like Gecko","ip":"::1"}"#,
        #"{"visitor":"v","type":"view","ts":1795165951,"platform":"","slot":"s","variant":null}"#,
        #"{"this key is longer than thirty-two bytes, and so needs more than one part":"v","visitor":"v","type":"t","ts":1}"#,
        #"{"visitor":"v","type":"view","ts":1795165951,"platform":"web","slot":"s","variant":"a","context":{"ip":"::1","id":7.0}}"#,
        #"{"context":{"x":[{"ip":"::2"}],"ip":"::1","deep":{"ip":"::3"}},"visitor":"v","type":"t","ts":1795165951}"#,
        #"{"context":{"id":"a"},"geo":{"city":"Köln"},"visitor":"v","type":"t","ts":1795165951}"#,
        #"{"context":{"id":"a"},"geo":{"city":"Pune"},"geo.city":"Kochi","visitor":"v","type":"t","ts":1795165951}"#,
        #"{"geo":"Pune","context":null,"visitor":"v","type":"t","ts":1795165951}"#,
        #"{"geo":{"city":{}},"visitor":"v","type":"t","ts":1795165951}"#,
        #"{"ips":["::1","::2"],"visitor":"v","type":"t","ts":1795165951}"#,
        #"{"params":[{"key":"x"},{"value":{"text":"::9"},"key":"ip"}],"visitor":"v","type":"t","date":20261120,"time":"091231"}"#,
        #"{"date":"2026-11-20","time":"09:12:31","visitor":" v ","type":" View ","platform":"web","slot":"s","variant":"null"}"#,
        #"{"visitor":"null","customer":"(not set)","type":"t","ts":1795165951}"#,
        #"{"visitor":"7.0","type":"t","ts":"2026-11-20 09:12:31 UTC"}"#,
        #"{"visitor":"0","type":"t","ts":1795165951000000}"#,
        "[]", "", "  ", "{}",
    ]

    /// What became of a line and all that is in its event, and how many bytes were passed.
    private static func text(_ outcome: LineDecoder.Outcome, _ event: Event, _ passed: Int) -> String {
        switch outcome {
        case .rejected(let reason): return "\(passed) \(reason.name)"
        case .ignored(let reason): return "\(passed) \(reason.rawValue)"
        case .event:
            let texts = [
                event.visitor, event.platform, event.slot, event.variant, event.segment, event.order, event.userAgent,
                event.address, event.id,
            ]
            return "\(passed) \(event.time) \(event.type) \(event.revenue) \(texts.map(\.string))"
        }
    }

    /// Decodes the first of the lines in `bytes`, by a decoder that has seen the others, or by its parser alone.
    private static func decode(_ bytes: [UInt8], _ decoder: inout LineDecoder, byTemplates: Bool) -> String {
        let events = EventBuffer()
        return withLine(bytes) { base in
            var start = base
            let outcome =
                byTemplates
                ? decoder.decode(lineAt: &start, before: base + bytes.count, into: events.next())
                : decoder.parse(lineAt: &start, before: base + bytes.count, into: events.next())
            return text(outcome, events.next().pointee, start - base)
        }
    }

    /// Whether a line is of a known shape, up to its end.
    private static func matches(
        _ cache: inout TemplateCache, _ start: UnsafePointer<UInt8>, count: Int, keys: Int
    ) -> Bool {
        var values = [LineValue](repeating: .absent, count: keys + 2)
        return values.withUnsafeMutableBufferPointer { values in
            var line = cscan_line(position: start, values: values.baseAddress, high: 0)
            return cache.match(&line) && line.position == start + count
        }
    }

    /// Decodes two lines at once; nil unless both have the shape seen most.
    private static func decodeTwo(_ lines: [[UInt8]], _ decoder: inout LineDecoder) -> [String]? {
        let events = EventBuffer()
        return withLine(lines[0]) { first in
            withLine(lines[1]) { second in
                guard decoder.matchTwo(first, second) == 2 else { return nil }
                return [first, second].enumerated().map { index, base in
                    var start = base
                    let outcome = decoder.finish(index, from: &start, into: events.next())
                    return text(outcome, events.next().pointee, start - base)
                }
            }
        }
    }

    @Test("a damaged line is read as without templates", arguments: kernels)
    func mutations(kernel: cscan_kernel) {
        var random = SplitMix64(seed: 31)
        let noise: [UInt8] =
            Array("\"\\{}[]:, \t\r\n019-+.eEtrufalsn/xTZ".utf8) + [0, 0x1F, 0x7F, 0x80, 0xBC, 0xC3, 0xFF]
        var decoder = LineDecoder(schema: Self.schema, day: Self.day, kernel: kernel)
        var pairs = 0
        for line in Self.lines {
            let bytes = Array(line.utf8)
            var damaged: [[UInt8]] = [bytes, bytes + [0x0D], bytes + [0x0D, 0x0D], bytes + [0x20], bytes + bytes]
            for place in bytes.indices {
                let byte = noise[Int(random.next() % UInt64(noise.count))]
                for kind in 0..<4 {
                    var other = bytes
                    switch kind {
                    case 0: other[place] = byte
                    case 1: other.insert(byte, at: place)
                    case 2: other.remove(at: place)
                    default: other[place] ^= 1 << UInt8(random.next() % 8)
                    }
                    damaged.append(other)
                }
            }
            // One that knows no other shape.
            var decoderOfTwo = LineDecoder(schema: Self.schema, day: Self.day, kernel: kernel)
            let whole = Self.decode(bytes, &decoderOfTwo, byTemplates: true)
            for other in damaged {
                // So that its shape is known.
                _ = Self.decode(bytes, &decoder, byTemplates: true)
                var parser = LineDecoder(schema: Self.schema, day: Self.day, kernel: kernel)
                let expected = Self.decode(other, &parser, byTemplates: false)
                let found = Self.decode(other, &decoder, byTemplates: true)
                #expect(found == expected, "\(String(decoding: other, as: UTF8.self))")
                for pair in [[bytes, other], [other, bytes]] {
                    guard let two = Self.decodeTwo(pair, &decoderOfTwo) else { continue }
                    #expect(two == (pair[0] == other ? [expected, whole] : [whole, expected]))
                    pairs += 1
                }
            }
        }
        #expect(pairs > 1_000)
    }

    @Test("lines of one shape match, of another do not", arguments: kernels)
    func shapes(kernel: cscan_kernel) {
        func isMatch(_ learned: String, _ line: String) -> Bool {
            var cache = TemplateCache(kernel: kernel)
            withLine(Array(learned.utf8)) { start in
                cache.learn(start, start + learned.utf8.count, KeyTree(names: ["a"]))
            }
            return withLine(Array(line.utf8)) { Self.matches(&cache, $0, count: line.utf8.count, keys: 1) }
        }
        let line = #"{"a":"x","b":[1,{"c":"y"}],"d":null}"#
        #expect(isMatch(line, line))
        #expect(
            isMatch(line, #"{"a":"","b":[-1.5e3,{"c":"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"}],"d":null}"#))
        #expect(isMatch(line, line + "\r"))
        #expect(!isMatch(line, line + " "))
        #expect(!isMatch(line, #"{"a":"x","b":[1,{"c":"y"}],"d":true}"#))
        #expect(!isMatch(line, #"{"a":"x","b":[01,{"c":"y"}],"d":null}"#))
        #expect(!isMatch(line, #"{"a":"\n","b":[1,{"c":"y"}],"d":null}"#))
        // What stands twice, and what no field can be, is for the parser; so are backslashes.
        for line in [
            #"{"a":"x","a":"y"}"#, #"{"a":null,"a":"y"}"#, #"{"a":{}}"#, #"{"a":true}"#, #"{"a":[1]}"#,
            #"{"\u0061":1}"#,
        ] {
            #expect(!isMatch(line, line), "\(line)")
        }
    }

    /// One line of a known shape that goes on where it should end, with what would be another known line.
    @Test("two lines in one are read as without templates", arguments: kernels)
    func joinedLines(kernel: cscan_kernel) {
        var decoder = LineDecoder(schema: Self.schema, day: Self.day, kernel: kernel)
        for line in Self.lines { _ = Self.decode(Array(line.utf8), &decoder, byTemplates: true) }
        for first in Self.lines {
            for second in Self.lines {
                for joint in ["", " ", "\r", "\r\r"] {
                    let joined = Array((first + joint + second).utf8)
                    var parser = LineDecoder(schema: Self.schema, day: Self.day, kernel: kernel)
                    let expected = Self.decode(joined, &parser, byTemplates: false)
                    #expect(Self.decode(joined, &decoder, byTemplates: true) == expected, "\(first)\(joint)\(second)")
                }
            }
        }
    }

    /// Values lie where those of the line before lay, of another shape or with other keys.
    @Test("a line's event has nothing of the lines before", arguments: kernels)
    func staleValues(kernel: cscan_kernel) {
        var random = SplitMix64(seed: 61)
        var decoder = LineDecoder(schema: Self.schema, day: Self.day, kernel: kernel)
        let lines = Self.lines.map { Array($0.utf8) }
        let expected = lines.map { line in
            var parser = LineDecoder(schema: Self.schema, day: Self.day, kernel: kernel)
            return Self.decode(line, &parser, byTemplates: false)
        }
        var pairs = 0
        for _ in 0..<4_000 {
            let number = Int(random.next() % UInt64(lines.count))
            #expect(Self.decode(lines[number], &decoder, byTemplates: true) == expected[number])
            for (index, line) in lines.enumerated() {
                guard let two = Self.decodeTwo([line, line], &decoder) else { continue }
                #expect(two == [expected[index], expected[index]])
                pairs += 1
            }
        }
        #expect(pairs >= 3_500)
    }

    @Test("shapes that come no more make room for new ones", arguments: kernels)
    func oldShapes(kernel: cscan_kernel) {
        var cache = TemplateCache(kernel: kernel)
        /// Whether the line was predicted.
        func read(_ shape: Int) -> Bool {
            let line = Array("{\"x\(shape)\":1,\"a\":\"v\"}".utf8)
            return withLine(line) { start in
                if Self.matches(&cache, start, count: line.count, keys: 1) { return true }
                cache.learn(start, start + line.count, KeyTree(names: ["a"]))
                return false
            }
        }
        for number in 0..<8_000 { _ = read(number % 8) }
        var missed = 0
        for number in 0..<2_000 { missed += read(100 + number % 2) ? 0 : 1 }
        #expect(missed < 30)
    }

    @Test("the most frequent shape of late is the one that two lines are matched with", arguments: kernels)
    func frequency(kernel: cscan_kernel) {
        var cache = TemplateCache(kernel: kernel)
        func line(_ shape: Int) -> [UInt8] { Array("{\"x\(shape)\":1,\"a\":\"v\"}".utf8) }
        func read(_ shape: Int) {
            withLine(line(shape)) { start in
                if Self.matches(&cache, start, count: line(shape).count, keys: 1) { return }
                cache.learn(start, start + line(shape).count, KeyTree(names: ["a"]))
            }
        }
        /// What two lines of these shapes are found to be.
        func other(_ first: Int, _ second: Int) -> Int {
            var values = [LineValue](repeating: .absent, count: 6)
            return values.withUnsafeMutableBufferPointer { values in
                withLine(line(first)) { first in
                    withLine(line(second)) { second in
                        var lines = [
                            cscan_line(position: first, values: values.baseAddress, high: 0),
                            cscan_line(position: second, values: values.baseAddress.map { $0 + 3 }, high: 0),
                        ]
                        return cache.matchTwo(&lines)
                    }
                }
            }
        }
        read(1)
        #expect(other(1, 1) == 2 && other(2, 1) == 0 && other(1, 2) == 1)
        for number in 0..<1_000 { read(number % 10 == 0 ? 1 : 2) }
        #expect(other(2, 2) == 2 && other(1, 2) == 0 && other(2, 1) == 1)
        for _ in 0..<100_000 { _ = other(2, 2) }
        // Lines that match two at a time make up for others that never do.
        for number in 10..<500 {
            for _ in 0..<4 { _ = other(2, 2) }
            read(number)
        }
        #expect(other(2, 2) == 2)
        // What was a hundred thousand times is forgotten after some thousands.
        for _ in 0..<20_000 { read(3) }
        #expect(other(3, 3) == 2)
    }

    @Test("a log without shapes rests, and a few shapes by turns do not", arguments: kernels)
    func rest(kernel: cscan_kernel) {
        var random = SplitMix64(seed: 41)
        var cache = TemplateCache(kernel: kernel)
        let keys = KeyTree(names: ["a"])
        /// Whether the line was predicted.
        func read(_ shape: Int) -> Bool {
            let line = Array("{\"x\(shape)\":1,\"a\":\"v\"}".utf8)
            return withLine(line) { start in
                if Self.matches(&cache, start, count: line.count, keys: 1) { return true }
                cache.learn(start, start + line.count, keys)
                return false
            }
        }
        var missed = 0
        for _ in 0..<2_000 { missed += read(Int(random.next() % 4)) ? 0 : 1 }
        #expect(missed == 4)
        // Each new shape is learned until the patience ends; then nothing is, for a long time.
        for shape in 10..<30 { #expect(!read(shape)) }
        #expect(!read(29) && !read(29))
        var rested = 0
        while !read(29), rested < 20_000 { rested += 1 }
        #expect(rested > 5_000 && rested < 10_000)
        #expect(read(29))
    }
}
