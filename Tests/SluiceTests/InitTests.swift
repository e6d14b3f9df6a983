import Foundation
import TestSupport
import Testing

/// The first week with another tool's log: `init`, a few edited lines, a night, a published table.
@Suite("A configuration from sample logs")
struct InitTests {
    /// A log in the shape of a tool, and what has to be edited in what `init` writes.
    struct Tool: Sendable, CustomTestStringConvertible {
        var name: String
        var file: String
        /// The first lines, before the events.
        var header = ""
        /// The line of an event: its number, visitor and variant.
        var view: @Sendable (Int, String, String) -> String
        /// Of a click; nil: the log has none.
        var click: (@Sendable (Int, String, String) -> String)?
        /// A part of the configuration, and what takes its place; at most five.
        var edits: [(String, String)] = []

        var testDescription: String { name }
    }

    private static let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"

    /// Microseconds since the epoch of a second of 2026-11-20 in UTC.
    private static func micros(_ second: Int) -> String { "\(1_795_132_800_000_000 + (36_000 + second) * 1_000_000)" }

    private static func time(_ second: Int) -> String {
        "2026-11-20T10:\(String(format: "%02d", second / 60)):\(String(format: "%02d", second % 60))Z"
    }

    /// An event that stands as text in other logs.
    private static func event(_ second: Int, _ type: String, _ visitor: String, _ variant: String) -> String {
        #"{"ts":"\#(time(second))","event":"\#(type)","visitor":"\#(visitor)","slot":"hero","variant":"\#(variant)"}"#
    }

