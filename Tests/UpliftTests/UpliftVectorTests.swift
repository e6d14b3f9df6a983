import Foundation
import TestSupport
import Testing
import Uplift

/// Figures computed from the formulas by another program, and by scikit-uplift where that computes the same.
enum UpliftVectors {
    struct File: Decodable { var cases: [Case] }

    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        var name: String
        var customer: [String]
        var message: [Int]
        var outcome: [Double]
        var propensity: [Double]
        var score: [Double]
        var deciles: [Decile]
        var population: Population?
        var upliftAt: [UpliftAt]?
        var curve: Curve?
        var aucQini: Double?
        var aucUplift: Double?
        var qiniAucScore: Double?
        var qiniAucScoreJackknifeSe: Double?
        var skliftQiniAucScore: Double?

        var testDescription: String { name }

        var campaign: TestCampaign {
            TestCampaign(
                rows: customer.indices.map { row in
                    TestCampaign.Row(
                        customer: customer[row], action: message[row] == 1 ? "m" : "control", outcome: outcome[row],
                        propensity: propensity[row], wave: "")
                }, scores: Dictionary(uniqueKeysWithValues: zip(customer, score)))
        }
    }

    struct Decile: Decodable, Sendable {
        var percentile: String
        var nTreatment: Int
        var nControl: Int
        var responseRateTreatment: Double?
        var responseRateControl: Double?
        var uplift: Double?
        var stdTreatment: Double?
        var stdControl: Double?
        var stdUplift: Double?
        var meanScore: Double?
    }

    struct Population: Decodable, Sendable {
        var ate: Double
        var qini: Double
        var qiniSe: Double
        var auuc: Double
    }

    struct UpliftAt: Decodable, Sendable {
        var k: Double
        var uplift: Double?
        var se: Double?
    }

    struct Curve: Decodable, Sendable {
        var x: [Double]
        var qini: [Double]
        var uplift: [Double]
    }

    static let all: [Case] = {
        guard
            let url = Bundle.module.url(forResource: "uplift_weighted", withExtension: "json", subdirectory: "Vectors"),
            let data = try? Data(contentsOf: url)
        else { return [] }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return (try? decoder.decode(File.self, from: data))?.cases ?? []
    }()
}

@Suite struct UpliftVectorTests {
    static func isNear(_ value: Double?, _ expected: Double?) -> Bool {
        guard let value, let expected else { return value == nil && expected == nil }
        return abs(value - expected) <= 1e-9 * max(1, abs(expected))
    }

    @Test("There are cases") func hasCases() { #expect(UpliftVectors.all.count == 8) }

    @Test("Every figure is as computed from the formulas", arguments: UpliftVectors.all)
    func figures(_ vector: UpliftVectors.Case) throws {
        // A message without control is refused alone, and written beside one that has it.
        var campaign = vector.campaign
        if vector.population == nil { campaign.addComparableMessage() }
        let analysis = try campaign.analysis(bins: 10)
        let message = try #require(analysis.messages.first { $0.message == "m" })
        #expect(message.table.bins.count == vector.deciles.count)
        for (bin, expected) in zip(message.table.bins, vector.deciles) {
            let label = "\(vector.name) \(expected.percentile)"
            #expect(bin.percentile == expected.percentile)
            #expect(bin.rates.treated.count == expected.nTreatment, "\(label)")
            #expect(bin.rates.control.count == expected.nControl, "\(label)")
            #expect(Self.isNear(bin.rates.treated.rate, expected.responseRateTreatment), "\(label)")
            #expect(Self.isNear(bin.rates.control.rate, expected.responseRateControl), "\(label)")
            #expect(Self.isNear(bin.rates.uplift, expected.uplift), "\(label)")
            #expect(Self.isNear(bin.rates.treated.deviation, expected.stdTreatment), "\(label)")
            #expect(Self.isNear(bin.rates.control.deviation, expected.stdControl), "\(label)")
            #expect(Self.isNear(bin.rates.deviation, expected.stdUplift), "\(label)")
            #expect(Self.isNear(bin.meanScore, expected.meanScore), "\(label)")
        }
        let figure = { (name: String) in message.metric(name) ?? Figure() }
        if let population = vector.population {
            #expect(Self.isNear(figure("ate").value, population.ate))
            #expect(Self.isNear(figure("qini_per_customer").value, population.qini))
            #expect(Self.isNear(figure("qini_per_customer").error, population.qiniSe))
            #expect(Self.isNear(figure("auuc_per_customer").value, population.auuc))
        }
        for expected in vector.upliftAt ?? [] {
            let found = figure(expected.k == 1 ? "ate" : "uplift@\(expected.k)")
            #expect(Self.isNear(found.value, expected.uplift) && Self.isNear(found.error, expected.se), "\(expected)")
        }
        #expect(Self.isNear(figure("qini_auc_score").value, vector.qiniAucScore))
        #expect(Self.isNear(figure("qini_auc_score").error, vector.qiniAucScoreJackknifeSe))
        if let peer = vector.skliftQiniAucScore { #expect(Self.isNear(figure("qini_auc_score").value, peer)) }
        guard vector.population != nil else { return }
        let points = message.curve.points
        if let curve = vector.curve {
            #expect(points.count == curve.x.count)
            for (number, point) in points.enumerated() {
                #expect(Self.isNear(point.x, curve.x[number]) && Self.isNear(point.qini, curve.qini[number]))
                #expect(Self.isNear(point.uplift, curve.uplift[number]))
            }
        }
        func area(_ height: (UpliftCurve.Point) -> Double) -> Double {
            zip(points, points.dropFirst()).reduce(0) { $0 + ($1.1.x - $1.0.x) * (height($1.0) + height($1.1)) / 2 }
        }
        #expect(Self.isNear(area(\.qini), vector.aucQini) && Self.isNear(area(\.uplift), vector.aucUplift))
    }
}
