import CLibrary
import Learning
import Numerics

extension BestArmProbability {
    /// Integrates over posteriors whose logarithm has a Student-t distribution, on the line of ln θ.
    static func logStudentT(_ posteriors: [Posterior]) throws(BestArmProbabilityError) -> BestArmProbability {
        // Distances are taken from the narrowest arm: it is the one that needs their digits.
        var narrowest: (location: Double, scale: Double)?
        for posterior in posteriors {
            guard case .logStudentT(let location, let scale, _) = posterior else { throw .mixedFamilies }
            if scale < narrowest?.scale ?? .infinity { narrowest = (location, scale) }
        }
        let reference = narrowest?.location ?? 0
        let densities = posteriors.compactMap { posterior -> StudentTDensity? in
            guard case .logStudentT(let location, let scale, let degreesOfFreedom) = posterior else { return nil }
            return StudentTDensity(
                location: location, scale: scale, degreesOfFreedom: degreesOfFreedom, reference: reference)
        }
        return integrate(densities)
    }
}

/// A Student-t distribution on the line of ln θ − reference: distances from a value near the best keep the digits
/// in which they differ.
struct StudentTDensity: IntegrableDensity {
    let mode: Double
    let scale: Double
    let support: ClosedRange<Double>

    private let degreesOfFreedom: Double
    private let logPeak: Double

    init(location: Double, scale: Double, degreesOfFreedom: Double, reference: Double) {
        mode = location - reference
        self.scale = scale
        self.degreesOfFreedom = degreesOfFreedom
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
        (coordinates + ratio.logarithm, Values(repeating: 1))
    }

    func lowered(_ coordinate: Double, by ratio: Ratio) -> Double { coordinate - ratio.logarithm }

    var origin: Double? { nil }
}
