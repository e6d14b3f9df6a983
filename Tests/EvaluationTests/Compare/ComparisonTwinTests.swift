import Evaluation
import Foundation
import TestExpectations
import TestSupport
import Testing

/// Random experiments, read twice in blocks by several workers, against the obvious program.
@Suite(.slow) struct ComparisonTwinTests {
    /// A random experiment: its files, and its rows as the obvious program takes them.
    struct Experiment {
        var csv: String
        var policies: String
        var rows: [NaiveComparison.Row]
        var policyCount: Int
        var hasMissing: Bool

        init(seed: UInt64, customers: Int) {
            var generator = SplitMix64(seed: seed)
            func uniform() -> Double { Double.random(in: 0..<1, using: &generator) }
            let actions = Array(["a", "b", "c", "a rather long name"].prefix(Int.random(in: 2...4, using: &generator)))
            policyCount = Int.random(in: 2...5, using: &generator)
            let numeric = Int.random(in: 0...3, using: &generator)
            let hasText = seed % 2 == 0
            hasMissing = seed % 3 == 0 && numeric > 0
            let isCollinear = seed % 7 == 0 && numeric > 0
            let isTied = seed % 5 == 0
            let levels = ["", "north", "süd", "\"east\", far"]
            let isEven = seed % 4 == 1
            csv =
                "customer,action,outcome,propensity" + (0..<numeric).map { ",x\($0)" }.joined()
                + (isCollinear ? ",twice" : "") + (hasText ? ",region" : "") + "\n"
            policies = "customer," + (0..<policyCount).map { "P\($0)" }.joined(separator: ",") + "\n"
            rows = []
            var cells: [[Double?]] = []
            var policyLines: [String] = []
            for customer in 0..<customers {
                // Probabilities by segment; of each action a different one.
                let tilt = isEven ? 0 : Double(Int.random(in: 0...2, using: &generator))
                let weights = actions.indices.map { 1 + tilt * Double($0) }
                let total = weights.reduce(0, +)
                var draw = uniform() * total
                var action = 0
                while action < actions.count - 1, draw >= weights[action] {
                    draw -= weights[action]
                    action += 1
                }
                let probability = (weights[action] / total * 1e6).rounded() / 1e6
                let choices = (0..<policyCount).map { _ in
                    actions[min(actions.count - 1, Int(Double(actions.count) * uniform() * uniform() * 1.4))]
                }
                let x = (0..<numeric).map { number -> Double? in
                    if hasMissing, uniform() < 0.05 { return nil }
                    return (1e4 * (Double(1000 * number) + 3 * uniform())).rounded() / 1e4
                }
                let level = Int.random(in: (hasMissing ? 0 : 1)...3, using: &generator)
                let noise = (uniform() + uniform() - 1) * Double(1 + action)
                let firstValue: Double = x.isEmpty ? 0 : x[0] ?? 0
                let levelShift: Double = hasText && level == 2 ? 1 : 0
                let exact: Double = 50 + Double(action) + firstValue + levelShift + noise
                let outcome = isTied ? exact.rounded() : (1e5 * exact).rounded() / 1e5
                let end = seed % 2 == 0 ? "\r\n" : "\n"
                let name = "customer \(customer) of seed \(seed)"
                csv +=
                    "\(name),\(actions[action]),\(outcome),\(probability)"
                    + x.map { ",\($0.map { "\($0)" } ?? "")" }.joined()
                if isCollinear { csv += ",\(x[0].map { "\(2 * $0)" } ?? "")" }
                if hasText { csv += "," + (level == 3 ? "\"\"\"east\"\", far\"" : levels[level]) }
                csv += end
                policyLines.append(name + choices.map { "," + $0 }.joined() + end)
                var covariates = x + (isCollinear ? [x[0].map { 2 * $0 }] : [])
                if hasText {
                    // In byte order: the empty one, the quote, n, s; the first has no indicator.
                    let order = hasMissing ? [0, 3, 1, 2] : [3, 1, 2]
                    covariates += order.dropFirst().map { $0 == level ? 1 : 0 }
                }
                cells.append(covariates)
                rows.append(
                    NaiveComparison.Row(
                        action: actions[action], outcome: outcome, probability: probability, covariates: [],
                        choices: choices))
            }
            let width = cells.first?.count ?? 0
            let means = (0..<width).map { column in
                let known = cells.compactMap { $0[column] }
                return known.reduce(0, +) / Double(known.count)
            }
            for index in rows.indices { rows[index].covariates = zip(cells[index], means).map { $0 ?? $1 } }
            // Any order is legal.
            policies += (seed % 3 == 1 ? policyLines.shuffled(using: &generator) : policyLines).joined()
        }
    }

