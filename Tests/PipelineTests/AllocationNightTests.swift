import Allocation
import Configuration
import Domain
import Foundation
import Learning
import Pipeline
import Randomizer
import State
import TestSupport
import Testing

/// Nights on statistics that are given: who may be shown, who is stopped, what is carried over.
@Suite struct AllocationNightTests {
    private final class Nights {
        let directory: ScratchDirectory
        var experiment = #"platform: "web", slot: "hero", variants: ["a", "b"]"#
        var more = ""

        init() throws {
            directory = try ScratchDirectory()
            try directory.write("platform,slot,segment,variant,until,reason\n", to: "blacklist.csv")
        }

        func statistics(_ date: String, _ rows: [(variant: String, visitors: Int, clickers: Int, purchasers: Int)])
            throws
        {
            let lines = rows.map {
                "\(date),web,hero,*,\(date),\($0.variant),\($0.visitors),\($0.visitors),\($0.clickers),\($0.purchasers),"
                    + "\($0.clickers),\($0.purchasers),0,0"
            }
            let header =
                "date,platform,slot,segment,table,variant,visitors,views,clicks,purchases,clickers,purchasers,revenue,"
                + "revenue_squared"
            try directory.write(
                ([header] + lines).joined(separator: "\n") + "\n", to: "state/statistics/date=\(date)/statistics.csv")
        }

        @discardableResult
        func run(_ date: String) throws -> NightOutcome {
            let text = """
                { pipeline: "t", timezone: "UTC", events: { paths: ["x"] }, \(more)
                  experiments: [{ \(experiment) }], blacklist: "\(directory.path)/blacklist.csv" }
                """
            var options = NightlyRun.Options()
            options.steps = [.allocation]
            // Variants come and go here without being retired.
            options.accepts = true
            let night = NightlyRun(
                configuration: try Configuration.from(bytes: Array(text.utf8), file: "t.json5"),
                configurationBytes: Array(text.utf8), state: StateDirectory(path: directory.path + "/state"),
                options: options, report: { _ in })
            let date = try #require(CalendarDate(date))
            var outcome: NightOutcome?
            try night.run(date...date) { outcome = $0 }
            return try #require(outcome)
        }

        func rows(_ date: String) throws -> [AllocationRow] {
            try AllocationFile.rows(
                Array(try directory.text("state/allocations/date=\(date)/allocation.csv").utf8), file: "allocation.csv")
        }
    }

    @Test("Everything blacklisted without a control: an empty table serves nothing, and the next night is well again")
    func nothingToShow() throws {
        let nights = try Nights()
        try nights.statistics("2026-11-01", [("a", 1_000, 50, 0), ("b", 1_000, 60, 0)])
        try nights.directory.write(
            "platform,slot,segment,variant,until,reason\nweb,hero,*,*,2026-11-02,wrong price\n", to: "blacklist.csv")
        let outcome = try nights.run("2026-11-01")
        #expect(outcome.leftOut == ["web/hero"] && outcome.carriedOver.isEmpty)
        #expect(try nights.rows("2026-11-02").isEmpty)
        let served = try AllocationTable(path: nights.directory.path + "/state")
        #expect(served.date == "2026-11-02" && served.experiments.isEmpty)
        #expect(served.experiment(platform: "web", slot: "hero") == nil)
        try nights.statistics("2026-11-02", [("a", 10, 1, 0), ("b", 10, 1, 0)])
        #expect(try nights.run("2026-11-02").leftOut.isEmpty)
        #expect(try nights.rows("2026-11-03").map(\.status) == [.active, .active])
    }

    @Test("A variant is served between its dates")
    func dates() throws {
        let nights = try Nights()
        nights.experiment =
            #"platform: "web", slot: "hero", variants: ["a", { name: "b", from: "2026-11-03", until: "2026-11-03" }]"#
        try nights.statistics("2026-11-01", [("a", 1_000, 50, 0)])
        for (date, status) in [("2026-11-01", ArmStatus.scheduled), ("2026-11-02", .new), ("2026-11-03", .ended)] {
            try nights.run(date)
            let next = try #require(CalendarDate(date)).advanced(by: 1)
            let rows = try nights.rows("\(next)")
            #expect(rows[1].status == status && (rows[1].traffic > 0) == (status == .new), "\(next)")
            #expect(rows[0].verdict == .open)
        }
    }

