import Learning
import Numerics

/// A number known from samples, with its central 95 % confidence interval.
package struct Estimate: Equatable, Sendable {
    package var value: Double
    /// Nil for a single sample, which does not say how far it may be off.
    package var interval: ClosedRange<Double>?
    /// Nil likewise.
    package var standardError: Double?
    /// Samples.
    package var count: Int

    /// The z that leaves 2.5 % above.
    private static let normal95 = -SpecialFunctions.normalQuantile(probability: 0.025)

    /// The mean of independent samples, its interval by Student's t; nil without samples.
    ///
    /// - Parameter bounds: what the mean can be; the interval does not leave them.
    package init?(mean samples: [Double], within bounds: ClosedRange<Double> = -.infinity ... .infinity) {
        guard !samples.isEmpty else { return nil }
        let mean = samples.reduce(0, +) / Double(samples.count)
        self.init(mean, residuals: samples.map { $0 - mean }, within: bounds)
    }

    /// The ratio of the means of paired samples; its error is that of the mean of (y − ratio·x)/x̄ (Cochran 1977,
    /// "Sampling Techniques", 6.3). Nil unless the denominators add up to more than 0.
    package init?(
        ratioOf numerators: [Double], to denominators: [Double],
        within bounds: ClosedRange<Double> = -.infinity ... .infinity
    ) {
        let sum = denominators.reduce(0, +)
        guard sum > 0, numerators.count == denominators.count else { return nil }
        let ratio = numerators.reduce(0, +) / sum
        let mean = sum / Double(numerators.count)
        self.init(
            ratio, residuals: zip(numerators, denominators).map { ($0 - ratio * $1) / mean }, within: bounds)
    }

    /// A proportion, with the score interval (Wilson 1927); nil without trials.
    package init?(_ successes: Int, of trials: Int) {
        guard trials > 0 else { return nil }
        let (n, share) = (Double(trials), Double(successes) / Double(trials))
        let square = Estimate.normal95 * Estimate.normal95
        let centre = (share + square / (2 * n)) / (1 + square / n)
        let reach =
            Estimate.normal95 / (1 + square / n)
            * (share * (1 - share) / n + square / (4 * n * n)).squareRoot()
        value = share
        // The ends are exactly 0 and 1 where all trials agree; rounding would leave them a little inside.
        interval = (successes == 0 ? 0 : max(0, centre - reach))...(successes == trials ? 1 : min(1, centre + reach))
        standardError = (share * (1 - share) / n).squareRoot()
        count = trials
    }

    /// - Parameter residuals: by sample; they add up to 0.
    private init(_ value: Double, residuals: [Double], within bounds: ClosedRange<Double>) {
        self.value = value
        count = residuals.count
        guard count > 1 else { return }
        let freedom = Double(count - 1)
        let error = (residuals.reduce(0) { $0 + $1 * $1 } / freedom / Double(count)).squareRoot()
        let reach = error * SpecialFunctions.studentTQuantile(probability: 0.975, degreesOfFreedom: freedom)
        guard reach.isFinite else { return }
        standardError = error
        interval = (value - reach...value + reach).clamped(to: bounds)
    }
}
