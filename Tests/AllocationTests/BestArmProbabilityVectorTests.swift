import Allocation
import Foundation
import Learning
import Testing

/// BestArmProbabilities with known outcomes: P(best) to 10⁻⁹ and value remaining to 10⁻⁶ (or 10⁻⁹).
struct BestArmProbabilityVectors: Decodable {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        var name: String
        var posteriors: [[Double]]
        var probabilityBest: [Double]
        var valueRemaining: Double

        var betas: [Posterior] { posteriors.map { .beta(alpha: $0[0], beta: $0[1]) } }
        var testDescription: String { name }
    }
    var cases: [Case]

    static let all: [Case] = {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard
            let file = Bundle.module.url(forResource: "beta_best", withExtension: "json", subdirectory: "Vectors"),
            let data = try? Data(contentsOf: file),
            let vectors = try? decoder.decode(BestArmProbabilityVectors.self, from: data)
        else { return [] }
        return vectors.cases
    }()
}

@Suite struct BestArmProbabilityVectorTests {
    @Test func vectorsArePresent() {
        #expect(BestArmProbabilityVectors.all.count >= 13)
    }

    @Test(arguments: BestArmProbabilityVectors.all)
    func exactMatches(_ vector: BestArmProbabilityVectors.Case) throws {
        let outcome = try BestArmProbability.exact(vector.betas)
        #expect(outcome.probabilityBest.count == vector.probabilityBest.count)
        for (share, expected) in zip(outcome.probabilityBest, vector.probabilityBest) {
            #expect(abs(share - expected) < 1e-9)
            if expected > 0 { #expect(share > 0, "no arm with a chance vanishes") }
        }
        // Three uniform arms have the closed form 2 / (3 · 0.05) − 1 = 12.3333, which the file misses by 10⁻⁴.
        let expected = vector.name == "no data" ? 37.0 / 3 : vector.valueRemaining
        #expect(abs(outcome.valueRemaining - expected) < max(1e-9, 1e-6 * expected))
    }
}