    @Test("An arm that harms what a guardrail names is stopped, stays so, and is free when it is declared anew")
    func guardrail() throws {
        let nights = try Nights()
        nights.experiment =
            #"platform: "web", slot: "hero", variants: ["a", "b"], control: { variant: "plain", traffic: 0.3 }"#
        nights.more = #"learning: { guardrails: [{ metric: "purchase", tolerance: 0.05 }] },"#
        try nights.statistics(
            "2026-11-01", [("a", 50_000, 9_000, 1_000), ("b", 50_000, 2_500, 2_500), ("plain", 50_000, 2_500, 2_500)])
        let outcome = try nights.run("2026-11-01")
        #expect(outcome.warnings.contains { $0.contains("a is stopped") })
        let rows = try nights.rows("2026-11-02")
        #expect(rows.map(\.status) == [.stopped, .active, .control])
        #expect(rows[0].traffic == 0 && rows[0].verdict == nil && rows[0].liftHigh != nil)
        // The harm is made up for in numbers: it stays stopped all the same.
        try nights.statistics(
            "2026-11-02", [("a", 90_000, 9_000, 9_000), ("b", 50_000, 2_500, 2_500), ("plain", 50_000, 2_500, 2_500)])
        #expect(try nights.run("2026-11-02").warnings.isEmpty)
        #expect(try nights.rows("2026-11-03")[0].status == .stopped)
        // A night on which it is outside for another reason too does not free it.
        let declared = nights.experiment
        nights.experiment = declared.replacing(#"["a","#, with: #"[{ name: "a", from: "2026-11-20" },"#)
        try nights.run("2026-11-02")
        #expect(try nights.rows("2026-11-03")[0].status == .stopped)
        // Nor does a night that leaves the experiment out.
        try nights.directory.write(
            "platform,slot,segment,variant,until,reason\nweb,hero,*,*,2026-11-04,wrong price\n", to: "blacklist.csv")
        #expect(try nights.run("2026-11-03").leftOut == ["web/hero"])
        try nights.directory.write("platform,slot,segment,variant,until,reason\n", to: "blacklist.csv")
        try nights.run("2026-11-04")
        #expect(try nights.rows("2026-11-05")[0].status == .stopped)
        nights.experiment = declared.replacing(#""a", "#, with: "")
        try nights.run("2026-11-05")
        nights.experiment = declared
        try nights.run("2026-11-06")
        #expect(try nights.rows("2026-11-07")[0].status == .active)
    }

    @Test("Rows that are carried over leave out what is blacklisted since")
    func carriedOver() throws {
        let nights = try Nights()
        nights.experiment = #"platform: "web", slot: "hero", variants: ["a", "b", "c"]"#
        try nights.statistics("2026-11-01", [("a", 1_000, 50, 0), ("b", 1_000, 60, 0), ("c", 1_000, 55, 0)])
        try nights.run("2026-11-01")
        // A beginning that is still to come: nothing can be learned.
        nights.more = #"learning: { since: "2026-12-24" },"#
        nights.experiment = #"platform: "web", slot: "hero", variants: ["a", "b", "d"]"#
        try nights.directory.write(
            "platform,slot,segment,variant,until,reason\nweb,hero,*,b,,wrong price\n", to: "blacklist.csv")
        let outcome = try nights.run("2026-11-02")
        #expect(outcome.carriedOver == ["web/hero"])
        let rows = try nights.rows("2026-11-03")
        #expect(rows.map(\.key.variant) == ["a", "b"], "what is declared no longer is not shown")
        #expect(rows.map(\.status) == [.active, .blacklisted] && rows.map(\.traffic) == [1_000_000, 0])
    }

    @Test("An arm whose visitors came on days without another is new, however many they are")
    func neverCompared() throws {
        let nights = try Nights()
        nights.experiment = #"platform: "web", slot: "hero", variants: ["a", "b", "c"]"#
        for (date, arms) in [
            ("2026-11-01", [("a", 5_000, 250, 0), ("b", 5_000, 300, 0)]), ("2026-11-02", [("c", 9_000, 300, 0)]),
        ] {
            try nights.statistics(date, arms)
        }
        try nights.run("2026-11-02")
        let rows = try nights.rows("2026-11-03")
        #expect(rows[2].status == .new && rows[2].traffic <= 333_334, "\(rows[2])")
        #expect(rows[1].traffic > rows[0].traffic)
        // Some visitors of another arm, who strayed in.
        try nights.statistics("2026-11-02", [("c", 9_000, 300, 0), ("a", 3, 0, 0)])
        try nights.run("2026-11-02")
        #expect(try nights.rows("2026-11-03")[2].status == .new)
        try nights.statistics("2026-11-02", [("c", 9_000, 300, 0), ("a", 3_000, 100, 0)])
        try nights.run("2026-11-02")
        #expect(try nights.rows("2026-11-03")[2].status == .active)
    }

    @Test("Every reward that somebody gave is told, and which one decides")
    func rewards() throws {
        let nights = try Nights()
        try nights.statistics("2026-11-01", [("a", 1_000, 50, 3), ("b", 1_000, 60, 0)])
        try nights.run("2026-11-01")
        let lines = try nights.directory.text("state/allocations/date=2026-11-02/rewards.csv").split(separator: "\n")
        #expect(lines.count == 5)
        #expect(lines[1].hasPrefix("2026-11-02,web,hero,*,a,click,true,0.05"))
        #expect(lines[2].hasPrefix("2026-11-02,web,hero,*,a,purchase,false,0.00"))
    }
}
