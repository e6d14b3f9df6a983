import Foundation
import TestSupport
import Testing

/// What a night says of its log is said by its merge too, word for word.
@Suite struct PartMessagesTests {
    private static let date = "2026-11-20"

    private func site(_ paths: String, extra: String = "") throws -> PartedNight {
        let directory = try ScratchDirectory()
        try directory.write(
            """
            { pipeline: "shop", timezone: "UTC", events: { paths: [\(paths)], fields: { ip: "clientIp", order: "order_no" }\(extra) },
              experiments: [{ platform: "web", slot: "hero", variants: ["a", "b"] }] }
            """, to: "shop.json5")
        return PartedNight(directory: directory, logDays: [Self.date])
    }

    private static func lines(_ visitors: Range<Int>, date: String = date) -> String {
        visitors.map {
            #"{"ts":"\#(date)T10:00:00Z","type":"view","visitor":"v\#($0)","platform":"web","slot":"hero","#
                + #""variant":"\#($0 % 2 == 0 ? "a" : "b")","client_ip":"192.0.2.1","deep":{"orderNo":1}}"# + "\n"
        }.joined()
    }

    private func warnings(_ result: Binary.Result) -> [String] {
        result.errors.split(separator: "\n").compactMap { line in
            line.firstRange(of: "warning").map { String(line[$0.lowerBound...]) }
        }
    }

    private func one(_ night: PartedNight) throws -> Binary.Result {
        try night.sluice(["statistics", "--config", "shop.json5", "--date", Self.date])
    }

    @Test func pathsWithoutFilesAndWhatSourcesMayMean() throws {
        let night = try site(#""web/{date}/*.jsonl", "app/{date}/*", "old/{date-1}/*", "w*/**/*.jsonl""#)
        try night.directory.write(Self.lines(0..<40), to: "web/\(Self.date)/a.jsonl")
        try night.directory.write(Self.lines(40..<60), to: "web/\(Self.date)/b.jsonl")
        try night.directory.write(Self.lines(40..<60), to: "web/\(Self.date)/copy of b.jsonl")
        try FileManager.default.createSymbolicLink(
            atPath: night.directory.path + "/web/again", withDestinationPath: ".")
        let expected = warnings(try one(night))
        for code in ["paths-without-files", "same-log", "folders-repeated", "source-absent"] {
            #expect(expected.contains { $0.contains("[\(code)]") }, "\(expected)")
        }
        #expect(expected.contains { $0.contains("app/\(Self.date)/*") && !$0.contains("old/") }, "\(expected)")
        #expect(
            expected.contains { $0.contains("\"client_ip\"") } && expected.contains { $0.contains("\"deep.orderNo\"") })
        let merged = try night.run(Self.date)
        #expect(warnings(merged) == expected)
        #expect(try night.statistics("parted") == night.statistics("state"))
        // Parts of the logs themselves, without a split.
        let night2 = ["--config", "shop.json5", "--date", Self.date]
        #expect(try night.sluice(["statistics"] + night2 + ["--part", "whole"]).status == 0)
        let whole = try night.sluice(["merge"] + night2 + ["--state", "third", "whole"])
        #expect(warnings(whole) == expected)
        #expect(try night.statistics("third") == night.statistics("state"))
    }

    /// Events of one line are several, and records of several lines one: what lies on other days is a share of what was read.
    @Test(arguments: ["json", "csv"])
    func sharesOfOtherDaysAreOfWhatWasRead(kind: String) throws {
        let night = try site(#""log/{date}/*""#, extra: #", maxRejected: 1"#)
        let dates = (0..<60).map { $0 < 45 ? "2026-11-18" : Self.date }
        let text =
            kind == "json"
            ? "["
                + dates.indices.map { String(Self.lines($0..<$0 + 1, date: dates[$0]).dropLast()) }.joined(
                    separator: ",") + "]"
            : "ts,type,visitor,platform,slot,variant,note\n"
                + dates.indices.map { "\(dates[$0])T10:00:00Z,view,v\($0),web,hero,a,\"one\ntwo\"\n" }.joined()
        try night.directory.write(text, to: "log/\(Self.date)/a.\(kind)")
        let expected = warnings(try one(night))
        let path = "date=\(Self.date)/quality.json"
        let own = try #require(
            JSONSerialization.jsonObject(with: Data(night.statistics("state")[path]?.utf8 ?? "".utf8)) as? [String: Any]
        )
        #expect(own["own_files"] as? [String: Int] == ["lines": 60, "outside_day": 45])
        let merged = try night.run(Self.date)
        #expect(warnings(merged) == expected)
        #expect(try night.statistics("parted") == night.statistics("state"))
        let table = try night.sluice(["allocate", "--config", "shop.json5", "--date", Self.date, "--state", "parted"])
        #expect(table.errors.contains("45 of 60 lines (75.0 %) in the day's own files"), "\(table.errors)")
    }

    /// Files that come through pipes are known by their names, and their keys by what came.
    @Test func filesThroughPipes() throws {
        let night = try site(#""web/{date}/*.jsonl", "app/{date}/*", "csv/{date}/*""#)
        let csv =
            "ts;type;visitor;platform;slot;variant;Client-IP\n\(Self.date)T10:00:00Z;view;w;web;hero;a;192.0.2.1\n"
        let files = [
            "csv/\(Self.date)/a.csv": csv, "web/\(Self.date)/b.jsonl": Self.lines(0..<20),
            "web/\(Self.date)/c.jsonl": Self.lines(20..<40),
        ]
        for (name, text) in files { try night.directory.write(text, to: name) }
        let expected = warnings(try one(night))
        #expect(expected.contains { $0.contains("\"Client-IP\"") }, "\(expected)")
        let script = """
            set -e
            for file in */\(Self.date)/*; do
              cat "$file" | "$0" split --config shop.json5 --date \(Self.date) --parts 2 --tally "tally-${file%%/*}-${file##*/}" --name "$file" -
            done | "$0" statistics --config shop.json5 --date \(Self.date) --part all --quiet -
            cat tally-* > tallies
            "$0" merge --config shop.json5 --date \(Self.date) --state parted --tally tallies all
            """
        let merged = try Binary.shell(script, in: night.directory.path)
        #expect(merged.status == 0 && warnings(merged) == expected, "\(merged.errors)")
        #expect(try night.statistics("parted") == night.statistics("state"))
    }
}
