import Allocation
import BotFilter
import Configuration
import Domain
import Foundation
import Learning
import Simulation
import Statistics
import TestSupport
import Testing

/// How world files are read.
@Suite struct WorldFileTests {
    private static func read(_ text: String) throws(ConfigurationError) -> WorldFile {
        try WorldFile.from(bytes: text.utf8, file: "world.json5")
    }

    @Test("Every key reaches its place")
    func everyKey() throws {
        let ones = Array(repeating: "1", count: 23).joined(separator: ", ")
        let file = try WorldFileTests.read(
            """
            { world: "shop", seed: 9, start: "2026-02-03", days: 20, publishAt: "06:05", outages: [3, 5],
              brokenNights: [{ day: 4, lines: 0.25 }], missingFeeds: [{ day: 6, type: "click" }],
              crowd: { bots: 0.1, returning: 0.2, travelling: 0.3 }, maxRejected: 0.02, timezone: "Asia/Kolkata",
              bots: { eventsPerDay: 100 }, statistics: { onMixed: "exclude" },
              learning: { halfLife: 5 }, allocation: { floor: 0.03, floors: { b: 0.05 } },
              experiments: [
                { platform: "web", slot: "hero", visitorsPerDay: 1234.5, weeklySwing: 0.1, visitorSwing: 0.2, trend: -0.01,
                  drift: 0.02, hours: { rate: [2, \(ones)] }, segments: [{ name: "Pune", share: 0.25, factor: 1.5 }],
                  arms: [
                    { variant: "a", rate: 0.1, rates: { Pune: 0.3 }, revenue: { mean: 9, spread: 0.1, whales: { share: 0.01, factor: 30 } },
                      refunds: 0.15, novelty: { lift: -0.2, halfLife: 3 },
                      wearsOff: { from: 2, halfLife: 4.5 }, joins: 1, blacklisted: 7 },
                    { variant: "b", rate: 0 }, { variant: "c", rate: 1 },
                  ],
                  control: { variant: "c", traffic: 0.2 },
                  learning: { reward: "revenue" }, allocation: { warmup: 7 } },
              ] }
            """)
        var expected = WorldExperiment(
            key: SlotKey(platform: "web", slot: "hero"), visitorsPerDay: 1234.5,
            arms: [
                WorldArm(variant: "a", rate: 0.1), WorldArm(variant: "b", rate: 0), WorldArm(variant: "c", rate: 1),
            ])
        (expected.weeklySwing, expected.visitorSwing, expected.trend, expected.drift) = (0.1, 0.2, -0.01, 0.02)
        expected.reward = .revenue
        expected.hours = DayHours(
            visitors: DayHours.usual.visitors, rate: [2] + Array(repeating: 1, count: 23))
        expected.segments = [
            WorldSegment(name: "Pune", share: 0.25), WorldSegment(name: .everyone, share: 0.75),
        ]
        expected.segments[0].factor = 1.5
        expected.control = Experiment.Control(variant: "c", traffic: 0.2)
        expected.arms[0].ratesBySegment = ["Pune": 0.3]
        expected.arms[0].revenue = WorldArm.Revenue(mean: 9, spread: 0.1)
        expected.arms[0].revenue.whales = WorldArm.Revenue.Whales(share: 0.01, factor: 30)
        expected.arms[0].refunds = 0.15
        expected.arms[0].novelty = WorldArm.Novelty(lift: -0.2, halfLife: 3)
        expected.arms[0].wearsOff = WorldArm.WearOff(from: 2, halfLife: 4.5)
        expected.arms[0].joins = 1
        expected.arms[0].blacklisted = 7
        var world = World(
            name: "shop", seed: 9, start: try #require(CalendarDate("2026-02-03")), days: 20, experiments: [expected])
        world.publishAt = 365
        world.outages = [3, 5]
        world.maxRejected = 0.02
        world.brokenLines = [4: 0.25]
        world.missingFeeds = [6: .click]
        (world.crowd.bots, world.crowd.returning, world.crowd.travelling) = (0.1, 0.2, 0.3)
        #expect(file.world == world)
        #expect(file.maxRejected == 0.02 && file.bots.eventsPerDay == 100 && file.statistics.onMixed == .exclude)
        #expect(file.timeZone.identifier == "Asia/Kolkata")
        let settings = try #require(file.experiments.first)
        #expect(settings.experiment.variants == ["a", "b"] && settings.experiment.control?.variant == "c")
        #expect(settings.learning.halfLife == 5 && settings.learning.reward == .revenue)
        #expect(settings.allocation.floors == ["b": 0.05] && settings.allocation.warmup == 7)
    }

    /// What stands instead of a part of a small world, and what is said of it.
    struct Fault: Sendable, CustomTestStringConvertible {
        var key: String
        var text: String
        var path: String
        var message: String
        var testDescription: String { "\(path): \(message)" }
    }

    @Test(
        "Every fault is named with its place and what to write instead",
        arguments: [
            Fault(key: "world", text: "\"my shop\"", path: "world", message: "other characters"),
            Fault(key: "seed", text: "-1", path: "seed", message: "at least 0"),
            Fault(key: "start", text: "\"2026-02-30\"", path: "start", message: "no date"),
            Fault(key: "days", text: "0", path: "days", message: "from 1 to"),
            Fault(key: "start", text: "\"0000-01-01\"", path: "start", message: "from 1583-01-01 to 9999-12-31"),
            Fault(key: "start", text: "\"1583-01-01\"", path: "start", message: "from 1583-01-01 to 9999-12-31"),
            Fault(key: "start", text: "\"9999-12-25\"", path: "start", message: "from 1583-01-01 to 9999-12-31"),
            Fault(key: "publishAt", text: "\"24:00\"", path: "publishAt", message: "no time of day"),
            Fault(key: "publishAt", text: "\"1:30\"", path: "publishAt", message: "no time of day"),
            Fault(key: "publishAt", text: "90", path: "publishAt", message: "a time of day"),
            Fault(
                key: "hours", text: "{ rate: [1, 2] }", path: "experiments[0].hours.rate",
                message: "2 factors of the hours, not 24"),
            Fault(
                key: "hours", text: "{ rate: [\(Array(repeating: "0", count: 24).joined(separator: ","))] }",
                path: "experiments[0].hours", message: "nobody comes"),
            Fault(
                key: "hours", text: "{ visitors: [-1, \(Array(repeating: "0", count: 23).joined(separator: ","))] }",
                path: "experiments[0].hours.visitors[0]", message: "from 0 to 1000"),
            Fault(key: "outages", text: "[7]", path: "outages[0]", message: "from 0 to 6"),
            Fault(key: "brokenNights", text: "[{ day: 2 }]", path: "brokenNights[0]", message: "lines is missing"),
            Fault(key: "brokenNights", text: "[{ day: 1, lines: 0.5 }]", path: "brokenNights[0]", message: "outages"),
            Fault(
                key: "missingFeeds", text: "[{ day: 2, type: \"view\" }]", path: "missingFeeds[0].type",
                message: "none of"),
            Fault(
                key: "missingFeeds", text: "[{ day: 1, type: \"click\" }]", path: "missingFeeds[0]", message: "outages"),
            Fault(
                key: "arms", text: "[{ variant: \"a\", rate: 0.1, novelty: { lift: 0.5 } }]",
                path: "experiments[0].arms[0].novelty", message: "halfLife is missing"),
            Fault(
                key: "arms", text: "[{ variant: \"a\", rate: 0.1, refunds: 2 }]",
                path: "experiments[0].arms[0].refunds",
                message: "from 0 to 1"),
            Fault(key: "crowd", text: "{ returning: 1.5 }", path: "crowd.returning", message: "from 0 to 1"),
            Fault(key: "crowd", text: "{ bot: 1 }", path: "crowd.bot", message: "unknown key"),
            Fault(key: "timezone", text: "\"IST\"", path: "timezone", message: "IANA"),
            Fault(key: "learning", text: "{ window: 0 }", path: "learning.window", message: "at least 1"),
            Fault(key: "allocation", text: "{ floors: { z: 0.1 } }", path: "allocation.floors.z", message: "no arm"),
            Fault(key: "visitorsPerDay", text: "0", path: "experiments[0].visitorsPerDay", message: "above 0"),
            Fault(key: "trend", text: "-1", path: "experiments[0].trend", message: "between -1 and 1"),
            Fault(
                key: "segments", text: "[{ name: \"P\", share: 0.6 }, { name: \"Q\", share: 0.6 }]",
                path: "experiments[0].segments", message: "add up to 1.2"),
            Fault(
                key: "segments", text: "[{ name: \"P\", share: 0.1 }, { name: \"P\", share: 0.1 }]",
                path: "experiments[0].segments[1]", message: "twice"),
            Fault(key: "arms", text: "[]", path: "experiments[0].arms", message: "a list of"),
            Fault(
                key: "arms", text: "[{ variant: \"a\", rate: 0.1 }, { variant: \"a\", rate: 0.1 }]",
                path: "experiments[0].arms[1]", message: "twice"),
            Fault(
                key: "arms", text: "[{ variant: \"a\", rate: 5 }]", path: "experiments[0].arms[0].rate",
                message: "from 0 to 1"),
            Fault(
                key: "arms", text: "[{ variant: \"a\", rate: 0.1, joins: 2 }]", path: "experiments[0].arms",
                message: "no arm competes on day 0"),
            Fault(
                key: "arms",
                text: "[{ variant: \"b\", rate: 0.1 }, { variant: \"a\", rate: 0.1, joins: 2, blacklisted: 1 }]",
                path: "experiments[0].arms[1]", message: "before it joins"),
            Fault(
                key: "arms", text: "[{ variant: \"a\", rate: 0.1, rates: { X: 0.2 } }]",
                path: "experiments[0].arms[0].rates.X", message: "no segment"),
            Fault(
                key: "arms", text: "[{ variant: \"a\", rate: 0.1, wearsOff: { from: 1, halfLife: 0 } }]",
                path: "experiments[0].arms[0].wearsOff.halfLife", message: "above 0"),
            Fault(
                key: "arms", text: "{ file: \"nowhere.csv\", test: \"t\" }", path: "experiments[0].arms.file",
                message: "nowhere.csv: cannot open"),
            Fault(
                key: "control", text: "{ variant: \"plain\", traffic: 0.1 }", path: "experiments[0].control",
                message: "is no arm"),
        ])
    func faults(_ fault: Fault) throws {
        var world = [
            "world": "\"w\"", "days": "7", "outages": "[1]",
        ]
        var experiment = [
            "platform": "\"web\"", "slot": "\"hero\"", "visitorsPerDay": "100",
            "arms": "[{ variant: \"a\", rate: 0.1 }, { variant: \"b\", rate: 0.2 }]",
        ]
        if fault.path.hasPrefix("experiments") {
            experiment[fault.key] = fault.text
        } else {
            world[fault.key] = fault.text
        }
        func text(_ members: [String: String]) -> String {
            "{" + members.sorted { $0.key < $1.key }.map { "\n\($0.key): \($0.value)," }.joined() + "}"
        }
        world["experiments"] = "[\(text(experiment))]"
        let error = try #require(throws: ConfigurationError.self) { try WorldFileTests.read(text(world)) }
        #expect(error.faults.count == 1, "\(error)")
        let found = try #require(error.faults.first)
        #expect(found.path == fault.path && found.message.contains(fault.message), "\(error)")
        #expect(found.line != nil && !found.suggestion.isEmpty)
    }

    @Test("Dates up to the ends of the calendar, and rates up to the limit, are taken")
    func limits() throws {
        for start in ["1583-01-02", "9999-12-24"] {
            let file = try WorldFileTests.read(
                """
                { world: "w", start: "\(start)", days: 7, experiments: [{ platform: "web", slot: "hero", visitorsPerDay: 10,
                  arms: [{ variant: "a", rate: 0.1 }, { variant: "b", rate: 0.1 }] }] }
                """)
            #expect(file.world.excesses.isEmpty)
        }
        func world(days: Int) -> String {
            let arms = (0..<100).map { "{ variant: \"v\($0)\", rate: 0.1 }" }.joined(separator: ", ")
            let segments = (0..<100).map { "{ name: \"s\($0)\", share: 0.01 }" }.joined(separator: ", ")
            return """
                { world: "w", days: \(days), experiments: [{ platform: "web", slot: "hero", visitorsPerDay: 10,
                  segments: [\(segments)], arms: [\(arms)] }] }
                """
        }
        #expect(try WorldFileTests.read(world(days: 2_000)).world.excesses.isEmpty)
        let error = try #require(throws: ConfigurationError.self) { try WorldFileTests.read(world(days: 2_001)) }
        #expect(error.faults.map(\.path) == ["days"] && error.description.contains("more than 20000000"))
    }

    @Test("Arms come from what a real test measured, all its weeks added up")
    func measuredArms() throws {
        let scratch = try ScratchDirectory()
        let rows = ["t1,1,a,1000,10", "t1,1,b,500,20", "t2,1,a,10,1", "t1,2,a,1000,30"]
        try scratch.write((["test,week,arm,impressions,clicks"] + rows).joined(separator: "\n"), to: "rates.csv")
        func world(_ test: String, _ file: String = "rates.csv") throws(ConfigurationError) -> [WorldArm] {
            let text = """
                { world: "w", experiments: [{ platform: "web", slot: "hero", visitorsPerDay: 10,
                  arms: { file: "\(scratch.path)/\(file)", test: "\(test)" } }] }
                """
            return try WorldFileTests.read(text).world.experiments[0].arms
        }
        #expect(try world("t1") == [WorldArm(variant: "a", rate: 0.02), WorldArm(variant: "b", rate: 0.04)])
        let unknown = try #require(throws: ConfigurationError.self) { try world("t3") }
        #expect(unknown.description.contains("has no test \"t3\"; did you mean \"t1\"?"))
        try scratch.write("test,week,arm,impressions,clicks\nt1,1,a,10,11\n", to: "bad.csv")
        let bad = try #require(throws: ConfigurationError.self) { try world("t1", "bad.csv") }
        #expect(bad.description.contains("bad.csv:2: "))
    }
}
