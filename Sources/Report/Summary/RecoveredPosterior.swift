package import Allocation
import CLibrary
package import Learning

/// A posterior found again from its row, which keeps the mean and the central 95 %.
///
/// - A rate: Beta(m·n, (1 − m)·n) has the row's mean m for every n; the n whose interval is as wide as the row's is sought
///   by bisection, since the width only falls with n.
/// - Revenue: Student-t about the mean with the raw visitors and the prior's one as degrees of freedom, and the scale that
///   makes its interval as wide as the row's. The pipeline may have had fewer degrees (decay, seasonal evidence), which
///   changes the tails beyond the interval and little else.
package struct RecoveredPosterior: Equatable, Sendable {
    package let posterior: Posterior
    /// Visitors that the posterior is worth, prior included: α + β, or the degrees of freedom.
    package let evidence: Double
    /// The standard deviation; of a t with two degrees or fewer, which has none, that of the normal with its interval.
    package let deviation: Double

    /// Nil when no such distribution has the row's mean and interval: they are damaged, or the reward is another.
    package init?(_ row: AllocationRow, reward: Reward) {
        guard row.meanLow <= row.mean, row.mean <= row.meanHigh else { return nil }
        switch reward {
        case .click, .purchase: self.init(rate: row)
        case .revenue: self.init(revenue: row)
        }
    }

    private init?(rate row: AllocationRow) {
        let mean = row.mean
        guard mean > 0, mean < 1, row.meanLow >= 0, row.meanHigh <= 1, row.meanHigh > row.meanLow else { return nil }
        func beta(_ logEvidence: Double) -> Posterior {
            let evidence = exp(logEvidence)
            return .beta(alpha: mean * evidence, beta: (1 - mean) * evidence)
        }
        let width = row.meanHigh - row.meanLow
        var (low, high) = (log(0.01), log(1e15))
        while high - low > 1e-9 {
            let middle = (low + high) / 2
            let posterior = beta(middle)
            if posterior.quantile(0.975) - posterior.quantile(0.025) > width { low = middle } else { high = middle }
        }
        let posterior = beta(low)
        // The file keeps 9 decimals: an end is known to half of the last.
        let tolerance = 1e-3 * width + 2e-9
        guard abs(posterior.quantile(0.025) - row.meanLow) < tolerance,
            abs(posterior.quantile(0.975) - row.meanHigh) < tolerance
        else { return nil }
        self.posterior = posterior
        evidence = exp(low)
        deviation = (mean * (1 - mean) / (evidence + 1)).squareRoot()
    }

    private init(revenue row: AllocationRow) {
        let degrees = Double(row.visitors) + 1
        let unit = Posterior.studentT(location: 0, scale: 1, degreesOfFreedom: degrees).quantile(0.975)
        let scale = (row.meanHigh - row.meanLow) / 2 / unit
        posterior = .studentT(location: row.mean, scale: scale, degreesOfFreedom: degrees)
        evidence = degrees
        deviation = degrees > 2 ? scale * (degrees / (degrees - 2)).squareRoot() : scale * unit / 1.959963984540054
    }
}
