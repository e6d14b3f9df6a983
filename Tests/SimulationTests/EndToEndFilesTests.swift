import Configuration
import Domain
import Foundation
import Learning
import Pipeline
import Simulation
import State
import TestExpectations
import TestSupport
import Testing

/// What an end-to-end simulation leaves on the disk.
@Suite(.slow) struct EndToEndFilesTests {
    private static let worlds = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("pipelines/worlds").path

    /// All files of the output but the lock, which names a process.
    private func files(_ scratch: ScratchDirectory) throws -> [String: Data] {
        try scratch.files(below: "out").filter { !$0.key.hasSuffix(".lock") }
    }

    @Test("One seed makes the same bytes again, on any number of threads; another seed makes others")
    func sameBytes() throws {
        let world = EndToEndLogTests.world(
            "outages: [0], brokenNights: [{ day: 1, lines: 0.5 }],",
            crowd: "bots: 0.1, returning: 0.5, travelling: 0.1")
        let first = try EndToEndSite(world, workers: 1)
        let files = try files(first.scratch)
        #expect(files.count > 10)
        let again = try EndToEndSite(world, workers: 5, in: first.scratch)
        #expect(try self.files(again.scratch) == files)
        #expect(
            EndToEndFiles.nights(again.nights, of: again.file.world)
                == EndToEndFiles.nights(first.nights, of: first.file.world))
        let other = try EndToEndSite(world, seed: 13, in: first.scratch)
        #expect(try self.files(other.scratch) != files)
    }

    @Test("Any night can be run again with the configuration that was left, to the same bytes")
    func theConfigurationIsReal() throws {
        let site = try EndToEndSite(EndToEndLogTests.world(days: 2))
        let before = try files(site.scratch)
        let path = site.output + "/pipeline.json5"
        let configuration = try Configuration.read(file: path)
        let run = NightlyRun(
            configuration: configuration, configurationBytes: try FileSystem.read(path), state: site.state,
            options: NightlyRun.Options(), report: { _ in })
        try run.run(site.date(1)...site.date(1)) { #expect(!$0.tableChanged && $0.hasData) }
        #expect(try files(site.scratch) == before)
    }

    @Test("Regret is what the truth says of those who were shown what")
    func regret() throws {
        let site = try EndToEndSite(EndToEndLogTests.world())
        let world = site.file.world
        for (number, experiment) in world.experiments.enumerated() {
            let truth = Truth(experiment, number: number, seed: world.seed, days: world.days)
            let totals = EndToEndExperiment(number, of: world, nights: site.nights)
            for (day, served) in totals.days.enumerated() {
                var (regret, even) = (0.0, 0.0)
                for segment in experiment.segments.indices {
                    func value(_ arm: Int) -> Double {
                        let worth = experiment.reward == .revenue ? experiment.arms[arm].revenue.mean : 1
                        return truth.rate(day: day, segment: segment, arm: arm) * worth
                    }
                    let competing = experiment.arms.indices.filter {
                        experiment.arms[$0].variant != experiment.control?.variant
                    }
                    let best = competing.map(value).max() ?? 0
                    let mean = competing.map(value).reduce(0, +) / Double(competing.count)
                    for arm in competing {
                        regret += Double(served.people[segment][arm]) * (best - value(arm))
                        even += Double(served.people[segment][arm]) * (best - mean)
                    }
                }
                #expect(abs(served.regret - regret) < 1e-9 * max(1, served.oracleReward))
                #expect(abs(served.evenRegret - even) < 1e-9 * max(1, served.oracleReward))
            }
            let days = totals.policies[2].regret.reduce(0) { $0 + (totals.inDays($1) ?? 0) }
            #expect(abs(days - 3) < 1e-9, "an even split regrets a day of traffic each day")
        }
        let experiments = world.experiments.indices.map { EndToEndExperiment($0, of: world, nights: site.nights) }
        let text = String(decoding: EndToEndFiles.regret(experiments, site.nights), as: UTF8.self)
        #expect(text.split(separator: "\n").count == 1 + 3 * 3 * 3)
        #expect(
            text.hasPrefix("day,date,platform,slot,policy,reward,regret,regret_days\n0,2026-03-28,web,hero,oracle,"))
    }

    @Test("Only a simulation's own directory is replaced")
    func outputDirectory() throws {
        let scratch = try ScratchDirectory()
        let mine = try OutputDirectory(path: scratch.path + "/mine")
        try scratch.write("precious", to: "mine/state/notes.txt")
        try scratch.write("{}", to: "mine/world.json5")
        #expect(throws: OutputDirectory.Refusal.self) { try mine.prepare(world: []) }
        #expect(try scratch.files(below: "mine").keys.sorted() == ["state/notes.txt", "world.json5"])
        let own = try OutputDirectory(path: scratch.path + "/own")
        _ = try own.prepare(world: Array("{}".utf8))
        try scratch.write("old", to: "own/state/old.txt")
        try scratch.write("kept", to: "own/notes.txt")
        _ = try own.prepare(world: Array("{}".utf8))
        #expect(!scratch.exists("own/state") && scratch.exists("own/notes.txt"))
        for path in ["a*b", "x/{date}", "", "[a]"] {
            #expect(throws: OutputDirectory.Refusal.self) { try OutputDirectory(path: path) }
        }
    }

    @Test(
        "A file that is read is not removed, by whatever path it is named",
        arguments: ["out/world.json5", "out/../out/events/priors.csv", "link/state/priors.csv", "out/state/{date}.csv"])
    func inputsStay(input: String) throws {
        let scratch = try ScratchDirectory()
        let output = try OutputDirectory(path: scratch.path + "/out")
        _ = try output.prepare(world: [])
        try FileSystem.createSymbolicLink(scratch.path + "/link", to: "out")
        try scratch.write("kept", to: "out/state/priors.csv")
        try scratch.write("kept", to: "out/events/priors.csv")
        let files = try scratch.files(below: "out")
        #expect(throws: OutputDirectory.Refusal.self) {
            try output.prepare(world: [], reading: [scratch.path + "/" + input])
        }
        #expect(try scratch.files(below: "out") == files)
        for other in ["out/mine.csv", "other/state/a.csv", "out-2/world.json5"] {
            _ = try output.prepare(world: [], reading: [scratch.path + "/" + other])
        }
    }

    @Test("Who holds the directory or its state keeps them")
    func held() throws {
        let scratch = try ScratchDirectory()
        let output = try OutputDirectory(path: scratch.path + "/out")
        var lock: StateLock? = try output.prepare(world: Array("1".utf8))
        try scratch.write("kept", to: "out/state/notes.txt")
        #expect(throws: StateLock.Failure.self) { try output.prepare(world: []) }
        #expect(try scratch.text("out/world.json5") == "1" && scratch.exists("out/state/notes.txt"))
        withExtendedLifetime(lock) {}
        lock = nil
        var night: StateLock? = try StateLock(StateDirectory(path: scratch.path + "/out/state"))
        #expect(throws: StateLock.Failure.self) { try output.prepare(world: []) }
        #expect(scratch.exists("out/state/notes.txt"))
        withExtendedLifetime(night) {}
        night = nil
        _ = try output.prepare(world: [])
        #expect(!scratch.exists("out/state"))
    }

    @Test("A busiest day that the memory cannot hold is refused beforehand, and one that it can is not")
    func memory() throws {
        var file = try WorldFile.from(bytes: EndToEndLogTests.world().utf8, file: "world.json5")
        let few = try EndToEndWorld(file: file, output: "out").faults(memory: 1 << 20)
        #expect(few.isEmpty)
        file.world.experiments[1].visitorsPerDay = 10_000_000
        let many = try EndToEndWorld(file: file, output: "out").faults(memory: 1 << 30)
        #expect(many.count == 1 && many[0].contains("visitorsPerDay") && many[0].contains("1,024 MiB"))
        file.world.experiments[1].visitorsPerDay = 20_000
        file.world.crowd.bots = 0
        #expect(try EndToEndWorld(file: file, output: "out").faults(memory: 8 << 20).isEmpty)
        file.world.crowd.bots = 10
        #expect(try EndToEndWorld(file: file, output: "out").faults(memory: 8 << 20).count == 1)
    }

    @Test("The demonstration's world has everything in it")
    func demonstration() throws {
        let file = try WorldFile.read(file: EndToEndFilesTests.worlds + "/demo.json5")
        let world = file.world
        let arms = world.experiments.flatMap(\.arms)
        #expect(world.days == 28 && world.experiments.count >= 3)
        #expect(!world.outages.isEmpty && !world.brokenLines.isEmpty)
        #expect(world.crowd.bots > 0 && world.crowd.returning > 0 && world.crowd.travelling > 0)
        #expect(arms.contains { $0.wearsOff != nil } && arms.contains { $0.joins > 0 })
        #expect(arms.contains { $0.blacklisted != nil } && arms.contains { !$0.ratesBySegment.isEmpty })
        #expect(world.experiments.contains { $0.control != nil } && world.experiments.contains { $0.drift > 0 })
        #expect(Set(world.experiments.map(\.reward)).count == 3)
    }

    @Test("The world in trouble has late and new arms, who returns, what is given back, whales and feeds that fail")
    func trouble() throws {
        let world = try WorldFile.read(file: EndToEndFilesTests.worlds + "/trouble.json5").world
        let arms = world.experiments.flatMap(\.arms)
        #expect(Set(world.missingFeeds.values) == Set(MissingFeed.allCases) && world.crowd.returning > 0.5)
        #expect(arms.contains { $0.joins > 0 } && arms.contains { $0.novelty != nil })
        #expect(arms.contains { $0.refunds > 0 } && arms.contains { $0.revenue.whales != nil })
    }
}
