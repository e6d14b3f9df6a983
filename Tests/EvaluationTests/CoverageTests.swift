import Domain
import Evaluation
import Foundation
import Learning
import Numerics
import Policies
import TestExpectations
import TestSupport
import Testing

/// Whether intervals hold what they promise on logs whose shares follow the data, as those of every night do.
@Suite(.slow) struct CoverageTests {
    struct World: CustomTestStringConvertible {
        var floor: Double
        var rates: [Double]
        /// The day on which the last arm joins.
        var joins = 0
        var isStable = false

        var testDescription: String { "floor \(floor), rates \(rates), joins \(joins), stable \(isStable)" }
    }

    private static let days = 28
    private static let visitors: Int64 = 2_000
    private static let start = CalendarDate("2026-11-01")!
    private static let slot = SlotKey(platform: "web", slot: "hero")

    /// What a day does to every arm: a weekly swing of 30 %.
    private static func factor(_ day: Int) -> Double { 1 + 0.3 * sin(2 * .pi * Double(day) / 7) }

    /// Thompson's shares by 200 draws of each arm's pooled rate, its posterior taken as normal, raised to the floor.
    private static func shares(
        _ visitors: [Int64], _ clickers: [Int64], arms: Int, floor: Double, using generator: inout SplitMix64
    ) -> [Int] {
        var wins = [Double](repeating: 0, count: arms)
        let moments = (0..<arms).map { arm -> (mean: Double, deviation: Double) in
            let (n, x) = (Double(visitors[arm]) + 2, Double(clickers[arm]) + 1)
            return (x / n, (x / n * (1 - x / n) / n).squareRoot())
        }
        for _ in 0..<200 {
            let draws = moments.map { $0.mean + $0.deviation * Draw.normal(using: &generator) }
            wins[draws.firstIndex(of: draws.max() ?? 0) ?? 0] += 1 / 200
        }
        let raised = wins.map { floor + (1 - floor * Double(arms)) * $0 }
        var traffic = raised.map { Int(($0 * 1e6).rounded()) }
        traffic[0] += 1_000_000 - traffic.reduce(0, +)
        return traffic
    }

    private static func history(_ world: World, using generator: inout SplitMix64) throws -> LoggedExperiment {
        let names = ["a", "b", "c", "d"].map { Name($0) }
        var (seen, clicked) = ([Int64](repeating: 0, count: 4), [Int64](repeating: 0, count: 4))
        var (rows, tables): ([DailyRow], [ServedTable]) = ([], [])
        for day in 0..<days {
            let date = start.advanced(by: day)
            let arms = day < world.joins ? 3 : 4
            let traffic = shares(seen, clicked, arms: arms, floor: world.floor, using: &generator)
            tables.append(
                ServedTable(
                    date: date,
                    groups: [
                        .everyone: (0..<arms).map {
                            ServedTable.Arm(variant: names[$0], traffic: traffic[$0], standing: .competing)
                        }
                    ]))
            let counts = Draw.multinomial(
                trials: visitors, weights: traffic.map(Double.init),
                uniforms: (0..<arms).map { _ in Draw.uniform(using: &generator) })
            for arm in 0..<arms where counts[arm] > 0 {
                var sums = ArmCounts()
                sums.visitors = counts[arm]
                sums.clickers = Draw.binomial(
                    trials: counts[arm], probability: world.rates[arm] * factor(day),
                    uniform: Draw.uniform(using: &generator))
                seen[arm] += sums.visitors
                clicked[arm] += sums.clickers
                let key = ArmKey(platform: slot.platform, slot: slot.slot, segment: .everyone, variant: names[arm])
                rows.append(DailyRow(date: date, table: date, key: key, counts: sums))
            }
        }
        return try DailyJoin(key: slot, archive: TableArchive(tables), reward: .click)
            .joined(rows, handover: .share(0), omissions: LoggedExperiment.Omissions())
    }

