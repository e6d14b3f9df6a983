import Foundation
import TestSupport
import Testing

/// `sluice wave` as it is typed, and beside the nightly job with the same holdout.
@Suite struct WaveCommandTests {
    private static let scores =
        "customer,message,uplift,baseline,cost\n"
        + (0..<4_000).map { "visitor-\($0),a,\($0 % 5 - 1),0.2,0.5\nvisitor-\($0),b,\($0 % 3),0.2,1.5\n" }.joined()

    private static func wave(_ directory: ScratchDirectory, _ number: Int, _ words: String...) throws -> Binary.Result {
        try Binary.sluice(
            ["wave", "--campaign", "site", "--wave", "\(number)", "--output", "w\(number)"] + words, in: directory.path)
    }

    private static func rows(_ directory: ScratchDirectory, _ wave: Int) throws -> [[String]] {
        try directory.text("w\(wave)/decisions.csv").split(separator: "\n").dropFirst().map {
            $0.split(separator: ",").map(String.init)
        }
    }

    @Test func controlIsTheHoldoutOfTheNight() throws {
        let shop = try Shop()
        try shop.directory.write(
            """
            { pipeline: "shop", timezone: "Asia/Kolkata", events: { paths: ["events/date={date}/*.jsonl"] },
              experiments: [{ platform: "web", slot: "hero", variants: ["a", "b", "c"],
                control: { variant: "plain", traffic: 0.1 }, holdout: "site" }] }
            """, to: "shop.json5")
        try shop.log(Shop.dates[0], seed: 1)
        #expect(try shop.run(Shop.dates[0]).status == 0)
        let assigned = try Binary.sluice(
            ["assign", "--platform", "web", "--slot", "hero", "--table", "state"], in: shop.directory.path,
            input: (0..<4_000).map { "visitor-\($0)\n" }.joined())
        let held = Set(
            assigned.output.split(separator: "\n").filter { $0.contains(",plain,") }.map {
                String($0.prefix { $0 != "," })
            })
        #expect(abs(held.count - 400) < 76)
        try shop.directory.write(Self.scores, to: "s.csv")
        for (number, explore) in [(1, "0.2"), (2, "0.5"), (7, "1")] {
            let result = try Self.wave(
                shop.directory, number, "--scores", "s.csv", "--control", "0.1", "--explore", explore, "--size", "0.3")
            #expect(result.status == 0, "\(result.errors)")
            let control = try Self.rows(shop.directory, number).filter { $0[1] == "control" }
            #expect(Set(control.map { $0[0] }) == held)
            #expect(control.allSatisfy { $0[2] == "control" && $0[3] == "0.1" && $0[4] == "\(number)" })
        }
    }

    @Test func everybodyGetsWhatTheFileSaysWithAllAndReserve() throws {
        let directory = try ScratchDirectory()
        try directory.write(Self.scores, to: "s.csv")
        try directory.write("name,customer\nx,visitor-1\ny,visitor-2\nz,stranger\n", to: "r.csv")
        try directory.write("customer\n" + (0..<500).map { "visitor-\($0)\n" }.joined() + "new\n", to: "c.csv")
        let result = try Self.wave(
            directory, 1, "--scores", "s.csv", "--control", "0.2", "--explore", "0.1", "--size", "0.5", "--all",
            "--reserve",
            "r.csv", "--customers", "c.csv")
        #expect(result.status == 0, "\(result.errors)")
        let rows = try Self.rows(directory, 1)
        #expect(rows.count == 499)
        #expect(rows.map { $0[0] } == rows.map { $0[0] }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        #expect(!rows.contains { ["visitor-1", "visitor-2", "stranger"].contains($0[0]) })
        #expect(result.errors.contains("2 customers of the reserve left out before any draw"))
        #expect(result.errors.contains("3,500 customers with scores are not in --customers: left out"))
        for row in rows {
            switch row[2] {
            case "control": #expect(row[1] == "control" && row[3] == "0.2")
            case "out": #expect(row[1] == "out" && row[3] == "0.4")
            // Of the wave's half: a third of a tenth, and for the decision's nine tenths more, times 0.8.
            case "explore": #expect(abs((Double(row[3]) ?? 0) - 0.8 * 0.5 * 0.1 / 3) < 1e-6)
            default: #expect(row[2] == "target" && abs((Double(row[3]) ?? 0) - 0.8 * 0.5 * (0.9 + 0.1 / 3)) < 1e-6)
            }
        }
        // The message of the greatest uplift less cost, where that is above 0: visitor-4 has 3 − 0.5 of a, 1 − 1.5 of b.
        let targeted = rows.filter { $0[2] == "target" }
        for row in targeted where row[0].hasPrefix("visitor-") {
            let number = Int(row[0].dropFirst(8)) ?? 0
            let (a, b) = (Double(number % 5 - 1) - 0.5, Double(number % 3) - 1.5)
            #expect(row[1] == (max(a, b) <= 0 ? "none" : a >= b ? "a" : "b"), "\(row)")
        }
        let record = try directory.text("w1/wave.json")
        #expect(record.contains("\"campaign\" : \"site\"") && record.contains("\"reserved\" : 2"))
    }

