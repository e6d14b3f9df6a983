import CScan
import Testing

@testable import EventLog

@Suite("Lines to events")
struct LineDecoderTests {
    private let day = LogDay(range: 1_795_132_800_000_000..<1_795_219_200_000_000, localTime: .utc)
    private let good = #""ts":1795165951,"type":"view","visitor":"v","platform":"web","slot":"hero","variant":"a""#

    /// What becomes of a line: its event as `field=text` for the fields asked for, or why there is none.
    private func decode(_ line: String, _ schema: EventSchema = EventSchema(), show: EventField...) -> String {
        var decoder = LineDecoder(schema: schema, day: day)
        let events = EventBuffer()
        let padded = Array(line.utf8) + [0x0A] + [UInt8](repeating: 0, count: Int(CSCAN_SLACK))
        return padded.withUnsafeBufferPointer { bytes in
            let base = bytes.baseAddress.unsafelyUnwrapped
            // Once parsed, once by the template that the first time may have left: the second answer counts.
            var outcome = LineDecoder.Outcome.event
            for _ in 0..<2 {
                var start = base
                outcome = decoder.decode(lineAt: &start, before: base + line.utf8.count, into: events.next())
                #expect(start == base + line.utf8.count + 1)
            }
            switch outcome {
            case .event: break
            case .ignored(let reason): return reason.rawValue
            case .rejected(let reason): return reason.name
            }
            let event = events.next().pointee
            return show.map { field in
                let text =
                    switch field {
                    case .time: String(event.time)
                    case .type: event.type.rawValue
                    case .visitor: event.visitor.string
                    case .platform: event.platform.string
                    case .slot: event.slot.string
                    case .variant: event.variant.string
                    case .segment: event.segment.string
                    case .revenue: String(event.revenue)
                    case .order: event.order.string
                    case .userAgent: event.userAgent.string
                    case .address: event.address.string
                    case .propensity: String(event.propensity)
                    case .event: event.id.string
                    }
                return text
            }.joined(separator: "|")
        }
    }

