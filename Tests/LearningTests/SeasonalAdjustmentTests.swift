import Foundation
import Learning
import TestSupport
import Testing

@Suite struct SeasonalAdjustmentTests {
    struct Vectors: Decodable {
        struct Case: Decodable {
            enum CodingKeys: String, CodingKey {
                case name, successes, visitors, evidence, posterior
                case adjustedTrials = "adjusted_trials"
                case dayFactors = "day_factor"
            }

            let name: String
            let successes: [[Double]]
            let visitors: [[Double]]
            let adjustedTrials: [Double]
            let evidence: [Double]
            let dayFactors: [Double]
            let posterior: [[Double]]
        }
        let cases: [Case]

        static func load() throws -> [Case] {
            let url = try #require(
                Bundle.module.url(forResource: "seasonal", withExtension: "json", subdirectory: "Vectors"))
            return try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: url)).cases
        }
    }

    @Test func reproducesTheVectors() throws {
        let cases = try Vectors.load()
        #expect(!cases.isEmpty)
        for vector in cases {
            let adjustment = fit(vector.visitors, vector.successes)
            #expect(isClose(adjustment.adjustedTrials, vector.adjustedTrials), "\(vector.name)")
            #expect(isClose(adjustment.evidence, vector.evidence), "\(vector.name)")
            #expect(isClose(adjustment.stratumFactors, vector.dayFactors), "\(vector.name)")
        }
    }

    /// The equations as they stand in the documentation, alternated from r̄ until they stand still.
    struct AlternatingTwin {
        var dayFactors: [Double] = []
        var trials: [Double] = []
        var evidence: [Double] = []

        init(_ visitors: [[Double]], _ successes: [[Double]]) {
            let arms = visitors[0].indices
            let allVisitors = visitors.joined().reduce(0, +)
            let mean = (successes.joined().reduce(0, +) + 0.5) / (allVisitors + 0.5)
            var rates = arms.map { _ in mean }
            var factors = visitors.map { _ in 1.0 }
            for _ in 0..<20_000 {
                let before = factors + rates
                for (day, row) in visitors.enumerated() {
                    factors[day] =
                        (successes[day].reduce(0, +) + 0.5) / (zip(row, rates).map { $0 * $1 }.reduce(0, +) + 0.5)
                }
                for arm in arms {
                    let observed = successes.map { $0[arm] }.reduce(0, +)
                    let expected = zip(visitors, factors).map { $0[arm] * $1 }.reduce(0, +)
                    rates[arm] = (observed + 0.5) / (expected + 0.5 / mean)
                }
                if zip(before, factors + rates).allSatisfy({ abs($0 - $1) <= 1e-15 * $1 }) { break }
            }
            let weighted = zip(visitors, factors).map { $0.reduce(0, +) * $1 }.reduce(0, +)
            dayFactors = factors.map { $0 * allVisitors / weighted }
            let expected = zip(visitors, dayFactors).map { row, factor in
                zip(row, rates).map { $0 * $1 * factor }
            }
            let whole = expected.joined().reduce(0, +)
            for arm in arms {
                trials.append(zip(visitors, dayFactors).map { $0[arm] * $1 }.reduce(0, +))
                let own = expected.map { $0[arm] }.reduce(0, +)
                var shared = 0.0
                for row in expected where row.reduce(0, +) > 0 {
                    shared += row[arm] * (row.reduce(0, +) - row[arm]) / row.reduce(0, +)
                }
                evidence.append(own > 0 && arms.count > 1 ? shared / (own * (whole - own) / whole) : 1)
            }
        }
    }

    @Test(arguments: 0..<40)
    func agreesWithTheAlternation(seed: Int) {
        var generator = SplitMix64(seed: UInt64(seed))
        let days = Int.random(in: 1...5, using: &generator)
        let arms = Int.random(in: 2...4, using: &generator)
        let visitors = (0..<days).map { _ in
            (0..<arms).map { _ in Double(Int.random(in: 1...400, using: &generator)) }
        }
        let successes = visitors.map { row in row.map { ($0 * .random(in: 0...0.3, using: &generator)).rounded() } }
        let twin = AlternatingTwin(visitors, successes)
        let adjustment = fit(visitors, successes)
        #expect(isClose(adjustment.stratumFactors, twin.dayFactors))
        #expect(isClose(adjustment.adjustedTrials, twin.trials))
        #expect(isClose(adjustment.evidence, twin.evidence))
    }

    @Test(arguments: [1e2, 1e5, 1e8])
    func recoversRatesThatAreProductsExactly(size: Double) {
        let factors = [0.7, 1.0, 1.3, 1.2, 0.8]
        let rates = [0.03, 0.05, 0.08]
        var generator = SplitMix64(seed: 5)
        let visitors = factors.map { _ in rates.map { _ in size * .random(in: 1...100, using: &generator) } }
        let successes = zip(visitors, factors).map { row, factor in zip(row, rates).map { $0 * $1 * factor } }
        let adjustment = fit(visitors, successes)
        let weight = visitors.joined().reduce(0, +) / zip(visitors, factors).map { $0.reduce(0, +) * $1 }.reduce(0, +)
        for (found, factor) in zip(adjustment.stratumFactors, factors) {
            // The halves pull towards 1 by about one success among all of the day's.
            #expect(abs(found - factor * weight) < 1 / size)
        }
    }

    @Test func isScaledToTheAverageDay() {
        let visitors = [[900.0, 100], [100, 900], [50, 0]]
        let adjustment = fit(visitors, [[90, 5], [4, 50], [0, 0]])
        let sum = zip(visitors, adjustment.stratumFactors).map { $0.reduce(0, +) * $1 }.reduce(0, +)
        #expect(abs(sum - 2050) < 1e-9)
        #expect(abs(adjustment.adjustedTrials.reduce(0, +) - 2050) < 1e-9)
    }

    @Test(
        arguments: [
            ([[0.0, 0]], [[0.0, 0]]),
            ([[10, 0], [0, 10]], [[10, 0], [0, 0]]),
            ([[0, 0], [5, 5]], [[0, 0], [5, 5]]),
            ([[1e9, 1e9], [1e9, 0]], [[0, 0], [0, 0]]),
            ([[1e9, 1], [1, 1e9]], [[1e9, 1], [1, 1e9]]),
            ([[5, 0]], [[9, 4]]),
            ([[1e-300, 1], [.leastNonzeroMagnitude, .leastNonzeroMagnitude]], [[1e-300, 1], [0, 0]]),
            ([[3, 4]], [[-5, 1]]),
            ([], []),
        ] as [([[Double]], [[Double]])])
    func staysFiniteAtTheEdges(visitors: [[Double]], successes: [[Double]]) {
        let adjustment = fit(visitors, successes)
        #expect(adjustment.stratumFactors.allSatisfy { $0.isFinite && $0 > 0 })
        #expect(adjustment.adjustedTrials.allSatisfy { $0.isFinite && $0 >= 0 })
        #expect(adjustment.evidence.allSatisfy { (0...1).contains($0) })
    }

    /// Arms that never shared a day have nothing to compare; arms that always shared it alike have everything.
    @Test func weighsEvidenceByWhatWasCompared() {
        let apart = fit([[1000, 0], [0, 1000]], [[50, 0], [0, 60]])
        #expect(apart.evidence.allSatisfy { $0 < 1e-9 })
        let together = fit([[500, 500], [700, 700]], [[50, 40], [30, 60]])
        #expect(together.evidence.allSatisfy { abs($0 - 1) < 1e-9 })
    }
}

private func fit(_ visitors: [[Double]], _ successes: [[Double]]) -> SeasonalAdjustment {
    SeasonalAdjustment(
        visitors: Array(visitors.joined()), successes: Array(successes.joined()), strata: visitors.count,
        arms: visitors.first?.count ?? 2)
}

/// To 1e-9, absolutely below 1 and relatively above.
func isClose(_ left: [Double], _ right: [Double]) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { abs($0 - $1) <= 1e-9 * max(1, abs($1)) }
}
