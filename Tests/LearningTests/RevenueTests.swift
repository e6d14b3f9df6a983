import Domain
import Foundation
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

    private struct File: Decodable {
        struct Vector: Decodable {
            enum CodingKeys: String, CodingKey {
                case visitors, purchasers, revenue, squares
                case location = "log_location"
                case scale = "log_scale"
                case degreesOfFreedom = "degrees_of_freedom"
            }

            let visitors: [Double]
            let purchasers: [Double]
            let revenue: [Double]
            let squares: [Double]
            let location: [Double]
            let scale: [Double]
            let degreesOfFreedom: Double
        }
        let revenue: [Vector]
    }

    /// One stratum without adjustment: the vectors' sums are the arms'.
    @Test func reproducesTheVectors() throws {
        let url = try #require(
            Bundle.module.url(forResource: "verdict", withExtension: "json", subdirectory: "Vectors"))
        let vectors = try JSONDecoder().decode(File.self, from: Data(contentsOf: url)).revenue
        #expect(vectors.count == 3)
        for vector in vectors {
            let arms = vector.visitors.indices.map { Name("arm\($0)") }
            let rows = arms.indices.map { arm in
                row(
                    0, arms[arm], visitors: Int64(vector.visitors[arm]),
                    revenue: Int128((vector.revenue[arm] * 1e6).rounded()),
                    revenueSquared: Int128((vector.squares[arm] * 1e12).rounded()),
                    purchasers: Int64(vector.purchasers[arm]))
            }
            let settings = settings {
                $0.reward = .revenue
                $0.seasonality = .none
            }
            let learner = ExperimentLearner(experiment: Experiment(key: slot, variants: arms), settings: settings)
            for (arm, learned) in try learner.learn(rows)[0].arms.enumerated() {
                let parameters = try #require(learned.posterior.studentParameters)
                let expected = [vector.location[arm], vector.scale[arm], vector.degreesOfFreedom]
                for (value, expected) in zip(parameters, expected) {
                    // Revenue stands in millionths.
                    #expect(abs(value - expected) < 1e-6 * max(1, abs(expected)))
                }
            }
        }
    }

    /// The factors' two equations, in turn from the raw averages until nothing moves.
    private func slowFactors(_ days: [[(m: Double, revenue: Double)]], squares: Double) -> [Double] {
        let arms = days[0].indices
        func total(_ arm: Int, _ value: (Int) -> Double) -> Double { days.indices.reduce(0) { $0 + value($1) } }
        let purchasers = arms.map { arm in total(arm) { days[$0][arm].m } }
        let revenue = arms.map { arm in total(arm) { days[$0][arm].revenue } }
        let (allPurchasers, allRevenue) = (purchasers.reduce(0, +), revenue.reduce(0, +))
        let average = allRevenue / allPurchasers
        let pull = 100 * max(1, squares * allPurchasers / allRevenue / allRevenue) * average
        var factors = days.map { _ in 1.0 }
        var values = arms.map { purchasers[$0] > 0 ? revenue[$0] / purchasers[$0] : average }
        for _ in 0..<60_000 {
            for day in days.indices {
                let expected = arms.reduce(0) { $0 + days[day][$1].m * values[$1] }
                let earned = arms.reduce(0) { $0 + days[day][$1].revenue }
                factors[day] = min(4, max(0.25, (earned + pull) / (expected + pull)))
            }
            values = arms.map { arm in
                purchasers[arm] > 0 ? total(arm) { days[$0][arm].revenue / factors[$0] } / purchasers[arm] : average
            }
        }
        return factors
    }

    /// Every purchaser of a day and arm pays one sum, so that the twin knows the squares.
    @Test(arguments: 0..<6 as Range<UInt64>)
    func takesOrderValuesOutLikeItsSlowTwin(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        var rows: [DailyRow] = []
        var days: [[(m: Double, revenue: Double)]] = []
        var squares = 0.0
        for day in 0..<5 {
            let level = Double.random(in: seed == 5 ? 0.05...9 : 0.5...2, using: &generator)
            days.append(
                experiment.arms.map { name in
                    let purchasers = Int64.random(in: 0...3_000, using: &generator)
                    let sum = Int((30 * level * .random(in: 0.8...1.2, using: &generator)).rounded()) + 1
                    let micros = Int128(sum) * 1_000_000
                    rows.append(
                        row(
                            day, name, visitors: 40_000, revenue: micros * Int128(purchasers),
                            revenueSquared: micros * micros * Int128(purchasers), purchasers: purchasers))
                    squares += Double(sum * sum) * Double(purchasers)
                    return (Double(purchasers), Double(sum) * Double(purchasers))
                })
        }
        let factors = slowFactors(days, squares: squares)
        let purchases = try ExperimentLearner(
            experiment: experiment, settings: settings { $0.reward = .purchase }
        ).learn(rows)[0].arms
        let arms = try learn(rows)[0].arms
        let adjusted = experiment.arms.indices.map { arm in
            days.indices.reduce(0) { $0 + days[$1][arm].revenue / factors[$1] }
        }
        let bought = experiment.arms.indices.map { arm in days.indices.reduce(0) { $0 + days[$1][arm].m } }
        let average = adjusted.reduce(0, +) / bought.reduce(0, +)
        for arm in arms.indices {
            // The purchases' posterior tells κ·O and κ·T.
            let beta = try #require(purchases[arm].posterior.betaParameters)
            let (m, n) = (beta[0] - 1, beta[0] + beta[1] - 2)
            let revenue = adjusted[arm] * m / bought[arm] + average
            // 1/p̄ is next to nothing of n.
            let location = log(revenue / n)
            let parameters = try #require(arms[arm].posterior.studentParameters)
            #expect(abs(parameters[0] - location) < 5e-3)
            let again = log((adjusted[arm] * m / bought[arm] + average) / (n + 120_000 * 5 / bought.reduce(0, +)))
            #expect(abs(parameters[0] - again) < 1e-3)
            #expect(parameters[2] == bought.reduce(0, +) + 1)
        }
        // What moves the location: ratios of arms know nothing of 1/p̄.
        let slow = zip(adjusted, bought).map { $0 / $1 }
        let fast = try arms.indices.map { arm in
            let beta = try #require(purchases[arm].posterior.betaParameters)
            let parameters = try #require(arms[arm].posterior.studentParameters)
            return (exp(parameters[0]) * (beta[0] + beta[1] - 2 + 120_000 * 5 / bought.reduce(0, +)) - average)
                / (beta[0] - 1)
        }
        for (slow, fast) in zip(slow, fast) { #expect(abs(slow / fast - 1) < 1e-3) }
    }

    @Test("A day without sales says nothing of the arms")
    func dayWithoutSales() throws {
        var rows: [DailyRow] = []
        for day in 0..<6 {
            for variant in ["a", "b"] as [Name] {
                rows.append(
                    row(
                        day, variant, visitors: 1_000, revenue: 2_000_000_000, revenueSquared: 130_000_000_000_000_000,
                        purchasers: 40))
            }
        }
        rows += [row(6, "a", visitors: 200), row(6, "b", visitors: 5_800)]
        let arms = try learn(rows)[0].arms
        #expect(abs(arms[0].mean / arms[1].mean - 1) < 0.01)
        #expect(arms[0].mean > 1)
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
            #expect(isClose(scaled, [parameters[0] + log(1000), parameters[1], parameters[2]]))
        }
    }

    /// Two arms that earn the same on every day, whose shares move with the day's level: plain pooling finds a better one.
    @Test func takesTheDaysLevelOut() throws {
        let rows = [
            revenueRow(0, "a", [0, 200], repeated: 9000), revenueRow(0, "b", [0, 200], repeated: 1000),
            revenueRow(1, "a", [0, 100], repeated: 5000), revenueRow(1, "b", [0, 100], repeated: 5000),
        ]
        let plain = try learn(rows) { $0.seasonality = .none }[0].arms.map(\.posterior.mean)
        let adjusted = try learn(rows)[0].arms
        #expect(plain[0] - plain[1] > 20)
        #expect(abs(adjusted[0].posterior.mean / adjusted[1].posterior.mean - 1) < 0.02)
    }

    @Test("Nothing sold, or more refunded than sold: arms compete by purchases, and no interval is shown")
    func withoutSales() throws {
        let unsold = [row(0, "a", visitors: 500), row(0, "b", visitors: 90)]
        let refunded = [
            row(0, "a", visitors: 500, revenue: -5_000_000, revenueSquared: 25_000_000_000_000, purchasers: 3),
            row(0, "b", visitors: 90, purchasers: 1),
        ]
        for rows in [unsold, refunded, []] {
            let arms = try learn(rows)[0].arms
            let purchases = try ExperimentLearner(experiment: experiment, settings: settings { $0.reward = .purchase })
                .learn(rows)[0].arms
            #expect(arms.map(\.posterior) == purchases.map(\.posterior))
            #expect(arms.allSatisfy { $0.interval == nil })
        }
        #expect(try learn(refunded)[0].arms.map(\.mean) == [-0.01, 0, 0])
    }

    @Test("A segment leans on everyone at its own level, and not at all without pooling")
    func drawsSegmentsTowardsEveryone() throws {
        let rows = [
            revenueRow(0, "a", [0, 100], repeated: 20_000), revenueRow(0, "b", [0, 50], repeated: 20_000),
            revenueRow(0, "a", [0, 10], repeated: 300, segment: "x"),
            revenueRow(0, "b", [0, 10], repeated: 300, segment: "x"),
        ]
        let groups = try learn(rows)
        let means = groups[1].arms.map(\.posterior.mean)
        #expect(means[0] / means[1] > 1.05 && means[0] / means[1] < 2)
        #expect(means[0] < 7 && means[1] > 3)
        let independent = try learn(rows) { $0.pooling = .visitors(0) }[1].arms.map(\.posterior.mean)
        #expect(abs(independent[0] / independent[1] - 1) < 1e-9)
        // Of the level nothing is known for sure: what is shown is wider than what is compared.
        let arm = groups[1].arms[0]
        let (shown, compared) = (
            try #require(arm.interval?.studentParameters), try #require(arm.posterior.studentParameters)
        )
        #expect(shown[0] == compared[0] && shown[1] > compared[1])
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
                #expect(parameters[1] > 0 && parameters[2] >= 1)
            }
        }
    }
}
