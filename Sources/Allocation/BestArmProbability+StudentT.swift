import CLibrary
import Learning
import Numerics

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
        var densities = indices.map { arms[$0].density(from: reference) }
        let start = densities.map(\.support.lowerBound).reduce(floor, max)
        indices = zip(indices, densities).filter { $1.support.upperBound > start }.map { $0.0 }
        densities.removeAll { $0.support.upperBound <= start }
        let end = densities.map(\.support.upperBound).reduce(start, max)
        let mesh = PanelMesh(arms: densities, from: start, to: end)

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

    func density(from reference: Double) -> StudentTDensity {
        StudentTDensity(
            location: location, scale: scale, degreesOfFreedom: degreesOfFreedom, reference: reference)
    }
}

/// A Student-t posterior on the line of θ − reference: distances from a value near the winners keep the digits
/// in which they differ.
struct StudentTDensity: IntegrableDensity {
    let mode: Double
    let scale: Double
    let support: ClosedRange<Double>

    private let reference: Double
    private let degreesOfFreedom: Double
    private let logPeak: Double

    init(location: Double, scale: Double, degreesOfFreedom: Double, reference: Double) {
        mode = location - reference
        self.scale = scale
        self.degreesOfFreedom = degreesOfFreedom
        self.reference = reference
        logPeak = SpecialFunctions.studentTLogPeak(degreesOfFreedom) - log(scale)
        let reach = scale * StudentTDensity.supportReach(degreesOfFreedom)
        support = mode - reach...mode + reach
    }

    /// P(T > z) ≤ ½ (1 + z² / ν)^(−ν/2), set equal to 10⁻¹⁵. Below ν = ¼ the support is cut at 10¹²⁰ scales.
    private static func supportReach(_ degreesOfFreedom: Double) -> Double {
        min(1e120, (degreesOfFreedom * expm1(2 * log(0.5e15) / degreesOfFreedom)).squareRoot())
    }

    struct Nodes {
        let centre: Double
        /// Distances from the centre, which keep the digits that coordinates lose.
        let offsets: Values
    }

    static func nodes(of panel: Panel) -> Nodes {
        Nodes(centre: panel.centre, offsets: panel.half * GaussLegendre.sixteen.nodes)
    }

    func density(at nodes: Nodes) -> Values {
        let distances = ((nodes.centre - mode) + nodes.offsets) / scale
        let squares = distances * distances / degreesOfFreedom
        return squares.mapLanes { exp(logPeak - 0.5 * (degreesOfFreedom + 1) * log1p($0)) }
    }

    func raised(_ coordinates: Values, by ratio: Ratio) -> (coordinates: Values, slopes: Values) {
        let values = (coordinates + reference).mapLanes { max(0, $0) }
        return (coordinates + ratio.excess * values, (1 + ratio.excess) * values)
    }

    func lowered(_ coordinate: Double, by ratio: Ratio) -> Double {
        let value = max(0, coordinate + reference)
        return coordinate - value * (ratio.excess / (1 + ratio.excess))
    }

    var origin: Double? { -reference }
}
