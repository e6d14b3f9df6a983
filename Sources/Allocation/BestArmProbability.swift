package import Learning

/// The outcome of Thompson sampling among arms (Thompson 1933; Chapelle and Li 2011): how probably each is the best.
package struct BestArmProbability: Equatable, Sendable {
    /// P(arm is best), by arm; sums to 1.
    package var probabilityBest: [Double]

    /// The 95th percentile of (θmax − θchampion) / θchampion, the champion being the arm with the greatest P(best), the
    /// first of equals: what switching could still gain (Scott 2012, "Google Analytics content experiments").
    ///
    /// 0 when the champion is best with P ≥ 0.95, else in 0…`greatestValueRemaining`.
    package var valueRemaining: Double

    /// The cap of `valueRemaining`: the winner may be worth a million times the champion.
    package static let greatestValueRemaining = 1e6

    /// The percentile that `valueRemaining` is.
    static let level = 0.95

    package init(probabilityBest: [Double], valueRemaining: Double) {
        self.probabilityBest = probabilityBest
        self.valueRemaining = valueRemaining
    }

    /// Integrates P(best) = ∫ f ∏ F, to 10⁻⁹ in each share, and solves for the value remaining to 10⁻⁶ relative.
    ///
    /// All posteriors are of one family. Without arms the outcome is empty; a lone arm is best. O(arms · panels), some 10 panels
    /// for arms alike and up to 100 for arms of very different precision.
    package static func exact(_ posteriors: [Posterior]) throws(BestArmProbabilityError) -> BestArmProbability {
        for (arm, posterior) in posteriors.enumerated() where !posterior.isProper {
            throw .improper(arm: arm, posterior)
        }
        guard posteriors.count > 1 else {
            return BestArmProbability(probabilityBest: posteriors.map { _ in 1 }, valueRemaining: 0)
        }
        let raw: BestArmProbability
        if case .beta = posteriors[0] {
            raw = integrate(try betaDensities(posteriors))
        } else {
            raw = try logStudentT(posteriors)
        }
        let sum = raw.probabilityBest.reduce(0, +)
        guard abs(sum - 1) <= 1e-7, raw.valueRemaining.isFinite else { throw .unresolved(sum: sum) }
        var outcome = raw
        for arm in outcome.probabilityBest.indices { outcome.probabilityBest[arm] /= sum }
        return outcome
    }

    private static func betaDensities(_ posteriors: [Posterior]) throws(BestArmProbabilityError) -> [BetaDensity] {
        var densities: [BetaDensity] = []
        for posterior in posteriors {
            guard case .beta(let alpha, let beta) = posterior else { throw .mixedFamilies }
            densities.append(BetaDensity(alpha: alpha, beta: beta))
        }
        return densities
    }

    /// Integrates over arms with densities. Arms that lie below another's support with certainty are left out.
    static func integrate<Arm: IntegrableDensity>(_ densities: [Arm]) -> BestArmProbability {
        var start = -Double.infinity
        for density in densities { start = max(start, density.support.lowerBound) }
        let alive = densities.indices.filter { densities[$0].support.upperBound > start }
        var end = start
        for arm in alive { end = max(end, densities[arm].support.upperBound) }
        let mesh = PanelMesh(arms: alive.map { densities[$0] }, from: start, to: end)

        var shares = [Double](repeating: 0, count: densities.count)
        for (arm, share) in zip(alive, mesh.probabilityGreatest()) { shares[arm] = share }
        let champion = champion(shares)
        guard let index = alive.firstIndex(of: champion) else {
            return BestArmProbability(probabilityBest: shares, valueRemaining: 0)
        }
        return BestArmProbability(
            probabilityBest: shares, valueRemaining: ValueRemaining(mesh: mesh, champion: index).percentile)
    }

    /// The first arm whose share is the greatest; equal arms differ by rounding only.
    package static func champion(_ shares: [Double]) -> Int {
        let greatest = shares.reduce(0, max)
        return shares.firstIndex { $0 >= greatest - 1e-12 } ?? 0
    }
}

/// Why shares could not be had from posteriors.
package enum BestArmProbabilityError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A parameter that is not finite, not positive where it must be, or of no size that data have.
    case improper(arm: Int, Posterior)
    /// Rates beside revenues.
    case mixedFamilies
    /// The quadrature's shares sum to this instead of 1.
    case unresolved(sum: Double)

    package var description: String {
        switch self {
        case .improper(let arm, .beta(let alpha, let beta)):
            "the posterior of arm \(arm) is Beta(\(alpha), \(beta)); both must be positive and at most 10¹⁸"
        case .improper(let arm, .logStudentT(let location, let scale, let degreesOfFreedom)):
            "the posterior of arm \(arm) is log-Student-t with location \(location), scale \(scale) and "
                + "\(degreesOfFreedom) degrees of freedom; the location must be within ±600, the others positive and below 10¹⁵⁰"
        case .mixedFamilies:
            "rates beside revenues; all arms of an experiment must learn from one reward"
        case .unresolved(let sum):
            "the shares sum to \(sum) instead of 1"
        }
    }
}

extension Posterior {
    /// Whether the parameters make a distribution, and none is so great or small that its square or quotient leaves the
    /// doubles: counts up to 10¹⁸, everything else between 10⁻¹⁵⁰ and 10¹⁵⁰ in size.
    var isProper: Bool {
        switch self {
        case .beta(let alpha, let beta):
            alpha >= 1e-150 && beta >= 1e-150 && alpha <= 1e18 && beta <= 1e18
        case .logStudentT(let location, let scale, let degreesOfFreedom):
            abs(location) <= 600 && scale >= 1e-150 && scale <= 1e150
                && degreesOfFreedom >= 1e-150 && degreesOfFreedom <= 1e150
        }
    }
}
