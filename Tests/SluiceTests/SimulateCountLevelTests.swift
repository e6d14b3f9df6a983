import Foundation
import TestExpectations
import TestSupport
import Testing

/// The simulations at count level with the real program.
@Suite(.slow) struct SimulateCountLevelTests {
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
        try scratch.write(SimulateCountLevelTests.world, to: "world.json5")
        try scratch.write(SimulateCountLevelTests.tests, to: "tests.csv")
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
            (["--fast", "--world", "world.json5", "--output", "out"], 64, "--output does not go with --fast"),
            (["--tune", "--world", "world.json5", "--horizon", "2"], 64, "--horizon does not go with --tune"),
            (["--study", "segments", "--days", "3"], 64, "--days does not go with --study"),
            (["--replay", "tests.csv", "--world", "world.json5"], 64, "--world does not go with --replay"),
            (["--world", "world.json5", "--csv", "x.csv"], 64, "it goes with --fast and --tune and --study"),
            (["--world", "world.json5", "--horizon", "0"], 64, "--horizon"),
            (["--fast", "--world", "world.json5", "--csv", "nowhere/x.csv"], 74, "nowhere/x.csv"),
            (["--fast", "--world", "world.json5", "--csv", "."], 74, ".: cannot write"),
            (["--fast", "--world", "world.json5", "--csv", "loop"], 74, "loop"),
            (["--fast", "--world", "missing.json5"], 78, "missing.csv"),
            (["--tune", "--world", "missing.json5"], 78, "missing.csv"),
            (["--fast", "--world", "wrong.json5"], 78, "wrong.csv:2"),
        ] as [([String], Int32, String)])
    func refusals(words: [String], status: Int32, message: String) throws {
        let scratch = try ScratchDirectory()
        try scratch.write(SimulateCountLevelTests.world, to: "world.json5")
        try scratch.write("test,arm,impressions,clicks\nt,a,10,1\nt,b,10,11\n", to: "bad.csv")
        try scratch.write("test,arm,impressions,clicks\nt,a,10,1\n", to: "single.csv")
        for name in ["missing", "wrong"] {
            try scratch.write(
                SimulateCountLevelTests.world.dropLast(2) + ", learning: { priors: \"\(name).csv\" } }",
                to: "\(name).json5")
        }
        try scratch.write(
            "platform,slot,segment,variant,successes,failures\nweb,hero,*,a,-1,2\n", to: "wrong.csv")
        try FileManager.default.createSymbolicLink(atPath: scratch.path + "/loop", withDestinationPath: "loop")
        let result = try Binary.sluice(["simulate"] + words, in: scratch.path)
        #expect(result.status == status, "\(result.errors)")
        #expect(result.errors.contains(message), "\(result.errors)")
        #expect(!result.errors.contains("a minute"), "nothing was simulated")
        #expect(result.output.isEmpty)
    }

    private static let fast = ["simulate", "--fast", "--world", "world.json5", "--worlds", "1", "--quiet"]

    @Test("Figures go where a link leads, and to a pipe as it is")
    func figures() throws {
        let scratch = try ScratchDirectory()
        try scratch.write(SimulateCountLevelTests.world, to: "world.json5")
        #expect(try Binary.sluice(SimulateCountLevelTests.fast + ["--csv", "plain.csv"], in: scratch.path).status == 0)
        let figures = try scratch.text("plain.csv")
        #expect(figures.hasPrefix("platform,slot,policy,figure,day,value,low,high\n"))

        try FileManager.default.createDirectory(
            atPath: scratch.path + "/folder", withIntermediateDirectories: false)
        try scratch.write("old", to: "folder/target.csv")
        for (link, target) in [("old.csv", "folder/target.csv"), ("new.csv", "folder/new.csv")] {
            try FileManager.default.createSymbolicLink(
                atPath: "\(scratch.path)/\(link)", withDestinationPath: target)
            #expect(try Binary.sluice(SimulateCountLevelTests.fast + ["--csv", link], in: scratch.path).status == 0)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(scratch.path)/\(link)") == target)
            #expect(try scratch.text(target) == figures)
        }

        let pipe = scratch.path + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        let reader = Process()
        reader.executableURL = URL(fileURLWithPath: "/bin/sh")
        reader.arguments = ["-c", "cat '\(pipe)' > '\(scratch.path)/read.csv'"]
        try reader.run()
        #expect(try Binary.sluice(SimulateCountLevelTests.fast + ["--csv", "pipe"], in: scratch.path).status == 0)
        reader.waitUntilExit()
        #expect(try scratch.text("read.csv") == figures)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted()
                == ["folder", "new.csv", "old.csv", "pipe", "plain.csv", "read.csv", "world.json5"])
    }

    @Test("Figures on standard output stand after the text")
    func standardOutput() throws {
        let scratch = try ScratchDirectory()
        try scratch.write(SimulateCountLevelTests.world, to: "world.json5")
        let text = try Binary.sluice(SimulateCountLevelTests.fast, in: scratch.path).output
        let both = try Binary.sluice(SimulateCountLevelTests.fast + ["--csv", "/dev/stdout"], in: scratch.path)
        #expect(both.output.hasPrefix(text + "platform,slot,policy,figure,"), "\(both.errors)")
    }

    @Test("Priors, and the A/B test's horizon, are those asked for")
    func priorsAndHorizon() throws {
        let scratch = try ScratchDirectory()
        try scratch.write(SimulateCountLevelTests.world, to: "cold.json5")
        try scratch.write(
            SimulateCountLevelTests.world.dropLast(2) + ", learning: { priors: \"priors.csv\" } }", to: "warm.json5")
        try scratch.write(SimulateCountLevelTests.tests, to: "tests.csv")
        try scratch.write(
            "platform,slot,segment,variant,successes,failures\nweb,hero,*,a,10,90\nweb,hero,*,b,300,700\n",
            to: "priors.csv")
        func regret(of policy: String, on day: Int, _ words: [String]) throws -> Double {
            let result = try Binary.sluice(
                ["simulate", "--fast", "--worlds", "2", "--quiet", "--csv", "x.csv"] + words, in: scratch.path)
            #expect(result.status == 0, "\(result.errors)")
            let line = try scratch.text("x.csv").split(separator: "\n").first {
                $0.contains(",\(policy),regret_of_day,\(day),") || $0.contains(",\"\(policy)\",regret_of_day,\(day),")
            }
            return try #require(line.flatMap { Double($0.split(separator: ",").dropLast(2).last ?? "") })
        }
        for policy in ["chosen", "pooled Thompson"] {
            let cold = try regret(of: policy, on: 0, ["--world", "cold.json5"])
            let warm = try regret(of: policy, on: 0, ["--world", "warm.json5"])
            #expect(warm < 0.2 * cold, "\(policy)")
        }
        let early = try regret(of: "A/B test, 1 days", on: 2, ["--world", "cold.json5", "--horizon", "1"])
        #expect(early < 1e-9)
        let late = try regret(of: "A/B test, 3 days", on: 2, ["--world", "cold.json5", "--horizon", "3"])
        #expect(late > 1)

        let replay = try Binary.sluice(
            ["simulate", "--replay", "tests.csv", "--horizon", "3", "--quiet"], in: scratch.path)
        #expect(replay.output.contains("A/B test, 3 days"))
        let simulated = try Binary.sluice(
            ["simulate", "--world", "warm.json5", "--horizon", "2", "--quiet"], in: scratch.path)
        #expect(simulated.output.contains("A/B test, 2 days"), "\(simulated.errors)")
    }

    @Test("A single world gives no interval")
    func singleWorld() throws {
        let scratch = try ScratchDirectory()
        try scratch.write(SimulateCountLevelTests.world, to: "world.json5")
        let result = try Binary.sluice(SimulateCountLevelTests.fast + ["--csv", "x.csv"], in: scratch.path)
        let even = try #require(result.output.split(separator: "\n").first { $0.hasPrefix("even split") })
        #expect(even.dropFirst(10).prefix(40).contains { $0.isNumber } && !even.contains("(0–"))
        let rows = try scratch.text("x.csv").split(separator: "\n").filter { $0.contains(",regret") }
        #expect(!rows.isEmpty && rows.allSatisfy { $0.hasSuffix(",,") })
    }

    @Test("The file of a tuning has what was tried, and what new worlds say of it")
    func tuning() throws {
        let scratch = try ScratchDirectory()
        try scratch.write(
            SimulateCountLevelTests.world.replacing(
                "visitorsPerDay", with: "allocation: { floors: { a: 0.4 }, floor: 0.3 }, visitorsPerDay"),
            to: "world.json5")
        let result = try Binary.sluice(
            ["simulate", "--tune", "--world", "world.json5", "--worlds", "4", "--csv", "x.csv", "--quiet"],
            in: scratch.path)
        #expect(result.status == 0, "\(result.errors)")
        let rows = try scratch.text("x.csv").split(separator: "\n")
        #expect(rows[0].hasPrefix("platform,slot,worlds,standing,seasonality,window,half_life,floor,behind_best_days,"))
        #expect(rows.dropFirst().allSatisfy { $0.contains(",choosing,") || $0.contains(",judging,") })
        #expect(
            rows.count { $0.contains(",choosing,given,") } == 1 && rows.count { $0.contains(",judging,given,") } == 1)
        let judged = rows.count { $0.contains(",judging,") }
        #expect(judged == (result.output.contains("Keep the settings given") ? 1 : 2))
        let isRecommended = rows.contains { $0.contains(",judging,recommended,") }
        #expect(isRecommended == result.output.contains("\nRecommended,"))
        #expect(
            rows.contains { $0.contains(",judging,not confirmed,") } == result.output.contains("Not confirmed on new"))
    }
}