    /// The control of earlier waves is `reserved` by decisions, and must stay what it is.
    @Test func reservedCustomersStayControl() throws {
        let directory = try ScratchDirectory()
        let customers = (0..<200).map { "k\($0)" }
        let scores = "customer,message,uplift,baseline\n" + customers.map { "\($0),a,1,0\n" }.joined()
        try directory.write(scores, to: "scores.csv")
        let common = ["wave", "--campaign", "c", "--control", "0.3", "--explore", "0.3", "--size", "1"]
        let first = try Binary.sluice(
            common + ["--wave", "1", "--output", "w1", "--scores", "scores.csv"], in: directory.path)
        #expect(first.status == 0, "\(first.errors)")
        let control = Set(try Self.rows(directory, 1).filter { $0[1] == "control" }.map { $0[0] })
        #expect(control.count > 30)
        let decisions = customers.map { "\($0),\(control.contains($0) ? "none,reserved" : "a,best")\n" }.joined()
        try directory.write("customer,message,reason\n" + decisions, to: "d.csv")
        let second = try Binary.sluice(
            common + ["--wave", "2", "--output", "w2", "--decisions", "d.csv", "--message", "a"], in: directory.path)
        #expect(second.status == 0 && !second.errors.contains("warning"), "\(second.errors)")
        #expect(Set(try Self.rows(directory, 2).filter { $0[1] == "control" }.map { $0[0] }) == control)
    }

    @Test func nobodyLeftLeavesNoFolder() throws {
        let directory = try ScratchDirectory()
        try directory.write("customer,message,uplift,baseline\nk,a,1,0\n", to: "scores.csv")
        try directory.write("customer\nk\n", to: "reserve.csv")
        let result = try Self.wave(
            directory, 1, "--scores", "scores.csv", "--control", "0", "--explore", "0.5", "--reserve", "reserve.csv")
        #expect(result.status == 66 && result.errors.contains("nobody is left"), "\(result.errors)")
        #expect(!directory.exists("w1"))
    }

    @Test func equalMessagesGoToTheCheaper() throws {
        let directory = try ScratchDirectory()
        let rows = (0..<50).map { "k\($0),a,0.05,0,0.02\nk\($0),b,0.03,0,0\n" }.joined()
        try directory.write("customer,message,uplift,baseline,cost\n" + rows, to: "scores.csv")
        let result = try Self.wave(
            directory, 1, "--scores", "scores.csv", "--control", "0", "--explore", "0.0001", "--size", "1")
        #expect(result.status == 0, "\(result.errors)")
        #expect(try Self.rows(directory, 1).filter { $0[2] == "target" }.allSatisfy { $0[1] == "b" })
    }

    @Test func namesThatRunAsFormulas() throws {
        let directory = try ScratchDirectory()
        let text = "customer,message,uplift,baseline\n=k,a,1,0\nk,a,1,0\n"
        try directory.write(text, to: "scores.csv")
        let customer = try Self.wave(
            directory, 1, "--scores", "scores.csv", "--control", "0", "--explore", "0.5", "--size", "1")
        #expect(customer.status == 0 && customer.errors.contains("warning: 1 customer whose name a spreadsheet"))
        try directory.write(text.replacingOccurrences(of: ",a,", with: ",+a,"), to: "scores.csv")
        let message = try Self.wave(
            directory, 2, "--scores", "scores.csv", "--control", "0", "--explore", "0.5", "--size", "1")
        #expect(message.status == 65 && message.errors.contains("message '+a' would be run as a formula"))
        #expect(!directory.exists("w2"))
    }

