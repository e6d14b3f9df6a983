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

    @Test("The deviation of a t is that of its density, by Simpson's rule; with two degrees that of the normal as wide")
    func money() {
        let posterior = Posterior.studentT(location: 1.25, scale: 0.2, degreesOfFreedom: 12)
        let known = KnownPosterior(posterior)
        let (start, end, count) = (posterior.quantile(1e-11), posterior.quantile(1 - 1e-11), 20_000)
        let step = (end - start) / Double(count)
        let variance =
            (0...count).reduce(0) { sum, index in
                let value = start + Double(index) * step
                let factor = index == 0 || index == count ? 1.0 : index % 2 == 1 ? 4 : 2
                return sum + factor * exp(posterior.logDensity(value)) * (value - 1.25) * (value - 1.25)
            } * step / 3
        #expect(abs(known.deviation / variance.squareRoot() - 1) < 1e-6)
        #expect(known.evidence == 12)
        let wide = Posterior.studentT(location: 1, scale: 0.5, degreesOfFreedom: 2)
        #expect(abs(KnownPosterior(wide).deviation * 1.959964 - (wide.quantile(0.975) - 1)) < 1e-6)
    }
}
