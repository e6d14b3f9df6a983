import Foundation
import TestExpectations
import TestSupport
import Testing

/// Parts that do not make the night: refused with what to do, and the state directory stays as it was.
@Suite struct PartRefusalTests {
    private func night() throws -> (shop: Shop, night: PartedNight) {
        let shop = try Shop()
        for (index, date) in Shop.dates.enumerated() { try shop.log(date, seed: UInt64(index)) }
        let night = PartedNight(directory: shop.directory, logDays: ["2026-03-01"])
        try night.split()
        try night.count("2026-03-01")
        return (shop, night)
    }

    private func refuses(
        _ night: PartedNight, _ words: [String], date: String = "2026-03-01", because text: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let before = try night.statistics("parted")
        let result = try night.merge(date, words)
        #expect(result.status == 65, "\(result.errors)", sourceLocation: sourceLocation)
        #expect(result.errors.contains(text), "\(result.errors)", sourceLocation: sourceLocation)
        #expect(result.errors.contains("[parts-refused]"), sourceLocation: sourceLocation)
        #expect(try night.statistics("parted") == before, sourceLocation: sourceLocation)
    }

    @Test func partsAndTalliesThatDoNotMatch() throws {
        let (shop, night) = try night()
        let (parts, tallies) = (night.partPaths(), night.tallies())
        try refuses(night, tallies + parts.dropLast(), because: "part 2 has")
        try refuses(night, tallies + parts.dropLast(), because: "it is missing")
        try refuses(night, tallies + parts + [parts[1]], because: "cluster/parts/1: holds the same part")
        try refuses(night, parts, because: "give the tally of every split")
        try refuses(night, tallies + tallies + parts, because: "give each tally once")
        // The same lines counted anew under another name.
        try shop.directory.write(
            Data(contentsOf: URL(fileURLWithPath: shop.directory.path + "/cluster/blocks/2026-03-01/1")), to: "again")
        #expect(
            try shop.sluice(
                "statistics", "--config", "shop.json5", "--date", "2026-03-01", "--part", "again-part", "--audit",
                "again"
            ).status == 0)
        try refuses(night, tallies + parts + ["again-part"], because: "holds part 1, which cluster/parts/1 holds too")
        // A block lost.
        let blocks = try Data(contentsOf: URL(fileURLWithPath: shop.directory.path + "/cluster/blocks/2026-03-01/0"))
        let first = blocks.prefix(8).suffix(4).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        #expect(blocks.count == 8 + first)
        try shop.directory.write(Data([0, 0, 0, 0, 4, 0, 0, 0] + Array("{}\n\n".utf8)), to: "lost")
        #expect(
            try shop.sluice(
                "statistics", "--config", "shop.json5", "--date", "2026-03-01", "--part", "lost-part", "lost"
            ).status == 0)
        try refuses(
            night, tallies + ["lost-part"] + parts.dropFirst(), because: "lines that `sluice split` took for events")
        try refuses(night, tallies + ["lost-part"], because: "rejected")
        // All are there, once.
        #expect(try night.merge("2026-03-01", tallies + parts).status == 0)
        try refuses(night, tallies + parts.dropLast(), because: "it is missing")
    }

    @Test func partsOfAnotherNight() throws {
        let (shop, night) = try night()
        var other = night
        other.logDays = ["2026-03-02"]
        try other.split("other")
        try other.count("2026-03-02", "other")
        try refuses(
            night, night.tallies() + other.partPaths("other"), because: "of 2026-03-02, which the night of 2026-03-01")
        try refuses(night, other.tallies("other") + night.partPaths(), because: "other-2026-03-02.tally: of 2026-03-02")
        // Another number of parts.
        other.logDays = ["2026-03-01"]
        other.parts = 2
        try other.split("two")
        try refuses(night, night.tallies() + other.tallies("two") + night.partPaths(), because: "split into 2 parts")
        // Another configuration.
        try shop.configure(floor: "0.03")
        try refuses(night, night.tallies() + night.partPaths(), because: "made with another configuration file")
        try shop.configure()
        // Without --audit there are no names.
        try refuses(night, ["--audit"] + night.tallies() + night.partPaths(), because: "made without --audit")
        // A journal that says which table served at noon of the day.
        try shop.directory.write(
            "since,date,xxh64\n2026-03-01T06:30:00Z,2026-03-01,0123456789abcdef\n", to: "parted/allocations/served.csv")
        try refuses(night, night.tallies() + night.partPaths(), because: "made with another journal")
        for part in 0..<night.parts {
            #expect(
                try shop.sluice(
                    "statistics", "--config", "shop.json5", "--date", "2026-03-01", "--served",
                    "parted/allocations/served.csv", "--state", "nowhere", "--part", "cluster/parts/\(part)",
                    "cluster/blocks/2026-03-01/\(part)"
                ).status == 0)
        }
        #expect(try night.merge("2026-03-01", night.tallies() + night.partPaths()).status == 0)
    }

    /// A log that was corrected and split again has as many lines as before: the tallies are of the new one, a part is of the old.
    @Test(arguments: ["json", "csv"])
    func aPartOfTheLogBeforeItWasCorrected(kind: String) throws {
        let shop = try Shop()
        try shop.configure()
        let text = try shop.directory.text("shop.json5")
        try shop.directory.write(text.replacing("*.jsonl", with: "*"), to: "shop.json5")
        func write(_ variant: String) throws {
            let lines = (0..<30).map { number in
                let shown = number == 7 ? variant : "b"
                return kind == "csv"
                    ? "2026-03-01T09:00:\(10 + number)+05:30,view,v\(number),web,hero,\(shown),\"two\nlines\""
                    : #"{"ts":"2026-03-01T09:00:\#(10 + number)+05:30","type":"view","visitor":"v\#(number)","#
                        + #""platform":"web","slot":"hero","variant":"\#(shown)"}"#
            }
            let header = kind == "csv" ? ["ts,type,visitor,platform,slot,variant,note"] : []
            try shop.directory.write((header + lines).joined(separator: "\n"), to: "events/date=2026-03-01/a.\(kind)")
        }
        try write("a")
        let night = PartedNight(directory: shop.directory, logDays: ["2026-03-01"])
        #expect(try night.run("2026-03-01").status == 0)
        // The same log, split again with another machine's blocks, is the same.
        try night.split()
        #expect(try night.merge("2026-03-01", night.tallies() + night.partPaths()).status == 0)
        try write("c")
        try night.split()
        try refuses(
            night, night.tallies() + night.partPaths(), because: "has as many lines as the tallies sent, but others")
        try night.count("2026-03-01")
        #expect(try night.merge("2026-03-01", night.tallies() + night.partPaths()).status == 0)
    }

    @Test func listsThatDiffer() throws {
        let (shop, night) = try night()
        try shop.configure(extra: #"bots: { denyList: "deny.txt" },"#)
        try shop.directory.write("v1\n", to: "deny.txt")
        try night.split()
        try night.count("2026-03-01")
        try shop.directory.write("v1\nv2\n", to: "deny.txt")
        #expect(
            try shop.sluice(
                "statistics", "--config", "shop.json5", "--date", "2026-03-01", "--state", "parted", "--part",
                "cluster/parts/2", "cluster/blocks/2026-03-01/2"
            ).status == 0)
        try refuses(
            night, night.tallies() + night.partPaths(),
            because: "the bot filter's lists were not those of cluster/parts/0")
    }

    @Test func damagedFiles() throws {
        let (shop, night) = try night()
        let whole = night.tallies() + night.partPaths()
        func damage(_ path: String, _ change: (inout [UInt8]) -> Void, _ text: String) throws {
            let good = try Data(contentsOf: URL(fileURLWithPath: shop.directory.path + "/" + path))
            var bytes = [UInt8](good)
            change(&bytes)
            try shop.directory.write(Data(bytes), to: path)
            try refuses(night, whole, because: text)
            try shop.directory.write(good, to: path)
        }
        for path in ["cluster/parts/1/part.json", "cluster-2026-03-01.tally"] {
            try damage(path, { $0.removeLast(20) }, "damaged since it was written")
            try damage(path, { $0[200] ^= 1 }, "damaged since it was written")
            try damage(path, { $0 = Array("{}".utf8) }, "of this version")
            try damage(path, { $0 = [] }, "of this version")
        }
        try damage(
            "cluster/parts/1/date=2026-03-01/statistics.csv", { $0[$0.count - 2] ^= 1 }, "damaged since it was written")
        #expect(try night.merge("2026-03-01", night.tallies() + ["nowhere"]).status == 74)
        #expect(try night.merge("2026-03-01", whole).status == 0)
    }

    /// Parts made without a split of a log that is not keyed by visitor.
    @Test func visitorsInTwoParts() throws {
        let shop = try Shop()
        let lines = Shop.lines("2026-03-01", seed: 1)
        for (name, half) in [
            ("left", lines.prefix(lines.count / 2)), ("right", lines.suffix(lines.count - lines.count / 2 + 3)),
        ] {
            try shop.directory.write(half.joined(separator: "\n") + "\n", to: "\(name).jsonl")
            #expect(
                try shop.sluice(
                    "statistics", "--config", "shop.json5", "--date", "2026-03-01", "--part", "parts/\(name)",
                    "\(name).jsonl"
                ).status == 0)
        }
        let night = PartedNight(directory: shop.directory, logDays: [])
        try refuses(
            night, ["parts/left", "parts/right"], because: "parts/left and parts/right have visitors in common")
    }

    /// What a command line cannot mean.
    @Test(arguments: [
        (["merge", "--config", "shop.json5"], "no file or part given"),
        (["merge", "--tally", "t", "parts"], "--config is missing"),
        (["split", "--config", "shop.json5", "--tally", "t"], "--parts is missing"),
        (["split", "--config", "shop.json5", "--parts", "0", "--tally", "t"], "--parts is '0'"),
        (["split", "--config", "shop.json5", "--parts", "2", "--tally", "t", "--output", "blocks"], "write {part}"),
        (
            ["split", "--config", "shop.json5", "--parts", "2", "--tally", "t", "--name", "a.jsonl"],
            "give - as the only PATH"
        ),
        (["split", "--config", "shop.json5", "--parts", "2", "--tally", "t", "--offset", "3"], "give its --name"),
        (["split", "--config", "shop.json5", "--parts", "2", "--tally", "t", "--own"], "--own is of a file"),
        (["split", "--config", "shop.json5", "--list", "--tally", "t"], "--parts is missing"),
        (
            ["split", "--config", "shop.json5", "--parts", "2", "--tally", "t", "--name", "a", "--bytes", "x", "-"],
            "--bytes is 'x'"
        ),
        (["statistics", "--config", "shop.json5", "a.jsonl"], "PATHs are for --part"),
        (["statistics", "--config", "shop.json5", "--served", "a.csv"], "--served is for --part"),
        (["statistics", "--config", "shop.json5", "--part", "p", "--json"], "--json is for nights"),
        (
            ["statistics", "--config", "shop.json5", "--part", "p", "--date", "2026-03-01..2026-03-02"],
            "give one --date"
        ),
    ])
    func words(words: [String], text: String) throws {
        let shop = try Shop()
        let result = try Binary.sluice(words, in: shop.directory.path)
        #expect(result.status == 64, "\(result.errors)")
        #expect(result.errors.contains(text), "\(result.errors)")
    }

    @Test func filesThatAreNotThere() throws {
        let shop = try Shop()
        let result = try shop.sluice(
            "split", "--config", "shop.json5", "--date", "2026-03-01", "--parts", "2", "--tally", "t", "nowhere.jsonl")
        #expect(result.status == 74 && result.errors.contains("nowhere.jsonl"), "\(result.errors)")
        #expect(!shop.directory.exists("t"))
        // Blocks that end early.
        try shop.directory.write(Data([1, 0, 0, 0, 99, 0, 0, 0, 0x7B]), to: "cut")
        let cut = try shop.sluice("statistics", "--config", "shop.json5", "--date", "2026-03-01", "--part", "p", "cut")
        #expect(cut.status == 74 && cut.errors.contains("end within the one at byte 0"), "\(cut.errors)")
        #expect(!shop.directory.exists("p/part.json"))
    }
}
