import Learning

extension BestArmProbability {
    /// Integrates over Student-t posteriors, of which some may be point masses: an arm that never earned anything.
    ///
    /// The greatest point mass M bounds the line from below: nothing beneath it can be best. What the others leave,
    /// P(all ≤ M), is shared by the masses at M.
    static func studentT(_ posteriors: [Posterior]) throws(BestArmProbabilityError) -> BestArmProbability {
        var arms: [StudentTArm] = []
        for posterior in posteriors {
            guard case .studentT(let location, let scale, let degreesOfFreedom) = posterior else {
                throw .mixedFamilies
            }
            arms.append(StudentTArm(location: location, scale: scale, degreesOfFreedom: degreesOfFreedom))
        }
        // Distances are taken from the narrowest arm: it is the one that needs their digits.
        let narrowest = arms.filter { !$0.isPoint(from: $0.location) }.min { $0.scale < $1.scale }
        let reference = narrowest?.location ?? arms[0].location

        let points = arms.indices.filter { arms[$0].isPoint(from: reference) }
        let floor = points.map { arms[$0].location - reference }.reduce(-.infinity, max)
        var indices = arms.indices.filter { !arms[$0].isPoint(from: reference) }
        var contenders = indices.map { arms[$0].contender(from: reference) }
        let start = contenders.map(\.support.lowerBound).reduce(floor, max)
        indices = zip(indices, contenders).filter { $1.support.upperBound > start }.map { $0.0 }
        contenders.removeAll { $0.support.upperBound <= start }
        let end = contenders.map(\.support.upperBound).reduce(start, max)
        let mesh = PanelMesh(arms: contenders, from: start, to: end)

        var shares = [Double](repeating: 0, count: arms.count)
        for (arm, share) in zip(indices, mesh.probabilityGreatest()) { shares[arm] = share }
        let tied = points.filter { arms[$0].location - reference == start }
        for arm in tied { shares[arm] = mesh.initial.reduce(1, *) / Double(tied.count) }

        let champion = champion(shares)
        guard let index = indices.firstIndex(of: champion) else {
            let location = arms[champion].location
            let rivals = PiecewisePolynomial(panels: mesh.panels, values: mesh.productOfCumulatives(except: nil))
            let valueRemaining = ValueRemainingSolver.percentile { ratio in
                let worth = max(0, location)
                let (value, slope) = rivals.distribution(at: location - reference + worth * ratio.excess)
                return (value, slope * worth * (1 + ratio.excess))
            }
            return BestArmProbability(probabilityBest: shares, valueRemaining: valueRemaining)
        }
        return BestArmProbability(
            probabilityBest: shares, valueRemaining: ValueRemaining(mesh: mesh, champion: index).percentile)
    }
}

/// The parameters of a Student-t posterior.
private struct StudentTArm {
    let location: Double
    let scale: Double
    let degreesOfFreedom: Double

    /// Whether doubles, taken as distances from `reference`, cannot tell the posterior from its location.
    func isPoint(from reference: Double) -> Bool {
        scale < 1e-150 || scale <= 1e-13 * abs(location - reference)
    }

    func contender(from reference: Double) -> StudentTDensity {
        StudentTDensity(
            location: location, scale: scale, degreesOfFreedom: degreesOfFreedom, reference: reference)
    }
}
