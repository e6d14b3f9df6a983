import Foundation
import TestSupport
import Testing

/// `sluice check` looks at the newest day's logs and says what a night would say, without writing anything.
@Suite struct CheckLogsTests {
    private let shop: Shop

    init() throws {
        shop = try Shop()
    }

    private func check(_ words: String...) throws -> Binary.Result {
        try Binary.sluice(
            ["check", "--config", "shop.json5", "--now", "2026-03-05T10:00:00Z"] + words, in: shop.directory.path)
    }

    @Test func theNewestDayIsLookedAtAndNothingWritten() throws {
        for date in Shop.dates { try shop.log(date) }
        let result = try check()
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("2026-03-03: events/date=2026-03-03/*.jsonl matches 1 file"))
        #expect(result.errors.contains("events/date=2026-03-03/a.jsonl: JSON lines"))
        #expect(result.errors.contains("read the lines of 1 of 1 file"))
        #expect(!result.errors.contains("warning") && !shop.directory.exists("state"))
        let earlier = try check("--date", "2026-03-01")
        #expect(earlier.status == 0 && earlier.errors.contains("2026-03-01: read the lines"), "\(earlier.errors)")
        let without = try check("--no-logs")
        #expect(without.status == 0 && !without.errors.contains("matches"))
    }

    @Test func whatIsNotDeclaredIsNamedWithTheNearest() throws {
        let lines = Shop.lines(Shop.dates[0], seed: 1)
        let text = lines.joined(separator: "\n").replacing("\"variant\":\"plain\"", with: "\"variant\":\"plian\"")
            .replacing("\"slot\":\"cart\"", with: "\"slot\":\"carts\"")
        try shop.directory.write(text, to: "events/date=\(Shop.dates[0])/a.jsonl")
        let result = try check()
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("the variant of web/hero/plian is not declared"))
        #expect(result.errors.contains("did you mean 'plain'?") && result.errors.contains("did you mean 'cart'?"))
    }

    @Test func sourcesAndUnknownTypesAreSaid() throws {
        let views = Shop.lines(Shop.dates[0], seed: 1)
        let scrolls = views.prefix(7).map { $0.replacing("\"type\":\"view\"", with: "\"type\":\"Scroll\"") }
        try shop.directory.write(
            (views + scrolls).joined(separator: "\n"), to: "events/date=\(Shop.dates[0])/a.jsonl")
        let result = try check()
        let changed = zip(views, scrolls).count { $0 != $1 }
        #expect(
            changed > 0 && result.errors.contains("words under type that are none: Scroll \(changed)"),
            "\(result.errors)")
        let sources = result.errors.split(separator: "\n").first { $0.contains("lines that have a source: ") } ?? ""
        // Every line of the day has the three that none can do without; what no line has is named too.
        let count = views.count + scrolls.count
        #expect(sources.contains(": ts \(count), type \(count), visitor \(count), "), "\(sources)")
        #expect(sources.contains("; in none: ") && sources.hasSuffix("propensity"), "\(sources)")
    }

    /// Values that mean nobody are no source's, in lines of one shape, of many shapes, and in columns.
    @Test(arguments: ["(not set)", "null", "", " "])
    func nobodysValuesAreNoSources(word: String) throws {
        try shop.directory.write(
            try shop.directory.text("shop.json5").replacing(
                "events: { paths: [\"events/date={date}/*.jsonl\"]",
                with: "events: { fields: { segment: \"city\", event: \"id\" }, paths: [\"events/{date}.*\"]"),
            to: "shop.json5")
        let keys = ["ts", "type", "visitor", "platform", "slot", "variant", "city", "id"]
        var random = SplitMix64(seed: 5)
        for form in ["same", "shuffled", "csv"] {
            var lines = form == "csv" ? [keys.joined(separator: ",")] : []
            for index in 0..<120 {
                // Every third has a city and an id.
                let (city, id) = index.isMultiple(of: 3) ? ("Pune", "e\(index)") : (word, word)
                let values = ["\(Shop.dates[0])T10:00:00Z", "view", "v\(index)", "web", "hero", "plain", city, id]
                let pairs = zip(keys, values).map { "\"\($0)\":\"\($1)\"" }
                lines.append(
                    form == "csv"
                        ? values.joined(separator: ",")
                        : "{\((form == "same" ? pairs : pairs.shuffled(using: &random)).joined(separator: ","))}")
            }
            let name = "events/\(Shop.dates[0]).\(form == "csv" ? "csv" : "jsonl")"
            try shop.directory.write(lines.joined(separator: "\n"), to: name)
            defer { try? FileManager.default.removeItem(atPath: "\(shop.directory.path)/\(name)") }
            let result = try check()
            let sources = result.errors.split(separator: "\n").first { $0.contains("lines that have a source: ") } ?? ""
            // A segment may well be a blank.
            let cities = word == " " ? 120 : 40
            #expect(sources.contains("segment from city \(cities), "), "\(form): \(result.errors)")
            #expect(sources.contains("event from id 40"), "\(form): \(sources)")
        }
    }

    @Test func aDayWithoutEventsIsToldByItsNames() throws {
        let lines = Shop.lines(Shop.dates[0], seed: 1)
        let other = lines.map { $0.replacing("\"platform\":\"web\"", with: "\"platform\":\"mobile\"") }
        let shown = lines.map { $0.replacing("\"type\":\"", with: "\"type\":\"banner_") }
        try shop.directory.write((other + shown).joined(separator: "\n"), to: "events/date=\(Shop.dates[0])/a.jsonl")
        let result = try Binary.sluice(
            ["run", "--config", "shop.json5", "--date", Shop.dates[0], "--now", "2026-03-05T10:00:00Z"],
            in: shop.directory.path)
        #expect(result.status == 66, "\(result.errors)")
        #expect(result.errors.contains("no countable event in the logs, which have words under type that are none"))
        #expect(
            result.errors.contains("\"banner_view\"") && result.errors.contains("platform \"mobile\": "),
            "\(result.errors)")
    }

    @Test func eventsInAListOfAnotherKeyAreHintedAt() throws {
        let lines = Shop.lines(Shop.dates[0], seed: 1)
        try shop.directory.write(
            "{\"events\": [\(lines.joined(separator: ","))], \"count\": 1}", to: "events/date=\(Shop.dates[0])/a.jsonl")
        let result = try check()
        #expect(result.status == 65, "\(result.errors)")
        #expect(result.errors.contains("the first lines have events, count: events.fields says"), "\(result.errors)")
        #expect(result.errors.contains("events.each names it") && result.errors.contains("have a source: none;"))
    }

    @Test func anArmWhoseTimeIsOverIsSaid() throws {
        let text = try shop.directory.text("shop.json5")
        for (until, isSaid) in [("2026-03-04", true), ("2026-03-05", false)] {
            let changed = text.replacing("\"c\"]", with: "{ name: \"c\", until: \"\(until)\" }]")
            try #require(changed != text)
            try shop.directory.write(changed, to: "shop.json5")
            let result = try check("--no-logs")
            #expect(result.status == 0, "\(result.errors)")
            #expect(
                result.errors.contains("web/hero: c has its `until` behind it, \(until)") == isSaid,
                "\(result.errors)")
        }
    }

    @Test func whatTookTheLinesIsSaidWhereNoneCounts() throws {
        func said(_ change: (String) -> String) throws -> String {
            try shop.directory.write(
                Shop.lines(Shop.dates[0], seed: 1).map(change).joined(separator: "\n"),
                to: "events/date=\(Shop.dates[0])/a.jsonl")
            return try check().errors
        }
        let outside = try said { $0.replacing("2026-03-01T", with: "2025-03-01T") }
        #expect(
            outside.contains("none of these lines counts in an experiment: most are outside the day, of 2025-03-01 ("),
            "\(outside)")
        let types = try said { $0.replacing(#""type":""#, with: #""type":"my-"#) }
        #expect(types.contains("most have a type that counts nowhere"), "\(types)")
        let nobody = try said { $0.replacing(#""visitor":"v"#, with: #""visitor":null,"id":"v"#) }
        #expect(nobody.contains("most name no visitor"), "\(nobody)")
        let names = try said { $0.replacing(#""platform":"web""#, with: #""platform":"site""#) }
        #expect(names.contains("compare their names"), "\(names)")
    }

    /// A log without a date in its path is of the day that most of it is of, but never of one that is still to come.
    @Test func aDayToComeIsNotTheNewest() throws {
        try shop.directory.write(
            #"{ pipeline: "p", events: { paths: ["a.jsonl"] }, experiments: [{ platform: "web", slot: "hero", variants: ["a", "b"] }] }"#,
            to: "one.json5")
        let line = #"{"ts":20261120100000,"type":"view","visitor":"v","platform":"web","slot":"hero","variant":"a"}"#
        try shop.directory.write(line + "\n", to: "a.jsonl")
        let result = try Binary.sluice(
            ["check", "--config", "one.json5", "--now", "2026-03-05T10:00:00Z"], in: shop.directory.path)
        #expect(result.errors.contains("2026-03-05: none of these lines counts"), "\(result.errors)")
        #expect(result.errors.contains("of 2612-01-19 (1 event)"), "\(result.errors)")
    }

    @Test func everyListThatIsMissingIsSaid() throws {
        try shop.directory.write(
            """
            { pipeline: "p", events: { paths: ["a"] }, bots: { denyList: "v.txt", denyNetworks: "n.txt" }, blacklist: "b.csv",
              experiments: [{ platform: "web", slot: "hero", variants: ["a", "b"] }] }
            """, to: "one.json5")
        let result = try Binary.sluice(["check", "--config", "one.json5", "--no-logs"], in: shop.directory.path)
        #expect(result.status == 78)
        for file in ["v.txt", "n.txt", "b.csv"] { #expect(result.errors.contains("\(file): "), "\(result.errors)") }
    }

    /// A file that the configuration names: one cause, one code, whoever comes upon it.
    @Test(arguments: ["denyList", "denyNetworks", "blacklist"], ["nothing", "folder", "loop", "secret"])
    func checkAndRunAgreeOnListsThatCannotBeRead(key: String, cause: String) throws {
        let site = try OneSlotSite(key == "blacklist" ? #"blacklist: "list","# : #"bots: { \#(key): "list" },"#)
        try site.log("2026-11-19", views: OneSlotSite.visitors(5))
        switch cause {
        case "folder": try site.directory.write("", to: "list/inside")
        case "loop":
            try FileManager.default.createSymbolicLink(
                atPath: site.directory.path + "/list", withDestinationPath: "list")
        case "secret":
            try site.directory.write("", to: "list")
            try FileManager.default.setAttributes(
                [.posixPermissions: 0], ofItemAtPath: site.directory.path + "/list")
        default: break
        }
        for words in ["check --no-logs", "check", "run --date 2026-11-19", "run --date 2026-11-19 --dry-run"] {
            // Root may read everything.
            let result = try Binary.shell(
                """
                chmod 777 . && set -- \(words) --config p.json5
                [ "$(id -u)" = 0 ] || exec "$0" "$@"
                exec setpriv --reuid=65534 --regid=65534 --clear-groups "$0" "$@"
                """, in: site.directory.path)
            #expect(result.status == 78, "\(words): \(result.errors)")
            #expect(
                result.errors.contains("list: cannot ") && result.errors.contains("[input-unreadable]"),
                "\(words): \(result.errors)")
        }
    }

    @Test func filesAreToldByKindAndFaultsHaveTheirCodes() throws {
        try shop.log(Shop.dates[0])
        let folder = "events/date=\(Shop.dates[0])"
        try shop.directory.write(Data([0x50, 0x4B, 3, 4, 20, 0, 0, 0]), to: "\(folder)/b.jsonl")
        let zip = try check()
        #expect(zip.status == 65 && zip.errors.contains("a zip archive") && zip.errors.contains("[log-malformed]"))
        // What can be read is still looked at.
        #expect(zip.errors.contains("read the lines of 1 of 2 files"), "\(zip.errors)")
        try shop.directory.remove("\(folder)/b.jsonl")
        try shop.directory.write("", to: "\(folder)/b.jsonl/inside")
        #expect(try check().status == 74)
        try shop.directory.remove("\(folder)/b.jsonl")
        try shop.directory.write(String(repeating: "no log\n", count: 100), to: "\(folder)/b.jsonl")
        let rejected = try check()
        #expect(
            rejected.status == 65 && rejected.errors.contains("[too-many-rejected]")
                && rejected.errors.contains("b.jsonl:1"))
    }

    @Test func patternsThatMatchNothingAndDaysWithoutLogsAreSaid() throws {
        let none = try check()
        #expect(none.status == 0 && none.errors.contains("no file matches events.paths"), "\(none.errors)")
        try shop.directory.write(
            try shop.directory.text("shop.json5").replacing(
                #"["events/date={date}/*.jsonl"]"#, with: #"["events/date={date}/*.{jsonl,csv}", "late/{date}/*"]"#),
            to: "shop.json5")
        try shop.log(Shop.dates[1])
        let result = try check()
        #expect(result.status == 0 && result.errors.contains("late/2026-03-02/* matches no file"), "\(result.errors)")
        #expect(result.errors.contains("warning: 2026-03-02: events/date=2026-03-02/*.csv matches no file"))
    }

    /// A path without a day holds the day most of its events are of.
    @Test func aPathWithoutADayIsLookedAtForItsOwn() throws {
        try shop.directory.write(
            try shop.directory.text("shop.json5").replacing(
                #"["events/date={date}/*.jsonl"]"#, with: #"["all.jsonl"]"#), to: "shop.json5")
        try shop.directory.write(Shop.lines("2025-07-01", seed: 3).joined(separator: "\n"), to: "all.jsonl")
        let result = try check()
        #expect(
            result.status == 0 && result.errors.contains("2025-07-01: read the lines of 1 of 1 file"),
            "\(result.errors)")
    }
}
