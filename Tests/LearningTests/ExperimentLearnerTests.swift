import Domain
import Learning
import TestSupport
import Testing

@Suite struct ExperimentLearnerTests {
    let experiment = Experiment(
        key: slot, variants: ["b", "a"], control: Experiment.Control(variant: "plain", traffic: 0.1))

    func learn(
        _ rows: [DailyRow], _ settings: LearningSettings = LearningSettings(), _ priors: PriorCounts = PriorCounts(),
        of other: Experiment? = nil
    ) throws -> [LearnedGroup] {
        try ExperimentLearner(experiment: other ?? experiment, settings: settings, priors: priors).learn(rows)
    }

    @Test func reproducesThePosteriorsOfTheVectors() throws {
        for vector in try SeasonalAdjustmentTests.Vectors.load() where !vector.name.contains("half-life") {
            let variants = vector.visitors[0].indices.map { Name("v\($0)") }
            let rows = vector.visitors.enumerated().flatMap { day, counts in
                counts.indices.map { arm in
                    row(
                        day, variants[arm], visitors: Int64(counts[arm]),
                        clickers: Int64(vector.successes[day][arm]))
                }
            }
            let groups = try learn(rows, of: Experiment(key: slot, variants: variants))
            #expect(groups.count == 1)
            for (arm, expected) in zip(groups[0].arms, vector.posterior) {
                let parameters = try #require(arm.posterior.betaParameters)
                #expect(isClose(parameters, expected), "\(vector.name)")
            }
        }
    }

    @Test func knowsNothingWithoutData() throws {
        let groups = try learn([])
        #expect(groups.map(\.segment) == ["*"])
        #expect(groups[0].arms.map(\.variant) == ["a", "b", "plain"])
        #expect(groups[0].arms.allSatisfy { $0.posterior == .beta(alpha: 1, beta: 1) && $0.visitors == 0 })
    }

    @Test func poolsDaysPlainlyOnRequest() throws {
        let rows = [row(0, "a", visitors: 100, clickers: 7), row(3, "a", visitors: 50, clickers: 1)]
        let group = try learn(rows, settings { $0.seasonality = .none })[0]
        #expect(group.arms[0].posterior == .beta(alpha: 9, beta: 143))
        #expect(group.arms[0].visitors == 150)
        #expect(group.arms[0].successes == 8)
    }

    @Test func countsOnlyDaysWithDataAsTime() throws {
        // Day 6 has rows, but no visitor of a declared arm.
        let rows = [
            row(0, "a", visitors: 800, clickers: 80), row(2, "a", visitors: 400, clickers: 40),
            row(5, "a", visitors: 200, clickers: 20), row(6, "a", visitors: 0), row(6, "gone", visitors: 70),
        ]
        let decayed = try learn(
            rows,
            settings {
                $0.seasonality = .none
                $0.halfLife = 1
            })[0].arms[0]
        // 200 + 400/2 + 800/4
        let parameters = try #require(decayed.posterior.betaParameters)
        #expect(isClose(parameters, [61, 541]))
        #expect(decayed.visitors == 1400)
        let windowed = try learn(
            rows,
            settings {
                $0.seasonality = .none
                $0.window = 2
            })[0].arms[0]
        #expect(windowed.posterior == .beta(alpha: 61, beta: 541))
        #expect(windowed.visitors == 600)
        #expect(windowed.successes == 60)
    }

    @Test func takesTheDaysOfTheExperimentForEverySegment() throws {
        // The segment's own day is the oldest of three of the experiment.
        let rows = [
            row(0, "a", visitors: 4000, clickers: 400, segment: "pune"), row(1, "a", visitors: 10),
            row(2, "a", visitors: 10),
        ]
        let groups = try learn(
            rows,
            settings {
                $0.seasonality = .none
                $0.pooling = .visitors(0)
                $0.halfLife = 1
            })
        #expect(groups.map(\.segment) == ["*", "pune"])
        #expect(groups[1].arms[0].posterior == .beta(alpha: 101, beta: 901))
        #expect(try learn(rows, settings { $0.window = 2 }).map(\.segment) == ["*"])
    }

    @Test func skipsUndeclaredArms() throws {
        let rows = [row(0, "a", visitors: 100, clickers: 7), row(0, "b", visitors: 90, clickers: 5)]
        let more = rows + [row(0, "gone", visitors: 1000, clickers: 900), row(9, "gone", visitors: 5)]
        #expect(try learn(rows) == learn(more))
    }

    @Test func givesSegmentsWithEnoughVisitorsTheirOwnGroup() throws {
        let rows = [
            row(0, "a", visitors: 600, segment: "z"), row(0, "plain", visitors: 400, segment: "z"),
            row(0, "a", visitors: 999, segment: "é"), row(0, "a", visitors: 1000, segment: "A"),
            row(0, "a", visitors: 5000, segment: "*"),
        ]
        let groups = try learn(rows)
        #expect(groups.map(\.segment) == ["*", "A", "z"])
        #expect(groups[0].arms.map(\.visitors) == [7599, 0, 400])
        #expect(groups[2].arms.map(\.visitors) == [600, 0, 400])
    }

