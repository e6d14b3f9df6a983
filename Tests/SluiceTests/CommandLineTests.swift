import Foundation
import Testing
import TestSupport

/// Words typed right and wrong.
@Suite struct CommandLineTests {
    static let commands = [
        "run", "statistics", "allocate", "merge", "assign", "check", "rollback", "history", "report", "warmstart",
        "compare", "export", "budget", "uplift", "wave", "simulate", "units", "evaluate", "status", "prune",
        "completions", "man", "import",
    ]

    @Test(arguments: commands)
    func everyCommandExplainsItself(command: String) throws {
        let directory = try ScratchDirectory()
        let result = try Binary.sluice([command, "--help"], in: directory.path)
        #expect(result.status == 0)
        #expect(result.output.contains("Usage: sluice \(command)"))
        #expect(result.output.contains("Example"))
        #expect(result.errors.isEmpty)
    }

    @Test func theHelpListsEveryCommand() throws {
        let directory = try ScratchDirectory()
        let result = try Binary.sluice(["--help"], in: directory.path)
        for command in CommandLineTests.commands { #expect(result.output.contains("  \(command) ")) }
    }

    /// One table of exit codes: `--help`, `sluice help exit`, the pages and the manual have the same.
    @Test func exitCodesAreTheSameEverywhere() throws {
        let directory = try ScratchDirectory()
        func codes(_ text: String, _ pattern: Regex<(Substring, Substring)>) -> [String] {
            text.matches(of: pattern).map { String($0.output.1) }
        }
        let listed = codes(try Binary.sluice(["--help"], in: directory.path).output, #/\n  (\d+) +[a-z]/#)
        #expect(listed == ["0", "1", "64", "65", "66", "70", "74", "75", "76", "78"])
        let page = try Binary.sluice(["help", "exit"], in: directory.path).output
        #expect(codes(page, #/\n  (\d+) +[a-z]/#) == listed)
        #expect(page.matches(of: #/to do: /#).count == listed.count)
        let manual = try Binary.sluice(["man", "run"], in: directory.path).output
        #expect(codes(manual, #/\n\.B (\d+)/#) == listed)
        func file(_ name: String) throws -> String {
            try String(contentsOfFile: SourceTree.root + "/pipelines/" + name, encoding: .utf8)
        }
        #expect(codes(try file("README.md"), #/\n\| (\d+) \|/#) == listed)
        #expect(codes(try file("when-a-night-breaks.md"), #/\n## (\d+):/#) == Array(listed.dropFirst()))
    }

    @Test(arguments: [
        (["rum"], "'run'"), ([], "--help"), (["run"], "--config"), (["run", "--confg", "x"], "--config"),
        (["run", "--config", "x", "--config", "y"], "twice"), (["run", "--config"], "needs a value"),
        (["check", "--config", "x", "extra"], "extra"), (["history", "--state", "nowhere"], "nowhere"),
        (["merge"], "no file"), (["run", "--config", "x", "--json", "--print"], "one of them"),
    ])
    func wrongWordsAreUsageErrors(words: [String], hint: String) throws {
        let directory = try ScratchDirectory()
        let result = try Binary.sluice(words, in: directory.path)
        #expect(result.status == 64)
        #expect(result.errors.contains(hint), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test(arguments: ["2026-02-30", "yesterday", "2026-03-03..2026-03-01", "2026-3-1"])
    func wrongDatesAreUsageErrors(date: String) throws {
        let result = try Shop().run(date)
        #expect(result.status == 64)
        #expect(result.errors.contains(date))
    }

    @Test func floorsOverOneAreRefused() throws {
        let shop = try Shop(floor: "0.5")
        try shop.log("2026-03-01")
        let result = try shop.run("2026-03-01")
        #expect(result.status == 78)
        #expect(result.errors.contains("shop.json5:"))
        #expect(!shop.directory.exists("state/allocations"))
    }

    @Test func checkLooksIntoTheFilesNamed() throws {
        let shop = try Shop()
        #expect(try shop.sluice("check", "--config", "shop.json5").status == 0)
        try shop.blacklist(["web,cart,*,x,soon,broken"])
        let result = try shop.sluice("check", "--config", "shop.json5")
        #expect(result.status == 78)
        #expect(result.errors.contains("blacklist.csv:2"))
    }

    @Test func assignedSharesAreTheTables() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        try shop.run("2026-03-01")
        let visitors = (0..<20_000).map { "visitor-\($0)" }.joined(separator: "\n")
        let result = try shop.sluice(
            "assign", "--table", "state", "--platform", "web", "--slot", "hero", "--segment", "Pune", "-",
            input: visitors)
        #expect(result.status == 0)
        var counts: [String: Int] = [:]
        var traffic: [String: Double] = [:]
        for line in result.output.split(separator: "\n").dropFirst() {
            let fields = line.split(separator: ",").map(String.init)
            counts[fields[1], default: 0] += 1
            traffic[fields[1]] = Double(fields[2])
        }
        #expect(counts.values.reduce(0, +) == 20_000)
        for (variant, row) in try shop.table("2026-03-02") where variant.hasPrefix("hero Pune ") {
            let name = String(variant.split(separator: " ")[2])
            let share = try #require(Double(row.traffic))
            #expect(traffic[name] == share)
            // Six standard errors: never by chance.
            let deviation = abs(Double(counts[name] ?? 0) / 20_000 - share)
            #expect(deviation < 6 * (share * (1 - share) / 20_000).squareRoot())
        }
    }

    @Test func assignNamesTheSlotsThereAre() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        try shop.run("2026-03-01")
        let result = try shop.sluice("assign", "--table", "state", "--platform", "web", "--slot", "her", "v")
        #expect(result.status == 64)
        #expect(result.errors.contains("web/hero"))
    }

    @Test func aDamagedTableIsNotServed() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        try shop.run("2026-03-01")
        let name = "state/allocations/date=2026-03-02/allocation.csv"
        try shop.directory.write(try shop.directory.text(name).replacing("hero", with: "hera"), to: name)
        let result = try shop.sluice("assign", "--table", "state", "--platform", "web", "--slot", "hero", "v")
        #expect(result.status == 74)
        #expect(result.errors.contains("allocation.csv"))
        #expect(try shop.sluice("history", "--tables").output.contains("damaged"))
        let history = try shop.sluice("history")
        #expect(history.output.contains("missing or damaged: table of 2026-03-02"))
        #expect(history.errors.contains("allocation.csv"))
    }

