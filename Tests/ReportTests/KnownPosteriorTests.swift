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

@Suite struct KnownPosteriorTests {
    @Test(
        "Evidence and deviation of a rate are those of its Beta distribution",
        arguments: [(1.0, 1.0), (0.5, 3), (1, 400), (51, 950), (3, 12_000), (90_000, 10_000), (40_000, 960_000)])
    func rates(alpha: Double, beta: Double) {
        let known = KnownPosterior(.beta(alpha: alpha, beta: beta))
        #expect(known.evidence == alpha + beta)
        let variance = alpha * beta / (alpha + beta) / (alpha + beta) / (alpha + beta + 1)
        #expect(abs(known.deviation / variance.squareRoot() - 1) < 1e-12)
    }

    @Test("The deviation of revenue is that of its logarithm times the mean; with two degrees twice the scale")
    func money() {
        let known = KnownPosterior(.logStudentT(location: log(1.25), scale: 0.2, degreesOfFreedom: 12))
        #expect(abs(known.deviation - 1.25 * 0.2 * (12.0 / 10).squareRoot()) < 1e-12)
        #expect(known.evidence == 12)
        #expect(KnownPosterior(.logStudentT(location: 0, scale: 0.5, degreesOfFreedom: 2)).deviation == 1)
    }
}
