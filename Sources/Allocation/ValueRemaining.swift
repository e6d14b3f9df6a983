import CLibrary
import Learning
import Numerics

/// The distribution of θmax / θchampion, whose 95th percentile less 1 is the value remaining.
///
/// With r = ln(1 + q), P(θmax ≤ (1 + q) θc) = ∫ f(x) ∏ F(eʳ x) dx, f of the champion and F of the others. Both factors are taken
/// from meshes as polynomials, so that no posterior is evaluated again while r is sought.
struct ValueRemaining<Arm: IntegrableDensity>: Sendable {
    private let champion: Arm
    private let density: PiecewisePolynomial
    private let product: PiecewisePolynomial

    init(mesh: PanelMesh<Arm>, champion index: Int) {
        champion = mesh.arms[index]
        let own = PanelMesh(arms: [champion], from: champion.support.lowerBound, to: champion.support.upperBound)
        density = PiecewisePolynomial(panels: own.panels, values: own.densities)
        product = PiecewisePolynomial(panels: mesh.panels, values: mesh.productOfCumulatives(except: index))
    }

    /// The 95th percentile of θmax / θchampion − 1.
    var percentile: Double {
        ValueRemainingSolver.percentile(probability)
    }

    /// P(θmax ≤ eʳ θc) and its derivative by r.
    ///
    /// The line is cut where the champion's panels end and where the product's panels, lowered by the ratio, end: between
    /// the cuts both factors are polynomials. Left of the mesh the product is 0, right of it 1.
    private func probability(_ ratio: Ratio) -> (value: Double, slope: Double) {
        guard let first = product.pieces.first else { return (1, 0) }
        var left = champion.lowered(first.panel.left, by: ratio)
        var rivals = product.pieces[...]
        var (value, slope) = (0.0, 0.0)
        for piece in density.pieces where piece.panel.right > left {
            left = max(left, piece.panel.left)
            while left < piece.panel.right {
                var right = piece.panel.right
                if let origin = champion.origin, left < origin { right = min(right, origin) }
                while let rival = rivals.first, champion.lowered(rival.panel.right, by: ratio) <= left {
                    rivals.removeFirst()
                }
                if let rival = rivals.first {
                    right = min(right, champion.lowered(rival.panel.right, by: ratio))
                }
                let part = integral(piece, rivals.first, Panel(left: left, right: right), ratio)
                value += part.value
                slope += part.slope
                left = right
            }
        }
        return (min(1, value), slope)
    }

    /// The integral over a stretch inside one piece of the density and, raised, inside one piece of the product; right of
    /// its last piece the product is 1.
    private func integral(
        _ own: PiecewisePolynomial.Piece, _ rival: PiecewisePolynomial.Piece?, _ stretch: Panel, _ ratio: Ratio
    ) -> (value: Double, slope: Double) {
        let rule = GaussLegendre.sixteen
        let nodes = stretch.centre + stretch.half * rule.nodes
        // The mesh holds the density times the half width of its panel.
        let masses = (stretch.half / own.panel.half) * rule.weights * own.evaluate(at: nodes).value
        guard let rival else { return (masses.sum(), 0) }
        let (raised, derivatives) = champion.raised(nodes, by: ratio)
        let (product, slope) = rival.evaluate(at: rival.panel.clamp(raised))
        return ((masses * product).sum(), (masses * slope * derivatives).sum())
    }
}

/// The search for the ratio that θmax / θchampion stays below with probability 0.95.
enum ValueRemainingSolver {
    /// Solves P(r) = 0.95 and returns eʳ − 1, to 10⁻⁷ relative: 0 when P(0) ≥ 0.95, at most
    /// `BestArmProbability.greatestValueRemaining`.
    ///
    /// Newton's method on ln(1 − P), nearly straight for narrow posteriors and for heavy tails alike, inside a bracket. Where the
    /// derivative and the secant disagree (P has a jump beside a point mass), the secant is followed.
    static func percentile(_ probability: (Ratio) -> (value: Double, slope: Double)) -> Double {
        let greatest = log1p(BestArmProbability.greatestValueRemaining)
        var (low, high) = (0.0, Double.infinity)
        var logRatio = 0.0
        var last: (logRatio: Double, height: Double)?
        for _ in 0..<200 {
            let (value, slope) = probability(Ratio(logarithm: logRatio))
            let excess = max(1 - value, .leastNormalMagnitude)
            // ln of how many times 5 % are exceeded, and its descent.
            let height = log(excess / (1 - BestArmProbability.level))
            if height <= 0 {
                if logRatio == 0 { return 0 }
                high = logRatio
            } else {
                if logRatio == greatest { return BestArmProbability.greatestValueRemaining }
                low = logRatio
            }
            var descent = slope / excess
            var precision = 1e-5
            if let last {
                let secant = (last.height - height) / (logRatio - last.logRatio)
                if !(secant < 1.5 * descent && descent < 1.5 * secant) {
                    descent = secant
                    precision = 1e-7
                }
            }
            last = (logRatio, height)
            var next = logRatio + height / descent
            if !(next > low && next < high) || next > greatest {
                next = high.isFinite ? 0.5 * (low + high) : greatest
            }
            let change = abs(next - logRatio)
            logRatio = next
            // Newton's method leaves about the square of the last step.
            if change <= precision * logRatio || high - low <= 1e-12 * low { break }
        }
        return min(BestArmProbability.greatestValueRemaining, Ratio(logarithm: logRatio).excess)
    }
}

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
