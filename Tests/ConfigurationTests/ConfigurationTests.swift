import Allocation
import BotFilter
import Configuration
import Domain
import EventLog
import Foundation
import Learning
import Statistics
import Testing

/// What a legal file is resolved to.
@Suite struct ConfigurationTests {
    static func read(_ text: String) throws -> Configuration {
        try Configuration.from(bytes: Array(text.utf8), file: "test.json5")
    }

    static let everyKey = """
        // All that can be said.
        {
          pipeline: 'shop.v2_night-1', timezone: "Etc/GMT+5",
          events: {
            paths: ["log/{date}/*.csv.gz", "log/{date+1}/*.csv.gz"],
            fields: { visitor: ["customer", "visitor"], ts: "time", platform: { constant: "shop" } },
            types: { impression: "view", order: "purchase", click: "click" },
            maxRejected: 0,
          },
          bots: {
            userAgents: { browsersOnly: true, allow: ["GoodBot"], block: ["curl", "bad"] },
            eventsPerDay: 1, eventsPerMinute: false, clicksWithoutView: null,
            denyList: "bots/{date-1}.txt", denyNetworks: ["a.txt", "b.txt"],
          },
          statistics: { onMixed: "exclude", conversionWindow: "7d" },
          learning: {
            reward: "revenue", window: 0x1C, halfLife: 3.5, seasonality: "none", priors: "priors.csv",
            segments: { minimumVisitors: 5e2, pooling: 0 },
          },
          allocation: { method: "sampling", draws: 500, floor: .01, floors: { autumn: 0.1 }, warmup: 0 },
          experiments: [{ platform: "web", slot: "top", variants: ["autumn", "winter"] }],
        }
        """

