import Foundation
import TestSupport
import Testing

/// The fixtures that users see first.
@Suite struct FixtureTests {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    struct Defect: CustomTestStringConvertible, Sendable {
        var folder: String
        var lines: Int
        var rejected: Int
        var testDescription: String { folder }
    }

    /// What fixtures/malformed/README.md says of each folder.
    static let defects: [Defect] = {
        let text = (try? String(contentsOfFile: root + "/fixtures/malformed/README.md", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 4, cells[0].hasPrefix("`"), let lines = Int(cells[1]), let rejected = Int(cells[2])
            else {
                return nil
            }
            return Defect(folder: cells[0].replacing("`", with: ""), lines: lines, rejected: rejected)
        }
    }()

    @Test func everyFolderOfDefectsIsListed() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.root + "/fixtures/malformed")
        #expect(Set(Self.defects.map(\.folder)) == Set(folders).subtracting(["README.md"]))
        #expect(Self.defects.count > 20)
    }

    @Test(arguments: defects)
    func defectsAreCounted(defect: Defect) throws {
        let directory = try ScratchDirectory()
        func configure(maxRejected: Double) throws {
            try directory.write(
                """
                { pipeline: "malformed", timezone: "Asia/Kolkata",
                  events: { paths: ["\(Self.root)/fixtures/malformed/\(defect.folder)/*.jsonl"], maxRejected: \(maxRejected) },
                  experiments: [{ platform: "web", slot: "home-hero", variants: ["autumn", "winter"] }] }
                """, to: "malformed.json5")
        }
        let words = ["run", "--config", "malformed.json5", "--date", "2026-11-20"]
        try configure(maxRejected: 0.01)
        let strict = try Binary.sluice(words, in: directory.path)
        if defect.rejected > 0 {
            #expect(strict.status == 65, "\(strict.errors)")
            #expect(!directory.exists("state/allocations"))
        }
        try configure(maxRejected: 1)
        let lenient = try Binary.sluice(words, in: directory.path)
        #expect([0, 66].contains(lenient.status), "\(lenient.errors)")
        let quality = try #require(
            JSONSerialization.jsonObject(
                with: Data(try directory.text("state/statistics/date=2026-11-20/quality.json").utf8)) as? [String: Any])
        #expect(quality["lines"] as? Int == defect.lines)
        #expect((quality["rejected"] as? [String: Any])?["total"] as? Int == defect.rejected)
    }

    @Test func theExamplePipelineRunsOnThem() throws {
        let directory = try ScratchDirectory()
        let state = directory.path + "/state"
        let result = try Binary.sluice(
            [
                "run", "--config", "pipelines/banners.json5", "--state", state, "--date", "2026-11-18..2026-11-20",
                "--print",
                "--audit",
            ], in: Self.root)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("Traffic on 2026-11-21"))
        let audit = try directory.text("state/statistics/date=2026-11-20/bots.csv")
        for rule in ["userAgents", "eventsPerDay", "denyList", "denyNetworks"] { #expect(audit.contains(rule)) }
        let table = try directory.text("state/current/allocation.csv").split(separator: "\n")
        let sums = Dictionary(grouping: table.dropFirst()) { $0.split(separator: ",")[1...3].joined(separator: " ") }
            .mapValues { rows in
                rows.reduce(Decimal(0)) { $0 + (Decimal(string: String($1.split(separator: ",")[5])) ?? 0) }
            }
        #expect(sums.values.allSatisfy { $0 == 1 })
        // Found by the data: World.swift says which variants are best.
        for (key, best) in [
            "web,home-hero,*": "winter", "web,checkout-banner,*": "free-shipping", "app,home-feed,*": "personal",
        ] {
            let leader = table.filter { $0.contains(key) }.max { left, right in
                (Double(left.split(separator: ",")[5]) ?? 0) < (Double(right.split(separator: ",")[5]) ?? 0)
            }
            #expect(leader?.contains(",\(best),") == true)
        }
        // A run for the 21st finds no event of its day.
        let empty = try Binary.sluice(
            ["run", "--config", "pipelines/banners.json5", "--state", state, "--date", "2026-11-21"], in: Self.root)
        #expect(empty.status == 66)
    }

    @Test func theExamplePipelineIsInOrder() throws {
        let result = try Binary.sluice(["check", "--config", "pipelines/banners.json5"], in: Self.root)
        #expect(result.status == 0, "\(result.errors)")
    }
}
