#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A number known from samples, with its central 95 % confidence interval.
package struct Estimate: Equatable, Sendable {
    package var value: Double
    package var low: Double
    package var high: Double
    /// Samples.
    package var count: Int

    private static let normal95 = 1.959963984540054

    /// The mean of independent samples, by the normal approximation; nil without samples. One sample has no width.
    package init?(mean samples: [Double]) {
        guard !samples.isEmpty else { return nil }
        let count = Double(samples.count)
        let mean = samples.reduce(0, +) / count
        let squares = samples.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.init(mean, error: samples.count > 1 ? (squares / (count - 1) / count).squareRoot() : 0, samples.count)
    }

    /// The ratio of the means of paired samples; its error is that of the mean of (y − ratio·x)/x̄ (Cochran 1977,
    /// "Sampling Techniques", 6.3). Nil unless the denominators add up to more than 0.
    package init?(ratioOf numerators: [Double], to denominators: [Double]) {
        let sum = denominators.reduce(0, +)
        guard sum > 0, numerators.count == denominators.count else { return nil }
        let count = Double(numerators.count)
        let ratio = numerators.reduce(0, +) / sum
        let rests = zip(numerators, denominators).map { ($0 - ratio * $1) / (sum / count) }
        let squares = rests.reduce(0) { $0 + $1 * $1 }
        self.init(
            ratio, error: numerators.count > 1 ? (squares / (count - 1) / count).squareRoot() : 0, numerators.count)
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
        low = max(0, centre - reach)
        high = min(1, centre + reach)
        count = trials
    }

    private init(_ value: Double, error: Double, _ count: Int) {
        self.value = value
        low = value - Estimate.normal95 * error
        high = value + Estimate.normal95 * error
        self.count = count
    }

    /// Half of the width over 1.96: the standard error of a mean.
    package var standardError: Double { (high - low) / 2 / Estimate.normal95 }
}
