import Foundation
import Numerics
import Testing

@Suite struct SampleRatioTests {
    struct Vectors: Decodable {
        struct Case: Decodable {
            var observed: [Int64]
            var shares: [Double]
            var p: Double
        }

        var cases: [Case]
    }

    @Test func vectors() throws {
        let url = try #require(
            Bundle.module.url(forResource: "sample_ratio", withExtension: "json", subdirectory: "Vectors"))
        let vectors = try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: url))
        #expect(vectors.cases.count >= 5)
        for vector in vectors.cases {
            let total = Double(vector.observed.reduce(0, +))
            let result = try #require(
                SampleRatio.test(observed: vector.observed, expected: vector.shares.map { $0 * total }))
            #expect(abs(result.pValue - vector.p) <= 1e-9 * max(vector.p, 1e-3))
        }
    }

    @Test func needsTwoArmsWithExpectation() {
        #expect(SampleRatio.test(observed: [10], expected: [10]) == nil)
        #expect(SampleRatio.test(observed: [10, 0], expected: [10, 0]) == nil)
    }
}
