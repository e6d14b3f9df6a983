import Foundation
import Numerics
import TestSupport
import Testing

/// Reference values in `Vectors/normal.json`: computed with mpmath at 60 digits (Φ by `erfc`, quantiles by Newton's method on
/// ln Φ), then rounded to double; z from −37.5, p from the least normal double on.
struct NormalVectors: Decodable {
    var cumulative: [[Double]]
    var quantile: [[Double]]

    static func load() throws -> NormalVectors {
        let file = try #require(
            Bundle.module.url(forResource: "normal", withExtension: "json", subdirectory: "Vectors"))
        return try JSONDecoder().decode(NormalVectors.self, from: Data(contentsOf: file))
    }
}

@Suite struct NormalTests {
    @Test func cumulativeMatchesReference() throws {
        // A value below the least normal double has fewer digits: it is compared with that double as its floor.
        for row in try NormalVectors.load().cumulative {
            let value = SpecialFunctions.normalCumulative(row[0])
            #expect(relativeError(value, row[1], floor: 0x1p-1022) < 1e-15, "Φ(\(row[0]))")
        }
    }

    @Test func quantileMatchesReference() throws {
        for row in try NormalVectors.load().quantile where row[1] != 0 {
            let value = SpecialFunctions.normalQuantile(probability: row[0])
            #expect(relativeError(value, row[1]) < 1e-15, "Φ⁻¹(\(row[0]))")
        }
    }

    @Test("The quantile and the cumulative undo each other", arguments: 1...4)
    func inverse(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        for _ in 0..<500 {
            let logProbability = Double.random(in: -700 ... -0.7, using: &generator)
            let probability = exp(logProbability)
            let z = SpecialFunctions.normalQuantile(probability: probability)
            // A rounding of z moves the logarithm of the tail by z² of it.
            let bound = 1e-15 * (4 + z * z)
            #expect(relativeError(SpecialFunctions.normalCumulative(z), probability) < bound)
        }
    }

    @Test("Tails mirror each other, and the ends are the ends")
    func edges() {
        for z in stride(from: -30.0, through: 30, by: 0.37) {
            #expect(SpecialFunctions.normalUpperTail(z) == SpecialFunctions.normalCumulative(-z))
            #expect(SpecialFunctions.normalTwoSided(z) == SpecialFunctions.normalTwoSided(-z))
            #expect(abs(SpecialFunctions.normalCumulative(z) + SpecialFunctions.normalUpperTail(z) - 1) < 1e-15)
        }
        #expect(SpecialFunctions.normalCumulative(0) == 0.5 && SpecialFunctions.normalQuantile(probability: 0.5) == 0)
        #expect(SpecialFunctions.normalCumulative(-.infinity) == 0 && SpecialFunctions.normalCumulative(.infinity) == 1)
        #expect(SpecialFunctions.normalQuantile(probability: 0) == -.infinity)
        #expect(SpecialFunctions.normalQuantile(probability: 1) == .infinity)
        #expect(SpecialFunctions.normalCumulative(.nan).isNaN)
        #expect(SpecialFunctions.normalQuantile(probability: -0.1).isNaN)
        #expect(SpecialFunctions.normalQuantile(probability: .nan).isNaN)
    }

    @Test("The cumulative never falls")
    func monotone() {
        var before = 0.0
        for step in 0...80_000 {
            let value = SpecialFunctions.normalCumulative(-40 + Double(step) / 1000)
            #expect(value >= before * (1 - 1e-15))
            before = value
        }
    }

    @Test("Student's t with many degrees of freedom is normal")
    func studentT() {
        for z in [-8.0, -3, -1, 0.5, 2] {
            let t = SpecialFunctions.studentTCumulative(z, degreesOfFreedom: 1e12)
            #expect(relativeError(t, SpecialFunctions.normalCumulative(z)) < 1e-8)
        }
        #expect(abs(SpecialFunctions.normalQuantile(probability: 0.975) - 1.959963984540054) < 1e-15)
    }
}