    @Test func rollbackServesAnEarlierTable() throws {
        let shop = try Shop()
        for (index, date) in Shop.dates.enumerated() { try shop.log(date, seed: UInt64(index)) }
        try shop.run("2026-03-01..2026-03-03")
        #expect(try shop.sluice("rollback").status == 0)
        #expect(try shop.current() == "allocations/date=2026-03-03")
        #expect(try shop.sluice("rollback", "--to", "2026-03-02").status == 0)
        #expect(try shop.current() == "allocations/date=2026-03-02")
        #expect(try shop.sluice("rollback").status == 64)
        #expect(try shop.sluice("rollback", "--to", "2025-01-01").status == 64)
        let history = try shop.sluice("history", "--tables").output.split(separator: "\n")
        #expect(history.count == 4)
        #expect(history[1].hasPrefix("*") && history[1].contains("2026-03-02"))
    }

    @Test func partsMergeToTheWhole() throws {
        let shop = try Shop()
        let lines = Shop.lines("2026-03-01", seed: 9)
        func statistics(_ lines: [String], state: String) throws -> String {
            try shop.directory.write(lines.joined(separator: "\n"), to: "events/date=2026-03-01/a.jsonl")
            let result = try shop.run("2026-03-01", "--state", state)
            #expect(result.status == 0)
            return "\(state)/statistics/date=2026-03-01/statistics.csv"
        }
        // Visitors with an even number on one machine, the others on another.
        func isEven(_ line: String) -> Bool {
            line.contains(try! Regex(#""visitor":"v\d*[02468]""#))
        }
        let whole = try shop.directory.text(try statistics(lines, state: "whole"))
        let even = try statistics(lines.filter(isEven), state: "even")
        let odd = try statistics(lines.filter { !isEven($0) }, state: "odd")
        let merged = try shop.sluice("merge", odd, even)
        #expect(merged.status == 0)
        #expect(merged.output == whole)
    }
}
