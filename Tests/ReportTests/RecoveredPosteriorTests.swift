import Allocation
import Domain
import Foundation
import Learning
import Report
import TestSupport
import Testing

/// A row as the pipeline writes it for a posterior.
func row(
    _ posterior: Posterior, variant: Name = "a", visitors: Int64 = 1000, probabilityBest: Double? = nil,
    traffic: Int = 0, status: ArmStatus = .active
) -> AllocationRow {
    AllocationRow(
        date: CalendarDate(dayNumber: 20_000),
        key: ArmKey(platform: "web", slot: "hero", segment: "*", variant: variant), traffic: traffic, status: status,
        probabilityBest: probabilityBest, mean: PlainDecimal.rounded(posterior.mean),
        meanLow: PlainDecimal.rounded(posterior.quantile(0.025)),
        meanHigh: PlainDecimal.rounded(posterior.quantile(0.975)), visitors: visitors, successes: 0,
        valueRemaining: nil)
}

@Suite struct RecoveredPosteriorTests {
    @Test(
        "The Beta distribution of a rate is found again from its mean and interval",
        arguments: [(1.0, 1.0), (0.5, 3), (1, 400), (51, 950), (3, 12_000), (90_000, 10_000), (40_000, 960_000)])
    func rates(alpha: Double, beta: Double) throws {
        let found = try #require(RecoveredPosterior(row(.beta(alpha: alpha, beta: beta)), reward: .click))
        #expect(abs(found.evidence / (alpha + beta) - 1) < 1e-3)
        let variance = alpha * beta / (alpha + beta) / (alpha + beta) / (alpha + beta + 1)
        #expect(abs(found.deviation / variance.squareRoot() - 1) < 1e-3)
    }

    @Test(
        "A recovered density has the area 1 and the row's mean and interval, by Simpson's rule",
        arguments: [
            (Posterior.beta(alpha: 5, beta: 90), Reward.click), (.beta(alpha: 800, beta: 19_000), .purchase),
            (.studentT(location: 1.25, scale: 0.2, degreesOfFreedom: 1001), .revenue),
        ])
    func densities(posterior: Posterior, reward: Reward) throws {
        let row = row(posterior)
        let found = try #require(RecoveredPosterior(row, reward: reward)).posterior
        func integral(to end: Double, _ weight: (Double) -> Double = { _ in 1 }) -> Double {
            let start = posterior.quantile(1e-12)
            let count = 4000
            let step = (end - start) / Double(count)
            return (0...count).reduce(0) { sum, index in
                let value = start + Double(index) * step
                let factor = index == 0 || index == count ? 1.0 : index % 2 == 1 ? 4 : 2
                return sum + factor * exp(found.logDensity(value)) * weight(value)
            } * step / 3
        }
        let end = posterior.quantile(1 - 1e-12)
        #expect(abs(integral(to: end) - 1) < 1e-5)
        #expect(abs(integral(to: end) { $0 } / row.mean - 1) < 1e-5)
        #expect(abs(integral(to: row.meanLow) - 0.025) < 1e-4)
        #expect(abs(integral(to: row.meanHigh) - 0.975) < 1e-4)
    }

    @Test("Rows that are no posterior of a rate are refused")
    func refused() {
        var turned = row(.beta(alpha: 5, beta: 90))
        swap(&turned.meanLow, &turned.meanHigh)
        #expect(RecoveredPosterior(turned, reward: .click) == nil)
        var skewed = row(.beta(alpha: 5, beta: 90))
        skewed.meanLow -= 0.02
        #expect(RecoveredPosterior(skewed, reward: .click) == nil)
        var money = row(.beta(alpha: 5, beta: 90))
        (money.mean, money.meanLow, money.meanHigh) = (3.5, 3, 4)
        #expect(RecoveredPosterior(money, reward: .click) == nil)
        #expect(RecoveredPosterior(money, reward: .revenue) != nil)
    }
}
