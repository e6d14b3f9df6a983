import Foundation
import TestExpectations
import TestSupport
import Testing

/// `split`, `statistics --part` and `merge` as whoever runs them sees them: the same bytes as one machine writes.
@Suite struct PartTests {
    @Test(.slow, arguments: [1, 3, 8, 64])
    func aNightInPartsIsTheNight(parts: Int) throws {
        let shop = try Shop()
        for (index, date) in Shop.dates.enumerated() { try shop.log(date, seed: UInt64(index)) }
        // Robots to be named, and lines of other days and of none.
        let robot = (0..<900).map {
            #"{"ts":"2026-03-02T09:00:\#(10 + $0 % 50)+05:30","type":"view","visitor":"=robot","platform":"web","slot":"hero","variant":"a"}"#
        }
        let odd = [
            "", "not JSON", #"{"ts":"2026-03-01T09:00:00+05:30","type":"scroll","visitor":"v1"}"#,
            #"{"ts":"2026-03-02T23:59:59.999999+05:30","type":"hover","visitor":"v7"}"#,
        ]
        try shop.directory.write((robot + odd).joined(separator: "\n"), to: "events/date=2026-03-02/b.jsonl")
        var night = PartedNight(directory: shop.directory, parts: parts, options: ["--audit"], logDays: [])
        for date in Shop.dates {
            // Which table served follows from the clock.
            let now = "\(date)T20:00:00Z"
            #expect(try shop.run(date, "--audit", "--now", now).status == 0)
            night.logDays = [date]
            let merged = try night.run(date)
            #expect(merged.status == 0, "\(merged.errors)")
            let allocated = try shop.sluice(
                "allocate", "--config", "shop.json5", "--date", date, "--state", "parted", "--now", now)
            #expect(allocated.status == 0, "\(allocated.errors)")
        }
        #expect(try night.statistics("parted") == night.statistics("state"))
        #expect(try night.statistics("state")["date=2026-03-02/bots.csv"]?.contains("'=robot") == true)
        for date in ["2026-03-02", "2026-03-03", "2026-03-04"] {
            for file in ["allocation.csv", "rewards.csv", "manifest.json"] {
                let path = "allocations/date=\(date)/\(file)"
                #expect(try shop.directory.text("parted/\(path)") == shop.directory.text("state/\(path)"), "\(path)")
            }
        }
        // The same parts again, after the table was published: nothing changes.
        #expect(try night.merge("2026-03-03", night.tallies() + night.partPaths()).status == 0)
        #expect(try night.statistics("parted") == night.statistics("state"))
    }

    private static func view(_ visitor: String, second: Int) -> String {
        #"{"ts":"2026-03-01T09:00:\#(10 + second)+05:30","type":"view","visitor":"\#(visitor)","platform":"web","slot":"hero","variant":"a"}"#
            + "\n"
    }

    /// A log that was delivered again with some more lines: of a part whose visitors the others do not concern, two blocks are alike.
    @Test func blocksThatAreAlikeAreNoCopies() throws {
        let shop = try Shop()
        let visitors = (0..<40).map { Self.view("v\($0)", second: $0 / 2) }
        try shop.directory.write(visitors.joined(), to: "events/date=2026-03-01/a.jsonl")
        try shop.directory.write(Self.view("one", second: 3) + visitors.joined(), to: "events/date=2026-03-01/b.jsonl")
        #expect(try shop.sluice("statistics", "--config", "shop.json5", "--date", "2026-03-01").status == 0)
        let night = ["--config", "shop.json5", "--date", "2026-03-01"]
        for log in ["a", "b"] {
            let words = ["split"] + night + ["--parts", "3", "--tally", "\(log).tally", "--output", "\(log)/{part}"]
            let split = try Binary.sluice(words + ["events/date=2026-03-01/\(log).jsonl"], in: shop.directory.path)
            #expect(split.status == 0, "\(split.errors)")
        }
        for part in 0..<3 {
            let words = ["statistics"] + night + ["--part", "parts/\(part)", "a/\(part)", "b/\(part)"]
            #expect(try Binary.sluice(words, in: shop.directory.path).status == 0)
        }
        let merged = try Binary.sluice(
            ["merge"] + night + ["--state", "parted", "--tally", "a.tally", "--tally", "b.tally"]
                + (0..<3).map { "parts/\($0)" },
            in: shop.directory.path)
        #expect(merged.status == 0, "\(merged.errors)")
        let path = "statistics/date=2026-03-01/statistics.csv"
        #expect(try shop.directory.text("parted/" + path) == shop.directory.text("state/" + path))
    }

