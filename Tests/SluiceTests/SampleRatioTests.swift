import Foundation
import TestSupport
import Testing

/// Visitors against the shares that served them, from the log to `quality.json`.
@Suite struct SampleRatioTests {
    let directory: ScratchDirectory

    struct Arm: Decodable {
        var variant: String
        var visitors: Int
        var expected: Double
    }

    struct Check: Decodable {
        var pValue: Double?
        var isSuspicious: Bool
        var arms: [Arm]
    }

    struct Stated: Decodable, Equatable {
        var platform: String
        var slot: String
        var stated: Int
        var differing: Int?
        var incomparable: Int
        var notStated: Int
    }

    struct Quality: Decodable {
        var timezone: String
        var sampleRatio: [Check]
        var propensities: [Stated]?
    }

    init() throws {
        directory = try ScratchDirectory()
    }

    private func configure(_ variants: [String]) throws {
        try directory.write(
            """
            { pipeline: "t", timezone: "UTC",
              events: { paths: ["log/{date}.csv"], fields: { platform: { constant: "web" } } },
              experiments: [{ platform: "web", slot: "hero", variants: \(variants) }] }
            """, to: "p.json5")
    }

    /// Statistics of a day as an earlier night left them, of 3,000 visitors an arm.
    private func learned(_ date: String, clickers: [String: Int]) throws {
        let header =
            "date,platform,slot,segment,variant,visitors,views,clicks,purchases,clickers,purchasers,revenue,revenue_squared\n"
        let rows = clickers.sorted { $0.key < $1.key }.map {
            "\(date),web,hero,*,\($0.key),3000,3000,\($0.value),0,\($0.value),0,0,0\n"
        }
        try directory.write(header + rows.joined(), to: "state/statistics/date=\(date)/statistics.csv")
    }

    /// Writes the log of the 20th: a visitor every so often, shown these arms, with these propensities.
    private func log(_ shown: [(arm: String, propensity: String)]) throws {
        let lines = shown.enumerated().map { index, view in
            let second = index * 86_400 / shown.count
            let time = String(format: "%02d:%02d:%02d", second / 3_600, second / 60 % 60, second % 60)
            return "2026-11-20T\(time)Z,view,v\(index),hero,\(view.arm),\(view.propensity)\n"
        }
        try directory.write("ts,type,visitor,slot,variant,propensity\n" + lines.joined(), to: "log/2026-11-20.csv")
    }

    private func sluice(_ command: String, _ date: String, at now: String) throws -> Binary.Result {
        try Binary.sluice(
            // The logs hold views alone, which guards take for clicks that are lost.
            [command, "--config", "p.json5", "--date", date] + (command == "statistics" ? [] : ["--accept"]),
            in: directory.path, environment: ["SLUICE_NOW": now])
    }

    private func quality() throws -> Quality {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let text = try directory.text("state/statistics/date=2026-11-20/quality.json")
        return try decoder.decode(Quality.self, from: Data(text.utf8))
    }

    /// A share of the table of a date, as it is written.
    private func share(_ arm: String, _ date: String) throws -> String {
        let rows = try directory.text("state/allocations/date=\(date)/allocation.csv").split(separator: "\n")
        let row = try #require(rows.first { $0.contains(",hero,*,\(arm),") })
        return String(row.split(separator: ",")[5])
    }

    /// The job runs at half past one. Until then the even table of before serves, after that one of 2 and 98 %.
    @Test func theHoursBeforeTheNightRaiseNoAlarm() throws {
        try configure(["a", "b"])
        #expect(try sluice("allocate", "2026-11-18", at: "2026-11-19T01:30:00Z").status == 66)
        try learned("2026-11-19", clickers: ["a": 100, "b": 190])
        #expect(try sluice("allocate", "2026-11-19", at: "2026-11-20T01:30:00Z").status == 0)
        #expect(try share("a", "2026-11-19") == "0.500000")
        #expect(try share("a", "2026-11-20") == "0.020000")
        // 800 visitors, of whom 50 come before half past one: an even split, then one of fifty.
        try log((0..<800).map { ($0 < 50 ? $0 % 2 == 0 : $0 % 50 == 7) ? "a" : "b" }.map { ($0, "") })
        let result = try sluice("run", "2026-11-20", at: "2026-11-21T01:30:00Z")
        #expect(result.status == 0)
        #expect(!result.errors.contains("sample-ratio"), "\(result.errors)")
        let quality = try quality()
        #expect(quality.timezone == "UTC" && quality.propensities == nil)
        let check = try #require(quality.sampleRatio.first)
        #expect(check.arms.map(\.variant) == ["a", "b"] && check.arms.map(\.visitors) == [40, 760])
        #expect(check.arms.map { ($0.expected * 10).rounded() / 10 } == [40, 760])
        #expect(!check.isSuspicious && (check.pValue ?? 0) > 0.9)
        // Without the journal there is no check, and no false alarm.
        try directory.remove("state/allocations/served.csv")
        #expect(try sluice("statistics", "2026-11-20", at: "2026-11-21T01:30:00Z").status == 0)
        #expect(try self.quality().sampleRatio.isEmpty)
    }

    @Test func propensitiesInPercentAreSaid() throws {
        try configure(["a", "b"])
        for (propensity, isSaid) in [("50", true), ("0.5", false)] {
            try log((0..<40).map { ($0.isMultiple(of: 2) ? "a" : "b", propensity) })
            let result = try sluice("statistics", "2026-11-20", at: "2026-11-21T01:30:00Z")
            #expect(result.status == 0)
            #expect(result.errors.contains("40 events state a propensity that is none") == isSaid, "\(result.errors)")
        }
    }

    /// At noon an arm runs out, and its visitors fall to the others; serving logs the share of each view.
    @Test func anArmThatRanOutRaisesNoAlarm() throws {
        try configure(["a", "b", "c"])
        try learned("2026-11-19", clickers: ["a": 100, "b": 100, "c": 100])
        #expect(try sluice("allocate", "2026-11-19", at: "2026-11-19T23:59:00Z").status == 0)
        let shares = try ["a", "b", "c"].map { try share($0, "2026-11-20") }
        let shown = (0..<400).map { index -> (arm: String, propensity: String) in
            let arm = index < 200 ? index % 3 : index % 2
            return (["a", "b", "c"][arm], index < 200 ? shares[arm] : "0.5")
        }
        try log(shown)
        let result = try sluice("run", "2026-11-20", at: "2026-11-21T01:30:00Z")
        #expect(result.status == 0)
        #expect(!result.errors.contains("sample-ratio"), "\(result.errors)")
        let quality = try quality()
        let check = try #require(quality.sampleRatio.first)
        #expect(check.arms.map { ($0.expected * 10).rounded() / 10 } == [166.7, 166.7, 66.7])
        #expect((check.pValue ?? 0) > 0.9)
        #expect(
            quality.propensities == [
                Stated(platform: "web", slot: "hero", stated: 400, differing: 200, incomparable: 0, notStated: 0)
            ])
        // The same visitors without their propensities are not what the table says.
        try log(shown.map { ($0.arm, "") })
        let silent = try sluice("run", "2026-11-20", at: "2026-11-21T01:30:00Z")
        #expect(silent.errors.contains("[sample-ratio]"))
        #expect(try self.quality().sampleRatio.first?.isSuspicious == true)
    }
}
