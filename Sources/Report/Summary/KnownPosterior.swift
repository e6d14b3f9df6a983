import CLibrary
package import Learning

/// A posterior as the table's manifest has it, with what forecasts and tables say of it.
package struct KnownPosterior: Equatable, Sendable {
    package let posterior: Posterior
    /// Visitors that the posterior is worth, prior included: α + β, or the degrees of freedom.
    package let evidence: Double
    /// The standard deviation; of a t with two degrees or fewer, which has none, that of the normal with its central 95 %.
    package let deviation: Double

    package init(_ posterior: Posterior) {
        self.posterior = posterior
        switch posterior {
        case .beta(let alpha, let beta):
            let mean = posterior.mean
            evidence = alpha + beta
            deviation = (mean * (1 - mean) / (alpha + beta + 1)).squareRoot()
        case .studentT(_, let scale, let degrees):
            evidence = degrees
            if degrees > 2 {
                deviation = scale * (degrees / (degrees - 2)).squareRoot()
            } else {
                deviation = (posterior.quantile(0.975) - posterior.mean) / 1.959963984540054
            }
        }
    }
}