    @Test func aCopyOfALogIsLeftOutAndNamed() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        let log = try shop.directory.text("events/date=2026-03-01/a.jsonl")
        try shop.directory.write(log, to: "events/date=2026-03-01/a-copy.jsonl")
        #expect(try shop.sluice("statistics", "--config", "shop.json5", "--date", "2026-03-01").status == 0)
        let night = PartedNight(directory: shop.directory, logDays: ["2026-03-01"])
        let merged = try night.run("2026-03-01")
        #expect(merged.status == 0 && merged.errors.contains("[same-log]"), "\(merged.errors)")
        #expect(try night.statistics("parted") == night.statistics("state"))
        #expect(try night.statistics("parted").values.contains { $0.contains("repeated_files") })
    }

    /// Who counts a part again and fails must not add up the one of before.
    @Test func aPartThatCouldNotBeCountedAgainIsNone() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        let night = PartedNight(directory: shop.directory, logDays: ["2026-03-01"])
        #expect(try night.run("2026-03-01").status == 0)
        let path = try #require(night.partPaths().first)
        let failed = try night.sluice(
            ["statistics", "--config", "shop.json5", "--date", "2026-03-01", "--part", path, "nowhere"])
        #expect(failed.status == 74, "\(failed.errors)")
        let merged = try night.merge("2026-03-01", night.tallies() + night.partPaths())
        #expect(merged.status == 65 && merged.errors.contains("\(path): no part of this version"), "\(merged.errors)")
    }

    @Test func conversionWindowsOverSeveralDays() throws {
        let shop = try Shop()
        try shop.configure(extra: #"statistics: { conversionWindow: "36h" },"#)
        for (index, date) in Shop.dates.enumerated() { try shop.log(date, seed: UInt64(index)) }
        var night = PartedNight(directory: shop.directory, logDays: [])
        // The second night is made up for after the third: days are counted further than they were.
        for date in ["2026-03-01", "2026-03-03", "2026-03-02"] {
            #expect(try shop.sluice("statistics", "--config", "shop.json5", "--date", date).status == 0)
            night.logDays = Shop.dates.filter {
                $0 <= date
                    || FileManager.default.fileExists(atPath: shop.directory.path + "/parted/statistics/date=\($0)")
            }
            let merged = try night.run(date)
            #expect(merged.status == 0, "\(merged.errors)")
            #expect(try night.statistics("parted") == night.statistics("state"), "after \(date)")
        }
    }

    /// A day that could be counted further, but whose log is gone, needs no later log: what lies there is not read, and not split.
    @Test func daysThatOneMachineLeavesAlone() throws {
        let shop = try Shop()
        try shop.configure(extra: #"statistics: { conversionWindow: "36h" }, bots: { denyList: "deny-{date}.txt" },"#)
        for date in ["2026-03-01", "2026-03-08", "2026-03-09", "2026-03-10"] {
            try shop.log(date)
            if date != "2026-03-09" { try shop.directory.write("v1\n", to: "deny-\(date).txt") }
        }
        #expect(try shop.sluice("statistics", "--config", "shop.json5", "--date", "2026-03-01").status == 0)
        try FileManager.default.copyItem(
            atPath: shop.directory.path + "/state", toPath: shop.directory.path + "/parted")
        try shop.directory.remove("events/date=2026-03-01")
        // An archive cannot be read: of a day that is left alone, and of one whose list is gone.
        for date in ["2026-03-02", "2026-03-09"] {
            try shop.directory.write(
                Data([0x50, 0x4B, 3, 4] + Array(repeating: 0, count: 60)), to: "events/date=\(date)/z.jsonl")
        }
        let one = try shop.sluice("statistics", "--config", "shop.json5", "--date", "2026-03-10")
        #expect(one.status == 0 && one.errors.contains("[deny-list-missing]"), "\(one.errors)")
        let list = try shop.sluice(
            "split", "--list", "--config", "shop.json5", "--date", "2026-03-10", "--state", "parted", "--parts", "3",
            "--tally", "list.tally")
        #expect(list.status == 0 && !list.output.contains("z.jsonl"), "\(list.output)")
        var night = PartedNight(directory: shop.directory, logDays: [])
        night.logDays = list.output.split(separator: "\n").filter { $0.contains(",log,") }.map { String($0.prefix(10)) }
        #expect(night.logDays == ["2026-03-08", "2026-03-10"])
        try night.split()
        try night.count("2026-03-10")
        let merged = try night.merge("2026-03-10", ["--tally", "list.tally"] + night.tallies() + night.partPaths())
        #expect(merged.status == 0 && merged.errors.contains("[deny-list-missing]"), "\(merged.errors)")
        #expect(try night.statistics("parted") == night.statistics("state"))
    }

    /// A file that comes through a pipe, and was not found by the configuration's paths, is of its day alone where that is said.
    @Test func linesOfOtherDaysInFilesFromElsewhere() throws {
        let shop = try Shop()
        try shop.directory.write(
            Shop.lines("2026-03-01", seed: 1).joined(separator: "\n") + "\n"
                + Shop.lines("2026-03-04", seed: 1).joined(separator: "\n") + "\n", to: "elsewhere.jsonl")
        let words = ["--config", "shop.json5", "--date", "2026-03-01"]
        for own in ["--own", ""] {
            let script = """
                "$0" split \(words.joined(separator: " ")) --parts 2 --tally tally --name hdfs://logs/a.jsonl \(own) - < elsewhere.jsonl > blocks
                "$0" statistics \(words.joined(separator: " ")) --part part --quiet - < blocks
                """
            #expect(try Binary.shell(script, in: shop.directory.path).status == 0)
            let state = "state\(own)"
            #expect(
                try Binary.sluice(
                    ["merge"] + words + ["--state", state, "--tally", "tally", "part"], in: shop.directory.path
                ).status == 0)
            let table = try Binary.sluice(["allocate"] + words + ["--state", state], in: shop.directory.path)
            #expect(table.errors.contains("in the day's own files") == !own.isEmpty, "\(table.errors)")
        }
    }

    @Test(.slow, arguments: FixtureTests.defects)
    func malformedLogs(defect: FixtureTests.Defect) throws {
        let directory = try ScratchDirectory()
        try directory.write(
            """
            { pipeline: "malformed", timezone: "Asia/Kolkata",
              events: { paths: ["\(FixtureTests.root)/fixtures/malformed/\(defect.folder)/*.jsonl"], maxRejected: 1 },
              experiments: [{ platform: "web", slot: "home-hero", variants: ["autumn", "winter"] }] }
            """, to: "shop.json5")
        let night = PartedNight(directory: directory, logDays: ["2026-11-20"])
        let one = try night.sluice(["statistics", "--config", "shop.json5", "--date", "2026-11-20"])
        let merged = try night.run("2026-11-20")
        #expect(merged.status == one.status, "\(merged.errors)")
        #expect(try night.statistics("parted") == night.statistics("state"))
    }

    /// Records over several lines, two headers, and JSON beside them.
    @Test func commaSeparatedValues() throws {
        let directory = try ScratchDirectory()
        try directory.write(
            """
            { pipeline: "shop", timezone: "UTC", events: { paths: ["log/*"], maxRejected: 1 },
              experiments: [{ platform: "web", slot: "hero", variants: ["a", "b"] }] }
            """, to: "shop.json5")
        var first = "\u{FEFF}\n\"ts\",type,visitor,platform,slot,variant,\"note \"\"x\"\"\"\r\n"
        var second = "visitor,variant,slot,platform,type,ts,revenue\n"
        var third = ""
        for index in 0..<300 {
            let time = "2026-11-20T10:\(10 + index % 50):00Z"
            let type = index % 3 == 0 ? "click" : "view"
            first +=
                "\(time),\(type),\"v \(index % 40)\",web,hero,\(index % 2 == 0 ? "a" : "b"),\"one\ntwo \"\"\(index)\"\"\"\n"
            second += "v \(index % 50),b,hero,web,\(index % 7 == 0 ? "purchase" : "view"),\(time),1.5\r\n"
            third +=
                #"{"ts":"\#(time)","type":"view","visitor":"v \u0031","platform":"web","slot":"hero","variant":"c"}"#
                + "\n"
            if index % 29 == 0 { first += "\(time),view,\"open,web\n" }
            if index % 31 == 0 { second += "too,few\n\n" }
        }
        try directory.write(first, to: "log/a.csv")
        try directory.write(second, to: "log/b.csv")
        try directory.write(third, to: "log/c.jsonl")
        let night = PartedNight(directory: directory, parts: 5, logDays: ["2026-11-20"])
        #expect(try night.sluice(["statistics", "--config", "shop.json5", "--date", "2026-11-20"]).status == 0)
        let merged = try night.run("2026-11-20")
        #expect(merged.status == 0, "\(merged.errors)")
        #expect(try night.statistics("parted") == night.statistics("state"))
        #expect(try night.statistics("state")["date=2026-11-20/quality.json"]?.contains("log/a.csv:") == true)
    }

    /// What comes through standard input in pieces, one pipe for all parts.
    @Test func piecesThroughPipes() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        var text = try shop.directory.text("events/date=2026-03-01/a.jsonl").split(separator: "\n").map(String.init)
        text.insert("first fault", at: 3)
        text.insert("second fault", at: 700)
        let name = "events/date=2026-03-01/a.jsonl"
        try shop.directory.write(text.joined(separator: "\n") + "\n", to: name)
        #expect(try shop.sluice("statistics", "--config", "shop.json5", "--date", "2026-03-01").status == 0)
        let cut = text[..<500].joined(separator: "\n") + "\n"
        let pieces = [(cut, 0), (text[500...].joined(separator: "\n") + "\n", cut.utf8.count)]
        for (number, piece) in pieces.enumerated() {
            try shop.directory.write(piece.0, to: "piece-\(number)")
        }
        let script = """
            set -e
            for piece in 1:\(pieces[1].1) 0:0; do
              "$0" split --config shop.json5 --date 2026-03-01 --parts 4 --tally tally-${piece%%:*} \
                --name \(name) --offset ${piece##*:} - < piece-${piece%%:*}
            done | "$0" statistics --config shop.json5 --date 2026-03-01 --part all --quiet -
            "$0" merge --config shop.json5 --date 2026-03-01 --state parted --tally tally-0 --tally tally-1 all
            """
        let result = try Binary.shell(script, in: shop.directory.path)
        #expect(result.status == 0, "\(result.errors)")
        let night = PartedNight(directory: shop.directory, logDays: [])
        #expect(try night.statistics("parted") == night.statistics("state"))
        #expect(try night.statistics("state")["date=2026-03-01/quality.json"]?.contains("a.jsonl:701") == true)
    }

    /// A log that is keyed by visitor already needs no split.
    @Test func partsWithoutASplit() throws {
        let shop = try Shop()
        let lines = Shop.lines("2026-03-01", seed: 1)
        try shop.log("2026-03-01")
        #expect(try shop.sluice("statistics", "--config", "shop.json5", "--date", "2026-03-01").status == 0)
        let own = lines.filter { $0.contains("\"visitor\":\"v1") }
        try shop.directory.write(own.joined(separator: "\n") + "\n", to: "left.jsonl")
        try shop.directory.write(
            lines.filter { !own.contains($0) }.joined(separator: "\n") + "\n", to: "right.jsonl")
        for name in ["left", "right"] {
            #expect(
                try shop.sluice(
                    "statistics", "--config", "shop.json5", "--date", "2026-03-01", "--part", "parts/\(name)",
                    "\(name).jsonl"
                ).status == 0)
        }
        let merged = try shop.sluice(
            "merge", "--config", "shop.json5", "--date", "2026-03-01", "--state", "parted", "parts/left",
            "parts/right/part.json")
        #expect(merged.status == 0, "\(merged.errors)")
        let night = PartedNight(directory: shop.directory, logDays: [])
        let path = "date=2026-03-01/statistics.csv"
        #expect(try night.statistics("parted")[path] == night.statistics("state")[path])
    }

    /// The night judges, not its parts.
    @Test func theSumIsJudged() throws {
        let shop = try Shop()
        try shop.directory.write(
            "nonsense\n" + Shop.lines("2026-03-01", seed: 1).prefix(20).joined(separator: "\n") + "\n",
            to: "events/date=2026-03-01/a.jsonl")
        let night = PartedNight(directory: shop.directory, logDays: ["2026-03-01"])
        let refused = try night.run("2026-03-01")
        #expect(refused.status == 65)
        #expect(refused.errors.contains("1 of 21 lines rejected") && refused.errors.contains("a.jsonl:1"))
        #expect(!shop.directory.exists("parted/statistics"))
        // A day without a log.
        let empty = PartedNight(directory: shop.directory, logDays: ["2026-03-02"])
        #expect(try empty.run("2026-03-02").status == 66)
        #expect(try shop.sluice("statistics", "--config", "shop.json5", "--date", "2026-03-02").status == 66)
        #expect(try night.statistics("parted") == night.statistics("state"))
    }
}
