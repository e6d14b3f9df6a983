import Foundation
import Testing
import TestSupport

/// The nights of a small shop, as its cron job runs them.
@Suite struct NightTests {
    @Test func threeNightsAndTheirTable() throws {
        let shop = try Shop()
        for (index, date) in Shop.dates.enumerated() {
            try shop.log(date, seed: UInt64(index))
            let result = try shop.run(date)
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.isEmpty)
        }
        #expect(try shop.current() == "allocations/date=2026-03-04")
        let table = try shop.table("2026-03-04")
        var sums: [String: Decimal] = [:]
        for (key, row) in table {
            let group = key.split(separator: " ").dropLast().joined(separator: " ")
            sums[group, default: 0] += Decimal(string: row.traffic) ?? 0
        }
        #expect(sums == ["hero *": 1, "hero Pune": 1, "hero Kochi": 1, "cart *": 1])
        #expect(table["hero * plain"]?.traffic == "0.100000")
        #expect(table["hero * plain"]?.status == "control")
        let best = try #require(table["hero * c"].flatMap { Double($0.traffic) })
        let worst = try #require(table["hero * a"].flatMap { Double($0.traffic) })
        #expect(best > worst)
        #expect(worst >= 0.02)
    }

    @Test func runningAgainChangesNoByte() throws {
        let shop = try Shop()
        for (index, date) in Shop.dates.enumerated() { try shop.log(date, seed: UInt64(index)) }
        try shop.run("2026-03-01..2026-03-03")
        let first = try shop.state()
        try shop.run("2026-03-01..2026-03-03", "--workers", "7")
        #expect(try shop.state() == first)
        try shop.directory.remove("state")
        for date in Shop.dates { try shop.run(date, "--workers", "1") }
        #expect(try shop.state() == first)
    }

    @Test func orderOfLinesAndFilesChangesNoStatistics() throws {
        let shop = try Shop()
        var lines = Shop.lines("2026-03-01", seed: 5)
        try shop.log("2026-03-01", seed: 5)
        try shop.run("2026-03-01")
        let statistics = try shop.directory.text("state/statistics/date=2026-03-01/statistics.csv")
        var generator = SplitMix64(seed: 3)
        lines.shuffle(using: &generator)
        try shop.directory.remove("events/date=2026-03-01/a.jsonl")
        try shop.directory.write(lines[..<300].joined(separator: "\r\n"), to: "events/date=2026-03-01/z.jsonl")
        try shop.directory.write(lines[300...].joined(separator: "\n"), to: "events/date=2026-03-01/b.jsonl")
        #expect(try shop.run("2026-03-01", "--workers", "3").status == 0)
        #expect(try shop.directory.text("state/statistics/date=2026-03-01/statistics.csv") == statistics)
    }

    @Test func aNightWithoutLogsChangesNoShare() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        try shop.run("2026-03-01")
        let result = try shop.run("2026-03-02")
        #expect(result.status == 66)
        #expect(result.errors.contains("no log file"))
        let before = try shop.directory.text("state/allocations/date=2026-03-02/allocation.csv")
        let after = try shop.directory.text("state/allocations/date=2026-03-03/allocation.csv")
        #expect(before.replacing("2026-03-02", with: "2026-03-03") == after)
        #expect(try shop.current() == "allocations/date=2026-03-03")
    }

    @Test func logsCleanedAwayDoNotEraseWhatWasLearned() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        try shop.run("2026-03-01")
        let before = try shop.state()
        try shop.directory.remove("events")
        let result = try shop.run("2026-03-01")
        #expect(result.status == 66)
        #expect(result.errors.contains("kept"))
        #expect(try shop.state() == before)
    }

    @Test func garbageStopsTheNight() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        try shop.run("2026-03-01")
        let before = try shop.state()
        try shop.directory.write("this is\nno log\n{\"ts\":1}\n", to: "events/date=2026-03-02/a.jsonl")
        let result = try shop.run("2026-03-02")
        #expect(result.status == 65)
        #expect(result.errors.contains("events/date=2026-03-02/a.jsonl:1"))
        #expect(result.errors.contains("not JSON"))
        #expect(try shop.state() == before)
    }

    @Test func aDirectoryInPlaceOfALogStopsTheNight() throws {
        let shop = try Shop()
        try shop.directory.write("", to: "events/date=2026-03-01/a.jsonl/inside")
        let result = try shop.run("2026-03-01")
        #expect(result.status == 74)
        #expect(result.errors.contains("events/date=2026-03-01/a.jsonl"))
        #expect(!shop.directory.exists("state/allocations"))
    }

    @Test func anEmptyLogIsANightWithoutData() throws {
        let shop = try Shop()
        try shop.directory.write("", to: "events/date=2026-03-01/a.jsonl")
        let result = try shop.run("2026-03-01")
        #expect(result.status == 66)
        let table = try shop.table("2026-03-02")
        #expect(table["cart * x"]?.traffic == "0.500000")
        #expect(table["cart * x"]?.status == "new")
    }

    @Test func anExperimentWithNoArmLeftHasNoRows() throws {
        let shop = try Shop()
        for (index, date) in Shop.dates.enumerated() { try shop.log(date, seed: UInt64(index)) }
        try shop.run("2026-03-01")
        try shop.blacklist(["web,cart,*,x,,broken", "web,cart,*,y,2026-03-03,broken"])
        let result = try shop.run("2026-03-02")
        #expect(result.status == 70)
        #expect(result.errors.contains("web/cart"))
        let before = try shop.table("2026-03-02")
        let after = try shop.table("2026-03-03")
        for key in ["cart * x", "cart * y"] { #expect(before[key] != nil && after[key] == nil) }
        #expect(after["hero * a"]?.traffic != before["hero * a"]?.traffic)
        let made = try ["2026-03-02", "2026-03-03"].map { try shop.experiments($0).map { $0["slot"] as? String } }
        #expect(made == [["cart", "hero"], ["hero"]])
        // From the fourth on, y is free again and takes all.
        #expect(try shop.run("2026-03-03").status == 0)
        let free = try shop.table("2026-03-04")
        #expect(free["cart * x"]?.traffic == "0.000000")
        #expect(free["cart * x"]?.status == "blacklisted")
        #expect(free["cart * y"]?.traffic == "1.000000")
    }

    @Test func theManifestTellsThePosteriorOfEveryRow() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        try shop.run("2026-03-01")
        var means: [String: Double] = [:]
        for experiment in try shop.experiments("2026-03-02") {
            for group in experiment["groups"] as? [[String: Any]] ?? [] {
                for arm in group["arms"] as? [[String: Any]] ?? [] {
                    let key = [experiment["slot"], group["segment"], arm["variant"]].map { $0 as? String ?? "" }
                    func number(_ name: String) -> Double { arm[name] as? Double ?? .nan }
                    means[key.joined(separator: " ")] =
                        arm["family"] as? String == "beta"
                        ? number("alpha") / (number("alpha") + number("beta")) : exp(number("location"))
                }
            }
        }
        let rows = try shop.directory.text("state/allocations/date=2026-03-02/allocation.csv").split(separator: "\n")
            .dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        #expect(!rows.isEmpty && means.count == rows.count)
        for row in rows {
            let mean = try #require(means[row[2...4].joined(separator: " ")])
            #expect(abs(mean - (Double(row[8]) ?? .nan)) <= 5.1e-10, "\(row)")
        }
    }

    @Test func anOlderNightDoesNotMoveCurrentBack() throws {
        let shop = try Shop()
        for (index, date) in Shop.dates.enumerated() { try shop.log(date, seed: UInt64(index)) }
        try shop.run("2026-03-01..2026-03-03")
        try shop.log("2026-03-02", seed: 77)
        let result = try shop.run("2026-03-02")
        #expect(result.status == 0)
        #expect(try shop.current() == "allocations/date=2026-03-04")
        #expect(result.errors.contains("--date 2026-03-02..2026-03-03") || result.errors.contains("stale"))
    }

    @Test func twoRunsAtOnce() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        try shop.directory.write("", to: "state/.lock")
        let descriptor = open(shop.directory.path + "/state/.lock", O_RDWR)
        #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        let refused = try shop.run("2026-03-01")
        #expect(refused.status == 75)
        #expect(refused.errors.contains("state/.lock"))
        #expect(!shop.directory.exists("state/statistics"))
        close(descriptor)
        #expect(try shop.run("2026-03-01").status == 0)
    }

    @Test func leftoversOfAKilledRunAreSweptAway() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        try shop.directory.write("half", to: "state/allocations/.date=2026-03-02.tmp/allocation.csv")
        try shop.directory.write("half", to: "state/statistics/.date=2026-03-01.tmp/statistics.csv")
        #expect(try shop.run("2026-03-01").status == 0)
        #expect(!shop.directory.exists("state/allocations/.date=2026-03-02.tmp"))
        #expect(!shop.directory.exists("state/statistics/.date=2026-03-01.tmp"))
    }

    @Test func standardInputIsALogToo() throws {
        let shop = try Shop()
        try shop.log("2026-03-01", seed: 4)
        try shop.run("2026-03-01")
        let statistics = try shop.directory.text("state/statistics/date=2026-03-01/statistics.csv")
        let configuration = try shop.directory.text("shop.json5")
        try shop.directory.write(
            configuration.replacing("events/date={date}/*.jsonl", with: "-"), to: "shop.json5")
        let lines = Shop.lines("2026-03-01", seed: 4).joined(separator: "\n")
        let result = try shop.sluice("statistics", "--config", "shop.json5", "--date", "2026-03-01", input: lines)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try shop.directory.text("state/statistics/date=2026-03-01/statistics.csv") == statistics)
    }

    @Test func halvesMakeTheWhole() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        try shop.run("2026-03-01")
        let whole = try shop.state()
        try shop.directory.remove("state")
        #expect(try shop.sluice("statistics", "--config", "shop.json5", "--date", "2026-03-01").status == 0)
        #expect(!shop.directory.exists("state/allocations"))
        #expect(try shop.sluice("allocate", "--config", "shop.json5", "--date", "2026-03-01").status == 0)
        #expect(try shop.state() == whole)
    }

    @Test func monitoringReadsASummary() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        let result = try shop.run("2026-03-01", "--json", "--quiet")
        let summary = try #require(
            JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        #expect(summary["exit_code"] as? Int == 0)
        #expect(summary["pipeline"] as? String == "shop")
        let nights = try #require(summary["nights"] as? [[String: Any]])
        #expect((nights.first?["table"] as? [String: Any])?["date"] as? String == "2026-03-02")
        let failed = try shop.sluice("run", "--config", "missing.json5", "--json")
        #expect(failed.status == 78)
        let error = try #require(JSONSerialization.jsonObject(with: Data(failed.output.utf8)) as? [String: Any])
        #expect(error["exit_code"] as? Int == 78)
    }

    @Test func aBlacklistedArmOfASmallSegmentGetsNothingThere() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        // Surat has no visitors, so it would be served by everyone's shares.
        try shop.blacklist(["web,hero,Surat,c,,broken there", "web,hero,*,carrot,,misspelled"])
        let result = try shop.run("2026-03-01")
        #expect(result.status == 0)
        #expect(result.errors.contains("blacklist.csv:3") && result.errors.contains("matches no declared arm"))
        let table = try shop.table("2026-03-02")
        #expect(table["hero Surat c"]?.traffic == "0.000000")
        #expect(table["hero Surat plain"]?.traffic == "0.100000")
        #expect(table["hero * c"]?.traffic != "0.000000")
    }

    @Test func aDayThatHasNotBegunIsRefused() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        try shop.run("2026-03-01")
        let result = try shop.run("9998-03-01")
        #expect(result.status == 64)
        #expect(try shop.current() == "allocations/date=2026-03-02")
    }

    @Test func rowsOfAnotherDateInAPartitionAreRefused() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        try shop.run("2026-03-01")
        let name = "state/statistics/date=2026-03-01/statistics.csv"
        try shop.directory.write(
            try shop.directory.text(name).replacing("2026-03-01", with: "2026-02-27"), to: name)
        let result = try shop.sluice("allocate", "--config", "shop.json5", "--date", "2026-03-01")
        #expect(result.status == 74)
        #expect(result.errors.contains("statistics.csv:2"))
    }

    @Test func aLogUnderTwoPathsIsReadOnce() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        try shop.run("2026-03-01")
        let statistics = try shop.directory.text("state/statistics/date=2026-03-01/statistics.csv")
        let configuration = try shop.directory.text("shop.json5")
        try shop.directory.write(
            configuration.replacing(
                "\"events/date={date}/*.jsonl\"",
                with: "\"events/date={date}/*.jsonl\", \"events/../events/date={date}/a.jsonl\""),
            to: "shop.json5")
        #expect(try shop.run("2026-03-01").status == 0)
        #expect(try shop.directory.text("state/statistics/date=2026-03-01/statistics.csv") == statistics)
    }
}
