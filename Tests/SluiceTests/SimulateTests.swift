import Foundation
import TestSupport
import Testing

/// Simulating with the real program.
@Suite struct SimulateTests {
    private static let world = """
        { world: "small", seed: 5, start: "2026-01-05", days: 4, outages: [2],
          experiments: [{ platform: "web", slot: "hero", visitorsPerDay: 300,
            arms: [{ variant: "a", rate: 0.1 }, { variant: "b", rate: 0.3 }] }] }
        """

    @Test("Results on standard output, progress on standard error, the same bytes again, and a state that can be used")
    func simulates() throws {
        let scratch = try ScratchDirectory()
        try scratch.write(SimulateTests.world, to: "world.json5")
        let words = ["simulate", "--world", "world.json5", "--output", "out"]
        let first = try Binary.sluice(words + ["--workers", "1"], in: scratch.path)
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.contains("web/hero: click, 2 arms, 4 days from 2026-01-05"))
        #expect(
            first.output.contains("oracle") && first.output.contains("even split") && first.output.contains("no data"))
        #expect(first.errors.contains("2026-01-08: day 3 (4 of 4)"))
        let files = try scratch.files(below: "out").filter { !$0.key.hasSuffix(".lock") }
        #expect(files["nights.csv"] != nil && files["regret.csv"] != nil)

        let second = try Binary.sluice(words + ["--workers", "3", "--quiet"], in: scratch.path)
        #expect(second.output == first.output)
        #expect(second.errors.split(separator: "\n").count == 1, "only the outage's warning")
        #expect(try scratch.files(below: "out").filter { !$0.key.hasSuffix(".lock") } == files)

        let night = try Binary.sluice(
            ["run", "--config", "out/pipeline.json5", "--state", "out/state", "--date", "2026-01-08"], in: scratch.path)
        #expect(night.status == 0, "\(night.errors)")
        #expect(try scratch.files(below: "out").filter { !$0.key.hasSuffix(".lock") } == files)
    }

    @Test("Seed and days of the command line win, and are noted")
    func options() throws {
        let scratch = try ScratchDirectory()
        try scratch.write(SimulateTests.world, to: "world.json5")
        let words = ["simulate", "--world", "world.json5", "--days", "1", "--quiet"]
        let own = try Binary.sluice(words, in: scratch.path)
        let other = try Binary.sluice(words + ["--seed", "6", "--compression", "gzip"], in: scratch.path)
        #expect(own.status == 0 && other.status == 0)
        #expect(own.output != other.output)
        #expect(try scratch.text("simulation/world.json5").hasPrefix("// Simulated with --seed 6 --days 1.\n{"))
        #expect(scratch.exists("simulation/events/date=2026-01-05/events.jsonl.gz"))
    }

    @Test(
        "Wrong words and worlds are refused",
        arguments: [
            (["--days", "0"], 64, "--days"), (["--seed", "x"], 64, "--seed"),
            (["--compression", "zip"], 64, "did you mean 'gzip'"), (["--output", "."], 64, "not empty"),
            (["--output", "a{date}"], 64, "'a{date}'"), (["--workers", "none"], 64, "--workers"),
        ] as [([String], Int32, String)])
    func refusals(words: [String], status: Int32, message: String) throws {
        let scratch = try ScratchDirectory()
        try scratch.write(SimulateTests.world, to: "world.txt")
        let result = try Binary.sluice(["simulate", "--world", "world.txt"] + words, in: scratch.path)
        #expect(result.status == status && result.errors.contains(message), "\(result.errors)")
        #expect(!scratch.exists("simulation"))
    }

    @Test("The worlds of the project can be lived", arguments: ["demo", "headlines"])
    func worlds(name: String) throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let scratch = try ScratchDirectory()
        let result = try Binary.sluice(
            [
                "simulate", "--world", "pipelines/worlds/\(name).json5", "--days", "1", "--quiet", "--output",
                scratch.path + "/out",
            ], in: root)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    }

    @Test("A world's faults end with 78 and their lines")
    func faults() throws {
        let scratch = try ScratchDirectory()
        try scratch.write("{ world: \"w\",\n  dais: 3, experiments: [] }", to: "world.json5")
        let result = try Binary.sluice(["simulate", "--world", "world.json5"], in: scratch.path)
        #expect(result.status == 78)
        #expect(result.errors.contains("world.json5:2:3: dais: unknown key \"dais\"; did you mean \"days\"?"))
        #expect(result.errors.contains("world.json5:2:25: experiments: expected a list"))
    }
}
