import Foundation
import Randomizer
import TestSupport
import Testing

/// The assignment as it was written in Python from its specification alone.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "needs python3"))
struct ReferenceTests {
    let site: HostSite

    init() throws {
        site = try HostSite()
    }

    func run(_ words: [String], input: String = "") throws -> [String] {
        let script = try #require(
            Bundle.module.url(forResource: "assign", withExtension: "py", subdirectory: "Reference"))
        let output = try Program.run("/usr/bin/python3", [script.path] + words, input: input)
        return output.split(separator: "\n").map(String.init)
    }

    @Test func vectorsAgree() throws {
        let vectors = try #require(
            Bundle.module.url(forResource: "assignment", withExtension: "json", subdirectory: "Vectors"))
        #expect(try run(["vectors", vectors.path]) == ["0 differ"])
    }

    /// Names of all lengths and scripts, shares of all sizes, segments with a group and without, and subsets.
    @Test(arguments: ["*", "पुणे", "elsewhere"], [nil, "", "site \"one\""])
    func randomTablesAgree(segment: String, holdout: String?) throws {
        var generator = SplitMix64(seed: UInt64(segment.utf8.count))
        let alphabet = ["a", "-", "é", "日", "🙂", "0", "\"", ","]
        func name(_ length: Int) -> String {
            (0..<length).map { _ in alphabet[Int(generator.next() % 8)] }.joined()
        }
        let variants = Array(Set((1...12).map { name($0 * 3) })).sorted()
        // Of two groups one has a control, of a holdout of its own where the name is empty.
        let control = holdout == nil ? nil : variants[3]
        var rows: [TestRow] = []
        for group in ["*", "पुणे"] {
            let shares = TestTable.randomShares(variants.count, using: &generator)
            rows += zip(variants, shares).map { variant, share in
                let quoted = "\"\(variant.replacing("\"", with: "\"\""))\""
                return TestRow(
                    quoted, TestTable.decimal(share), segment: group, platform: "wéb", slot: "home hero",
                    status: variant == control && group == "*" ? "control" : nil)
            }
        }
        let csv = TestTable.csv(rows)
        try site.scratch.write(csv, to: "table/allocation.csv")
        var manifest = Manifest(date: TestTable.date, rows: rows.count, table: csv)
        if let holdout, !holdout.isEmpty {
            manifest.holdouts = [Manifest.Holdout(platform: "wéb", slot: "home hero", name: holdout)]
        }
        try site.scratch.write(manifest.json, to: "table/manifest.json")
        let directory = site.scratch.path + "/table"
        let experiment = try #require(
            try AllocationTable(path: directory).experiment(platform: "wéb", slot: "home hero"))
        let visitors = (0..<300).map { "\(name($0 % 50 + 1))\($0)" }
        let words = ["table", directory, "wéb", "home hero", segment]
        let input = visitors.map { $0 + "\n" }.joined()
        let all = try run(words, input: input)
        let some = try run(words + Array(variants.prefix(4)), input: input)
        #expect(all.count == visitors.count && some.count == visitors.count)
        for (index, visitor) in visitors.enumerated() {
            let assignment = experiment.assign(visitor, segment: segment)
            #expect(all[index] == "\(assignment.variant),\(assignment.propensity)")
            let subset = experiment.assign(visitor, segment: segment, allowed: VariantSet(variants.prefix(4)))
            #expect(some[index] == subset.map { "\($0.variant),\($0.propensity)" } ?? "-")
        }
    }
}