    private static func result(_ experiment: Experiment, workers: Int) throws -> Evaluation.ComparisonResult {
        let directory = try ScratchDirectory()
        try directory.write("\u{FEFF}" + experiment.csv, to: "experiment.csv")
        try directory.write("\u{FEFF}" + experiment.policies, to: "policies.csv")
        var settings = ComparisonSettings(
            experiment: directory.path + "/experiment.csv", policies: directory.path + "/policies.csv")
        settings.methods = ComparisonMethod.allCases
        settings.replacesMissing = experiment.hasMissing
        settings.workers = workers
        return try Comparison.run(settings)
    }

    @Test(arguments: 1...36)
    func everyFigureAgrees(seed: UInt64) throws {
        let experiment = Experiment(seed: seed, customers: seed % 6 == 0 ? 12_000 : 40 + 17 * Int(seed))
        let result = try Self.result(experiment, workers: 3)
        let naive = NaiveComparison(rows: experiment.rows)
        var pairs: [(Int, Int)] = []
        for first in 0..<experiment.policyCount {
            for second in (first + 1)..<max(experiment.policyCount, first + 1) { pairs.append((first, second)) }
        }
        #expect(result.pairs.count == pairs.count)
        for (pair, (first, second)) in zip(result.pairs, pairs) {
            for estimate in pair.estimates where estimate.method != .pooled {
                let wanted = naive.estimate(estimate.method.rawValue, first, second)
                guard pair.strata > 0 || estimate.method == .ips else {
                    #expect(estimate.difference == nil || pair.disagree == 0)
                    continue
                }
                let label = "\(pair.policy) \(pair.reference) \(estimate.method)"
                let difference = try #require(estimate.difference, "\(label)")
                let se = try #require(estimate.se, "\(label)")
                // Both take some digits for the scale of the outcomes.
                #expect(relativeError(difference, wanted.difference, floor: 1e-2) < 1e-8, "\(label)")
                #expect(relativeError(se, wanted.variance.squareRoot(), floor: 1e-6) < 1e-7, "\(label)")
                if let fallbacks = estimate.fallbackStrata { #expect(fallbacks == wanted.fallbacks, "\(label)") }
            }
        }
    }

    /// Enough rows for several rounds of blocks.
    @Test func workersChangeNoBit() throws {
        let experiment = Experiment(seed: 8, customers: 60_000)
        func figures(_ workers: Int) throws -> [Double?] {
            let result = try Self.result(experiment, workers: workers)
            return result.pairs.flatMap { pair in
                pair.estimates.flatMap { [$0.difference, $0.se, $0.p, $0.pHolm, $0.sePopulation] }
                    + pair.balance.flatMap { [$0.difference, $0.se] }
            } + result.values.flatMap { [$0.value, $0.se] }
        }
        let alone = try figures(1)
        #expect(try figures(2) == alone)
        #expect(try figures(5) == alone)
    }

    @Test func holmIsARunningMaximum() {
        #expect(
            Holm.adjusted([0.01, nil, 0.04, 0.03, 0.005]).map { $0.map { ($0 * 1e6).rounded() / 1e6 } }
                == [0.03, nil, 0.06, 0.06, 0.02])
        #expect(Holm.adjusted([0.6, 0.7]) == [1, 1])
        #expect(Holm.adjusted([]).isEmpty)
    }
}