    @Test("reads every field")
    func allFields() {
        let line =
            "{\(good),\"segment\":\"k\\u00f6ln\",\"revenue\":\"12.345\",\"order\":7,\"user_agent\":\"M/5\",\"ip\":\"::1\",\"propensity\":0.2}"
        #expect(
            decode(
                line, show: .time, .type, .visitor, .platform, .slot, .variant, .segment, .revenue, .order, .userAgent,
                .address, .propensity)
                == "1795165951000000|view|v|web|hero|a|k\u{F6}ln|12345000|7|M/5|::1|200000000")
    }

    @Test(
        "rejects a line that lacks a needed field, and ignores one of nobody",
        arguments: ["ts", "type", "visitor", "platform", "slot", "variant"])
    func missing(field: String) {
        for type in ["view", "click"] {
            let members = good.replacing("view", with: type).split(separator: ",").filter {
                !$0.hasPrefix("\"\(field)\"")
            }
            let rest = members.joined(separator: ",")
            for line in [
                "{\(rest)}", "{\(rest),\"\(field)\":null}", "{\(rest),\"\(field)\":\"\"}",
                "{\(good),\"\(field)\":null}",
            ] {
                #expect(decode(line) == (field == "visitor" ? "nobody" : "missing \(field)"))
            }
        }
    }

    @Test("lets a purchase and other types leave out what was shown", arguments: ["purchase", "scroll"])
    func needsNoPlace(type: String) {
        #expect(decode("{\"ts\":1795165951,\"type\":\"\(type)\",\"visitor\":7}", show: .visitor, .slot) == "7|")
    }

    @Test("rejects values of the wrong kind", arguments: EventField.allCases.filter { $0 != .propensity })
    func invalid(field: EventField) {
        let isNumber = field == .time || field == .revenue
        let schema = EventSchema(fields: [.event: .keys(["event"])])
        // A list of addresses is one of forwarders.
        let lists = field == .address ? [] : ["[]", "[\"a\"]"]
        for value in lists + [
            "true", "false", "{}", isNumber ? "\"x\"" : "1.5", isNumber || field.isID ? "1e99" : "1e3",
        ] {
            #expect(
                decode("{\(good),\"\(field.rawValue)\":\(value)}", schema) == "invalid \(field.rawValue)", "\(value)")
        }
    }

    @Test("takes an integer as it is written", arguments: ["7", "-7", "123456789012345678901234567890"])
    func integers(text: String) {
        #expect(decode("{\(good),\"visitor\":\(text),\"order\":\(text)}", show: .visitor, .order) == "\(text)|\(text)")
        #expect(decode("{\(good),\"visitor\":\"\(text)\"}", show: .visitor) == text)
    }

    @Test(
        "bounds revenue",
        arguments: [
            ("100000000000", "100000000000000000"), ("-1e11", "-100000000000000000"),
            ("100000000000.0000004", "100000000000000000"), ("100000000000.0000005", "invalid revenue"),
            ("-100000000001", "invalid revenue"), ("\"\"", "0"), ("null", "0"), ("\"+0.5\"", "500000"),
            ("\" 1\"", "1000000"), ("\"12.50 \"", "12500000"),
            ("\"1 2\"", "invalid revenue"), ("\"null\"", "0"), ("\"(Not Set)\"", "0"),
            ("-0.0000005", "-1"), ("\"\\u0031\"", "1000000"),
        ])
    func revenue(value: String, expected: String) {
        #expect(decode("{\(good),\"revenue\":\(value)}", show: .revenue) == expected)
    }

    @Test("knows the day's borders")
    func borders() {
        func time(_ text: String) -> String { decode("{\(good),\"ts\":\(text)}", show: .time) }
        #expect(time("1795132799.999999") == "outside the day")
        #expect(time("1795132800") == "1795132800000000")
        #expect(time("1795219199.999999") == "1795219199999999")
        #expect(time("1795219200") == "outside the day")
        // A line is judged whole before its time is.
        #expect(decode("{\(good),\"ts\":1,\"revenue\":true}") == "invalid revenue")
    }

    @Test("takes the first source that holds something")
    func fallbacks() {
        var schema = EventSchema(fields: [.visitor: .keys(["customer", "visitor", "cookie"])])
        #expect(decode("{\(good),\"customer\":\"c\"}", schema, show: .visitor) == "c")
        #expect(decode("{\(good),\"customer\":null}", schema, show: .visitor) == "v")
        #expect(decode("{\(good),\"customer\":\"\",\"cookie\":\"k\"}", schema, show: .visitor) == "v")
        #expect(decode("{\(good),\"customer\":true}", schema) == "invalid visitor")
        #expect(decode("{\(good),\"visitor\":null}", schema) == "nobody")
        schema[.segment] = .keys(["customer"])
        #expect(decode("{\(good),\"customer\":\"c\"}", schema, show: .visitor, .segment) == "c|c")
        schema[.platform] = .constant("shop \u{E9}")
        #expect(decode("{\(good)}", schema, show: .platform) == "shop \u{E9}")
        #expect(decode("{\(good.replacing("\"web\"", with: "null"))}", schema, show: .platform) == "shop \u{E9}")
    }

    @Test("knows synonyms of types")
    func types() {
        let schema = EventSchema(types: ["impression": .view, "\u{E9}": .click, "view": .other])
        func type(_ word: String) -> String { decode("{\(good),\"type\":\"\(word)\"}", schema, show: .type) }
        #expect(type("impression") == "view")
        #expect(type("click") == "click")
        #expect(type("view") == "other")
        #expect(type("View") == "other")
        #expect(type(" CLICK ") == "click" && type("\u{A0}click") == "click" && type("Impression") == "view")
        #expect(type("\u{E9}") == "click" && type("\u{C9}") == "click")
        // A letter in one scalar or in two is one letter.
        #expect(type("e\u{301}") == "click" && type("E\u{301}") == "click")
        #expect(type("cl ick") == "other" && type("null") == "missing type")
        #expect(type("\\u0069mpression") == "view")
    }

    @Test("passes over blank lines", arguments: [" ", "\t", "\r", " \t \r"])
    func blank(line: String) {
        #expect(decode(line) == "blank line")
    }
}