    @Test(arguments: Reward.allCases, Seasonality.allCases)
    func dependsOnNoOrderOfRows(reward: Reward, seasonality: Seasonality) throws {
        var generator = SplitMix64(seed: 11)
        var rows = randomHistory(
            days: 9, variants: ["a", "b", "plain"], segments: ["*", "x", "y"], using: &generator)
        for index in rows.indices {
            rows[index].counts.purchasers = rows[index].counts.clickers / 2
            rows[index].counts.revenue = Int128(rows[index].counts.purchasers) * 12_340_001
            rows[index].counts.revenueSquared = rows[index].counts.revenue * 12_340_003
        }
        let settings = settings {
            $0.reward = reward
            $0.seasonality = seasonality
            $0.halfLife = 5
        }
        let groups = try learn(rows, settings)
        #expect(groups.count == 3)
        for _ in 0..<5 {
            rows.shuffle(using: &generator)
            #expect(try learn(rows, settings) == groups)
        }
    }

    @Test func drawsSegmentsTowardsEveryone() throws {
        var rows = [row(0, "a", visitors: 50_000, clickers: 5000), row(0, "b", visitors: 50_000, clickers: 2500)]
        rows += [
            row(0, "a", visitors: 600, clickers: 6, segment: "x"),
            row(0, "b", visitors: 600, clickers: 90, segment: "x"),
        ]
        var distances: [[Double]] = []
        for pooling in [0.0, 200, 2000, 1e6] {
            let groups = try learn(rows, settings { $0.pooling = .visitors(pooling) })
            distances.append(
                zip(groups[0].arms, groups[1].arms).prefix(2).map { abs($0.posterior.mean - $1.posterior.mean) })
        }
        for (weaker, stronger) in zip(distances, distances.dropFirst()) {
            #expect(zip(weaker, stronger).allSatisfy { $0 > $1 })
        }
        // However much is asked for, an arm hands on no more visitors than it had.
        let groups = try learn(rows, settings { $0.pooling = .visitors(1e6) })
        let everyone = groups[0].arms[0].posterior.mean
        let parameters = try #require(groups[1].arms[0].posterior.betaParameters)
        #expect(parameters[0] + parameters[1] <= 2 + 50_600 + 600)
        #expect(parameters[0] > everyone * 50_600)
    }

    @Test func leavesNewArmsTheirUniformPrior() throws {
        let rows = [row(0, "a", visitors: 3000, clickers: 30, segment: "x")]
        let groups = try learn(rows)
        #expect(groups.map(\.segment) == ["*", "x"])
        for group in groups {
            #expect(group.arms[1].posterior == .beta(alpha: 1, beta: 1))
            #expect(group.arms[1].visitors == 0)
        }
    }

    @Test func addsPriorCountsInFullWeight() throws {
        let key = ArmKey(platform: "web", slot: "hero", segment: "*", variant: "a")
        let priors = PriorCounts([key: .init(successes: 10.5, failures: 300)])
        let rows = [row(0, "a", visitors: 640, clickers: 64), row(9, "a", visitors: 10), row(12, "a", visitors: 10)]
        let arm = try learn(
            rows,
            settings {
                $0.seasonality = .none
                $0.halfLife = 1
            }, priors)[0].arms[0]
        #expect(arm.posterior == .beta(alpha: 27.5, beta: 460))
        #expect(arm.visitors == 660)
    }

    @Test func refusesSumsThatFitNoInteger() {
        let rows = [row(0, "a", visitors: .max), row(0, "a", visitors: 1)]
        #expect(throws: CountOverflow.self) { try learn(rows) }
    }
}

@Suite struct DayWindowTests {
    @Test func keepsTheLastDaysWithData() {
        let days = Set([3, 8, 9, 20].map { CalendarDate(dayNumber: $0) })
        let window = DayWindow(daysWithData: days, window: 3, halfLife: 2)
        #expect(window.dates.map(\.dayNumber) == [8, 9, 20])
        #expect(isClose(window.weights, [0.5, 0.5.squareRoot(), 1]))
        #expect(window.position(of: CalendarDate(dayNumber: 9)) == 1)
        #expect(window.position(of: CalendarDate(dayNumber: 3)) == nil)
        #expect(window.position(of: CalendarDate(dayNumber: 10)) == nil)
        #expect(DayWindow(daysWithData: days, window: nil, halfLife: nil).weights == [1, 1, 1, 1])
        #expect(DayWindow(daysWithData: [], window: 5, halfLife: 2).dates.isEmpty)
    }
}
