import Foundation
import Numerics
import TestSupport
import Testing

/// Reference values in `Vectors/special_functions.json`: computed with mpmath at 50 digits (ln Γ by `loggamma`, Q by
/// `gammainc` or its series, the incomplete beta by its continued fraction DLMF 8.17.22 run to 10⁻³⁰, Student's t from it,
/// quantiles as x + (p − F(x)) / f(x) with p the rounded F(x)), then rounded to double. Points lie up to nine standard
/// deviations of logit(θ) from its mean, for shapes from 10⁻⁶ to 10⁹. (No quantiles for Beta(10⁻⁶, 10⁻⁶): a rounding of p
/// moves them by 10⁻¹⁰.)
struct SpecialFunctionVectors: Decodable {
    var logGamma: [[Double]]
    var logBeta: [[Double]]
    var betaTails: [[Double]]
    var betaQuantile: [[Double]]
    var gammaUpper: [[Double]]
    var studentT: [[Double]]
    var studentTQuantile: [[Double]]

    static func load() throws -> SpecialFunctionVectors {
        let file = try #require(
            Bundle.module.url(forResource: "special_functions", withExtension: "json", subdirectory: "Vectors"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(SpecialFunctionVectors.self, from: Data(contentsOf: file))
    }
}

@Suite struct SpecialFunctionsTests {
    let vectors: SpecialFunctionVectors

    init() throws {
        vectors = try SpecialFunctionVectors.load()
    }

    @Test func logGammaMatchesReference() {
        for row in vectors.logGamma {
            let value = SpecialFunctions.logGamma(row[0])
            #expect(relativeError(value, row[1]) < 2e-14, "ln Γ(\(row[0]))")
        }
        #expect(SpecialFunctions.logGamma(0).isNaN)
    }

    @Test func logBetaMatchesReference() {
        for row in vectors.logBeta {
            let value = SpecialFunctions.logBeta(row[0], row[1])
            #expect(relativeError(value, row[2], floor: 1) < 1e-13, "ln B(\(row[0]), \(row[1]))")
            #expect(value == SpecialFunctions.logBeta(row[1], row[0]))
        }
    }

    @Test func betaTailsMatchReference() {
        for row in vectors.betaTails {
            let (x, alpha, beta) = (row[0], row[1], row[2])
            let lower = SpecialFunctions.regularizedBeta(x: x, alpha: alpha, beta: beta)
            // The tail beyond the median is found as a complement: its error is relative to 1.
            #expect(relativeError(lower, row[3]) < 1e-12, "I(\(x); \(alpha), \(beta))")
            if x < 0.5, 1 - (1 - x) == x {
                let upper = SpecialFunctions.regularizedBeta(x: 1 - x, alpha: beta, beta: alpha)
                #expect(
                    relativeError(upper, row[4], floor: row[4] < row[3] ? 0 : 1) < 1e-12,
                    "1 − I(\(x); \(alpha), \(beta))")
            }
        }
    }

    @Test func betaQuantilesMatchReference() {
        for row in vectors.betaQuantile {
            let value = SpecialFunctions.inverseRegularizedBeta(probability: row[0], alpha: row[1], beta: row[2])
            #expect(relativeError(value, row[3]) < 1e-12, "I⁻¹(\(row[0]); \(row[1]), \(row[2]))")
        }
    }

    @Test func gammaTailMatchesReference() {
        for row in vectors.gammaUpper {
            let value = SpecialFunctions.regularizedGammaUpper(shape: row[0], x: row[1])
            #expect(relativeError(value, row[2]) < 1e-12, "Q(\(row[0]), \(row[1]))")
        }
    }

    @Test func studentTMatchesReference() {
        for row in vectors.studentT {
            let value = SpecialFunctions.studentTCumulative(row[0], degreesOfFreedom: row[1])
            #expect(relativeError(value, row[2]) < 1e-12, "P(T ≤ \(row[0])), ν = \(row[1])")
        }
        for row in vectors.studentTQuantile {
            let value = SpecialFunctions.studentTQuantile(probability: row[0], degreesOfFreedom: row[1])
            #expect(relativeError(value, row[2]) < 1e-12, "t(\(row[0])), ν = \(row[1])")
        }
    }
}
