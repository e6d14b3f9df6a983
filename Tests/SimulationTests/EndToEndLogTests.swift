import Domain
import Foundation
import Learning
import Simulation
import State
import TestSupport
import TestExpectations
import Testing

/// What the logs of an end-to-end simulation hold, and what the nightly run makes of them.
@Suite struct EndToEndLogTests {
    /// Three slots, one of each reward, over a day of 23 hours; two of them share a platform.
    static func world(_ extra: String = "", crowd: String = "returning: 0.4, travelling: 0.2", days: Int = 3) -> String
    {
        """
        { world: "small", seed: 12, start: "2026-03-28", days: \(days), timezone: "Europe/Paris", \(extra)
          crowd: { \(crowd) },
          learning: { segments: { minimumVisitors: 150 } },
          experiments: [
            { platform: "web", slot: "hero", visitorsPerDay: 300, weeklySwing: 0.2, visitorSwing: 0.1,
              segments: [{ name: "Pune", share: 0.5, factor: 1.2 }, { name: "\\"Q\\" é", share: 0.2 }],
              arms: [{ variant: "a", rate: 0.2 }, { variant: "b", rate: 0.3, rates: { Pune: 0.1 } },
                     { variant: "plain", rate: 0.1 }],
              control: { variant: "plain", traffic: 0.2 } },
            { platform: "web", slot: "cart", visitorsPerDay: 150, learning: { reward: "purchase" },
              arms: [{ variant: "x", rate: 0.1 }, { variant: "y", rate: 0.2 }] },
            { platform: "app", slot: "feed", visitorsPerDay: 150, learning: { reward: "revenue" },
              arms: [{ variant: "x", rate: 0.2, revenue: { mean: 20 } }, { variant: "y", rate: 0.1 }] },
          ] }
        """
    }

