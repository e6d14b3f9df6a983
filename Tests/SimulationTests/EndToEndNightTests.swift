import Domain
import EventLog
import Foundation
import Pipeline
import Randomizer
import Simulation
import State
import TestExpectations
import TestSupport
import Testing

/// What the nights of an end-to-end simulation do with shares.
@Suite(.slow) struct EndToEndNightTests {
    private static func world(
        _ extra: String, visitors: Int = 300, days: Int,
        arms: String = """
        [{ variant: "a", rate: 0.1 }, { variant: "b", rate: 0.3 }]
        """
    ) -> String {
        """
        { world: "small", seed: 5, start: "2026-01-05", days: \(days), \(extra)
          experiments: [{ platform: "web", slot: "hero", visitorsPerDay: \(visitors), arms: \(arms) }] }
        """
    }

    @Test("A night without logs changes no share, and those who return keep their arm")
    func outage() throws {
        let site = try EndToEndSite(
            EndToEndNightTests.world("outages: [1, 2, 3], crowd: { returning: 0.6 },", days: 5))
        let first = try #require(try site.table(1))
        for day in 2...4 { #expect(try site.table(day) == first) }
        #expect(try site.table(5) != first)
        #expect(site.nights.map(\.ending.word) == ["published", "no data", "no data", "no data", "published"])
        #expect(!site.scratch.exists("out/events/date=2026-01-07"))
        let later = site.nights[2...4].map { $0.served[0] }
        #expect(later.reduce(0) { $0 + $1.returning } > 200)
        // People last seen on day 0 move when they come back; those since do not.
        #expect((1..<later.reduce(0) { $0 + $1.returning } / 2).contains(later.reduce(0) { $0 + $1.moved }))
        #expect(site.nights.prefix(4).map { $0.served[0].churn > 0 } == [true, false, false, false])
    }

    @Test("With the same table every day, nobody who returns moves")
    func returning() throws {
        let site = try EndToEndSite(
            EndToEndNightTests.world("outages: [0, 1, 2], crowd: { returning: 0.6 },", days: 4))
        let served = site.nights.map { $0.served[0] }
        #expect(served[0].returning == 0)
        for day in served[1...] {
            #expect(day.returning > 60)
            #expect(day.moved == 0)
        }
    }

    @Test("A broken night publishes nothing and moves no traffic; the next one goes on")
    func brokenNight() throws {
        let site = try EndToEndSite(EndToEndNightTests.world("brokenNights: [{ day: 1, lines: 0.4 }],", days: 4))
        #expect(site.nights.map(\.ending.word) == ["published", "stopped", "published", "published"])
        guard case .stopped(.tooManyRejected(let date, let tally, _)) = site.nights[1].ending else {
            Issue.record("the night did not stop for its log")
            return
        }
        #expect(date == site.date(1))
        // Four standard deviations.
        let share = Double(tally.rejectedLines) / Double(site.nights[1].lines)
        #expect(abs(share - 0.4) < 4 * (0.24 / Double(site.nights[1].lines)).squareRoot())
        #expect(try site.table(2) == nil)
        #expect(try !FileSystem.exists(site.state.statistics(on: site.date(1))))
        #expect(site.nights[2].served[0].leaderTraffic == site.nights[1].served[0].leaderTraffic)
        let propensities = Set(try site.events(2).compactMap(\.propensity))
        #expect(propensities.count == 2)
        let table = try #require(try site.table(1))
        for propensity in propensities { #expect(table.contains(String(format: ",%.6f,", propensity))) }
    }

    @Test("Every damaged line is rejected, and no other")
    func tornLines() throws {
        let site = try EndToEndSite(
            EndToEndNightTests.world(
                "maxRejected: 1, brokenNights: [{ day: 0, lines: 1 }, { day: 1, lines: 0.3 }],", days: 2))
        #expect(try site.quality(0, "rejected", "total") == site.nights[0].lines)
        #expect(site.nights.map(\.ending.word) == ["no data", "published"])
        let whole = try FileSystem.read(site.output + "/events/date=2026-01-06/events.jsonl")
            .split(separator: UInt8(ascii: "\n")).filter { line in
                String(validating: line, as: UTF8.self) != nil
                    && (try? JSONDecoder().decode(LoggedEvent.self, from: Data(line))) != nil
            }
        #expect(try site.quality(1, "rejected", "total") == site.nights[1].lines - whole.count)
    }

    @Test("Arms join and leave on their days")
    func days() throws {
        let site = try EndToEndSite(
            EndToEndNightTests.world(
                "publishAt: \"00:00\", allocation: { floors: { late: 0.1 } },", days: 5,
                arms: """
                    [{ variant: "a", rate: 0.1 }, { variant: "late", rate: 0.2, joins: 2 },
                     { variant: "gone", rate: 0.4, blacklisted: 3 }]
                    """))
        #expect(site.nights.map { $0.served[0].people[0][1] > 0 } == [false, false, true, true, true])
        #expect(site.nights.map { $0.served[0].people[0][2] > 0 } == [true, true, true, false, false])
        #expect(try site.table(1)?.contains("late") == false)
        #expect(try site.table(3)?.contains("gone,0.000000,blacklisted") == true)
    }

    @Test("An arm that is blacklisted while nights stop is measured as long as the table serves it")
    func blacklistedWhileNightsStop() throws {
        let site = try EndToEndSite(
            EndToEndNightTests.world(
                "brokenNights: [{ day: 1, lines: 0.9 }, { day: 2, lines: 0.9 }],", days: 5,
                arms: """
                    [{ variant: "a", rate: 0.1 }, { variant: "b", rate: 0.3, blacklisted: 2 },
                     { variant: "late", rate: 0.5, joins: 3 }]
                    """))
        #expect(site.nights.map(\.ending.word) == ["published", "stopped", "stopped", "published", "published"])
        let served = site.nights.map { $0.served[0] }
        #expect(served.map { $0.people[0][1] > 0 } == [true, true, true, true, false])
        #expect(served.map { $0.people[0][2] > 0 } == [false, false, false, false, true])
        #expect(served.map(\.best) == [1, 1, 1, 1, 2])
        for day in served {
            #expect(day.regret >= 0 && day.evenRegret >= 0)
            #expect(abs(day.oracleReward - Double(day.visitors) * (day.best == 1 ? 0.3 : 0.5)) < 1e-9)
        }
        #expect(served[3].regret > 0)
    }

    @Test("Nobody leads with an equal share, also where shares do not divide evenly", arguments: [2, 3, 6])
    func ties(arms: Int) throws {
        let list = (0..<arms).map { "{ variant: \"v\($0)\", rate: 0.\(1 + $0) }" }.joined(separator: ", ")
        let site = try EndToEndSite(EndToEndNightTests.world("", days: 2, arms: "[\(list)]"))
        let first = site.nights[0].served[0]
        #expect(first.leader == nil && first.leaderTraffic == nil && first.leaderProbability == nil)
        #expect(first.best == arms - 1 && first.bestLeads == nil)
        let totals = EndToEndExperiment(0, of: site.file.world, nights: site.nights)
        // Six arms have not had a hundred visitors each after a day: all are new still, and share evenly.
        guard arms < 6 else {
            #expect(site.nights[1].served[0].leader == nil && totals.bestLed == nil)
            return
        }
        #expect(site.nights[1].served[0].leader != nil)
        #expect(totals.bestLed == (site.nights[1].served[0].leader == arms - 1 ? 1 : 0))
    }

    @Test("Where all arms are alike, nothing is regretted")
    func alike() throws {
        let site = try EndToEndSite(
            EndToEndNightTests.world(
                "", days: 2,
                arms: "[\(["a", "b", "c"].map { "{ variant: \"\($0)\", rate: 0.1 }" }.joined(separator: ", "))]"))
        #expect(site.nights.allSatisfy { $0.served[0].regret == 0 && $0.served[0].evenRegret == 0 })
    }

    @Test("Churn is the share of ids that the next table shows another arm")
    func churn() throws {
        let site = try EndToEndSite(EndToEndLogTests.world())
        for day in 0..<2 {
            let tables = try [day, day + 1].map {
                try AllocationTable(path: site.state.allocation(on: site.date($0)))
            }
            for (experiment, served) in zip(site.file.world.experiments, site.nights[day].served) {
                let count = 20_000
                var (moved, done) = (0, 0)
                for segment in experiment.segments {
                    let part = Int((Double(count) * segment.share).rounded())
                    let groups = try tables.map { table in
                        try #require(
                            table.experiment(
                                platform: experiment.key.platform.string, slot: experiment.key.slot.string)
                        ).group(segment: segment.name.string)
                    }
                    for visitor in done..<done + part {
                        let arms = groups.map { $0.arms[$0.arm(of: "v\(visitor)")].variant }
                        if arms[0] != arms[1] { moved += 1 }
                    }
                    done += part
                }
                let error = (max(served.churn, 1e-4) / Double(count)).squareRoot()
                // Six of these lie beyond 4 standard errors with a chance of 0.04 %.
                #expect(abs(Double(moved) / Double(count) - served.churn) < 4 * error)
            }
        }
    }

    @Test("When every arm is blacklisted, the table has none of them, and nobody is measured")
    func nobodyCompetes() throws {
        let site = try EndToEndSite(
            EndToEndNightTests.world(
                "", days: 4,
                arms: """
                    [{ variant: "a", rate: 0.1, blacklisted: 2 }, { variant: "b", rate: 0.3, blacklisted: 2 }]
                    """))
        #expect(site.nights.map(\.ending.word) == ["published", "carried over", "carried over", "carried over"])
        let served = site.nights.map { $0.served[0] }
        #expect(served[0].regret > 0 && served[0].best == 1)
        // What the table of the day before showed until the new one came is measured; from then on nobody is shown an arm.
        #expect(served[3].visitors == 0 && served[3].regret == 0 && served[3].best == nil)
        let rows = try #require(try site.table(2)).split(separator: "\n")
        #expect(rows.count == 1)
        #expect(try site.table(3) == site.table(2))
    }

    @Test("A true best arm of two gets most of the traffic", arguments: [1, 2, 3, 4] as [UInt64])
    func theBestWins(seed: UInt64) throws {
        let site = try EndToEndSite(EndToEndNightTests.world("", days: 6), seed: seed)
        let last = try #require(site.nights.last?.served[0])
        let traffic = try #require(last.leaderTraffic)
        #expect(last.best == 1 && last.leader == 1)
        #expect(traffic > 0.8)
        let totals = EndToEndExperiment(0, of: site.file.world, nights: site.nights)
        #expect(totals.policies[1].regret.reduce(0, +) < 0.6 * totals.policies[2].regret.reduce(0, +))
    }

    @Test("Intervals of what was learned hold the truth as often as they say")
    func learnedMeansCoverTheTruth() throws {
        let experiments = (0..<30).map { number in
            let (first, second) = (0.05 + 0.01 * Double(number % 7), 0.08 + 0.01 * Double(number % 5))
            return """
                { platform: "web", slot: "s\(number)", visitorsPerDay: 250,
                  arms: [{ variant: "a", rate: \(first) }, { variant: "b", rate: \(second) }] }
                """
        }
        let site = try EndToEndSite(
            """
            { world: "cover", seed: 3, start: "2026-01-05", days: 1, learning: { seasonality: "none" },
              experiments: [\(experiments.joined(separator: ","))] }
            """)
        let rows = try #require(try site.table(1)).split(separator: "\n").dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        #expect(rows.count == 60)
        var covered = 0
        for row in rows {
            let experiment = try #require(site.file.world.experiments.first { $0.key.slot.string == row[2] })
            let rate = try #require(experiment.arms.first { $0.variant.string == row[4] }).rate
            let (low, high) = (try #require(Double(row[9])), try #require(Double(row[10])))
            if low <= rate && rate <= high { covered += 1 }
        }
        // Of 60 intervals of 95 %, fewer than 51 hold the truth with a chance of 0.2 %.
        #expect(covered >= 51)
    }
}
