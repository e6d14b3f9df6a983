import Foundation
import TestSupport
import Testing

/// `sluice units` as analysts see it.
@Suite struct UnitsTests {
    private static let columns =
        "visitor,date,platform,slot,segment,table,variant,exposure,views,clicks,purchases,click,purchase,revenue,propensity,mixed"

    /// A shop whose nights publish at half past one; the table of a day takes over while the day goes on.
    private func shop(_ extra: String = "") throws -> Shop {
        let shop = try Shop()
        try shop.configure(extra: extra)
        for (index, date) in Shop.dates.enumerated() {
            try shop.log(date, seed: UInt64(index))
            try #require(try shop.run(date, "--now", Self.noon(after: date)).status == 0)
        }
        return shop
    }

    /// In the midst of the next day's log.
    private static func noon(after date: String) -> String {
        "2026-03-0\((Int(date.suffix(1)) ?? 0) + 1)T10:30:00+05:30"
    }

    private func units(_ shop: Shop, _ date: String, _ more: String...) throws -> Binary.Result {
        try Binary.sluice(
            ["units", "--config", "shop.json5", "--date", date, "--quiet"] + more, in: shop.directory.path)
    }

    /// The fields of each line but the first, which must be the header.
    private func fields(_ text: String) throws -> [[String]] {
        let lines = text.split(separator: "\n").map(String.init)
        try #require(lines.first == Self.columns)
        return lines.dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }

