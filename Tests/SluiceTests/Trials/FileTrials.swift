import Foundation
import TestSupport
import Testing

/// Logs as people have them: how files are named, found, written and packed. Small inputs with the right answer.
@Suite struct FileTrials {
    private let directory: ScratchDirectory
    private static let date = "2026-11-20"

    init() throws {
        directory = try ScratchDirectory()
    }

    private func configure(_ events: String, bots: String = "{}") throws {
        try directory.write(
            """
            { pipeline: "trial", timezone: "UTC", events: { \(events) }, bots: \(bots),
              experiments: [ { platform: "web", slot: "home-hero", variants: ["autumn", "winter"] } ] }
            """, to: "config.json5")
    }

    private static func view(_ visitor: String, _ more: String = "") -> String {
        """
        {"ts": "2026-11-20T12:00:00Z", "type": "view", "visitor": "\(visitor)", "platform": "web", "slot": "home-hero", \
        "variant": "autumn"\(more)}
        """ + "\n"
    }

    private static let header = "ts,type,visitor,platform,slot,variant\n"

    private static func row(_ visitor: String) -> String {
        "2026-11-20T12:00:00Z,view,\(visitor),web,home-hero,autumn\n"
    }

    /// What a run of the day's statistics says, and its `quality.json`.
    private struct Outcome {
        var status: Int32
        var errors: String
        var quality: [String: Any]

        var visitors: Int { quality["visitors"] as? Int ?? 0 }
        var units: Int { quality["units"] as? Int ?? 0 }
        var rejected: Int { (quality["rejected"] as? [String: Any])?["total"] as? Int ?? 0 }
    }

