import Evaluation
import Foundation
import TestSupport
import Testing

/// The cases of `Vectors/compare_actions.json`: figures computed twice from the formulas, and by statsmodels.
@Suite struct ComparisonVectorTests {
    struct Vectors: Decodable {
        struct Check: Decodable {
            var difference: Double
            var se: Double
            var p: Double
        }
        struct Value: Decodable {
            var value: Double
            var se: Double
            var customers: Int
        }
        struct Figures: Decodable {
            var difference: Double?
            var se: Double?
            var p: Double?
            var pHolm: Double?
            var sePopulation: Double?
            var effect: Double?
            var fallbackStrata: Int?
        }
        struct Pair: Decodable {
            var policy: String
            var reference: String
            var disagree: Int
            var shareDisagree: Double
            var strata: Int
            var unsupportedShare: Double
            var usedPolicy: Int
            var usedReference: Int
            var placebo: Check?
            var methods: [String: Figures]
        }
        struct Expected: Decodable {
            var customers: Int
            var values: [String: Value]
            var pairs: [Pair]
        }
        struct Sizes: Decodable {
            var sd: Double
            var disagree: Double
            var effect: Double
            var actions: Int
            var policies: Int
            var r2: Double
            var alpha: Double
            var power: Double
            var conventional: Double
            var rbp: Double
            var rba: Double
            var banditE: [Double]
            var bandit: Double
        }
        enum Result: Decodable {
            case comparison(Expected)
            case sizes([Sizes])

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let sizes = try? container.decode([Sizes].self) {
                    self = .sizes(sizes)
                } else {
                    self = .comparison(try container.decode(Expected.self))
                }
            }
        }
        struct Case: Decodable, CustomTestStringConvertible {
            var name: String
            var design: String?
            var shares: [String: Double]?
            var experiment: String?
            var policies: String?
            var expected: Result
            var testDescription: String { name }
        }
        var cases: [Case]
    }

    static let cases: [Vectors.Case] = {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .custom { path in
            // Names of policies are keys too, and none has an underscore.
            let words = path[path.count - 1].stringValue.split(separator: "_", omittingEmptySubsequences: false)
            let name = words.enumerated().map { $0 == 0 ? String($1) : $1.prefix(1).uppercased() + $1.dropFirst() }
                .joined()
            return Key(stringValue: name)
        }
        guard
            let file = Bundle.module.url(
                forResource: "compare_actions", withExtension: "json", subdirectory: "Vectors"),
            let vectors = try? decoder.decode(Vectors.self, from: Data(contentsOf: file))
        else { return [] }
        return vectors.cases
    }()

    struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { return nil }
    }

    private func agrees(_ value: Double?, _ expected: Double?) -> Bool {
        guard let value, let expected else { return value == nil && expected == nil }
        return abs(value - expected) <= max(1e-9 * abs(expected), 1e-12)
    }

    @Test func theVectorsAreThere() { #expect(Self.cases.count >= 8) }

    @Test(arguments: cases)
    func figuresAgree(vector: Vectors.Case) throws {
        guard case .comparison(let expected) = vector.expected else { return }
        let directory = try ScratchDirectory()
        try directory.write(try #require(vector.experiment), to: "experiment.csv")
        try directory.write(try #require(vector.policies), to: "policies.csv")
        var settings = ComparisonSettings(
            experiment: directory.path + "/experiment.csv", policies: directory.path + "/policies.csv")
        settings.design = ComparisonSettings.Design(rawValue: try #require(vector.design))
        settings.shares = vector.shares.map { shares in
            shares.sorted { $0.key < $1.key }.map { ComparisonSettings.NamedShare(name: $0.key, share: $0.value) }
        }
        settings.methods = ComparisonMethod.allCases
        settings.workers = 2
        let result = try Comparison.run(settings)
        #expect(result.customers == expected.customers)
        for value in result.values {
            let wanted = try #require(expected.values[value.policy])
            #expect(agrees(value.value, wanted.value) && agrees(value.se, wanted.se), "\(value.policy)")
            #expect(value.customers == wanted.customers)
        }
        #expect(result.pairs.count == expected.pairs.count)
        for (pair, wanted) in zip(result.pairs, expected.pairs) {
            #expect(pair.policy == wanted.policy && pair.reference == wanted.reference)
            #expect(pair.disagree == wanted.disagree && pair.strata == wanted.strata)
            #expect(pair.usedPolicy == wanted.usedPolicy && pair.usedReference == wanted.usedReference)
            #expect(agrees(pair.shareDisagree, wanted.shareDisagree))
            #expect(agrees(pair.unsupportedShare, wanted.unsupportedShare))
            if let placebo = wanted.placebo {
                #expect(agrees(pair.placebo?.difference, placebo.difference))
                #expect(agrees(pair.placebo?.se, placebo.se) && agrees(pair.placebo?.p, placebo.p))
            }
            for (name, figures) in wanted.methods {
                let estimate = try #require(pair.estimates.first { $0.method.rawValue == name })
                #expect(agrees(estimate.difference, figures.difference), "\(name)")
                #expect(agrees(estimate.se, figures.se), "\(name)")
                #expect(agrees(estimate.p, figures.p), "\(name)")
                #expect(agrees(estimate.pHolm, figures.pHolm), "\(name)")
                #expect(agrees(estimate.effect, figures.effect), "\(name)")
                if let population = figures.sePopulation {
                    #expect(agrees(estimate.sePopulation, population), "\(name)")
                }
                #expect(
                    estimate.fallbackStrata == nil || figures.fallbackStrata == nil
                        || estimate.fallbackStrata == figures.fallbackStrata)
            }
        }
    }

    @Test func theCalculatorAgrees() throws {
        let vector = try #require(Self.cases.first { $0.name == "calculator" })
        guard case .sizes(let sizes) = vector.expected else {
            Issue.record("no sizes")
            return
        }
        for wanted in sizes {
            var size = SampleSize(deviation: wanted.sd, disagree: wanted.disagree, effect: wanted.effect)
            (size.actions, size.policies, size.explained) = (wanted.actions, wanted.policies, wanted.r2)
            (size.alpha, size.power) = (wanted.alpha, wanted.power)
            size.odds = (wanted.banditE[0], wanted.banditE[1])
            #expect(size.rows.map(\.customers) == [wanted.conventional, wanted.rbp, wanted.rba, wanted.bandit])
            // With that many customers the power is as asked for, and with fewer it is not.
            for row in size.rows {
                size.customers = Int(row.customers)
                let power = try #require(size.rows.first { $0.design == row.design }).power
                size.customers = Int(row.customers) - 1
                let less = try #require(size.rows.first { $0.design == row.design }).power
                #expect(power >= wanted.power - 1e-12 && less < wanted.power + 1e-12)
            }
        }
    }
}
