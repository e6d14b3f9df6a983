import Foundation
import TestSupport
import Testing

/// What `sluice prune` takes, and what it must leave.
@Suite struct PruneTests {
    /// Ten nights, learned from the last `window` days each; verdicts, which know no window, begin with the sixth.
    private func shop(window: Int?) throws -> Shop {
        let shop = try Shop()
        let learning = window.map {
            "learning: { window: \($0), since: \"2026-03-06\", segments: { minimumVisitors: 150 } },"
        }
        if let learning { try shop.configure(learning: learning) }
        for day in 1...10 {
            let date = day < 10 ? "2026-03-0\(day)" : "2026-03-10"
            try shop.log(date, seed: UInt64(day))
            // Before the sixth nothing counts, so that shares stay what the first table has; the fifth makes the sixth's, from nothing.
            let isEarly = window != nil && (2..<5).contains(day)
            #expect(try shop.run(date, "--now", "\(date)T20:00:00Z").status == (isEarly ? 70 : 0))
        }
        return shop
    }

    private func dates(_ shop: Shop, _ part: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: shop.directory.path + "/state/\(part)")
            .filter { $0.hasPrefix("date=") }.map { String($0.dropFirst(5)) }.sorted()
    }

    /// At half past one of the eleventh.
    private func prune(_ shop: Shop, _ keep: String, _ more: String...) throws -> Binary.Result {
        try Binary.sluice(
            ["prune", "--config", "shop.json5", "--keep", keep, "--now", "2026-03-10T20:00:00Z"] + more,
            in: shop.directory.path)
    }

    @Test func windowsAndServingTablesStay() throws {
        let shop = try shop(window: 3)
        let before = try shop.directory.files(below: "state")
        let journal = try shop.journal()
        // The oldest night kept is that of the eighth, which learns from the sixth to the eighth.
        let dry = try prune(shop, "3d", "--dry-run")
        #expect(dry.status == 0)
        let listed = dry.output.split(separator: "\n").map(String.init)
        #expect(listed.filter { $0.contains("/statistics/") } == (1...5).map { "state/statistics/date=2026-03-0\($0)" })
        // Visitors of the sixth and seventh were served by the tables of these days.
        #expect(
            listed.filter { $0.contains("/allocations/") } == (2...5).map { "state/allocations/date=2026-03-0\($0)" })
        #expect(listed.count { $0.contains("/runs/") } == 7)
        #expect(
            try shop.directory.files(below: "state").filter { $0.key != ".lock" } == before.filter { $0.key != ".lock" }
        )

        let result = try prune(shop, "3d")
        #expect(result.status == 0 && result.output.isEmpty)
        #expect(result.errors.contains("removed 5 days of statistics, 4 tables, 7 records"), "\(result.errors)")
        for path in listed { #expect(!shop.directory.exists(path)) }
        #expect(try dates(shop, "statistics").first == "2026-03-06")
        #expect(try dates(shop, "allocations").first == "2026-03-06")
        #expect(try shop.journal() == journal)
        // Whatever nights are kept can be run again to the same bytes, and the state is whole.
        for day in ["2026-03-08", "2026-03-09", "2026-03-10"] {
            #expect(try shop.run(day, "--now", "2026-03-10T21:00:00Z").status == 0)
        }
        for (path, bytes) in try shop.state() { #expect(before[path] == bytes, "\(path)") }
        #expect(try shop.journal() == journal)
        #expect(try shop.sluice("status", "--now", "2026-03-11T04:00:00Z").status == 0)
        #expect(try shop.sluice("history").status == 0)
        #expect(try prune(shop, "3d", "--dry-run").output.isEmpty)
    }

    @Test func withoutAWindowStatisticsStay() throws {
        let shop = try shop(window: nil)
        let result = try prune(shop, "1d", "--dry-run")
        #expect(result.status == 0)
        #expect(
            !result.output.contains("/statistics/") && !result.output.contains("date=2026-03-02"), "\(result.output)")
        #expect(result.errors.contains("kept all the same"))
    }

    @Test func theServedTableStaysHoweverOld() throws {
        let shop = try shop(window: 1)
        #expect(try shop.sluice("rollback", "--to", "2026-03-03").status == 0)
        #expect(try prune(shop, "2d").status == 0)
        #expect(try dates(shop, "allocations").first == "2026-03-03")
        #expect(try shop.current() == "allocations/date=2026-03-03")
        #expect(try shop.sluice("assign", "--table", "state", "--platform", "web", "--slot", "hero", "v").status == 0)
    }

    @Test func whatItCannotReadItDoesNotJudge() throws {
        let shop = try shop(window: 1)
        try shop.directory.write("nonsense\n", to: "state/statistics/date=2026-03-02/statistics.csv")
        let before = try shop.state()
        let result = try prune(shop, "2d")
        #expect(result.status == 74 && result.errors.contains("date=2026-03-02"), "\(result.errors)")
        #expect(try shop.state() == before)
    }

    @Test(arguments: ["0d", "10", "d", "-1d", "1w", "999999999999d"])
    func wordsThatAreNoDays(keep: String) throws {
        let shop = try Shop()
        #expect(try shop.sluice("prune", "--config", "shop.json5", "--keep=\(keep)").status == 64)
    }
}