    @Test("Statistics are what the log says, also on a day of 23 hours")
    func statisticsAreTheLog() throws {
        let site = try EndToEndSite(EndToEndLogTests.world())
        for day in 0..<3 {
            let events = try site.events(day)
            #expect(events.map(\.ts) == events.map(\.ts).sorted())
            let counted = ObviousCount.count(events)
            #expect(ObviousCount.of(try site.statistics(day)) == counted)
            #expect(try site.quality(day, "ignored", "total") == 0)
            #expect(try site.quality(day, "rejected", "total") == 0)
            #expect(
                counted.values.reduce(0) { $0 + $1.visitors } == site.nights[day].served.reduce(0) { $0 + $1.visitors })
            #expect(site.nights[day].lines == events.count)
        }
        #expect((try site.quality(0, "mixed_units") ?? 0) + (try site.quality(2, "mixed_units") ?? 0) > 0)
        let revenue = try site.events(0).compactMap(\.revenue)
        #expect(!revenue.isEmpty && revenue.allSatisfy { $0 > 0 })
    }

    @Test("What people were shown is what the statistics count, by segment and arm")
    func servedAsCounted() throws {
        let site = try EndToEndSite(EndToEndLogTests.world(days: 2))
        let counts = ObviousCount.of(try site.statistics(1))
        for (experiment, served) in zip(site.file.world.experiments, site.nights[1].served) {
            for (segment, people) in zip(experiment.segments, served.people) {
                for (arm, count) in zip(experiment.arms, people) {
                    let key = "\(experiment.key.platform) \(experiment.key.slot) \(segment.name) \(arm.variant)"
                    #expect(counts[key]?.visitors ?? 0 == count)
                }
            }
        }
    }

    @Test("Purchases that are given back count for nobody, and a feed that fails leaves views alone")
    func refundsAndMissingFeeds() throws {
        let site = try EndToEndSite(
            """
            { world: "small", seed: 5, start: "2026-03-02", days: 3, missingFeeds: [{ day: 1, type: "purchase" }],
              learning: { reward: "revenue" },
              experiments: [
                { platform: "web", slot: "hero", visitorsPerDay: 2000,
                  arms: [{ variant: "a", rate: 0.3, refunds: 0.4, revenue: { mean: 20, whales: { share: 0.05, factor: 50 } } },
                         { variant: "b", rate: 0.3, revenue: { mean: 20 } }] },
              ] }
            """)
        for day in 0..<3 {
            #expect(ObviousCount.of(try site.statistics(day)) == ObviousCount.count(try site.events(day)))
        }
        let events = try site.events(0)
        let bought = events.filter { $0.type == "purchase" && $0.variant == "a" }.count
        let returned = events.filter { $0.type == "refund" }
        #expect(returned.allSatisfy { $0.variant == "a" })
        // Of some 300 purchases: five standard errors.
        #expect(bought > 200 && abs(Double(returned.count) / Double(bought) - 0.4) < 0.15)
        func mean(_ variant: String) -> Double {
            let money = events.filter { $0.type == "purchase" && $0.variant == variant }.compactMap(\.revenue)
            return NSDecimalNumber(decimal: money.reduce(0, +)).doubleValue / Double(money.count)
        }
        // Whales make 20 to 69 on average.
        #expect(mean("a") > 1.5 * mean("b"))
        let types = Set(try site.events(1).map(\.type))
        #expect(types.contains("view") && types.isDisjoint(with: ["purchase", "refund"]))
        #expect(site.nights[1].lines == (try site.events(1)).count)
    }

    @Test("Bots are all dropped: they change no statistics and no share")
    func botsAreDropped() throws {
        let without = try EndToEndSite(EndToEndLogTests.world(days: 2))
        let with = try EndToEndSite(
            EndToEndLogTests.world(crowd: "returning: 0.4, travelling: 0.2, bots: 0.3", days: 2))
        for day in 0..<2 {
            #expect(with.nights[day].bots > 100)
            #expect(try with.quality(day, "bots", "visitors") == with.nights[day].bots)
            #expect(try with.statistics(day) == without.statistics(day))
            #expect(try with.table(day + 1) == without.table(day + 1))
        }
        for rule in ["userAgents", "eventsPerMinute", "clicksWithoutView"] {
            #expect(try with.quality(0, "bots", "rules", rule, "visitors") ?? 0 > 0, "\(rule)")
        }
    }

    @Test("Logs written in many parts are whole, in the order of time", .slow, arguments: LogCompression.allCases)
    func manyParts(_ compression: LogCompression) throws {
        let world = """
            { world: "many", seed: 2, days: 1, brokenNights: [{ day: 0, lines: 0.005 }],
              experiments: [{ platform: "web", slot: "hero", visitorsPerDay: 80000,
                arms: [{ variant: "a", rate: 0.1 }, { variant: "b", rate: 0.1 }] }] }
            """
        let site = try EndToEndSite(world, compression: compression)
        #expect(site.nights[0].lines > 2 * 65_536)
        #expect(try site.quality(0, "lines") == site.nights[0].lines)
        let rejected = Double(try site.quality(0, "rejected", "total") ?? 0)
        let expected = 0.005 * Double(site.nights[0].lines)
        #expect(abs(rejected - expected) < 4 * expected.squareRoot())
        guard compression == .none else { return }
        let times = try FileSystem.read(site.output + "/events/date=2026-01-05/events.jsonl")
            .split(separator: UInt8(ascii: "\n")).filter {
                $0.starts(with: "{\"ts\":\"2".utf8) && $0.count > 40 && !$0.contains(0xFF)
            }
            .map { String(decoding: $0.dropFirst(7).prefix(23), as: UTF8.self) }
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
    }

    @Test("Compression changes nothing but the files", arguments: [LogCompression.gzip, .zstandard])
    func compression(_ compression: LogCompression) throws {
        let plain = try EndToEndSite(EndToEndLogTests.world(days: 1))
        let packed = try EndToEndSite(EndToEndLogTests.world(days: 1), compression: compression)
        let suffix = compression == .gzip ? "gz" : "zst"
        #expect(packed.scratch.exists("out/events/date=2026-03-28/events.jsonl.\(suffix)"))
        #expect(try packed.statistics(0) == plain.statistics(0))
        #expect(try packed.quality(0, "lines") == plain.quality(0, "lines"))
    }

    @Test("People are rewarded at the true rate of what they were shown first", arguments: [1, 2, 3] as [UInt64])
    func rewardsAreTheTruths(seed: UInt64) throws {
        let site = try EndToEndSite(
            EndToEndLogTests.world(crowd: "returning: 0.3, travelling: 0.5", days: 3), seed: seed)
        for (number, experiment) in site.file.world.experiments.enumerated() {
            let truth = Truth(experiment, number: number, seed: seed, days: 3)
            var surplus = [Double](repeating: 0, count: experiment.arms.count)
            var variance = surplus
            for day in 0..<3 {
                let counts = ObviousCount.of(try site.statistics(day))
                for (segment, place) in experiment.segments.enumerated() {
                    for arm in experiment.arms.indices {
                        let variant = experiment.arms[arm].variant
                        let key = "\(experiment.key.platform) \(experiment.key.slot) \(place.name) \(variant)"
                        guard let count = counts[key] else { continue }
                        let rate = truth.rate(day: day, segment: segment, arm: arm)
                        let rewarded = experiment.reward == .click ? count.clickers : count.purchasers
                        surplus[arm] += Double(rewarded) - Double(count.visitors) * rate
                        variance[arm] += Double(count.visitors) * rate * (1 - rate)
                    }
                }
            }
            for (surplus, variance) in zip(surplus, variance) {
                // 21 z-values on fixed seeds: one lies beyond 4 with a chance of 0.13 %.
                #expect(variance > 1 && abs(surplus) < 4 * variance.squareRoot())
            }
        }
    }
}
