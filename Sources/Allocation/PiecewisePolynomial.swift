import Learning
import Numerics

/// A function on a mesh: on each panel the polynomial of degree 15 through its values at the nodes.
struct PiecewisePolynomial: Sendable {
    struct Piece: Sendable {
        let panel: Panel
        /// By power of the position −1…1 in the panel.
        let coefficients: Values

        /// The value and its derivative by the coordinate, by Horner's rule.
        @inline(__always)
        func evaluate(at coordinates: Values) -> (value: Values, slope: Values) {
            let positions = (coordinates - panel.centre) / panel.half
            var value = Values(repeating: coefficients[GaussLegendre.order - 1])
            var slope = Values.zero
            for power in (0..<(GaussLegendre.order - 1)).reversed() {
                slope = slope * positions + value
                value = value * positions + coefficients[power]
            }
            return (value, slope / panel.half)
        }
    }

    /// From left to right, without gaps.
    let pieces: [Piece]

    init(panels: [Panel], values: [Values]) {
        let rule = GaussLegendre.sixteen
        pieces = zip(panels, values).map { panel, values in
            Piece(panel: panel, coefficients: GaussLegendre.apply(rule.monomials, to: values))
        }
    }

    /// The value and its derivative at one coordinate, for a distribution function that is 1 right of the mesh.
    func distribution(at coordinate: Double) -> (value: Double, slope: Double) {
        guard let piece = pieces.first(where: { coordinate < $0.panel.right }) else { return (1, 0) }
        let (value, slope) = piece.evaluate(at: Values(repeating: max(coordinate, piece.panel.left)))
        return (value[0], slope[0])
    }
}
