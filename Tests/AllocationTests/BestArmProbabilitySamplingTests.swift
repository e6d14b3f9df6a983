import Allocation
import Foundation
import Learning
import Numerics
import Testing

private func beta(_ alpha: Double, _ beta: Double) -> Posterior { .beta(alpha: alpha, beta: beta) }

/// Sampled competitions, on fixed seeds, within four standard errors of exact ones (P(exceeded) = 6·10⁻⁵ each).
@Suite struct BestArmProbabilitySamplingTests {
    /// Known answers of Random123's `kat_vectors` for philox4x32-10.
    @Test func philoxKnownAnswers() {
        #expect(CounterGenerator.philox(.zero, key: .zero) == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
        let ones = CounterGenerator.philox(SIMD4(repeating: .max), key: SIMD2(repeating: .max))
        #expect(ones == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
        let pi = CounterGenerator.philox(
            SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: SIMD2(0xa409_3822, 0x299f_31d0))
        #expect(pi == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
    }

    @Test(arguments: [
        [beta(41, 961), beta(51, 951), beta(48, 940)], [beta(0.05, 0.2), beta(0.3, 2), beta(1, 1)],
        [beta(5_000_001, 95_000_001), beta(5_002_001, 94_998_001)], [beta(1e-4, 1), beta(3e-4, 1)],
        [
            .logStudentT(location: 2, scale: 0.2, degreesOfFreedom: 5),
            .logStudentT(location: 2.1, scale: 0.1, degreesOfFreedom: 400),
            .logStudentT(location: 1.9, scale: 0.3, degreesOfFreedom: 1),
        ],
    ])
    func agreesWithExact(posteriors: [Posterior]) throws {
        let draws = 10_000
        let exact = try BestArmProbability.exact(posteriors)
        let sampled = BestArmProbability.sampling(posteriors, draws: draws, seed: 42)
        for (estimate, share) in zip(sampled.probabilityBest, exact.probabilityBest) {
            #expect(abs(estimate - share) < 4 * (share * (1 - share) / Double(draws)).squareRoot() + 1e-12)
        }
        #expect(abs(sampled.probabilityBest.reduce(0, +) - 1) < 1e-12)
    }

    @Test func valueRemainingAgreesWithExact() throws {
        let posteriors = [beta(41, 961), beta(51, 951), beta(48, 940)]
        let exact = try BestArmProbability.exact(posteriors)
        let sampled = BestArmProbability.sampling(posteriors, draws: 20_000, seed: 7)
        // The 95th percentile of 20,000 draws: rank ± 4 · 31, a change of 0.006 in probability where the density is about 0.3
        // per unit of the relative percentile.
        #expect(abs(sampled.valueRemaining / exact.valueRemaining - 1) < 0.06)
        let decided = BestArmProbability.sampling([beta(500, 500), beta(400, 600)], draws: 2_000, seed: 7)
        #expect(decided.valueRemaining == 0)
    }

    @Test func isAFunctionOfItsArguments() {
        let posteriors = [beta(41, 961), beta(51, 951)]
        let first = BestArmProbability.sampling(posteriors, draws: 1_000, seed: 3)
        #expect(first == BestArmProbability.sampling(posteriors, draws: 1_000, seed: 3))
        #expect(first != BestArmProbability.sampling(posteriors, draws: 1_000, seed: 4))
    }

    @Test func tiesShareEvenly() {
        // So narrow that all draws are the same number.
        let same = [Posterior](repeating: .logStudentT(location: 9, scale: 1e-30, degreesOfFreedom: 5), count: 4)
        #expect(BestArmProbability.sampling(same, draws: 100, seed: 1).probabilityBest == [0.25, 0.25, 0.25, 0.25])
        #expect(BestArmProbability.sampling(same, draws: 100, seed: 1).valueRemaining == 0)
    }

    @Test func edges() {
        #expect(
            BestArmProbability.sampling([], draws: 10, seed: 1)
                == BestArmProbability(probabilityBest: [], valueRemaining: 0))
        #expect(BestArmProbability.sampling([beta(1, 1)], draws: 10, seed: 1).probabilityBest == [1])
    }
}
