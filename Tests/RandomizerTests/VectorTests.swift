import Foundation
import Randomizer
import Testing

/// The vectors that every implementation of the assignment shares.
@Suite struct VectorTests {
    struct Vectors: Decodable {
        struct Hash: Decodable {
            let input: String
            let seed: UInt64
            let hash: String
        }

        struct Mix: Decodable {
            let input: String
            let output: String
        }

        struct Case: Decodable {
            let table: String
            let platform: String
            let slot: String
            let traffic: [String: Double]
            let control: String?
            let holdout: String?
            let allowed: [String]?
            let propensities: [String: Double]
            let assignments: [String: String]
        }

        let xxh64: [Hash]
        let mix64: [Mix]
        let cases: [Case]
    }

    let vectors: Vectors

    init() throws {
        let url = try #require(
            Bundle.module.url(forResource: "assignment", withExtension: "json", subdirectory: "Vectors"))
        vectors = try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: url))
    }

    @Test func hashesAgree() {
        #expect(vectors.xxh64.count >= 20)
        for vector in vectors.xxh64 {
            #expect(XXH64.hexadecimal(XXH64.hash(vector.input, seed: vector.seed)) == vector.hash)
            #expect(XXH64.hexadecimal(XXH64.hash(Array(vector.input.utf8), seed: vector.seed)) == vector.hash)
        }
    }

    @Test func mixesAgree() throws {
        #expect(vectors.mix64.count >= 4)
        for vector in vectors.mix64 {
            let input = try #require(UInt64(vector.input, radix: 16))
            #expect(mix64(input) == UInt64(vector.output, radix: 16))
        }
    }

    @Test func assignmentsAgree() throws {
        #expect(vectors.cases.count >= 3)
        for vector in vectors.cases {
            let rows = vector.traffic.map { variant, traffic in
                let share = TestTable.decimal(UInt32((traffic * 1_000_000).rounded()))
                return TestRow(
                    variant, share, platform: vector.platform, slot: vector.slot,
                    status: variant == vector.control ? "control" : nil)
            }
            let table = try TestTable.table(
                rows,
                holdouts: vector.holdout.map {
                    [Manifest.Holdout(platform: vector.platform, slot: vector.slot, name: $0)]
                } ?? [])
            let experiment = try #require(table.experiment(platform: vector.platform, slot: vector.slot))
            #expect(experiment.holdout == vector.holdout)
            #expect(vector.assignments.count >= 50)
            for (visitor, variant) in vector.assignments {
                let assignment = try #require(
                    vector.allowed.map { experiment.assign(visitor, segment: "*", allowed: VariantSet($0)) }
                        ?? experiment.assign(visitor))
                #expect(assignment.variant == variant, "\(vector.table), visitor \(visitor)")
                #expect(assignment.propensity == vector.propensities[variant])
                if vector.allowed == nil { #expect(assignment.propensity == vector.traffic[variant]) }
            }
        }
    }
}
