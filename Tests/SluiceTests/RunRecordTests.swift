import Foundation
import TestSupport
import Testing

/// What each run leaves in `runs/`, and the codes of what it says.
@Suite struct RunRecordTests {
    private func record(_ shop: Shop, _ name: String) throws -> [String: Any] {
        let data = Data(try shop.directory.text("state/runs/\(name).json").utf8)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private func records(_ shop: Shop) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: shop.directory.path + "/state/runs").sorted()
    }

    @Test func aRunLeavesARecord() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        try shop.blacklist(["web,hero,*,carrot,,misspelled"])
        let result = try shop.run("2026-03-01", "--now", "2026-03-01T20:00:00Z", "--json")
        #expect(result.status == 0)
        #expect(result.errors.contains("[input-without-effect]"))
        let record = try record(shop, "2026-03-01T20-00-00Z")
        #expect(record["started"] as? String == "2026-03-01T20:00:00Z")
        #expect(try shop.sluice("--version").output == "sluice \(record["version"] as? String ?? "")\n")
        #expect(record["command"] as? String == "run" && record["exit_code"] as? Int == 0)
        #expect(record["dates"] as? [String] == ["2026-03-01", "2026-03-01"])
        #expect(record["error"] == nil)
        #expect(record["warnings_by_code"] as? [String: Int] == ["input-without-effect": 1])
        let warning = try #require((record["warnings"] as? [[String: Any]])?.first)
        #expect((warning["text"] as? String)?.contains("blacklist.csv:2") == true)
        let counts = try #require((record["counts"] as? [[String: Any]])?.first)
        #expect(counts["visitors"] as? Int == 400 && counts["rejected"] as? Int == 0)
        #expect((record["seconds_by_step"] as? [String: Any])?.keys.sorted() == ["allocation", "statistics"])
        let table = try #require((record["tables"] as? [[String: Any]])?.first)
        #expect(try shop.journal().last == "2026-03-01T20:00:00Z,2026-03-02,\(table["xxh64"] as? String ?? "")")
        // The same events, rendered for machines.
        let summary = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        let codes = (summary["messages"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String }
        #expect(codes == ["input-without-effect", "day-read", "table-published"])
    }

    @Test func aRunThatFailedLeavesOneToo() throws {
        let shop = try Shop()
        try shop.directory.write("this is\nno log\n", to: "events/date=2026-03-01/a.jsonl")
        let result = try shop.run("2026-03-01", "--now", "2026-03-01T20:00:00Z")
        #expect(result.status == 65)
        #expect(result.errors.contains("[too-many-rejected]\n"))
        let record = try record(shop, "2026-03-01T20-00-00Z")
        #expect(record["exit_code"] as? Int == 65)
        let error = try #require(record["error"] as? [String: Any])
        #expect(error["code"] as? String == "too-many-rejected")
        #expect((error["text"] as? String)?.contains("a.jsonl:1") == true)
        // The lock held by another, and a configuration at fault.
        let descriptor = open(shop.directory.path + "/state/.lock", O_RDWR)
        #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        #expect(try shop.run("2026-03-01", "--now", "2026-03-01T20:00:00Z").status == 75)
        close(descriptor)
        try shop.directory.write("{", to: "shop.json5")
        #expect(try shop.run("2026-03-01", "--now", "2026-03-01T20:00:00Z").status == 78)
        #expect(try shop.run("2026-03-01", "--now", "nonsense").status == 64)
        #expect(
            try records(shop) == [
                "2026-03-01T20-00-00Z.json", "2026-03-01T20-00-00Z_002.json", "2026-03-01T20-00-00Z_003.json",
            ])
        let codes = try ["_002", "_003"].map {
            (try self.record(shop, "2026-03-01T20-00-00Z\($0)")["error"] as? [String: Any])?["code"] as? String
        }
        #expect(codes == ["locked", "configuration"])
    }

    @Test func aRecordThatCannotBeWrittenDoesNotChangeTheRun() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        try shop.directory.write("", to: "state/runs")
        let result = try shop.run("2026-03-01")
        #expect(result.status == 0)
        #expect(result.errors.contains("[record-not-written]"))
        #expect(try shop.current() == "allocations/date=2026-03-02")
    }

    @Test func aDayWithoutEventsLeavesNoStatistics() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        #expect(try shop.run("2026-03-01").status == 0)
        #expect(try shop.run("2026-03-02").status == 66)
        #expect(shop.directory.exists("state/statistics/date=2026-03-02/quality.json"))
        #expect(!shop.directory.exists("state/statistics/date=2026-03-02/statistics.csv"))
        // A header alone, as earlier versions left it, goes when the day is run again.
        let header = try #require(
            try shop.directory.text("state/statistics/date=2026-03-01/statistics.csv").split(separator: "\n").first)
        try shop.directory.write("\(header)\n", to: "state/statistics/date=2026-03-02/statistics.csv")
        #expect(try shop.sluice("allocate", "--config", "shop.json5", "--date", "2026-03-02").status == 66)
        #expect(try shop.run("2026-03-02").status == 66)
        #expect(!shop.directory.exists("state/statistics/date=2026-03-02/statistics.csv"))
        try shop.log("2026-03-03")
        #expect(try shop.run("2026-03-03").status == 0)
        #expect(try shop.sluice("history").status == 0)
        let report = try shop.sluice("report")
        #expect(report.status == 0)
        #expect(!(try shop.directory.text("report.html").contains("damaged")))
        // One that is lost is not taken for a day without events.
        try shop.directory.remove("state/statistics/date=2026-03-01/statistics.csv")
        let lost = try shop.sluice("allocate", "--config", "shop.json5", "--date", "2026-03-03")
        #expect(lost.status == 74 && lost.errors.contains("[statistics-lost]"), "\(lost.errors)")
    }
}