    @Test func theExampleOfTheDesign() throws {
        let configuration = try Self.read(
            """
            { pipeline: "banners", timezone: "Asia/Kolkata",
              events: { paths: ["fixtures/events/date={date}/*.jsonl*"], fields: {}, types: {}, maxRejected: 0.01 },
              bots: { eventsPerDay: 800 },
              statistics: { onMixed: "first" },
              learning: { reward: "click", window: 28, halfLife: 14, seasonality: "adjusted", segments: { minimumVisitors: 1000, pooling: 200 } },
              allocation: { method: "exact", floor: 0.02, warmup: 100 },
              experiments: [ { platform: "web", slot: "home-hero", variants: ["autumn", "winter"], control: { variant: "plain", traffic: 0.05 } } ],
              blacklist: "pipelines/blacklist.csv" }
            """)
        #expect(configuration.pipeline == "banners")
        #expect(configuration.timeZone.offset(at: 1_790_000_000) == 19_800)
        #expect(configuration.events.paths == ["fixtures/events/date={date}/*.jsonl*"])
        #expect(configuration.bots == BotSettings())
        #expect(configuration.blacklist == "pipelines/blacklist.csv")
        var learning = LearningSettings()
        learning.window = 28
        learning.halfLife = 14
        learning.seasonality = .adjusted
        learning.pooling = .visitors(200)
        var allocation = AllocationSettings()
        allocation.floor = 0.02
        let experiment = Experiment(
            key: SlotKey(platform: "web", slot: "home-hero"), variants: ["autumn", "winter"],
            control: Experiment.Control(variant: "plain", traffic: 0.05))
        #expect(
            configuration.experiments == [
                ExperimentConfiguration(experiment: experiment, learning: learning, allocation: allocation)
            ])
    }

    @Test func whatIsLeftOutHasItsDefault() throws {
        let configuration = try Self.read(
            #"{pipeline:"p",events:{paths:["log"]},experiments:[{platform:"w",slot:"s",variants:["a"]}]}"#)
        #expect(configuration.timeZone.offset(at: 1_790_000_000) == 0)
        #expect(configuration.events.maxRejected == 0.01)
        #expect(
            configuration.events.schema.types.mapValues { "\($0)" } == [
                "view": "view", "click": "click", "purchase": "purchase", "refund": "refund",
            ]
        )
        for field in EventField.allCases {
            // Ids of events are read only where they are asked for.
            #expect(configuration.events.schema[field] == .keys(field == .event ? [] : [field.rawValue]))
        }
        #expect(configuration.bots == BotSettings())
        #expect(configuration.statistics == Configuration.StatisticsSettings())
        #expect(configuration.statistics.onMixed == .first)
        #expect(configuration.statistics.conversionWindow == nil)
        #expect(configuration.statistics.revenueCap == nil)
        #expect(configuration.blacklist == nil)
        #expect(configuration.experiments.map(\.learning) == [LearningSettings()])
        #expect(configuration.experiments.map(\.allocation) == [AllocationSettings()])
        #expect(configuration.experiments.first?.experiment.control == nil)
    }

    @Test func everyKeyIsRead() throws {
        let configuration = try Self.read(Self.everyKey)
        #expect(configuration.pipeline == "shop.v2_night-1")
        #expect(configuration.timeZone.offset(at: 1_790_000_000) == -5 * 3600)
        let events = configuration.events
        #expect(events.paths == ["log/{date}/*.csv.gz", "log/{date+1}/*.csv.gz"])
        #expect(events.schema[.visitor] == .keys(["customer", "visitor"]))
        #expect(events.schema[.time] == .keys(["time"]))
        #expect(events.schema[.platform] == .constant("shop"))
        #expect(events.schema[.slot] == .keys(["slot"]))
        #expect(events.schema.types.mapValues { "\($0)" }["impression"] == "view")
        #expect(events.schema.types.mapValues { "\($0)" }["order"] == "purchase")
        #expect(events.schema.types.count == 6)
        #expect(events.maxRejected == 0)

        var bots = BotSettings()
        bots.userAgents = UserAgentSettings(browsersOnly: true, allow: ["GoodBot"], block: ["curl", "bad"])
        bots.eventsPerDay = 1
        bots.eventsPerMinute = nil
        bots.clicksWithoutView = nil
        bots.denyLists = ["bots/{date-1}.txt"]
        bots.denyNetworks = ["a.txt", "b.txt"]
        #expect(configuration.bots == bots)
        #expect(configuration.statistics.onMixed == .exclude)
        #expect(configuration.statistics.conversionWindow == ConversionWindow(microseconds: 7 * 86_400_000_000))

        var learning = LearningSettings()
        learning.reward = .revenue
        learning.window = 28
        learning.halfLife = 3.5
        learning.seasonality = .none
        learning.minimumVisitors = 500
        learning.pooling = .visitors(0)
        learning.priors = "priors.csv"
        #expect(configuration.experiments.first?.learning == learning)
        var allocation = AllocationSettings()
        allocation.method = .sampling
        allocation.draws = 500
        allocation.floor = 0.01
        allocation.floors = ["autumn": 0.1]
        allocation.warmup = 0
        #expect(configuration.experiments.first?.allocation == allocation)
    }

    @Test func experimentsShareAHoldoutByItsName() throws {
        let configuration = try Self.read(
            """
            { pipeline: "p", events: { paths: "log" }, experiments: [
              { platform: "w", slot: "1", variants: ["a"], control: { variant: "c", traffic: 0.05 }, holdout: "site" },
              { platform: "x", slot: "1", variants: ["b"], control: { variant: "d", traffic: 0.05 }, holdout: "site" },
              { platform: "w", slot: "2", variants: ["a"], control: { variant: "c", traffic: 0.1 }, holdout: null },
              { platform: "w", slot: "3", variants: ["a", "control"] },
            ] }
            """)
        #expect(configuration.experiments.map(\.experiment.holdout) == ["site", "site", nil, nil])
    }

    @Test func anExperimentOverridesKeyByKey() throws {
        let configuration = try Self.read(
            """
            { pipeline: "p", events: { paths: "log" },
              learning: { window: 28, halfLife: 14, segments: { minimumVisitors: 50, pooling: 7 } },
              allocation: { floor: 0.1, floors: { a: 0.2, x: 0.3 }, warmup: 5 },
              experiments: [
                { platform: "w", slot: "1", variants: ["a", "b"], control: null,
                  learning: { reward: "purchase", window: null, segments: { pooling: 9 } },
                  allocation: { floors: { b: 0.05 }, floor: null } },
                { platform: "w", slot: "2", variants: ["x", "y"] },
              ] }
            """)
        let first = try #require(configuration.experiments.first)
        #expect(first.learning.reward == .purchase)
        #expect(first.learning.window == nil)
        #expect(first.learning.halfLife == 14)
        #expect(first.learning.minimumVisitors == 50)
        #expect(first.learning.pooling == .visitors(9))
        #expect(first.allocation.floor == nil)
        #expect(first.allocation.floors == ["a": 0.2, "b": 0.05])
        #expect(first.allocation.warmup == 5)
        let second = try #require(configuration.experiments.last)
        #expect(second.learning.reward == .click)
        #expect(second.learning.window == 28)
        #expect(second.learning.pooling == .visitors(7))
        #expect(second.allocation.floor == 0.1)
        #expect(second.allocation.floors == ["x": 0.3])
    }

    @Test(arguments: [
        ("true", UserAgentSettings() as UserAgentSettings?), ("false", nil), ("null", nil),
        ("{}", UserAgentSettings()), ("{ allow: [] }", UserAgentSettings()),
        ("{ browsersOnly: true }", UserAgentSettings(browsersOnly: true)),
    ])
    func userAgentsAreOnOffOrSet(json: String, expected: UserAgentSettings?) throws {
        let configuration = try Self.read(
            #"{pipeline:"p",events:{paths:["log"]},bots:{userAgents:\#(json)},"#
                + #"experiments:[{platform:"w",slot:"s",variants:["a"]}]}"#)
        #expect(configuration.bots.userAgents == expected)
    }

    @Test(arguments: [("UTC", 0), ("GMT", 0), ("Etc/UTC", 0), ("Asia/Kolkata", 19_800), ("Asia/Kathmandu", 20_700)])
    func timezonesAreIANANames(identifier: String, seconds: Int64) throws {
        let configuration = try Self.read(
            #"{pipeline:"p",timezone:"\#(identifier)",events:{paths:["log"]},"#
                + #"experiments:[{platform:"w",slot:"s",variants:["a"]}]}"#)
        #expect(configuration.timeZone.offset(at: 1_790_000_000) == seconds)
    }

    @Test func aFileIsRead() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).json5")
        defer { try? FileManager.default.removeItem(at: file) }
        let text = "\u{FEFF}{pipeline:'é', }"
        try Data(text.utf8).write(to: file)
        let error = #expect(throws: ConfigurationError.self) { try Configuration.read(file: file.path) }
        #expect(error?.file == file.path)
        // A byte order mark is no column.
        #expect(error?.faults.contains { $0.path == "pipeline" && $0.line == 1 && $0.column == 11 } == true)
    }

    @Test func aFileThatCannotBeReadIsOneFault() throws {
        let directory = FileManager.default.temporaryDirectory.path
        for (path, reason) in [("\(directory)/no/such/file.json5", "No such file"), (directory, "directory")] {
            let error = #expect(throws: ConfigurationError.self) { try Configuration.read(file: path) }
            #expect(error?.faults.count == 1)
            #expect(error?.faults.first?.line == nil)
            #expect(error?.description.hasPrefix("\(path): ") == true)
            #expect(error?.description.contains(reason) == true)
        }
    }
}
