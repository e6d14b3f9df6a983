import Foundation
import Randomizer
import Testing

/// The table as one JSON text.
@Suite struct ExportTests {
    static let rows = [
        TestRow("\"b \"\"x\"\"\"", "0.25", status: "active"), TestRow("a\\n", "0.75", status: "control"),
        TestRow("a\\n", "1", segment: "पुणे"), TestRow("one", "1", platform: "app", slot: "feed"),
    ]

    func table(_ rows: [TestRow] = rows, holdouts: [Manifest.Holdout] = []) throws -> AllocationTable {
        try TestTable.table(rows, holdouts: holdouts)
    }

    private func text(_ table: AllocationTable, platform: String? = nil) -> String {
        String(decoding: table.exported(platform: platform), as: UTF8.self)
    }

    /// What the digest is of, written out by hand.
    @Test func digestIsOfTheContent() throws {
        let table = try table([TestRow("a", "0.4", status: "control"), TestRow("é", "0.6")])
        let (first, date) = (try #require(table.experiments.first), table.date)
        let content =
            "D10:\(date)P\((table.pipeline ?? "").utf8.count):\(table.pipeline ?? "")"
            + "E\(first.platform.utf8.count):\(first.platform)\(first.slot.utf8.count):\(first.slot)"
            + "G1:*C1:aA1:a400000;A2:é600000;"
        #expect(text(table).contains("\"xxh64\":\"\(XXH64.hexadecimal(XXH64.hash(content)))\""))
    }

    @Test func everythingThatServesIsThere() throws {
        let table = try table(holdouts: [Manifest.Holdout(platform: "web", slot: "home-hero", name: "site \"1\"")])
        let exported = text(table)
        #expect(exported.hasSuffix("}\n") && exported.filter { $0 == "\n" }.count == 1)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(exported.utf8)) as? [String: Any])
        #expect(object["format"] as? String == "sluice-table/1" && object["date"] as? String == table.date)
        let platforms = try #require(object["platforms"] as? [String: [String: [String: Any]]])
        var seen = 0
        for experiment in table.experiments {
            let exported = try #require(platforms[experiment.platform]?[experiment.slot])
            #expect(exported["holdout"] as? String == experiment.holdout)
            let segments = try #require(exported["segments"] as? [String: [String: Any]])
            #expect(Set(segments.keys) == Set(experiment.segments))
            for group in experiment.groups {
                let one = try #require(segments[group.segment])
                #expect(one["control"] as? String == group.control)
                let millionths = try #require(one["millionths"] as? [String: Int])
                #expect(
                    millionths
                        == Dictionary(
                            uniqueKeysWithValues: group.arms.map { ($0.variant, Int(($0.traffic * 1e6).rounded())) }))
                seen += 1
            }
        }
        #expect(seen == 3)
    }

    /// One platform alone has nothing of the others, and a digest of its own.
    @Test func onePlatformAlone() throws {
        let table = try table()
        let app = text(table, platform: "app")
        #expect(app.contains("\"feed\"") && !app.contains("home-hero") && !app.contains("web"))
        #expect(text(try self.table(Array(Self.rows.suffix(1)))) == app)
        #expect(text(table, platform: "none").contains("\"platforms\":{}"))
    }
}