    private func run(date: String = FileTrials.date, input: String = "") throws -> Outcome {
        let result = try Binary.sluice(
            ["statistics", "--config", "config.json5", "--date", date, "--state", "state"], in: directory.path,
            input: input)
        let text = try? directory.text("state/statistics/date=\(date)/quality.json")
        let quality = try text.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) }
        return Outcome(
            status: result.status, errors: result.errors, quality: quality as? [String: Any] ?? [:])
    }

    private func check() throws -> Binary.Result {
        try Binary.sluice(["check", "--config", "config.json5"], in: directory.path)
    }

    // MARK: Paths

    @Test func alternativesInBraces() throws {
        try configure(#"paths: ["date={date}/*.{jsonl,ndjson}"]"#)
        try directory.write(Self.view("a"), to: "date=2026-11-20/a.jsonl")
        try directory.write(Self.view("b"), to: "date=2026-11-20/b.ndjson")
        try directory.write(Self.view("c"), to: "date=2026-11-20/c.txt")
        let outcome = try run()
        #expect(outcome.status == 0 && outcome.visitors == 2, "\(outcome.errors)")
    }

    @Test func twoStarsAreFoldersOfAnyDepth() throws {
        try configure(#"paths: ["date={date}/**/*.jsonl"]"#)
        try directory.write(Self.view("b"), to: "date=2026-11-20/b.jsonl")
        try directory.write(Self.view("a"), to: "date=2026-11-20/hour=05/a.jsonl")
        try directory.write(Self.view("c"), to: "date=2026-11-20/hour=05/min=1/c.jsonl")
        let outcome = try run()
        #expect(outcome.status == 0 && outcome.visitors == 3, "\(outcome.errors)")
    }

    @Test func linksToFoldersAreFollowedOnceAndLoopsAreSaid() throws {
        try configure(#"paths: ["log/**/*.jsonl"]"#)
        try directory.write(Self.view("a"), to: "log/one/a.jsonl")
        try directory.write(Self.view("b"), to: "elsewhere/b.jsonl")
        let files = FileManager.default
        try files.createSymbolicLink(atPath: directory.path + "/log/one/up", withDestinationPath: "..")
        try files.createSymbolicLink(atPath: directory.path + "/log/two", withDestinationPath: "../elsewhere")
        let outcome = try run()
        #expect(outcome.status == 0 && outcome.visitors == 2, "\(outcome.errors)")
        #expect(outcome.errors.contains("log/one/up") && outcome.errors.contains("[folders-repeated]"))
    }

    @Test(arguments: [
        ("{date:yyyyMMdd}.jsonl", "20261120.jsonl"), ("{date:yyyy/MM/dd}/a.jsonl", "2026/11/20/a.jsonl"),
        ("{date+1:yy-M-d}.jsonl", "26-11-21.jsonl"), ("{{date-1:dd.MM.yyyy},x}/*", "19.11.2026/a.jsonl"),
    ])
    func datesByPatterns(pattern: String, file: String) throws {
        try configure("paths: [\"\(pattern)\"]")
        try directory.write(Self.view("a"), to: file)
        let outcome = try run()
        #expect(outcome.status == 0 && outcome.visitors == 1, "\(outcome.errors)")
    }

    @Test(arguments: [
        "{date:YYYYMMDD}", "{date: yyyy}", "{date:yyyy }", "{date:QQ}", "{date:-}", "{date:'d'}", "log/{date:HH}",
        "a**/b", "{jsonl}", "x/[ab", "{a,b",
    ])
    func whatCannotBeMeantIsRefusedWithItsPlace(path: String) throws {
        try configure("paths: [\"\(path)\"]")
        let result = try check()
        #expect(
            result.status == 78 && result.errors.contains("config.json5:1:")
                && result.errors.contains("events.paths[0]"))
    }

    // MARK: Separated values

    @Test func semicolonsAndNamesInCapitals() throws {
        try configure(#"paths: ["a.csv"]"#)
        try directory.write(
            (Self.header.uppercased() + Self.row("v1")).replacing(",", with: ";"), to: "a.csv")
        let outcome = try run()
        #expect(outcome.status == 0 && outcome.visitors == 1, "\(outcome.errors)")
    }

    @Test func returnsAloneEndLines() throws {
        try configure(#"paths: ["a.csv", "b.jsonl"]"#)
        try directory.write((Self.header + Self.row("a")).replacing("\n", with: "\r"), to: "a.csv")
        try directory.write(Self.view("b"), to: "b.jsonl")
        let outcome = try run()
        #expect(outcome.status == 0 && outcome.visitors == 2, "\(outcome.errors)")
    }

    @Test func aQuoteThatOpensAndNeverClosesCostsOneLine() throws {
        try configure(#"paths: ["a.csv"]"#)
        let rows = (0..<300).map { $0 == 120 ? Self.row("\"v\($0)") : Self.row("v\($0)") }
        try directory.write(Self.header + rows.joined(), to: "a.csv")
        let outcome = try run()
        #expect(outcome.status == 0 && outcome.visitors == 299 && outcome.rejected == 1, "\(outcome.errors)")
    }

    @Test func aFileWithoutHeaderByTheConfiguration() throws {
        try configure(
            #"paths: ["a.csv"], csv: { separator: "\t", header: ["ts", "type", "visitor", "platform", "slot", "variant"] }"#
        )
        try directory.write(Self.row("v").replacing(",", with: "\t"), to: "a.csv")
        let outcome = try run()
        #expect(outcome.status == 0 && outcome.visitors == 1, "\(outcome.errors)")
    }

    /// As `mysql -B` and Fluentd write: a quote is a character like others.
    @Test func quotesThatAreCharactersLikeOthers() throws {
        let fields = #"fields: { platform: "p.platform", slot: "p.slot", variant: "p.variant" }"#
        let held = #"{"platform": "web", "slot": "home-hero", "variant": "autumn", "note": "5\" \u00e9"}"#
        let rows = (0..<50).map { "2026-11-20T12:00:00Z\tview\tv\($0)\t\(held)\ta \"b\n" }.joined()
        try directory.write("ts\ttype\tvisitor\tp\tnote\n" + rows, to: "a.tsv")
        try configure("paths: [\"a.tsv\"], \(fields)")
        let refused = try run()
        #expect(refused.status == 65 && refused.errors.contains("events.csv: { quote: null }"), "\(refused.errors)")
        try configure("paths: [\"a.tsv\"], maxRejected: 1, \(fields)")
        let said = try check()
        #expect(
            said.errors.contains("rejected: not CSV: 50 lines") && said.errors.contains("events.csv: { quote: null }"),
            "\(said.errors)")
        try configure("paths: [\"a.tsv\"], csv: { quote: null }, \(fields)")
        let outcome = try run()
        #expect(outcome.status == 0 && outcome.visitors == 50 && outcome.units == 50, "\(outcome.errors)")
        // Without a header, in parts by visitor.
        try directory.write(rows, to: "b.log")
        try configure(
            "paths: [\"b.log\"], csv: { quote: null, header: [\"ts\", \"type\", \"visitor\", \"p\", \"note\"] }, \(fields)"
        )
        #expect(try run().units == 50)
        let parted = PartedNight(
            directory: directory, configuration: "config.json5", parts: 2, logDays: [Self.date])
        let merged = try parted.run(Self.date)
        #expect(merged.status == 0, "\(merged.errors)")
        #expect(
            try directory.text("parted/statistics/date=\(Self.date)/statistics.csv")
                == directory.text("state/statistics/date=\(Self.date)/statistics.csv"))
    }

    @Test(arguments: [
        #"separator: "ab""#, #"separator: "\"""#, #"separator: "tab""#, "header: []", #"header: ["a", "a"]"#,
        #"quote: "'""#, "quote: false", #"quote: null, header: ["a;b"]"#,
        #"quote: null, separator: "^", header: ["a^b"]"#,
    ])
    func separatorsAndHeadersThatCannotBeMeant(csv: String) throws {
        try configure("paths: [\"a.csv\"], csv: { \(csv) }")
        let result = try check()
        #expect(result.status == 78 && result.errors.contains("events.csv"), "\(result.errors)")
    }

    // MARK: Other files

    @Test func batchesAndLists() throws {
        try configure(#"paths: ["a.json"], each: "batch""#)
        try directory.write("{\"batch\": [\(Self.view("a")), \(Self.view("b"))], \"sentAt\": 1}", to: "a.json")
        #expect(try run().visitors == 2)
        try configure(#"paths: ["b.json"]"#)
        try directory.write(
            "[\n\(Self.view("a")),\n\(Self.view("b").replacing(", ", with: ",\n")),\n{}]\n", to: "b.json")
        let outcome = try run()
        #expect(outcome.status == 65 && outcome.errors.contains("b.json:11"), "\(outcome.errors)")
        try configure(#"paths: ["b.json"], maxRejected: 1"#)
        #expect(try run().visitors == 2)
    }

    @Test func filesOfOtherKindsExit65() throws {
        try configure(#"paths: ["a*"]"#)
        for (name, bytes) in [
            ("a.jsonl", [0x50, 0x4B, 3, 4, 20, 0, 0, 0]), ("a.parquet", Array("PAR1".utf8) + [0x15, 4]),
            ("a.csv", [0xFF, 0xFE, 0x74, 0, 0x73, 0]), ("a.bz2", Array("BZh91AY".utf8)),
        ] as [(String, [UInt8])] {
            try directory.write(Data(bytes), to: name)
            let outcome = try run()
            #expect(outcome.status == 65 && outcome.errors.contains("[log-malformed]"), "\(outcome.errors)")
            try directory.remove(name)
        }
        try directory.write("ts;kind\n1;2\n", to: "a.csv")
        #expect(try run().status == 65)
        try directory.remove("a.csv")
        #expect(mkfifo(directory.path + "/a.jsonl", 0o600) == 0)
        let outcome = try run()
        #expect(outcome.status == 74 && outcome.errors.contains("it is a pipe"), "\(outcome.errors)")
    }

    @Test(arguments: ["-", "/dev/stdin", "/dev/fd/0"])
    func standardInputByAnyOfItsNames(name: String) throws {
        try configure("paths: [\"\(name)\"]")
        let outcome = try run(input: Self.view("a") + Self.view("b"))
        #expect(outcome.status == 0 && outcome.visitors == 2, "\(outcome.errors)")
    }

    @Test func theSameLogTwiceIsReadOnce() throws {
        try configure(#"paths: ["log/*"]"#)
        let text = (0..<2_000).map { Self.view("v\($0)") }.joined()
        try directory.write(text, to: "log/a.jsonl")
        try directory.write(text + Self.view("later"), to: "log/a.jsonl.bak")
        try directory.write(Self.view("other"), to: "log/b.jsonl")
        let archive = try ["gzip", "-k", "-c", "log/a.jsonl"].withTool(in: directory.path)
        try directory.write(archive, to: "log/a.jsonl.gz")
        let outcome = try run()
        #expect(outcome.status == 0 && outcome.visitors == 2_002 && outcome.units == 2_002, "\(outcome.errors)")
        // The longer is kept; of archives nobody knows which is.
        #expect(outcome.errors.contains("log/a.jsonl (as log/a.jsonl.bak)") && outcome.errors.contains("[same-log]"))
        #expect(
            (outcome.quality["repeated_files"] as? [[String: String]])?.map { $0["file"] } == [
                "log/a.jsonl", "log/a.jsonl.gz",
            ])
    }

    @Test func aPathWithoutAFileIsNamedWhereOthersHaveSome() throws {
        try configure(#"paths: ["log/a.jsonl", "log/b.jsonl", "late/{date+1}/*.jsonl", "log/{date}/*.jsonl"]"#)
        try directory.write(Self.view("a"), to: "log/a.jsonl")
        let outcome = try run()
        #expect(outcome.status == 0 && outcome.visitors == 1, "\(outcome.errors)")
        // The next day's files may be still to come.
        #expect(
            outcome.errors.contains("no file matches log/2026-11-20/*.jsonl, log/b.jsonl, where")
                || outcome.errors.contains("no file matches log/b.jsonl, log/2026-11-20/*.jsonl, where"),
            "\(outcome.errors)")
        #expect(!outcome.errors.contains("late/") && outcome.errors.contains("[paths-without-files]"))
    }

    @Test func filesThatYieldNothingAreNamed() throws {
        try configure(#"paths: ["log/*"], maxRejected: 0.5"#)
        try directory.write(Self.view("a") + Self.view("b") + Self.view("c"), to: "log/a.jsonl")
        try directory.write("", to: "log/b.jsonl")
        try directory.write(Self.header, to: "log/c.csv")
        try directory.write("\n# notes\n", to: "log/d.txt")
        // Of another day: events, if none that counts.
        try directory.write(Self.view("a").replacing("2026-11-20", with: "2026-11-21"), to: "log/e.jsonl")
        let outcome = try run()
        #expect(outcome.status == 0 && outcome.visitors == 3, "\(outcome.errors)")
        #expect(outcome.quality["files_without_lines"] as? [String] == ["log/b.jsonl", "log/c.csv"])
        #expect(outcome.quality["files_without_events"] as? [String] == ["log/d.txt"])
        #expect(outcome.errors.contains("[files-without-lines]") && outcome.errors.contains("[files-without-events]"))
    }

    // MARK: Robots

    private func agents(_ agents: [String]) throws -> Outcome {
        try configure(#"paths: ["a.jsonl"]"#)
        let lines = agents.enumerated().map { Self.view("v\($0)", ", \"user_agent\": \"\($1)\"") }
        try directory.write(lines.joined(), to: "a.jsonl")
        return try run()
    }

    @Test func blanksWrittenAsPluses() throws {
        let agent =
            "Mozilla/5.0+(Windows+NT+10.0;+Win64;+x64)+AppleWebKit/537.36+(KHTML,+like+Gecko)+Chrome/131.0+Safari/537.36"
        let outcome = try agents(Array(repeating: agent, count: 5))
        #expect(outcome.status == 0 && outcome.units == 5)
    }

    @Test func appsAreBrowsers() throws {
        let outcome = try agents([
            "[FBAN/FB4A;FBAV/501.0.0.40.70;FBDM/{density=3.0,width=1080,height=2200};FBCR/T KPN;FBMF/samsung;FBDV/SM-A100B;]",
            "[FBAN/FB4A;FBPN/com.facebook.katana;]",
            "Instagram 333.0.0.1.2 Android (31/12; motorola; moto g(60) 5G; pt_BR; 1)",
            "WhatsApp/2.24.20 A",
        ])
        #expect(outcome.units == 3 && outcome.status == 0)
    }

    @Test func librariesAreCountedAndManyAreSaid() throws {
        let people = Array(
            repeating: "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", count: 60)
        let outcome = try agents(people + Array(repeating: "okhttp/4.9.3", count: 30) + ["Examplebot/1.0"])
        #expect(outcome.units == 60)
        let libraries = (outcome.quality["bots"] as? [String: Any])?["libraries"] as? [String: Any]
        #expect(libraries?["visitors"] as? Int == 30 && libraries?["names"] as? [String] == ["okhttp"])
        #expect(outcome.errors.contains("[libraries-dropped]") && outcome.errors.contains("okhttp"))
        #expect(try !agents(people + ["okhttp/4.9.3"]).errors.contains("[libraries-dropped]"))
    }

    @Test func addressesInAllForms() throws {
        try configure(#"paths: ["a.jsonl"]"#, bots: #"{ denyNetworks: "deny.txt" }"#)
        try directory.write("203.0.113.0/24\n", to: "deny.txt")
        let addresses = [
            "203.0.113.7:4711", "10.0.0.1, 203.0.113.7", " 203.0.113.7", "[::ffff:203.0.113.7]:80", "198.51.100.1",
            "198.51.100.1, 203.0.113.7", "a hash", "another",
        ]
        let lines = addresses.enumerated().map { Self.view("v\($0)", ", \"ip\": \"\($1)\"") }
        try directory.write(lines.joined(), to: "a.jsonl")
        let outcome = try run()
        #expect(outcome.units == 4, "\(outcome.errors)")
        #expect(outcome.errors.contains("a hash, another") && outcome.errors.contains("[addresses-unreadable]"))
        let unreadable = outcome.quality["unreadable_addresses"] as? [String: Any]
        #expect(unreadable?["events"] as? Int == 2)
    }
}

extension [String] {
    /// What a program of the system writes to standard output.
    fileprivate func withTool(in directory: String) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = self
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return data
    }
}
