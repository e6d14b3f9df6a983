import CLibrary
package import Learning

/// A posterior as the table's manifest has it, with what forecasts and tables say of it.
package struct KnownPosterior: Equatable, Sendable {
    package let posterior: Posterior
    /// What the posterior is worth, prior included: α + β visitors, or degrees of freedom, which count purchasers.
    package let evidence: Double
    /// The standard deviation; of revenue that of its logarithm, times the mean.
    package let deviation: Double

    package init(_ posterior: Posterior) {
        self.posterior = posterior
        switch posterior {
        case .beta(let alpha, let beta):
            let mean = posterior.mean
            evidence = alpha + beta
            deviation = (mean * (1 - mean) / (alpha + beta + 1)).squareRoot()
        case .logStudentT(_, let scale, let degrees):
            evidence = degrees
            // Of the logarithm; relative to the mean it is that of the value while it is small.
            let spread = degrees > 2 ? scale * (degrees / (degrees - 2)).squareRoot() : 2 * scale
            deviation = posterior.mean * spread
        }
    }
}
