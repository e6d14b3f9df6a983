import CLibrary
import Learning
import Numerics

/// Sixteen values at the nodes of a panel.
typealias Values = GaussLegendre.Values

/// A stretch of the line, with Gauss-Legendre nodes at `centre` + `half` · node.
struct Panel: Sendable {
    let left: Double
    let right: Double
    var centre: Double { left + half }
    var half: Double { 0.5 * (right - left) }

    /// The nearest coordinates in the panel.
    func clamp(_ coordinates: Values) -> Values {
        coordinates.mapLanes { min(right, max(left, $0)) }
    }
}

/// An arm's posterior on a line of its family's own, chosen so that its density is smooth and its tails fall.
protocol IntegrableDensity: Sendable {
    /// What all arms need at the nodes of one panel: computed once for all of them.
    associatedtype Nodes

    /// The stretch that holds all but 10⁻¹⁴ of the posterior, or less where a longer one costs nothing.
    var support: ClosedRange<Double> { get }
    /// Where the density is greatest.
    var mode: Double { get }
    /// The width over which the density changes at its mode.
    var scale: Double { get }

    /// Computes that for a panel.
    static func nodes(of panel: Panel) -> Nodes
    /// The density at the nodes, per unit of the line.
    func density(at nodes: Nodes) -> Values

    /// The coordinates of ratio · θ, for θ at these coordinates, and their derivatives by ln ratio. Values that are not positive
    /// stay where they are.
    func raised(_ coordinates: Values, by ratio: Ratio) -> (coordinates: Values, slopes: Values)
    /// The inverse of `raised`.
    func lowered(_ coordinate: Double, by ratio: Ratio) -> Double
    /// Where `raised` has a kink: the coordinate of 0.
    var origin: Double? { get }
}

/// A ratio of two values, at least 1.
struct Ratio: Sendable {
    let logarithm: Double
    /// The ratio less 1.
    let excess: Double

    init(logarithm: Double) {
        self.logarithm = logarithm
        excess = expm1(logarithm)
    }
}