    @Test func decisionsDrawAWaveToo() throws {
        let directory = try ScratchDirectory()
        try directory.write("customer,message,reason\nk1,a,best\nk2,none,weak\nk3,none,reserved\n", to: "d.csv")
        let words = ["--decisions", "d.csv", "--control", "0", "--explore", "0.3", "--size", "1"]
        let result = try Binary.sluice(
            ["wave", "--campaign", "c", "--wave", "1", "--output", "w1", "--message", "a", "--message", "b"] + words,
            in: directory.path)
        #expect(result.status == 0, "\(result.errors)")
        // Who is in a reserve is sent nothing, though no --reserve names him again.
        #expect(try Self.rows(directory, 1).map { $0[0] } == ["k1", "k2"])
        #expect(
            result.errors.contains(
                "warning: 1 customer `reserved` by the decisions and not of this campaign's control: left out"))
        #expect(try directory.text("w1/wave.json").contains("\"reserved\" : 1"))
        try directory.write("customer,message\nk1,a\nk2,z\n", to: "d.csv")
        let unknown = try Self.wave(
            directory, 2, "--decisions", "d.csv", "--control", "0", "--explore", "0.3", "--message", "a")
        #expect(unknown.status == 64 && unknown.errors.contains("d.csv:3: message 'z' is not among --message"))
        try directory.write("customer,message\nk1,a\nk1,a\n", to: "d.csv")
        let twice = try Self.wave(
            directory, 2, "--decisions", "d.csv", "--control", "0", "--explore", "0.3", "--message", "a")
        #expect(twice.status == 65 && twice.errors.contains("d.csv:3: a second decision for customer 'k1'"))
        #expect(!directory.exists("w2"))
    }

    @Test(arguments: [
        (["--control", "1", "--explore", "0.1"], "--control is 1"),
        (["--control", "1.5", "--explore", "0.1"], "--control is '1.5'"),
        (["--control", "0.1", "--explore", "2"], "--explore is '2'"),
        (["--control", "0.1", "--explore", "0"], "give at least 0.0000"),
        (["--control", "0.1", "--explore", "0.1234567"], "six decimals"),
        (["--control", "0.1", "--explore", "0.1", "--size", "0"], "--size is 0"),
        (["--control", "0.1", "--explore", "0.1", "--message", "x"], "has no scores of it; it has a, b"),
        (["--control", "0.1", "--explore", "0.1", "--message", "rest"], "means something else in a wave"),
        (["--control", "0.1", "--explore", "0.1", "--status"], "does not go with --status"),
    ])
    func wrongCommandLines(_ words: [String], _ text: String) throws {
        let directory = try ScratchDirectory()
        try directory.write(Self.scores, to: "s.csv")
        let result = try Binary.sluice(
            ["wave", "--campaign", "c", "--wave", "1", "--output", "w", "--scores", "s.csv"] + words, in: directory.path
        )
        #expect(result.status == 64 && result.errors.contains(text), "\(result.errors)")
        #expect(!directory.exists("w"))
    }

    @Test func statusNeedsWavesAndReasons() throws {
        let directory = try ScratchDirectory()
        try directory.write("customer,message,outcome,propensity,wave\na,m,1,0.5,1\n", to: "o.csv")
        let without = try Binary.sluice(["wave", "--status", "--outcomes", "o.csv"], in: directory.path)
        #expect(without.status == 65 && without.errors.contains("o.csv:1: no column 'reason'"))
        try directory.write(
            "customer,message,outcome,propensity,wave,reason\na,m,1,0.5,1,target\na,m,1,0.5,2,target\n", to: "o.csv")
        let early = try Binary.sluice(["wave", "--status", "--outcomes", "o.csv"], in: directory.path)
        #expect(early.status == 70 && early.errors.contains("2 waves in the outcomes"))
        var rows = "customer,message,outcome,propensity,wave,reason\n"
        for wave in 1...3 {
            for number in 0..<400 {
                let isControl = number % 4 == 0
                rows += "c\(number),\(isControl ? "control" : "m"),\((number + wave) % 3 == 0 ? 1 : 0),"
                rows += "\(isControl ? "0.25" : "0.75"),\(wave),\(isControl ? "control" : "target")\n"
            }
        }
        try directory.write(rows, to: "o.csv")
        try directory.write(
            "customer,ts,channel\nc0,2026-11-05,sms\nc8,2026-11-05,sms\nc1,2026-11-05,sms\n", to: "k.csv")
        let status = try Binary.sluice(
            [
                "wave", "--status", "--outcomes", "o.csv", "--contacts", "k.csv", "--from", "2026-11-01", "--until",
                "2026-12-01",
            ],
            in: directory.path)
        #expect(status.status == 0, "\(status.errors)")
        #expect(
            status.output.hasSuffix("\ncontinue\n")
                && status.output.contains("2 of 100 customers of control were contacted: 2.00 %"))
        #expect(status.errors.contains("2.00 % of control were contacted"))
    }
}
