import Domain
import Learning
import TestSupport
import Testing

@Suite struct RevenueTests {
    let experiment = Experiment(key: slot, variants: ["a", "b", "c"])

    func learn(_ rows: [DailyRow], _ change: (inout LearningSettings) -> Void = { _ in }) throws -> [LearnedGroup] {
        let settings = settings {
            $0.reward = .revenue
            change(&$0)
        }
        return try ExperimentLearner(experiment: experiment, settings: settings).learn(rows)
    }

    /// The textbook update, from the raw observations: prior and data as mean and sum of squared deviations.
    @Test(arguments: 0..<20)
    func isTheConjugateUpdate(seed: Int) throws {
        var generator = SplitMix64(seed: UInt64(seed))
        let sums = (0..<2).map { _ in
            (0..<Int.random(in: 1...40, using: &generator)).map { _ in
                Bool.random(using: &generator) ? Int.random(in: 1...900, using: &generator) : 0
            }
        }
        let rows = [revenueRow(0, "a", sums[0]), revenueRow(1, "b", sums[1])]
        let arms = try learn(rows) { $0.seasonality = .none }[0].arms
        let all = sums.joined().map(Double.init)
        let pooledMean = all.reduce(0, +) / Double(all.count)
        let pooledVariance = all.map { ($0 - pooledMean) * ($0 - pooledMean) }.reduce(0, +) / Double(all.count)
        for (arm, observed) in zip(arms, sums + [[]]) {
            let values = observed.map(Double.init)
            let count = Double(values.count)
            let mean = values.isEmpty ? 0 : values.reduce(0, +) / count
            let deviations = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
            let kappa = 1 + count
            let location = (pooledMean + count * mean) / kappa
            let squares =
                pooledVariance + deviations + count / kappa * (mean - pooledMean) * (mean - pooledMean)
            let scale = (squares / kappa / kappa).squareRoot()
            let parameters = try #require(arm.posterior.studentParameters)
            #expect(isClose(parameters, [location, scale, 1 + count]))
            #expect(arm.successes == Int128(observed.reduce(0, +)) * 1_000_000)
        }
    }

    @Test func isAPointAtZeroWhenNobodyPaid() throws {
        let arms = try learn([row(0, "a", visitors: 500), row(0, "b", visitors: 90)])[0].arms
        #expect(arms[0].posterior == .studentT(location: 0, scale: 0, degreesOfFreedom: 501))
        #expect(arms[1].posterior == .studentT(location: 0, scale: 0, degreesOfFreedom: 91))
        #expect(arms[2].posterior == .studentT(location: 0, scale: 0, degreesOfFreedom: 1))
        #expect(try learn([])[0].arms[0].posterior == .studentT(location: 0, scale: 0, degreesOfFreedom: 1))
    }

    @Test func doesNotDependOnTheCurrency() throws {
        let history = { (unit: Int) in
            [
                revenueRow(0, "a", [0, 0, 5 * unit, 9 * unit], repeated: 40),
                revenueRow(0, "b", [0, 4 * unit, 0], repeated: 90), revenueRow(1, "a", [0, 7 * unit], repeated: 10),
                revenueRow(1, "b", [3 * unit, 0, 0], repeated: 100), revenueRow(1, "c", [2 * unit, 0], repeated: 3),
            ]
        }
        let small = try learn(history(1))[0].arms
        let large = try learn(history(1000))[0].arms
        for (left, right) in zip(small, large) {
            let parameters = try #require(left.posterior.studentParameters)
            let scaled = try #require(right.posterior.studentParameters)
            let expected = [parameters[0] * 1000, parameters[1] * 1000, parameters[2]]
            #expect(isClose(scaled, expected))
        }
    }

    /// Two arms that earn the same on every day, whose shares move with the day's level: plain pooling finds a winner.
    @Test func takesTheDaysLevelOut() throws {
        let rows = [
            revenueRow(0, "a", [0, 200], repeated: 9000), revenueRow(0, "b", [0, 200], repeated: 1000),
            revenueRow(1, "a", [0, 100], repeated: 5000), revenueRow(1, "b", [0, 100], repeated: 5000),
        ]
        let plain = try learn(rows) { $0.seasonality = .none }[0].arms.map(\.posterior.mean)
        let adjusted = try learn(rows)[0].arms
        #expect(plain[0] - plain[1] > 20)
        #expect(abs(adjusted[0].posterior.mean - adjusted[1].posterior.mean) < 0.01)
        let parameters = try #require(adjusted[0].posterior.studentParameters)
        // κ of the 28,000 visitors of a.
        #expect(parameters[2] < 28_001 && parameters[2] > 20_000)
        // On a level, half pay one sum and half nothing: the standard deviation is the mean.
        #expect(abs(parameters[1] * parameters[2].squareRoot() / parameters[0] - 1) < 1e-3)
    }

    @Test func drawsSegmentsTowardsEveryone() throws {
        let rows = [
            revenueRow(0, "a", [0, 100], repeated: 20_000), revenueRow(0, "b", [0, 50], repeated: 20_000),
            revenueRow(0, "a", [0, 10], repeated: 300, segment: "x"),
            revenueRow(0, "b", [0, 10], repeated: 300, segment: "x"),
        ]
        let groups = try learn(rows) { $0.seasonality = .none }
        let everyone = groups[0].arms[0].posterior.mean
        let parameters = try #require(groups[1].arms[0].posterior.studentParameters)
        // One visitor at the segment's 5, 200 at everyone's mean, 600 of its own at 5.
        let expected = (5 + 200 * everyone + 600 * 5) / 801
        #expect(isClose([parameters[0]], [expected]))
        #expect(parameters[2] == 801)
        let independent = try learn(rows) {
            $0.seasonality = .none
            $0.pooling = 0
        }
        #expect(isClose([independent[1].arms[0].posterior.mean], [5]))
        // The new arm takes nothing over.
        #expect(groups[1].arms[2].posterior.studentParameters?[2] == 1)
    }

    @Test func staysFiniteWithRefundsAndHugeSums() throws {
        let rows = [
            row(0, "a", visitors: 10, revenue: -5_000_000, revenueSquared: 25_000_000_000_000, purchasers: 1),
            row(0, "b", visitors: 10, revenue: 3_000_000, revenueSquared: 9_000_000_000_000, purchasers: 1),
            row(1, "a", visitors: 10, revenue: -1, revenueSquared: 1, purchasers: 1),
            row(2, "c", visitors: 1, revenue: 1 << 62, revenueSquared: 1 << 124, purchasers: 1),
        ]
        for seasonality in Seasonality.allCases {
            for arm in try learn(rows, { $0.seasonality = seasonality })[0].arms {
                let parameters = try #require(arm.posterior.studentParameters)
                #expect(parameters.allSatisfy { $0.isFinite })
                #expect(parameters[1] >= 0 && parameters[2] >= 1)
            }
        }
    }
}
