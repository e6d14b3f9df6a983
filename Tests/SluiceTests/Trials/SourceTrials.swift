import Foundation
import TestSupport
import Testing

/// Logs as people have them: small ones with the right answer, run by the built program.
@Suite struct SourceTrials {
    /// A run of one day and what it left.
    struct Night {
        var result: Binary.Result
        /// Rows of statistics.csv as `variant segment visitors views clicks purchases revenue`.
        var rows: [String]
        var quality: [String: Any]
        private var quantities: [String: Int] { quality.compactMapValues { $0 as? Int } }

        subscript(count: String) -> Int? { quantities[count] }

        /// The lines of a reason under `rejected` or `ignored`.
        func lines(_ list: String, _ reason: String) -> Int {
            let reasons = (quality[list] as? [String: Any])?["reasons"] as? [[String: Any]]
            return reasons?.first { $0["reason"] as? String == reason }?["lines"] as? Int ?? 0
        }

        func source(_ field: String, _ source: String) -> Int? {
            (quality["sources"] as? [[String: Any]])?
                .first { $0["field"] as? String == field && $0["source"] as? String == source }?["lines"] as? Int
        }
    }

    static let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"

    /// - Parameter events: the members of `events` beside the paths.
    static func run(
        _ log: String, as name: String = "a.jsonl", events: String = "", more: String = "", workers: Int = 2
    ) throws -> Night {
        let scratch = try ScratchDirectory()
        try scratch.write(log, to: name)
        try scratch.write(
            """
            { pipeline: "trial", timezone: "UTC", \(more)
              events: { paths: ["\(name)"], \(events) },
              experiments: [ { platform: "web", slot: "home-hero", variants: ["autumn", "winter"] } ] }
            """, to: "config.json5")
        let checked = try Binary.sluice(["check", "--config", "config.json5", "--no-logs"], in: scratch.path)
        #expect(checked.status == 0, "\(checked.errors)")
        let result = try Binary.sluice(
            ["run", "--config", "config.json5", "--state", "state", "--date", "2026-11-20", "--workers", "\(workers)"],
            in: scratch.path)
        let folder = "state/statistics/date=2026-11-20/"
        let rows = (try? scratch.text(folder + "statistics.csv")).map { text in
            text.split(separator: "\n").dropFirst().map { line -> String in
                let cells = line.split(separator: ",", omittingEmptySubsequences: false)
                return [5, 3, 6, 7, 8, 9, 12].map { String(cells[$0]) }.joined(separator: " ")
            }
        }
        let quality = (try? scratch.text(folder + "quality.json")).flatMap {
            try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
        return Night(result: result, rows: rows ?? [], quality: quality ?? [:])
    }

    static func view(_ more: String, ts: String = #""2026-11-20T12:00:00Z""#, visitor: String = "a") -> String {
        #"{"ts":\#(ts),"type":"view","visitor":"\#(visitor)","platform":"web","slot":"home-hero","variant":"autumn"\#(more)}"#
            + "\n"
    }

    @Test func accessLogWithConstants() throws {
        let lines = (0..<3).map {
            #"{"date":"2026-11-20T12:00:0\#($0)+02:00","ip":"198.51.100.\#($0)","path":"autumn","user_agent":"\#(Self.agent)"}"#
        }
        let fields = """
            fields: { ts: "date", visitor: "ip", platform: { constant: "web" }, type: { constant: "view" },
              slot: { constant: "home-hero" }, variant: "path" }
            """
        let night = try Self.run(lines.joined(separator: "\n") + "\n", events: fields)
        #expect(night.result.status == 0, "\(night.result.errors)")
        #expect(night.rows == ["autumn * 3 3 0 0 0"])
        #expect(night.source("variant", "path") == 3)
    }

    @Test func epochsByMagnitude() throws {
        let stamps = [
            "1795176000", "1795176001.5", "1795176002000", "1795176003000000", "1795176004000000000", "\"1795176005\"",
        ]
        let log = stamps.enumerated().map { Self.view("", ts: $0.element, visitor: "v\($0.offset)") }.joined()
        #expect(try Self.run(log).rows == ["autumn * 6 6 0 0 0"])
    }

    @Test func timesOfOtherForms() throws {
        let csv = """
            ts,type,visitor,platform,slot,variant
            2026-11-20 10:00:00 UTC,view,a,web,home-hero,autumn
            2026-11-20 11:00:00.123456 UTC,view,b,web,home-hero,autumn
            20261120T110000+0530,view,c,web,home-hero,autumn
            2026-11-20 11:00,view,d,web,home-hero,autumn

            """
        #expect(try Self.run(csv, as: "a.csv").rows == ["autumn * 4 4 0 0 0"])
    }

    /// Times without an offset are those of the zone that is asked for: here the day before.
    @Test func timesWithoutOffset() throws {
        let log =
            Self.view("", ts: #""2026-11-20T03:00:00""#) + Self.view("", ts: #""2026-11-20T12:00:00""#, visitor: "b")
        #expect(try Self.run(log)["visitors"] == 2)
        #expect(try Self.run(log, events: #"timesWithoutOffset: "Asia/Kolkata""#)["visitors"] == 1)
    }

    @Test(arguments: ["20/Nov/2026:10:00:00 +0000", "Fri, 20 Nov 2026 10:00:00 GMT"])
    func timesThatAreNotRead(ts: String) throws {
        let night = try Self.run(Self.view("", ts: "\"\(ts)\""))
        #expect(night.result.status == 65)
        #expect(night.result.errors.contains("invalid ts: 1, first at a.jsonl:1: \"\(ts)\"; read are RFC 3339"))
    }

    @Test func namesThatDoNotOccur() throws {
        let log = Self.view(#","ua":"x","City":"Pune""#) + Self.view(#","ua":"x","City":"Pune""#, visitor: "b")
        let night = try Self.run(log, events: #"fields: { segment: "city", user_agent: "useragent", revenue: "zzz" }"#)
        #expect(night.result.status == 0)
        let words = night.result.errors
        #expect(words.contains("\"city\" of segment") && words.contains("the log has \"City\""))
        #expect(words.contains("\"useragent\" of user_agent") && words.contains("the log has \"ua\""))
        #expect(words.contains("\"zzz\" of revenue (events.fields); take it out, or mend its name"))
        #expect(night.source("segment", "city") == 0 && night.source("ts", "ts") == 2)
    }

    @Test func optionalFieldsInsideOthers() throws {
        func line(_ visitor: String, _ agent: String) -> String {
            Self.view(
                #","geo":{"city":"Pune"},"context":{"ip":"203.0.113.9","userAgent":"\#(agent)"}"#, visitor: visitor)
        }
        func purchase(_ second: Int) -> String {
            #"{"ts":"2026-11-20T12:05:0\#(second)Z","type":"purchase","visitor":"a","properties":{"revenue":25,"order_id":"o-1"}}"#
                + "\n"
        }
        let fields = """
            fields: { segment: "geo.city", ip: "context.ip", user_agent: "context.userAgent",
              revenue: "properties.revenue", order: "properties.order_id" }
            """
        let robot = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
        let log = line("a", Self.agent) + line("b", Self.agent) + line("bot", robot) + purchase(0) + purchase(1)
        let night = try Self.run(log, events: fields)
        #expect(night.rows == ["autumn Pune 2 2 0 1 25"])
        #expect(night.source("segment", "geo.city") == 3 && night.source("order", "properties.order_id") == 2)
    }

    /// Keys inside one another, in lists, in lists by a key, and one that has a dot itself.
    @Test func pathsOfEveryKind() throws {
        let fields = """
            fields: { visitor: "ids[1]", slot: "event_params[key=slot].value.string_value",
              variant: "event_params[key=variant].value.string_value", segment: "attributes.geo.city", platform: "app.platform" }
            """
        let params = [("page", "x"), ("slot", "home-hero"), ("variant", "winter")].map {
            #"{"key":"\#($0)","value":{"string_value":"\#($1)"}}"#
        }
        let line = #"""
            {"ts":"2026-11-20T12:00:00Z","type":"view","ids":["x","v1"],"event_params":[\#(params.joined(separator: ","))],"attributes":{"geo.city":"Pune"},"app.platform":"web","app":{"platform":"tv"}}
            """#
        #expect(try Self.run(line + "\n", events: fields).rows == ["winter Pune 1 1 0 0 0"])
    }

    @Test func wordsThatMeanNobody() throws {
        let log = (0..<30).map {
            Self.view(#","customer":"\#(["null", "(not set)", "UNKNOWN", "0"][$0 % 4])""#, visitor: "cookie-\($0)")
        }
        let night = try Self.run(log.joined(), events: #"fields: { visitor: ["customer", "visitor"] }"#)
        #expect(night.rows == ["autumn * 30 30 0 0 0"])
        #expect(night.source("visitor", "customer") ?? 0 == 0 && night.source("visitor", "visitor") == 30)
        let nobody = try Self.run(log.joined(), events: #"fields: { visitor: "customer" }"#)
        #expect(nobody.lines("ignored", "nobody") == 30 && nobody.lines("rejected", "missing visitor") == 0)
        let own = try Self.run(log.joined(), events: #"fields: { visitor: "customer" }, nobody: ["null"]"#)
        #expect(own.lines("ignored", "nobody") == 8 && own["visitors"] == 3)
    }

    @Test func oneIdHoweverWritten() throws {
        let ids = [
            "7", "\"7\"", "7.0", "\" 7 \"", "\"7.00\"", "70e-1", "\"007\"", "9007199254740993", "9007199254740992.0",
        ]
        let log = ids.map { Self.view("").replacing("\"visitor\":\"a\"", with: "\"visitor\":\($0)") }.joined()
        #expect(try Self.run(log)["visitors"] == 4)
    }

    /// A declared name is a name, even where the word means nobody elsewhere.
    @Test func declaredNamesThatMeanNobody() throws {
        let scratch = try ScratchDirectory()
        try scratch.write(Self.view("").replacing("autumn", with: "none"), to: "a.jsonl")
        try scratch.write(
            """
            { pipeline: "trial", timezone: "UTC", events: { paths: ["a.jsonl"] },
              experiments: [ { platform: "web", slot: "home-hero", variants: ["none", "winter"] } ] }
            """, to: "config.json5")
        let night = try Binary.sluice(
            ["run", "--config", "config.json5", "--state", "state", "--date", "2026-11-20"], in: scratch.path)
        #expect(night.status == 0, "\(night.errors)")
        #expect(try scratch.text("state/statistics/date=2026-11-20/statistics.csv").contains("none,1,1"))
    }

    @Test func jsonInColumns() throws {
        let csv = #"""
            uuid,event,properties,timestamp,distinct_id
            "0193-aa","banner_shown","{""slot"":""home-hero"",""variant"":""autumn"",""n"":{""city"":""K\u00f6ln""}}","2026-11-20 10:00:00.123000+00:00","u-1"
            "0193-ab","banner_shown","{ ""variant"" : ""winter"",
              ""slot"":""home-hero"" }","2026-11-20 10:00:00.123000+00:00",7.0
            "0193-ac","banner_shown","no JSON","2026-11-20 10:00:00+00:00","u-1"
            "0193-ad","opened",{},"2026-11-20 10:00:00+00:00","u-1"

            """#
        let fields = """
            fields: { ts: "timestamp", type: "event", visitor: "distinct_id", slot: "properties.slot",
              variant: "properties.variant", segment: "properties.n.city", platform: { constant: "web" } },
              types: { Banner_Shown: "view" }, maxRejected: 0.5
            """
        let night = try Self.run(csv, as: "a.csv", events: fields)
        #expect(night.rows == ["winter * 1 1 0 0 0", "autumn Köln 1 1 0 0 0"])
        #expect(night.lines("rejected", "missing slot") == 1 && night.source("slot", "properties.slot") == 2)
        #expect(night.source("ts", "timestamp") == 3)
    }

    /// What is no JSON in a column of it holds nothing, and costs its own record alone.
    @Test func textThatIsNoJSONInAColumn() throws {
        let texts = [
            "}", "]", "{", "[", "\"", "x}", "{\"slot", "{\"slot\": \"home-hero\"",
            "{\"slot\": \"home-hero\", \"variant\": \"", "{}}", "7", "",
            "{\"slot\": \"home-hero\", \"variant\": \"autumn\"", "{\"slot\": \"home-hero\", \"variant\": \"autumn\"}",
        ]
        let rows = (texts + texts).enumerated().map {
            "2026-11-20T10:00:00Z,view,v\($0.offset),web,\"\($0.element.replacing("\"", with: "\"\""))\"\n"
        }
        let night = try Self.run(
            "ts,type,visitor,platform,p\n" + rows.joined(), as: "a.csv",
            events: #"fields: { slot: "p.slot", variant: "p.variant" }, maxRejected: 1"#)
        #expect(night.rows == ["autumn * 2 2 0 0 0"] && night.lines("rejected", "missing slot") == 26)
    }

    @Test func dateAndTimeInColumns() throws {
        let csv = """
            date,time,type,visitor,platform,slot,variant
            2026-11-20,10:00:00,view,a,web,home-hero,autumn
            2026-11-20,-,view,b,web,home-hero,autumn

            """
        let night = try Self.run(
            csv, as: "a.csv", events: #"fields: { ts: { columns: ["date", "time"] } }, maxRejected: 0.6"#)
        #expect(night.rows == ["autumn * 1 1 0 0 0"] && night.lines("rejected", "missing ts") == 1)
    }

    /// An offset stands behind the time as it does in one text.
    @Test func dateTimeAndOffsetInColumns() throws {
        let row = ",view,v%,web,home-hero,autumn\n"
        let times = [
            "2026-11-20,10:00:00,Z", "2026-11-21,01:00,+05:30", "2026-11-20,23:30:00,-0530", "20261120,10:00:00.5,UTC",
            "2026-11-20,10:00:00,IST", "2026-11-20,10:00:00,",
        ]
        let csv =
            "date,time,zone,type,visitor,platform,slot,variant\n"
            + times.enumerated().map { $0.element + row.replacing("%", with: "\($0.offset)") }.joined()
        let night = try Self.run(
            csv, as: "a.csv", events: #"fields: { ts: { columns: ["date", "time", "zone"] } }, maxRejected: 0.6"#)
        #expect(night.rows == ["autumn * 3 3 0 0 0"] && night.lines("ignored", "outside the day") == 1)
        #expect(night.lines("rejected", "invalid ts") == 1 && night.lines("rejected", "missing ts") == 1)
    }

    @Test func typesWhateverTheirCase() throws {
        let words = ["View", "view ", " VIEW", "Impression", "scroll", "scroll", "Scroll", "e\u{301}t\u{E9}"]
        let log = words.enumerated().map {
            Self.view("", visitor: "v\($0.offset)").replacing("\"view\"", with: "\"\($0.element)\"")
        }
        let events = #"types: { IMPRESSION: "view", "\#u{C9}te\#u{301}": "view" }"#
        for workers in [1, 3] {
            let night = try Self.run(log.joined(), events: events, workers: workers)
            #expect(night.rows == ["autumn * 5 5 0 0 0"])
            let others = night.quality["other_types"] as? [[String: Any]] ?? []
            #expect(others.map { $0["type"] as? String } == ["scroll", "Scroll"])
            #expect(others.map { $0["events"] as? Int } == [2, 1])
        }
    }
}
