import EventLog
import TestSupport

/// Lines that no reader may take, each with one fault.
enum BrokenLines {
    /// The line, and the reason where it takes its author to know it: text that is no JSON, no time, no amount.
    static func line(
        of draft: Draft, schema: EventSchema, using random: inout SplitMix64
    ) -> (bytes: [UInt8], fault: String?) {
        let writer = LineWriter(schema: schema)
        switch Int.random(in: 0..<7, using: &random) {
        case 0: return (notUTF8(writer.write(draft, using: &random), using: &random), "not UTF-8")
        case 1: return notJSON(writer.write(draft, using: &random), using: &random)
        case 2:
            let line = random.pick([
                "[]", " 12 ", "null", "true", "\"view\"", "[{\"ts\":1}]", "-1.5e3", "{}[]", "[[[]]",
            ])
            return (Array(line.utf8), line == "{}[]" || line == "[[[]]" ? "not JSON" : "not an object")
        case 3:
            let open = String(repeating: random.pick(["[", "{\"a\":"]), count: 64)
            return (Array("{\"deep\":\(open)".utf8), "nested too deep")
        case 4:
            let times = [
                "\"yesterday\"", "\"2026-02-30T00:00:00Z\"", "\"2026-11-20\"", "\"2026-11-20T24:00:00Z\"",
                "\"2026-11-20T10:61:00Z\"", "\"2026-11-20T10:00:00 EST\"", "\"2026-11-20T10:00:00+1\"", "1e30",
                "\"0x10\"",
                "\"2026-11-20T10:00:00.Z\"", "\"20/Nov/2026:10:00:00 +0000\"", "\"2026-11-20T10:00:00+24:00\"", "true",
                "{}",
            ]
            return (writer.write(draft, replacing: [.time: random.pick(times)], using: &random), "invalid ts")
        case 5:
            let amounts = [
                "\"12,50\"", "\"EUR 5\"", "100000000001", "-1e12", "\"\\u0020\"", "1e99", "\"1.\"", "\".5\"",
                "\"Infinity\"",
                "false", "[1]", "100000000000.0000005",
            ]
            return (writer.write(draft, replacing: [.revenue: random.pick(amounts)], using: &random), "invalid revenue")
        default:
            // What the slow reader can tell by itself: a needed field that is missing, a text that is none.
            let fields: [EventField] = [
                .time, .type, .visitor, .platform, .slot, .variant, .segment, .order, .userAgent, .address,
            ]
            let values = ["null", "\"\"", "1.5", "true", "[\"a\"]", "{}", "1e3"]
            let field = random.pick(fields)
            let isTime = field == .time
            let value = isTime ? random.pick(["null", "\"\""]) : random.pick(values)
            return (writer.write(draft, replacing: [field: value], using: &random), nil)
        }
    }

    private static func notUTF8(_ line: [UInt8], using random: inout SplitMix64) -> [UInt8] {
        let wrong: [[UInt8]] = [
            [0xFF], [0x80], [0xC3], [0xC0, 0xAF], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80],
            [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80],
        ]
        // Before the last brace: there the line is ASCII, so that no sequence is completed by chance.
        let brace = line.lastIndex(of: UInt8(ascii: "}")) ?? line.endIndex
        return line[..<brace] + random.pick(wrong) + line[brace...]
    }

    private static func notJSON(
        _ line: [UInt8], using random: inout SplitMix64
    ) -> (bytes: [UInt8], fault: String?) {
        let brace = line.lastIndex(of: UInt8(ascii: "}")) ?? line.endIndex
        let tails = [
            ",\"a\":\"\\ud800\"", ",\"a\":\"\\udc00\\ud800\"", ",\"a\":\"\\x41\"", ",\"a\":\"\t\"", ",\"a\":01",
            ",\"a\":1.",
            ",\"a\":.5", ",\"a\":+1", ",\"a\":NaN", ",a:1", ",'a':1", ",", ",\"a\"", ",\"a\":", ",\"a\":nul",
            ",\"a\":\"b",
            ",\"a\":[1,]", ",\"a\":{\"b\":1,}", ",\"a\":[1 2]", ",\"a\":-", ",\"a\":1e", "]", "/**/",
            ",\u{FEFF}\"a\":1",
            ",\"a\":\"\\u00g0\"", ",\"a\":\"\\ud83d\\u0041\"", ",\"a\":tru e", ",1:2", ",\"a\"=1", "\u{0}",
        ]
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return (Array(line[..<brace]), "not JSON")
        case 1:
            // Right behind the object: a carriage return between them would end its line.
            let more = random.pick(["{}", "x", ",", "}", "//"])
            return (line[...brace] + Array(more.utf8), more == "{}" ? "several objects in a line" : "not JSON")
        default: return (line[..<brace] + Array(random.pick(tails).utf8) + line[brace...], "not JSON")
        }
    }
}
