import Allocation
import Foundation
import Learning
import Numerics
import TestSupport
import Testing

private func beta(_ alpha: Double, _ beta: Double) -> Posterior { .beta(alpha: alpha, beta: beta) }

/// Exact competitions of Beta posteriors against closed forms and slow quadrature.
@Suite struct BestArmProbabilityExactTests {
    /// P(B > A) as a finite sum for integer α (E. Miller, "Formulas for Bayesian A/B Testing").
    private func millerSum(_ a: (Double, Double), _ b: (Double, Double)) -> Double {
        (0..<Int(b.0)).reduce(0) { sum, i in
            let index = Double(i)
            return sum
                + exp(
                    SpecialFunctions.logBeta(a.0 + index, a.1 + b.1) - log(b.1 + index)
                        - SpecialFunctions.logBeta(1 + index, b.1) - SpecialFunctions.logBeta(a.0, a.1))
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func twoArmsMatchTheFiniteSum(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let visitors = Double(Int.random(in: 1...50_000, using: &generator))
        let a = (Double(Int.random(in: 1...200, using: &generator)), visitors)
        let b = (Double(Int.random(in: 1...200, using: &generator)), (visitors * 1.1).rounded())
        let outcome = try BestArmProbability.exact([beta(a.0, a.1), beta(b.0, b.1)])
        #expect(abs(outcome.probabilityBest[1] - millerSum(a, b)) < 1e-10)
    }

    /// With β = 1, F(x) = xᵅ, so an arm's share is its part of all α; mirrored, of two arms with α = 1 the smaller β leads.
    @Test(arguments: [[1e-6, 3e-6, 1], [0.01, 1e-3, 0.2], [1, 1e6, 1e9], [3, 4, 5, 6], [0.5, 1e8, 2e8]])
    func powerLawsShareByExponent(exponents: [Double]) throws {
        let sum = exponents.reduce(0, +)
        let shares = try BestArmProbability.exact(exponents.map { beta($0, 1) }).probabilityBest
        for (share, exponent) in zip(shares, exponents) { #expect(abs(share - exponent / sum) < 1e-10) }
        let mirrored = try BestArmProbability.exact([beta(1, exponents[0]), beta(1, exponents[1])]).probabilityBest
        #expect(abs(mirrored[0] - exponents[1] / (exponents[0] + exponents[1])) < 1e-10)
    }

    /// P(uniform > θ) = 1 − E θ, however narrow θ is.
    @Test(arguments: [(5.0, 95.0), (5e4, 1e6), (5e8, 9.5e9), (1, 1e9), (1e9, 1e9), (1e9, 3), (1e-3, 2)])
    func uniformBesideNarrow(alpha: Double, other: Double) throws {
        let outcome = try BestArmProbability.exact([beta(alpha, other), beta(1, 1)])
        #expect(abs(outcome.probabilityBest[1] - other / (alpha + other)) < 1e-10)
    }

    /// P(max ≤ r θc) = 1 − (K − 1) / (K r) for K uniform arms.
    @Test(arguments: [2, 3, 7, 30])
    func valueRemainingOfUniformArms(count: Int) throws {
        let outcome = try BestArmProbability.exact([Posterior](repeating: beta(1, 1), count: count))
        let expected = Double(count - 1) / (0.05 * Double(count)) - 1
        #expect(abs(outcome.valueRemaining / expected - 1) < 1e-7)
        for share in outcome.probabilityBest { #expect(abs(share - 1 / Double(count)) < 1e-12) }
    }

    /// P(θ ≤ (1 + q) U) = 1 − E θ / (1 + q) for a uniform champion U, however narrow its rival θ.
    @Test(arguments: [(30.0, 70.0), (3e5, 7e5), (3e8, 7e8), (1e8, 9e8), (2, 5)])
    func valueRemainingOfAUniformChampion(alpha: Double, other: Double) throws {
        let outcome = try BestArmProbability.exact([beta(alpha, other), beta(1, 1)])
        let expected = 20 * alpha / (alpha + other) - 1
        #expect(abs(outcome.valueRemaining / expected - 1) < 1e-7)
    }

    /// For β = 1 and exponents a (champion) and b, P(θ₂ ≤ r θ₁) = 1 − r⁻ᵃ b / (a + b).
    @Test(arguments: [(3.0, 2.0), (1, 1), (0.8, 0.5), (40, 39), (1e6, 9e5), (0.03, 0.02), (1e-5, 1e-5)])
    func valueRemainingOfPowerLaws(champion: Double, rival: Double) throws {
        let outcome = try BestArmProbability.exact([beta(champion, 1), beta(rival, 1)])
        let expected = expm1(log(rival / (champion + rival) / 0.05) / champion)
        #expect(relativeDifference(outcome.valueRemaining, min(1e6, expected)) < 1e-6)
        let mirrored = try BestArmProbability.exact([beta(1, rival), beta(1, champion)])
        #expect(mirrored.valueRemaining.isFinite)
    }

    private func relativeDifference(_ value: Double, _ expected: Double) -> Double {
        abs(value - expected) / abs(expected)
    }

    /// The trapezoidal rule over logit(θ), which converges exponentially for these densities, with distribution functions
    /// evaluated one by one.
    private func trapezoid(_ arm: Int, of posteriors: [Posterior], ratio: Double = 1) -> Double {
        guard case .beta(let alpha, let beta) = posteriors[arm] else { return .nan }
        let centre = log(alpha / beta)
        let step = 0.15 * (1 / alpha + 1 / beta).squareRoot()
        return (-110...90).reduce(0.0) { sum, index in
            let logit = centre + Double(index) * step
            let value = 1 / (1 + exp(-logit))
            guard value > 0, value < 1 else { return sum }
            let density = exp(posteriors[arm].logDensity(value)) * value * (1 - value)
            let product = posteriors.indices.reduce(1.0) { product, other in
                other == arm ? product : product * posteriors[other].cumulative(ratio * value)
            }
            return sum + density * product * step
        }
    }

    @Test(arguments: 0..<12 as Range<UInt64>)
    func randomArmsMatchTheTrapezoidalRule(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let rate = Double.random(in: 0.001...0.9, using: &generator)
        let posteriors = (0..<Int.random(in: 2...5, using: &generator)).map { _ in
            let visitors = pow(10, Double.random(in: 2...7, using: &generator))
            let own = rate * (1 + Double.random(in: -0.1...0.1, using: &generator))
            return beta(1 + own * visitors, 1 + (1 - own) * visitors)
        }
        let outcome = try BestArmProbability.exact(posteriors)
        // A step over a much narrower rival needs a finer rule than this one.
        let widths = posteriors.map { $0.quantile(0.75) - $0.quantile(0.25) }
        let isNarrow = widths.map { $0 < 3 * (widths.min() ?? 0) }
        for arm in posteriors.indices where isNarrow[arm] {
            #expect(abs(outcome.probabilityBest[arm] - trapezoid(arm, of: posteriors)) < 1e-9)
        }
        let champion = outcome.probabilityBest.firstIndex(of: outcome.probabilityBest.max() ?? 1) ?? 0
        if outcome.valueRemaining > 0, isNarrow[champion] {
            let level = trapezoid(champion, of: posteriors, ratio: 1 + outcome.valueRemaining)
            #expect(abs(level - 0.95) < 1e-7)
        }
    }

    @Test func fiveTimesTenToTheSixthMatchesFiftyDigits() throws {
        // The trapezoidal rule with incomplete beta functions at 30 digits.
        let expected = [0.1796562284483365455, 0.57307773202061394559, 0.24726603953104950883]
        let outcome = try BestArmProbability.exact([
            beta(5_000_001, 95_000_001), beta(5_002_001, 94_998_001), beta(5_000_501, 94_999_501),
        ])
        for (share, value) in zip(outcome.probabilityBest, expected) { #expect(abs(share - value) < 1e-12) }
    }

    @Test func orderOfArmsDoesNotMatter() throws {
        var generator = SplitMix64(seed: 5)
        let posteriors = (1...8).map { beta(30 + Double($0 * $0), 900 + 10 * Double($0)) }
        let order = posteriors.indices.shuffled(using: &generator)
        let direct = try BestArmProbability.exact(posteriors)
        let shuffled = try BestArmProbability.exact(order.map { posteriors[$0] })
        for (position, arm) in order.enumerated() {
            #expect(abs(shuffled.probabilityBest[position] - direct.probabilityBest[arm]) < 1e-12)
        }
        #expect(abs(shuffled.valueRemaining - direct.valueRemaining) < 1e-9)
    }

    @Test func moreSuccessesNeverHurt() throws {
        var last = 0.0
        for successes in stride(from: 1.0, through: 120, by: 7) {
            let share = try BestArmProbability.exact([beta(successes, 961), beta(51, 951), beta(44, 980)])
                .probabilityBest[0]
            #expect(share > last)
            last = share
        }
        #expect(last > 0.999)
    }

    @Test(arguments: [
        [beta(1e-9, 1e-9), beta(1e-9, 1e-9)], [beta(1e-150, 1), beta(1, 1)], [beta(1e9, 1e-3), beta(1e-3, 1e9)],
        [beta(1, 1e9), beta(2, 1e9), beta(1, 1)], [beta(1e15, 1e15), beta(1e15, 1e15)],
        [beta(1e12, 1e13), beta(1, 1), beta(0.01, 0.02)], [beta(1e18, 1e18), beta(1e-150, 1e18), beta(1e18, 1e-150)],
    ])
    func extremesStayFinite(posteriors: [Posterior]) throws {
        let outcome = try BestArmProbability.exact(posteriors)
        #expect(abs(outcome.probabilityBest.reduce(0, +) - 1) < 1e-15 * Double(posteriors.count))
        #expect(outcome.probabilityBest.allSatisfy { $0 >= 0 })
        #expect((0...BestArmProbability.greatestValueRemaining).contains(outcome.valueRemaining))
    }

    @Test func clearWinnerHasNoValueRemaining() throws {
        let outcome = try BestArmProbability.exact([beta(500, 500), beta(400, 600)])
        #expect(outcome.probabilityBest[0] > 0.9999)
        #expect(outcome.valueRemaining == 0)
    }

    @Test func loneArmAndNone() throws {
        #expect(
            try BestArmProbability.exact([beta(3, 4)]) == BestArmProbability(probabilityBest: [1], valueRemaining: 0))
        #expect(try BestArmProbability.exact([]) == BestArmProbability(probabilityBest: [], valueRemaining: 0))
    }

    @Test func improperPosteriorsAreRefused() {
        #expect(throws: BestArmProbabilityError.improper(arm: 1, beta(0, 1))) {
            try BestArmProbability.exact([beta(1, 1), beta(0, 1)])
        }
        #expect(throws: BestArmProbabilityError.improper(arm: 0, beta(1, -2))) {
            try BestArmProbability.exact([beta(1, -2)])
        }
        #expect(throws: BestArmProbabilityError.mixedFamilies) {
            try BestArmProbability.exact([beta(1, 1), .logStudentT(location: 0, scale: 1, degreesOfFreedom: 3)])
        }
        for parameter in [Double.nan, .infinity, 1e19, 1e-200] {
            #expect(throws: BestArmProbabilityError.self) {
                try BestArmProbability.exact([beta(parameter, 1), beta(1, 1)])
            }
        }
    }
}
