import Allocation
import Foundation
import Learning
import TestSupport
import Testing

/// ln θ from Student's t: on the line of logarithms, where arms are compared.
private func student(_ location: Double, _ scale: Double, _ degreesOfFreedom: Double) -> Posterior {
    .logStudentT(location: location, scale: scale, degreesOfFreedom: degreesOfFreedom)
}

/// Exact competitions of posteriors of revenue against closed forms of the t distributions of their logarithms.
@Suite struct BestArmProbabilityRevenueTests {
    /// The difference of two Cauchy variables is Cauchy, its scale the sum of theirs.
    @Test(arguments: [(0.0, 1.0, 0.0, 1.0), (2, 1, 0, 3), (5, 1e-6, 4.9, 2), (0, 1, 500, 1), (500, 1e-3, 500, 1e3)])
    func cauchyArms(first: Double, firstScale: Double, second: Double, secondScale: Double) throws {
        let outcome = try BestArmProbability.exact([student(first, firstScale, 1), student(second, secondScale, 1)])
        let expected = 0.5 + atan((first - second) / (firstScale + secondScale)) / .pi
        #expect(abs(outcome.probabilityBest[0] - expected) < 1e-10)
    }

    /// With very many degrees of freedom the difference is normal: within 1 / ν of it.
    @Test(arguments: [(2.0, 0.01, 2.02, 0.02), (100, 1e-4, 100, 1e-5), (1, 1, 3, 0.1)])
    func nearlyNormalArms(first: Double, firstScale: Double, second: Double, secondScale: Double) throws {
        let outcome = try BestArmProbability.exact([
            student(first, firstScale, 1e12), student(second, secondScale, 1e12),
        ])
        let z = (first - second) / (firstScale * firstScale + secondScale * secondScale).squareRoot()
        #expect(abs(outcome.probabilityBest[0] - 0.5 * erfc(-z / 2.0.squareRoot())) < 1e-10)
    }

    /// P(best) = ∫₀¹ ∏ F(Q(u)) du in the quantile coordinate, by the midpoint rule after u = s² (3 − 2 s).
    @Test(arguments: [1.0, 1.5, 2, 3, 8, 60])
    func threeArmsMatchTheQuantileCoordinate(degreesOfFreedom: Double) throws {
        let posteriors = [
            student(1, 0.5, degreesOfFreedom), student(1.2, 0.3, degreesOfFreedom + 1),
            student(0.7, 1.1, 2 * degreesOfFreedom),
        ]
        let outcome = try BestArmProbability.exact(posteriors)
        let count = 400
        for arm in posteriors.indices {
            let integral = (0..<count).reduce(0.0) { sum, index in
                let s = (Double(index) + 0.5) / Double(count)
                let value = posteriors[arm].quantile(s * s * (3 - 2 * s))
                let product = posteriors.indices.reduce(1.0) { product, other in
                    other == arm ? product : product * posteriors[other].cumulative(value)
                }
                return sum + 6 * s * (1 - s) * product / Double(count)
            }
            #expect(abs(outcome.probabilityBest[arm] - integral) < 2e-5)
        }
    }

    @Test func tinyScalesAreResolved() throws {
        let apart = try BestArmProbability.exact([student(100, 1e-15, 1e9), student(100.00000000000001, 1e-15, 1e9)])
        #expect(apart.probabilityBest[1] > 0.999_999)
        let same = try BestArmProbability.exact([student(100, 1e-15, 9), student(100, 1e-15, 9)])
        #expect(abs(same.probabilityBest[0] - 0.5) < 1e-10)
    }

    /// θmax/θchampion of two normal logarithms: the 95th percentile of max(0, difference), by Φ⁻¹.
    @Test func valueRemainingOfNearlyNormalArms() throws {
        let outcome = try BestArmProbability.exact([student(1, 0.1, 1e12), student(1.05, 0.2, 1e12)])
        let deviation = (0.01 + 0.04).squareRoot()
        let expected = expm1(-0.05 + 1.6448536269514722 * deviation)
        #expect(abs(outcome.valueRemaining - expected) < 1e-7)
        let decided = try BestArmProbability.exact([student(-1, 0.01, 50), student(-2, 0.01, 50)])
        #expect(decided.valueRemaining == 0)
    }

    /// Everything between a billionth and a billion: shares that sum to 1 and a finite value remaining.
    @Test(arguments: 0..<60 as Range<UInt64>)
    func differentScalesStayFinite(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let arms = (0..<Int.random(in: 2...8, using: &generator)).map { _ in
            student(
                Double.random(in: -1...3, using: &generator),
                pow(10, Double.random(in: -9...2, using: &generator)),
                pow(10, Double.random(in: 0...9, using: &generator)))
        }
        let outcome = try BestArmProbability.exact(arms)
        #expect(abs(outcome.probabilityBest.reduce(0, +) - 1) < 1e-14)
        #expect(outcome.probabilityBest.allSatisfy { $0 >= 0 })
        #expect((0...BestArmProbability.greatestValueRemaining).contains(outcome.valueRemaining))
    }

    @Test func improperPosteriorsAreRefused() {
        for arm in [
            student(.infinity, 1, 1), student(0, -1, 1), student(0, 0, 1), student(0, 1, 0), student(0, .nan, 2),
        ] {
            #expect(throws: BestArmProbabilityError.self) { try BestArmProbability.exact([arm, student(0, 1, 1)]) }
        }
    }
}
