import Foundation
import TestSupport
import Testing

/// A holdout that experiments share by its name, through the real program: configuration, night, manifest, assignment.
@Suite struct HoldoutTests {
    private static let visitors = (0..<4_000).map { "visitor-\($0)" }

    /// The visitors that a table shows the variant `plain`.
    private static func held(_ scratch: ScratchDirectory, _ words: String...) throws -> Set<String> {
        let input = visitors.map { $0 + "\n" }.joined()
        let result = try Binary.sluice(["assign", "--platform", "web"] + words, in: scratch.path, input: input)
        #expect(result.status == 0, "\(result.errors)")
        let lines = result.output.split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
        #expect(lines.count == visitors.count)
        return Set(lines.filter { $0[1] == "plain" }.map { String($0[0]) })
    }

    @Test func nightsKeepASharedHoldout() throws {
        let shop = try Shop()
        let experiments = ["hero", "cart"].map { slot in
            """
            { platform: "web", slot: "\(slot)", variants: \(slot == "hero" ? #"["a", "b", "c"]"# : #"["x", "y"]"#),
              control: { variant: "plain", traffic: 0.1 }, holdout: "site" }
            """
        }
        try shop.directory.write(
            """
            { pipeline: "shop", timezone: "Asia/Kolkata", events: { paths: ["events/date={date}/*.jsonl"] },
              learning: { segments: { minimumVisitors: 150 } },
              experiments: [\(experiments.joined(separator: ", ")),
                { platform: "web", slot: "own", variants: ["a"], control: { variant: "plain", traffic: 0.1 } }] }
            """, to: "shop.json5")
        var nights: [Set<String>] = []
        for (index, date) in Shop.dates.enumerated() {
            try shop.log(date, seed: UInt64(index))
            #expect(try shop.run(date).status == 0)
            nights.append(try Self.held(shop.directory, "--table", "state", "--slot", "hero"))
            nights.append(try Self.held(shop.directory, "--table", "state", "--slot", "hero", "--segment", "Pune"))
            nights.append(try Self.held(shop.directory, "--table", "state", "--slot", "cart"))
        }
        #expect(Set(nights).count == 1)
        // A tenth, within four standard errors of 19.
        #expect(abs(nights[0].count - 400) < 76)
        let own = try Self.held(shop.directory, "--table", "state", "--slot", "own")
        #expect(own != nights[0] && own.intersection(nights[0]).count < 80)
        let manifest = try shop.directory.text("state/allocations/current/manifest.json")
        #expect(manifest.contains(#""holdout": "site""#))
        // A bare CSV has no manifest to name the holdout.
        let table = "state/allocations/current/allocation.csv"
        #expect(try Self.held(shop.directory, "--table", table, "--slot", "hero") != nights[0])
    }

    @Test func differentSharesOfOneHoldoutAreRefused() throws {
        let shop = try Shop()
        try shop.directory.write(
            """
            { pipeline: "shop", events: { paths: ["events/*.jsonl"] }, experiments: [
              { platform: "web", slot: "a", variants: ["x"], control: { variant: "c", traffic: 0.1 }, holdout: "site" },
              { platform: "web", slot: "b", variants: ["x"], control: { variant: "c", traffic: 0.2 }, holdout: "site" } ] }
            """, to: "shop.json5")
        let result = try shop.sluice("check", "--config", "shop.json5")
        #expect(result.status == 78)
        #expect(result.errors.contains("experiments[1].control.traffic: the holdout \"site\" has a share of 0.2"))
        #expect(result.errors.contains("0.1 in experiments[0]"))
    }

    @Test func simulatedExperimentsShareAHoldout() throws {
        let scratch = try ScratchDirectory()
        let experiments = ["hero", "tile"].map { slot in
            """
            { platform: "web", slot: "\(slot)", visitorsPerDay: 300, control: { variant: "plain", traffic: 0.2 },
              holdout: "site", arms: [{ variant: "plain", rate: 0.1 }, { variant: "a", rate: 0.1 }, { variant: "b", rate: 0.2 }] }
            """
        }
        try scratch.write(
            """
            { world: "small", seed: 5, start: "2026-01-05", days: 2, experiments: [\(experiments.joined(separator: ", "))] }
            """, to: "world.json5")
        let result = try Binary.sluice(
            ["simulate", "--world", "world.json5", "--output", "out", "--quiet"], in: scratch.path)
        #expect(result.status == 0, "\(result.errors)")
        let hero = try Self.held(scratch, "--table", "out/state", "--slot", "hero")
        let tile = try Self.held(scratch, "--table", "out/state", "--slot", "tile")
        #expect(hero == tile && !hero.isEmpty)
    }
}
