import Foundation
import TestSupport
import Testing

/// The fast kinds of simulation with the real program.
@Suite struct SimulateFastTests {
    private static let world = """
        { world: "small", seed: 5, start: "2026-01-05", days: 3,
          experiments: [{ platform: "web", slot: "hero", visitorsPerDay: 300,
            arms: [{ variant: "a", rate: 0.1 }, { variant: "b", rate: 0.3 }] }] }
        """
    private static let tests = """
        test,week,arm,impressions,clicks
        t1,1,a,500,10
        t1,1,b,480,31
        t2,1,a,700,20
        t2,1,b,650,22
        t2,1,c,640,18
        """

    @Test(
        "The same bytes from any number of threads, results apart from progress",
        arguments: [
            ["--world", "world.json5", "--fast", "--worlds", "4"],
            ["--world", "world.json5", "--tune", "--worlds", "2"],
            ["--replay", "tests.csv", "--nights", "4"],
        ])
    func repeats(words: [String]) throws {
        let scratch = try ScratchDirectory()
        try scratch.write(SimulateFastTests.world, to: "world.json5")
        try scratch.write(SimulateFastTests.tests, to: "tests.csv")
        let results = try ["1", "3"].map { workers in
            let result = try Binary.sluice(
                ["simulate"] + words + ["--workers", workers, "--csv", "\(workers).csv"], in: scratch.path)
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.errors.contains("a minute"))
            return result.output
        }
        #expect(results[0] == results[1] && !results[0].isEmpty)
        #expect(try scratch.text("1.csv") == scratch.text("3.csv"))
        let other = try Binary.sluice(["simulate"] + words + ["--seed", "77", "--quiet"], in: scratch.path)
        #expect(other.output != results[0] && other.errors.isEmpty)
    }

    @Test(
        "Wrong words and files are refused",
        arguments: [
            (["--fast"], 64, "--world"), (["--study", "seasonalty"], 64, "did you mean 'seasonality'"),
            (["--study", "segments", "--worlds", "0"], 64, "--worlds"),
            (["--replay", "nowhere.csv"], 74, "nowhere.csv"), (["--replay", "bad.csv"], 65, "bad.csv:3"),
            (["--replay", "single.csv"], 65, "nothing to choose"),
            (["--fast", "--tune", "--world", "world.json5"], 64, "one of them"),
        ] as [([String], Int32, String)])
    func refusals(words: [String], status: Int32, message: String) throws {
        let scratch = try ScratchDirectory()
        try scratch.write(SimulateFastTests.world, to: "world.json5")
        try scratch.write("test,arm,impressions,clicks\nt,a,10,1\nt,b,10,11\n", to: "bad.csv")
        try scratch.write("test,arm,impressions,clicks\nt,a,10,1\n", to: "single.csv")
        let result = try Binary.sluice(["simulate"] + words, in: scratch.path)
        #expect(result.status == status, "\(result.errors)")
        #expect(result.errors.contains(message), "\(result.errors)")
        #expect(result.output.isEmpty)
    }
}
