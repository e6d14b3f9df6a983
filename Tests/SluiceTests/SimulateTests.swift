import Foundation
import TestSupport
import Testing

/// Simulating with the real program.
@Suite struct SimulateTests {
    private static let world = """
        { world: "small", seed: 5, start: "2026-01-05", days: 4, outages: [2], brokenNights: [{ day: 1, lines: 0.005 }],
          crowd: { bots: 0.05, returning: 0.4 },
          experiments: [{ platform: "web", slot: "hero", visitorsPerDay: 300,
            arms: [{ variant: "a", rate: 0.1 }, { variant: "b", rate: 0.3 }] }] }
        """

    /// All files of the output but the locks, which name a process.
    private static func files(_ scratch: ScratchDirectory) throws -> [String: Data] {
        try scratch.files(below: "out").filter { !$0.key.hasSuffix(".lock") }
    }

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
        let files = try SimulateTests.files(scratch)
        #expect(files["nights.csv"] != nil && files["regret.csv"] != nil && files.count > 20)

        let second = try Binary.sluice(words + ["--workers", "3", "--quiet"], in: scratch.path)
        #expect(second.output == first.output)
        #expect(second.errors.split(separator: "\n").count == 1, "only the outage's warning")
        #expect(try SimulateTests.files(scratch) == files)

        let night = try Binary.sluice(
            ["run", "--config", "out/pipeline.json5", "--state", "out/state", "--date", "2026-01-08"], in: scratch.path)
        #expect(night.status == 0, "\(night.errors)")
        #expect(try SimulateTests.files(scratch) == files)
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
        // Simulated from the copy, the note would be untrue.
        let copy = ["simulate", "--world", "simulation/world.json5", "--quiet", "--output", "out"]
        #expect(try Binary.sluice(copy, in: scratch.path).status == 0)
        #expect(try scratch.text("out/world.json5") == SimulateTests.world)
        #expect(try Binary.sluice(copy + ["--days", "2"], in: scratch.path).status == 0)
        #expect(try scratch.text("out/world.json5") == "// Simulated with --days 2.\n" + SimulateTests.world)
    }

    @Test("A pipeline's own logs and state are never removed, even beside its world file")
    func aPipelineStays() throws {
        let shop = try Shop()
        let scratch = shop.directory
        try shop.log("2026-03-01")
        try shop.run("2026-03-01")
        try scratch.write(SimulateTests.world, to: "world.json5")
        let files = try scratch.files(below: ".")
        let result = try Binary.sluice(["simulate", "--world", "world.json5", "--output", "."], in: scratch.path)
        #expect(result.status == 64 && result.errors.contains(".: not empty, and not an earlier simulation's"))
        #expect(try scratch.files(below: ".") == files)
    }

    @Test("What fails for its input leaves the earlier simulation as it was")
    func failuresLeaveEarlierResults() throws {
        let scratch = try ScratchDirectory()
        try scratch.write(SimulateTests.world, to: "world.json5")
        let words = ["simulate", "--output", "out", "--quiet", "--world"]
        #expect(try Binary.sluice(words + ["world.json5"], in: scratch.path).status == 0)
        let files = try scratch.files(below: "out")
        try scratch.write(
            SimulateTests.world.replacing("seed: 5", with: "seed: 6, learning: { priors: \"none.csv\" }"),
            to: "priors.json5")
        let result = try Binary.sluice(words + ["priors.json5"], in: scratch.path)
        #expect(result.status == 78 && result.errors.contains("none.csv: cannot open"), "\(result.errors)")
        let own = try Binary.sluice(words + ["out/world.json5"], in: scratch.path)
        #expect(own.status == 64 && own.errors.contains("out/world.json5 is read"), "\(own.errors)")
        #expect(try scratch.files(below: "out") == files)
    }

    @Test("A simulation keeps another one out, and one that was killed is replaced whole")
    func oneAtATime() throws {
        let scratch = try ScratchDirectory()
        try scratch.write(SimulateTests.world, to: "world.json5")
        let words = ["simulate", "--world", "world.json5", "--output", "out", "--quiet"]
        #expect(try Binary.sluice(words, in: scratch.path).status == 0)
        let files = try SimulateTests.files(scratch)
        try scratch.remove("out")

        let long = try Binary.start(words + ["--days", "3660"], in: scratch.path)
        let deadline = Date().addingTimeInterval(60)
        while !scratch.exists("out/state/allocations/date=2026-01-07"), Date() < deadline {
            Thread.sleep(forTimeInterval: 0.01)
        }
        let second = try Binary.sluice(words, in: scratch.path)
        #expect(second.status == 75 && second.errors.contains("\(long.processIdentifier)"), "\(second.errors)")
        #expect(long.isRunning && scratch.exists("out/state/allocations/date=2026-01-07"))
        kill(long.processIdentifier, SIGKILL)
        long.waitUntilExit()

        let again = try Binary.sluice(words, in: scratch.path)
        #expect(again.status == 0, "\(again.errors)")
        #expect(try SimulateTests.files(scratch) == files)
    }

    @Test(
        "Wrong words and worlds are refused",
        arguments: [
            (["--days", "0"], 64, "--days"), (["--days", "3000"], 64, "from 1583-01-01 to 9999-12-31"),
            (["--seed", "x"], 64, "--seed"),
            (["--compression", "zip"], 64, "did you mean 'gzip'"), (["--output", "."], 64, "not empty"),
            (["--output", "a{date}"], 64, "'a{date}'"), (["--workers", "none"], 64, "--workers"),
        ] as [([String], Int32, String)])
    func refusals(words: [String], status: Int32, message: String) throws {
        let scratch = try ScratchDirectory()
        let start = words.contains("3000") ? "9999-01-05" : "2026-01-05"
        try scratch.write(SimulateTests.world.replacing("2026-01-05", with: start), to: "world.txt")
        let result = try Binary.sluice(["simulate", "--world", "world.txt"] + words, in: scratch.path)
        #expect(result.status == status && result.errors.contains(message), "\(result.errors)")
        #expect(!scratch.exists("simulation"))
    }

    @Test("The worlds of the project can be simulated", arguments: ["demo", "headlines"])
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