    /// The value of shares by the true rates, on the visitors there were, each day weighed by h.
    private static func truth(
        _ shares: PolicyShares, _ log: LoggedExperiment, _ world: World, weights: [Double]
    ) -> Double {
        var (sum, total) = (0.0, 0.0)
        for (number, stratum) in log.strata.enumerated() {
            let factor = factor(stratum.date.dayNumber - start.dayNumber)
            for arm in log.arms.indices {
                sum += weights[number] * stratum.visitors * shares.shares[number][arm] * world.rates[arm] * factor
            }
            total += weights[number] * stratum.visitors
        }
        return sum / total
    }

    /// h = (Σ π²/p)^(−½) of each day, which is one stratum here; 1 where days are not weighed.
    private static func weights(_ shares: PolicyShares, _ log: LoggedExperiment, _ world: World) -> [Double] {
        log.strata.indices.map { number in
            guard world.isStable else { return 1 }
            let sum = zip(shares.shares[number], log.strata[number].shares).reduce(0.0) { sum, arm in
                arm.1 > 0 ? sum + arm.0 * arm.0 / arm.1 : sum
            }
            return 1 / sum.squareRoot()
        }
    }

    /// A share of 400 that deviates from 95 % by √(0.95 · 0.05 / 400) = 1.1 %: within three of these and the 2 % allowed.
    @Test(
        "95 % intervals of every estimator hold in 93 to 97 % of 400 adaptive logs, within three standard errors",
        arguments: [
            World(floor: 0.01, rates: [0.05, 0.05, 0.05, 0.05]), World(floor: 0.02, rates: [0.05, 0.05, 0.05, 0.05]),
            World(floor: 0.05, rates: [0.05, 0.05, 0.05, 0.0575]),
            World(floor: 0.02, rates: [0.05, 0.0575, 0.05, 0.05]),
            World(floor: 0.02, rates: [0.05, 0.05, 0.05, 0.0575], joins: 10),
            World(floor: 0.02, rates: [0.05, 0.05, 0.05, 0.0575], isStable: true),
        ])
    func coverage(_ world: World) throws {
        let runs = 400
        let z = SpecialFunctions.normalQuantile(probability: 0.975)
        var generator = SplitMix64(seed: 20)
        var held: [String: Int] = [:]
        var options = EvaluationOptions()
        options.hasStableDayWeights = world.isStable
        for _ in 0..<runs {
            let log = try Self.history(world, using: &generator)
            let policies = [
                TargetPolicy(name: "served", source: .served),
                TargetPolicy(name: "even", source: .segments(EvenPolicy())),
                TargetPolicy(name: "weak", source: .segments(AlwaysPolicy("a"))),
            ]
            let evaluation = try ExperimentEvaluation(log, policies: policies, reference: 0, options: options)
            let shares = try policies.map { try $0.shares(in: log).shares }
            for (result, own) in zip(evaluation.evaluations(), shares).dropFirst() {
                let weights = Self.weights(own, log, world)
                let truth = Self.truth(own, log, world, weights: weights)
                let served = Self.truth(shares[0], log, world, weights: weights)
                for answer in result.answers {
                    let difference = try #require(answer.difference)
                    let name = "\(result.policy) \(answer.estimator)"
                    if abs(answer.value - truth) <= z * answer.error { held[name, default: 0] += 1 }
                    if abs(difference.value - (truth - served)) <= z * difference.error {
                        held[name + " difference", default: 0] += 1
                    }
                }
            }
        }
        // Two policies, each by four estimators (three where days are weighed), and as many differences.
        #expect(held.count == (world.isStable ? 12 : 16))
        for (name, count) in held.sorted(by: { $0.key < $1.key }) {
            let share = Double(count) / Double(runs)
            #expect((0.93 - 0.033...0.97 + 0.033).contains(share), "\(name): \(share)")
        }
    }
}
