import CLibrary
import Learning
import Numerics

/// A Student-t posterior on the line of θ − reference: distances from a value near the winners keep the digits that
/// their difference lives on.
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