    private static let tools: [Tool] = [
        Tool(
            name: "GA4's export to BigQuery", file: "ga4/20261120.jsonl",
            view: { number, visitor, variant in
                #"{"event_date":"20261120","event_timestamp":"\#(micros(number))","event_name":"view_promotion","#
                    + #""user_pseudo_id":"\#(visitor)","event_params":[{"key":"slot","value":{"string_value":"hero"}},"#
                    + #"{"key":"variant","value":{"string_value":"\#(variant)"}}],"geo":{"city":"Pune"}}"#
            },
            click: { number, visitor, variant in
                #"{"event_date":"20261120","event_timestamp":"\#(micros(number))","event_name":"select_promotion","#
                    + #""user_pseudo_id":"\#(visitor)","event_params":[{"key":"slot","value":{"string_value":"hero"}},"#
                    + #"{"key":"variant","value":{"string_value":"\#(variant)"}}],"geo":{"city":"Pune"}}"#
            }),
        Tool(
            name: "Segment", file: "segment/2026-11-20.jsonl",
            view: { number, visitor, variant in
                #"{"type":"track","event":"Banner Viewed","messageId":"m-\#(number)","anonymousId":"\#(visitor)","#
                    + #""timestamp":"\#(time(number))","context":{"ip":"192.0.2.7","userAgent":"\#(agent)"},"#
                    + #""properties":{"slot":"hero","variant":"\#(variant)"}}"#
            },
            click: { number, visitor, variant in
                #"{"type":"track","event":"Banner Clicked","messageId":"c-\#(number)","anonymousId":"\#(visitor)","#
                    + #""timestamp":"\#(time(number))","context":{"ip":"192.0.2.7","userAgent":"\#(agent)"},"#
                    + #""properties":{"slot":"hero","variant":"\#(variant)"}}"#
            }),
        Tool(
            name: "PostHog", file: "posthog/2026-11-20.csv", header: "uuid,event,properties,timestamp,distinct_id\n",
            view: { number, visitor, variant in
                #"u-\#(number),banner_shown,"{""slot"": ""hero"", ""variant"": ""\#(variant)""}","#
                    + "\(time(number)),\(visitor)"
            },
            click: { number, visitor, variant in
                #"k-\#(number),banner_clicked,"{""slot"": ""hero"", ""variant"": ""\#(variant)""}","#
                    + "\(time(number)),\(visitor)"
            }),
        Tool(
            name: "Snowplow", file: "snowplow/2026-11-20.tsv",
            header: "collector_tstamp\tevent_name\tdomain_userid\tapp_id\tslot\tvariant\tuseragent\n",
            view: { number, visitor, variant in
                "2026-11-20 10:00:00.\(100 + number % 900)\timpression\t\(visitor)\tweb\thero\t\(variant)\t\(agent)"
            },
            click: { number, visitor, variant in
                "2026-11-20 10:05:00.\(100 + number % 900)\tclick\t\(visitor)\tweb\thero\t\(variant)\t\(agent)"
            }),
        Tool(
            name: "nginx", file: "nginx/2026-11-20.json",
            view: { number, visitor, variant in
                #"{"time_iso8601":"2026-11-20T10:00:00+00:00","remote_addr":"192.0.2.\#(number % 200)","#
                    + #""request_uri":"/banner/\#(variant)","cookie_uid":"\#(visitor)","status":200,"#
                    + #""http_user_agent":"\#(agent)"}"#
            },
            edits: [
                (#"visitor: "remote_addr""#, #"visitor: "cookie_uid""#),
                (#"variant: "variant""#, #"variant: "request_uri""#),
                (#"variants: ["a", "b"]"#, #"variants: ["/banner/a", "/banner/b"]"#),
            ]),
        Tool(
            name: "An export of MySQL, which quotes nothing", file: "mysql/2026-11-20.tsv",
            header: "event_time\tevent_name\tuser_id\tproperties\n",
            view: { number, visitor, variant in
                "\(time(number))\tbanner_view\t\(visitor)\t"
                    + #"{"slot": "hero", "variant": "\#(variant)", "title": "5\" banner"}"#
            },
            click: { number, visitor, variant in
                "\(time(number))\tbanner_click\t\(visitor)\t" + #"{"slot": "hero", "variant": "\#(variant)"}"#
            }),
        Tool(
            name: "Fluentd", file: "fluentd/2026-11-20.log",
            view: { number, visitor, variant in
                "\(time(number))\tapp.access\t"
                    + #"{"event":"view","visitor":"\#(visitor)","slot":"hero","variant":"\#(variant)","ua":"\#(agent)"}"#
            },
            click: { number, visitor, variant in
                "\(time(number))\tapp.access\t"
                    + #"{"event":"click","visitor":"\#(visitor)","slot":"hero","variant":"\#(variant)","ua":"\#(agent)"}"#
            }),
        Tool(
            name: "Mixpanel's export", file: "mixpanel/2026-11-20.jsonl",
            view: { number, visitor, variant in
                #"{"event":"$experiment_started","properties":{"time":\#(1_795_168_800 + number),"distinct_id":"\#(visitor)","#
                    + #""$insert_id":"i\#(number)","Experiment name":"hero","Variant name":"\#(variant)"}}"#
            }),
        Tool(
            name: "Vector, with the event as text", file: "vector/2026-11-20.jsonl",
            view: { number, visitor, variant in
                let text = event(number, "view", visitor, variant).debugDescription
                return #"{"host":"h","message":\#(text),"source_type":"file","timestamp":"\#(time(number))"}"#
            }),
        Tool(
            name: "Docker's log", file: "docker/2026-11-20.jsonl",
            view: { number, visitor, variant in
                let text = (event(number, "view", visitor, variant) + "\n").debugDescription
                return #"{"log":\#(text),"stream":"stdout","time":"\#(time(number))"}"#
            },
            click: { number, visitor, variant in
                let text = (event(number, "click", visitor, variant) + "\n").debugDescription
                return #"{"log":\#(text),"stream":"stdout","time":"\#(time(number))"}"#
            }),
        Tool(
            name: "CloudWatch's subscriptions", file: "cloudwatch/2026-11-20.jsonl",
            view: { number, visitor, variant in
                let text = event(number, "view", visitor, variant).debugDescription
                return
                    #"{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":["f"],"#
                    + #""logEvents":[{"id":"\#(number)","timestamp":\#(1_795_168_800_000 + number),"message":\#(text)}]}"#
            }),
        Tool(
            name: "Avro's unions as JSON", file: "avro/2026-11-20.jsonl",
            view: { number, visitor, variant in
                #"{"event_time":{"long":\#(1_795_168_800_000 + number)},"event":{"string":"exposure"},"user_id":{"string":"\#(visitor)"},"#
                    + #""experiment_id":{"string":"hero"},"variation_id":{"string":"\#(variant)"},"revenue":null}"#
            }),
    ]

    @Test("A week begins with one command and a few edits", arguments: tools)
    func firstWeek(tool: Tool) throws {
        #expect(tool.edits.count <= 5)
        let scratch = try ScratchDirectory()
        var log = tool.header
        for number in 0..<80 {
            let variant = number % 2 == 0 ? "a" : "b"
            log += tool.view(number, "visitor-\(number)", variant) + "\n"
            if number % 4 == 0, let click = tool.click { log += click(number + 1, "visitor-\(number)", variant) + "\n" }
        }
        try scratch.write(log, to: tool.file)
        let written = try Binary.sluice(
            ["init", tool.file, "--timezone", "UTC", "--output", "p.json5"], in: scratch.path)
        #expect(written.output.isEmpty && [0, 1].contains(written.status), "\(written.errors)")
        var text = try scratch.text("p.json5")
        #expect(text.contains("{date"), "\(text)")
        for (part, other) in tool.edits {
            #expect(text.contains(part), "\(text)")
            text = text.replacing(part, with: other)
        }
        try scratch.write(text, to: "p.json5")
        let checked = try Binary.sluice(["check", "--config", "p.json5", "--date", "2026-11-20"], in: scratch.path)
        #expect(checked.status == 0, "\(checked.errors)\n\(text)")
        let night = try Binary.sluice(
            ["run", "--config", "p.json5", "--state", "state", "--date", "2026-11-20"], in: scratch.path)
        #expect(night.status == 0, "\(night.errors)\n\(text)")
        let rows = try scratch.text("state/statistics/date=2026-11-20/statistics.csv").split(separator: "\n")
            .dropFirst()
        let visitors = rows.compactMap { Int($0.split(separator: ",", omittingEmptySubsequences: false)[6]) }
        #expect(visitors.reduce(0, +) == 80, "\(rows)")
        let clickers = rows.compactMap { Int($0.split(separator: ",", omittingEmptySubsequences: false)[10]) }
        #expect(clickers.reduce(0, +) == (tool.click == nil ? 0 : 20), "\(rows)\n\(text)")
        #expect(scratch.exists("state/current/allocation.csv"))
    }

    @Test("What may have been edited is not written over, and what is no log is said")
    func refusals() throws {
        let scratch = try ScratchDirectory()
        try scratch.write("edited", to: "p.json5")
        try scratch.write(#"{"ts":"2026-11-20T10:00:00Z"}"# + "\n", to: "a.jsonl")
        let again = try Binary.sluice(["init", "a.jsonl", "--output", "p.json5"], in: scratch.path)
        #expect(again.status == 64 && again.errors.contains("is there already"))
        #expect(try scratch.text("p.json5") == "edited")
        #expect(try Binary.sluice(["init", "none.jsonl"], in: scratch.path).status == 74)
        #expect(try Binary.sluice(["init"], in: scratch.path).status == 64)
        try scratch.write("\n\n", to: "empty.jsonl")
        let empty = try Binary.sluice(["init", "empty.jsonl"], in: scratch.path)
        #expect(empty.status == 65 && empty.errors.contains("empty.jsonl: nothing is in it"), "\(empty.errors)")
        // On standard output; variant and visitor are to be written by hand.
        let shown = try Binary.sluice(["init", "a.jsonl"], in: scratch.path)
        #expect(shown.status == 1 && shown.output.contains("NOT FOUND: variant") && shown.output.hasPrefix("//"))
    }

    /// Nothing counts without a view, whatever else is known.
    @Test("Where no word means a view, something is to be edited")
    func noView() throws {
        let scratch = try ScratchDirectory()
        let log = (0..<40).map { number in
            #"{"ts":"\#(Self.time(number))","event":"\#(number % 2 == 0 ? "Banner Click" : "Hello")","visitor":"v\#(number)","#
                + #""slot":"hero","variant":"\#(number % 4 == 0 ? "a" : "b")"}"# + "\n"
        }
        try scratch.write(log.joined(), to: "2026-11-20.jsonl")
        let result = try Binary.sluice(["init", "2026-11-20.jsonl", "--timezone", "UTC"], in: scratch.path)
        #expect(
            result.status == 1 && result.output.contains("NOT FOUND: types: no word means a view"), "\(result.output)")
        #expect(result.output.contains(#""Banner Click": "click""#) && result.output.contains("Hello (20)"))
        #expect(result.errors.contains("to be edited"))
    }

    /// Page calls of Segment have no event; an hour's folder is one of many.
    @Test("What not every line has, ids of events, and folders of an hour")
    func whatASampleDoesNotSay() throws {
        let scratch = try ScratchDirectory()
        let tool = try #require(Self.tools.first { $0.name == "Segment" })
        var log = ""
        for number in 0..<60 {
            log += tool.view(number, "visitor-\(number)", number % 2 == 0 ? "a" : "b") + "\n"
            if number % 5 == 0 {
                log +=
                    #"{"type":"page","messageId":"p-\#(number)","anonymousId":"visitor-\#(number)","timestamp":"\#(Self.time(number))"}"#
                    + "\n"
            }
        }
        try scratch.write(log, to: "log/2026/11/20/07/p.jsonl")
        let written = try Binary.sluice(
            ["init", "log/2026/11/20/07/p.jsonl", "--timezone", "UTC", "--output", "p.json5"], in: scratch.path)
        let text = try scratch.text("p.json5")
        #expect([0, 1].contains(written.status), "\(written.errors)")
        #expect(text.contains(#"type: ["event", "type"]"#) && text.contains(#"event: "messageId""#), "\(text)")
        #expect(
            text.contains(#""log/{date:yyyy/MM/dd}/*/p.jsonl""#) && text.contains("GUESSED: a folder of one hour"),
            "\(text)")
        let night = try Binary.sluice(
            ["run", "--config", "p.json5", "--state", "state", "--date", "2026-11-20"], in: scratch.path)
        #expect(night.status == 0, "\(night.errors)\n\(text)")
        // A name with a number of its own is this file's alone.
        try scratch.write(log, to: "log/2026-11-20/part-00003-ab12.jsonl")
        let shown = try Binary.sluice(["init", "log/2026-11-20/part-00003-ab12.jsonl"], in: scratch.path)
        #expect(shown.output.contains("GUESSED: this file's name alone"), "\(shown.output)")
    }
}
