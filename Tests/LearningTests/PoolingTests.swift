import Domain
import Foundation
import Learning
import TestSupport
import Testing

/// Pooling that is learned: against vectors through the learner, and its properties.
@Suite struct PoolingTests {
    private struct File: Decodable {
        struct Vector: Decodable {
            enum CodingKeys: String, CodingKey {
                case pooling
                case trials = "kappa_trials"
                case successes = "kappa_successes"
                case means = "everyone_mean"
                case levels = "city_factor"
            }

            let trials: [[Double]]
            let successes: [[Double]]
            let means: [Double]
            let levels: [Double]
            let pooling: Double
        }
        let pooling: [Vector]
    }

    @Test func reproducesTheVectors() throws {
        let url = try #require(
            Bundle.module.url(forResource: "verdict", withExtension: "json", subdirectory: "Vectors"))
        let vectors = try JSONDecoder().decode(File.self, from: Data(contentsOf: url)).pooling
        #expect(vectors.count == 2)
        for vector in vectors {
            let parts = zip(vector.successes, vector.trials).map { SegmentPooling.Part(successes: $0, trials: $1) }
            let arms = Array(vector.means.indices)
            let pooling = SegmentPooling(parts, means: vector.means, arms: arms)
            #expect(abs(pooling.visitors / vector.pooling - 1) < 1e-9)
            for (part, level) in zip(parts, vector.levels) {
                #expect(abs(part.level(vector.means, among: arms) / level - 1) < 1e-12)
            }
        }
    }

    private func cities(_ levels: [Double], differing: Double, visitors: Int64 = 20_000) -> [DailyRow] {
        var generator = SplitMix64(seed: 3)
        return levels.enumerated().flatMap { city, level in
            (["a", "b", "c"] as [Name]).map { arm in
                let rate = 0.05 * level * (1 + differing * .random(in: -1...1, using: &generator))
                return row(
                    0, arm, visitors: visitors, clickers: Int64((Double(visitors) * rate).rounded()),
                    segment: Name("city\(city)"))
            }
        }
    }

    private func learn(_ rows: [DailyRow]) throws -> [LearnedGroup] {
        try ExperimentLearner(
            experiment: Experiment(key: slot, variants: ["a", "b", "c"]), settings: settings()
        ).learn(rows)
    }

    @Test("Cities that agree lean on everyone, at their own level; cities that differ lean less")
    func agreement() throws {
        let levels = [0.4, 0.8, 1.0, 1.4, 1.6]
        let alike = try learn(cities(levels, differing: 0))
        let apart = try learn(cities(levels, differing: 0.6))
        #expect(alike.count == 6)
        for (group, level) in zip(alike.dropFirst(), levels) {
            // Not drawn to the mean of all.
            #expect(abs(group.arms[0].mean / (0.05 * level) - 1) < 0.02)
            #expect(group.arms[0].priorVisitors > 50_000)
        }
        #expect(apart[1].arms[0].priorVisitors < 1_000)
    }

    @Test("What is shown of a segment is wider than what is compared, around the same mean")
    func interval() throws {
        let groups = try learn(cities([0.5, 1, 1.5], differing: 0, visitors: 1_000))
        for arm in groups[1].arms {
            let (shown, compared) = (try #require(arm.interval), arm.posterior)
            #expect(abs(shown.mean / compared.mean - 1) < 1e-12)
            #expect(shown.quantile(0.025) < compared.quantile(0.025))
        }
        #expect(groups[0].arms.allSatisfy { $0.interval == $0.posterior })
    }

    @Test("No segment takes over visitors of an arm that was never compared", arguments: [true, false])
    func neverCompared(isAutomatic: Bool) throws {
        let segments: [Name] = ["city0", "city1"]
        let rows = segments.flatMap { segment in
            [
                row(0, "a", visitors: 4_000, clickers: 200, segment: segment),
                row(0, "b", visitors: 4_000, clickers: 220, segment: segment),
                row(1, "c", visitors: 4_000, clickers: 150, segment: segment),
            ]
        }
        let learner = ExperimentLearner(
            experiment: Experiment(key: slot, variants: ["a", "b", "c"]),
            settings: settings { if !isAutomatic { $0.pooling = .visitors(200) } })
        let groups = try learner.learn(rows)
        #expect(groups.count == 3)
        for group in groups { #expect(group.arms.map(\.isCompared) == [true, true, false]) }
        for group in groups.dropFirst() {
            #expect(group.arms[0].priorVisitors > 0 && group.arms[2].priorVisitors == 0)
        }
    }

    @Test("Days before `since` are forgotten")
    func since() throws {
        let rows = [row(0, "a", visitors: 5_000, clickers: 900), row(3, "a", visitors: 1_000, clickers: 50)]
        let learner = ExperimentLearner(
            experiment: Experiment(key: slot, variants: ["a", "b", "c"]),
            settings: settings { $0.since = CalendarDate(dayNumber: 20_003) })
        #expect(try learner.learn(rows)[0].arms[0].visitors == 1_000)
    }

    @Test("All rewards are learned at once as each is by itself")
    func rewards() throws {
        var generator = SplitMix64(seed: 12)
        var rows = randomHistory(days: 5, variants: ["a", "b", "c"], segments: ["*", "x", "y"], using: &generator)
        for index in rows.indices {
            rows[index].counts.purchasers = rows[index].counts.clickers / 2
            rows[index].counts.revenue = Int128(rows[index].counts.purchasers) * 12_340_001
            rows[index].counts.revenueSquared = rows[index].counts.revenue * 12_340_003
        }
        let experiment = Experiment(key: slot, variants: ["a", "b", "c"])
        let together = try ExperimentLearner(experiment: experiment, settings: settings())
            .learn(rows, rewards: Set(Reward.allCases))
        for reward in Reward.allCases {
            let learner = ExperimentLearner(experiment: experiment, settings: settings { $0.reward = reward })
            #expect(try learner.learn(rows) == together[reward])
        }
    }
}
