import Randomizer
import TestExpectations
import TestSupport
import Testing
import Uplift

/// What the program computes in compact columns and single passes, beside the formulas said row by row.
@Suite struct UpliftTwinTests {
    struct World: Sendable, CustomTestStringConvertible {
        var seed: UInt64
        var customers: Int
        var distinct: Int
        var isAdaptive: Bool
        var waves = 1
        var isBinary = true

        var testDescription: String {
            "\(customers) customers, \(distinct) scores\(isAdaptive ? ", adaptive" : "")"
                + "\(waves > 1 ? ", \(waves) waves" : "")\(isBinary ? "" : ", revenue")"
        }

        var campaign: TestCampaign {
            .random(
                seed: seed, customers: customers, distinct: distinct, isAdaptive: isAdaptive, waves: waves,
                isBinary: isBinary)
        }
    }

    static let worlds =
        [
            World(seed: 1, customers: 40, distinct: 1000, isAdaptive: false),
            World(seed: 2, customers: 300, distinct: 7, isAdaptive: true),
            World(seed: 3, customers: 900, distinct: 100_000, isAdaptive: true),
            World(seed: 4, customers: 200, distinct: 30, isAdaptive: true, waves: 3),
            World(seed: 5, customers: 250, distinct: 400, isAdaptive: true, isBinary: false),
            World(seed: 6, customers: 60, distinct: 1, isAdaptive: false),
            World(seed: 7, customers: 150, distinct: 11, isAdaptive: true, waves: 2, isBinary: false),
        ]

    @Test("Bins, curves and metrics are the formulas'", arguments: worlds)
    func figures(_ world: World) throws {
        let campaign = world.campaign
        let twin = UpliftTwin(campaign) { Int(XXH64.hash($0, seed: 20) % 20) }
        let message = try #require(try campaign.analysis(bins: 7).messages.first)
        let near = UpliftVectorTests.isNear
        for (bin, expected) in zip(message.table.bins, twin.bins(7)) {
            #expect(near(bin.rates.uplift, expected.uplift) && near(bin.rates.deviation, expected.deviation))
        }
        let total = UpliftTwin.rates(twin.rows)
        #expect(near(message.metric("ate")?.value, total.uplift) && near(message.metric("ate")?.error, total.deviation))
        let rank = twin.rank()
        let (qini, auuc) = (message.metric("qini_per_customer"), message.metric("auuc_per_customer"))
        #expect(near(qini?.value, rank.qini) && near(qini?.error, rank.qiniError))
        #expect(near(auuc?.value, rank.auuc) && near(auuc?.error, rank.auucError))
        let points = UpliftTwin.curve(twin.rows) { $0.score }
        #expect(message.curve.points.count == points.count)
        for (point, expected) in zip(message.curve.points, points) {
            #expect(near(point.x, expected.x) && near(point.qini, expected.qini) && near(point.uplift, expected.uplift))
        }
        for (name, isQini) in [("qini_auc_score", true), ("uplift_auc_score", false)] {
            let expected = world.isBinary ? twin.areaScore(isQini: isQini) : (nil, nil)
            let found = message.metric(name)
            #expect(
                near(found?.value, expected.0),
                "\(name) \(String(describing: found?.value)) \(String(describing: expected.0))")
            #expect(near(found?.error, expected.1), "\(name) error")
        }
    }

    /// Where as many of control respond as of the treated do not, the best order of all rows is not that of those without a group.
    @Test("The best order is found anew without each group of customers", arguments: UInt64(10)..<40)
    func bestOrderWithoutAGroup(_ seed: UInt64) throws {
        var campaign = World(seed: seed, customers: 60, distinct: 20, isAdaptive: false).campaign
        var generator = SplitMix64(seed: seed)
        for row in campaign.rows.indices { campaign.rows[row].outcome = Bool.random(using: &generator) ? 1 : 0 }
        let twin = UpliftTwin(campaign) { Int(XXH64.hash($0, seed: 20) % 20) }
        let found = try #require(try campaign.analysis(bins: 2).messages.first).metric("uplift_auc_score")
        let expected = twin.areaScore(isQini: false)
        #expect(UpliftVectorTests.isNear(found?.value, expected.value))
        #expect(UpliftVectorTests.isNear(found?.error, expected.error))
    }

    @Test("The order of the files' rows, and the number of workers, change nothing but the last digits of sums")
    func orderOfRows() throws {
        var campaign = Self.worlds[2].campaign
        let first = try #require(try campaign.analysis(bins: 10, workers: 1).messages.first)
        var generator = SplitMix64(seed: 9)
        campaign.rows.shuffle(using: &generator)
        let second = try #require(try campaign.analysis(bins: 10, workers: 3).messages.first)
        for (left, right) in zip(first.metrics, second.metrics) {
            #expect(UpliftVectorTests.isNear(left.figure.value, right.figure.value), "\(left.name)")
        }
    }

    @Test("Many rows are sorted bucket by bucket as they are at once")
    func longOrder() throws {
        let campaign = World(seed: 11, customers: 30_000, distinct: 5_000, isAdaptive: true).campaign
        let message = try #require(try campaign.analysis(bins: 9).messages.first)
        let twin = UpliftTwin(campaign) { _ in 0 }
        for (bin, expected) in zip(message.table.bins, twin.bins(9)) {
            #expect(UpliftVectorTests.isNear(bin.rates.uplift, expected.uplift))
        }
        #expect(message.curve.points.count == 1000)
        let last = try #require(UpliftTwin.curve(twin.rows) { $0.score }.last)
        #expect(UpliftVectorTests.isNear(message.curve.points.last?.qini, last.qini))
    }

    @Test("Intervals cover the truth as often as they say", .slow)
    func coverage() throws {
        // The treated respond with 0.2 + 0.3·score, so that the mean uplift is 0.3 times the mean score.
        var covered = (ate: 0, qini: 0)
        let runs = 200
        for seed in 0..<UInt64(runs) {
            let campaign = TestCampaign.random(
                seed: 1000 + seed, customers: 400, distinct: 50, isAdaptive: true, waves: 1)
            let message = try #require(try campaign.analysis(bins: 5).messages.first)
            let ate = try #require(message.metric("ate"))
            let scores = campaign.scores.values
            let mean = 0.3 * scores.reduce(0, +) / Double(scores.count)
            if let low = ate.low, let high = ate.high, low <= mean, mean <= high { covered.ate += 1 }
            let qini = try #require(message.metric("qini_per_customer"))
            let truth = UpliftTwinTests.trueQini(Array(scores))
            if let low = qini.low, let high = qini.high, low <= truth, truth <= high { covered.qini += 1 }
        }
        // 95 %, within four standard errors of a proportion of so many.
        for count in [covered.ate, covered.qini] {
            #expect(abs(Double(count) / Double(runs) - 0.95) < 0.062, "\(covered)")
        }
    }

    /// The mean of 0.3·score·g.
    private static func trueQini(_ scores: [Double]) -> Double {
        let total = scores.reduce(0.0) { sum, score in
            let rank = Double(scores.count { $0 > score }) + Double(scores.count { $0 == score }) / 2
            return sum + 0.3 * score * (0.5 - rank / Double(scores.count))
        }
        return total / Double(scores.count)
    }
}