    /// What units add up to: the text of each row of `statistics.csv`.
    private func rows(_ units: [[String]]) throws -> Set<String> {
        func decimal(_ text: String) throws -> Decimal { try #require(Decimal(string: text)) }
        let groups = Dictionary(grouping: units) { [$0[1], $0[2], $0[3], $0[4], $0[5], $0[6]] }
        return Set(
            try groups.map { key, units in
                func sum(_ column: Int) throws -> String { "\(try units.reduce(0) { $0 + (try decimal($1[column])) })" }
                let squares = try units.reduce(Decimal(0)) {
                    let revenue = try decimal($1[13])
                    return $0 + revenue * revenue
                }
                return
                    (key
                    + [
                        "\(units.count)", try sum(8), try sum(9), try sum(10), try sum(11), try sum(12), try sum(13),
                        "\(squares)",
                    ]).joined(separator: ",")
            })
    }

    private func statistics(_ shop: Shop, _ date: String) throws -> Set<String> {
        let text = try shop.directory.text("state/statistics/date=\(date)/statistics.csv")
        return Set(text.split(separator: "\n").dropFirst().map(String.init))
    }

    @Test(arguments: [[], ["--workers", "3", "--memory", "32M"]])
    func theyAddUpToTheRows(more: [String]) throws {
        let shop = try shop()
        for date in Shop.dates {
            let result = try Binary.sluice(
                ["units", "--config", "shop.json5", "--date", date, "--quiet"] + more, in: shop.directory.path)
            #expect(result.status == 0 && result.errors == "")
            let units = try fields(result.output)
            #expect(try rows(units) == statistics(shop, date))
            #expect(units.count > 700)
        }
        // Before and after the table of the day took over.
        let tables = Set(try fields(units(shop, Shop.dates[2]).output).map { $0[5] })
        #expect(tables == [Shop.dates[1], Shop.dates[2]])
    }

    @Test func underAWindowTheyAddUpOnceAllNightsHaveBeenRun() throws {
        let shop = try shop(#"statistics: { conversionWindow: "36h" },"#)
        for date in Shop.dates {
            #expect(try rows(fields(units(shop, date).output)) == statistics(shop, date))
        }
    }

    @Test func mixedUnitsThatAreLeftOutOfRowsAreLeftOut() throws {
        let shop = try Shop()
        let date = Shop.dates[0]
        let lines = ["a", "b"].enumerated().map { number, variant in
            #"{"ts":"\#(date)T10:00:0\#(number)+05:30","type":"view","visitor":"v","platform":"web","slot":"hero","variant":"\#(variant)"}"#
        }
        try shop.directory.write(lines.joined(separator: "\n"), to: "events/date=\(date)/a.jsonl")
        let kept = try units(shop, date)
        #expect(kept.status == 0)
        #expect(kept.output.hasSuffix("v,\(date),web,hero,*,,a,\(date)T04:30:00.000000Z,2,0,0,0,0,0,,1\n"))
        try shop.configure(extra: #"statistics: { onMixed: "exclude" },"#)
        let excluded = try units(shop, date)
        #expect(excluded.status == 66 && excluded.output == Self.columns + "\n")
        #expect(excluded.errors.contains("no-units"))
    }

    /// The share of the table in the group that served; what the log states comes before it.
    @Test func propensitiesAreStatedOrServed() throws {
        let shop = try shop()
        let date = Shop.dates[2]
        let table = try shop.table(date)
        for unit in try fields(units(shop, date, "--slot", "hero").output) where unit[5] == date {
            let row = table["hero \(unit[4]) \(unit[6])"] ?? table["hero * \(unit[6])"]
            #expect(Double(unit[14]) == Double(try #require(row).traffic))
        }
        var lines = Shop.lines(date, seed: 2)
        lines = lines.map { $0.replacing(#""slot":"hero","#, with: #""slot":"hero","propensity":"0.125","#) }
        try shop.directory.write(lines.joined(separator: "\n"), to: "events/date=\(date)/a.jsonl")
        let stated = try fields(units(shop, date, "--slot", "hero").output)
        #expect(stated.count == 400 && stated.allSatisfy { $0[14] == "0.125" })
    }

    /// Before the first table, and where its shares are gone.
    @Test func unknownPropensitiesAreEmptyAndSaidSo() throws {
        let shop = try shop()
        #expect(try fields(units(shop, Shop.dates[0]).output).allSatisfy { $0[5] == "" && $0[14] == "" })
        try shop.directory.remove("state/allocations/date=\(Shop.dates[2])")
        let result = try units(shop, Shop.dates[2])
        #expect(result.status == 0 && result.errors.contains("propensities-unknown"))
        for unit in try fields(result.output) { #expect((unit[14] == "") == (unit[5] == Shop.dates[2])) }
    }

    @Test func odditiesOfNamesAreQuotedAndEscaped() throws {
        let shop = try Shop()
        let date = Shop.dates[0]
        let ids = [
            "plain", "a,b", "say \"hi\"", "two\nlines", "=1+1", "b\\c", "t\tb", "\u{1}", "\u{E9}\u{1F600}", " x ",
        ]
        let lines = try ids.map { id in
            let text = String(decoding: try JSONSerialization.data(withJSONObject: [id]), as: UTF8.self).dropFirst()
                .dropLast()
            return
                #"{"ts":"\#(date)T10:00:00.25+05:30","type":"view","visitor":\#(text),"platform":"web","slot":"hero","variant":"a","segment":\#(text)}"#
        }
        try shop.directory.write(lines.joined(separator: "\n"), to: "events/date=\(date)/a.jsonl")
        let json = try units(shop, date, "--format", "jsonl")
        #expect(json.status == 0)
        var found: [String: [String: Any]] = [:]
        for line in json.output.split(separator: "\n") {
            let unit = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(Set(unit.keys) == Set(Self.columns.split(separator: ",").map(String.init)))
            found[try #require(unit["visitor"] as? String)] = unit
        }
        // White space around an id is not of it.
        #expect(Set(found.keys) == Set(ids.map { $0 == " x " ? "x" : $0 }))
        for (id, unit) in found {
            #expect(unit["segment"] as? String == (id == "=1+1" ? "*" : id == "x" ? " x " : id))
            #expect(unit["exposure"] as? String == "\(date)T04:30:00.250000Z")
            #expect(unit["table"] is NSNull && unit["propensity"] is NSNull)
            #expect(unit["views"] as? Int == 1 && unit["click"] as? Int == 0 && unit["revenue"] as? Int == 0)
        }
        let csv = try units(shop, date).output
        #expect(csv.contains("\nplain,") && csv.contains("\n\"a,b\",") && csv.contains("\n\"say \"\"hi\"\"\","))
        #expect(csv.contains("\n\"two\nlines\",") && csv.contains("\n=1+1,\(date),web,hero,*,,a,"))
    }

    @Test func nothingIsGivenOutOfABadLog() throws {
        let shop = try Shop()
        let lines = Shop.lines(Shop.dates[0], seed: 1) + Array(repeating: "{", count: 100)
        try shop.directory.write(lines.joined(separator: "\n"), to: "events/date=\(Shop.dates[0])/a.jsonl")
        let result = try units(shop, Shop.dates[0])
        #expect(result.status == 65 && result.output == "")
        #expect(result.errors.contains("lines rejected"))
        #expect(!shop.directory.exists("state"))
    }

    @Test func severalDaysComeOneAfterAnother() throws {
        let shop = try shop()
        let all = try fields(units(shop, "\(Shop.dates[0])..\(Shop.dates[2])").output)
        #expect(all.map { $0[1] } == all.map { $0[1] }.sorted())
        #expect(try rows(all) == Shop.dates.reduce(into: []) { $0.formUnion(try statistics(shop, $1)) })
    }

    @Test func wrongWordsAreRefused() throws {
        let shop = try Shop()
        for (words, hint) in [
            (["--format", "tsv"], "csv or jsonl"), (["--slot", "heros"], "hero"), (["--platform", "wep"], "web"),
        ] {
            let result = try Binary.sluice(
                ["units", "--config", "shop.json5", "--date", Shop.dates[0]] + words, in: shop.directory.path)
            #expect(result.status == 64 && result.errors.contains(hint) && result.output == "")
        }
    }

    /// A reader that has seen enough, as `head` has.
    @Test func aReaderThatGoesAwayIsNoError() throws {
        let shop = try shop()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c",
            "'\(try Binary.location().path)' units --config shop.json5 --date \(Shop.dates[0])..\(Shop.dates[2]) --quiet | head -n 1",
        ]
        process.currentDirectoryURL = URL(fileURLWithPath: shop.directory.path)
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        #expect(output.fileHandleForReading.readDataToEndOfFile() == Data((Self.columns + "\n").utf8))
        #expect(errors.fileHandleForReading.readDataToEndOfFile() == Data())
        process.waitUntilExit()
    }
}
