import CLibrary
import Numerics

/// How much greater an arm's rate is than another's, in an interval that holds at all nights together.
package struct LiftBounds: Equatable, Sendable {
    /// At least −1: the ratio of the rates, less 1.
    package var low: Double?
    /// Nil: no bound is known.
    package var high: Double?

    package init(low: Double?, high: Double?) {
        self.low = low
        self.high = high
    }
}

/// The always-valid interval of λ at 95 %: the values that a normal mixture of alternatives does not beat by more than a
/// factor (Robbins 1970, "Statistical methods related to the law of the iterated logarithm").
///
///     M = ln ∫ N(λ; 0, 0.3²)·e^l(λ) dλ                        {λ : l(λ) ≥ M − ln(20·comparisons)}
struct LiftInterval {
    static let scale = 0.3
    static let level = 20.0

    private let likelihood: PairLikelihood
    private let strata: [PairStratum]?

    /// - Parameter strata: those with successes of the two; needed only where ``isWide(_:)`` says so.
    private init(_ likelihood: PairLikelihood, _ strata: [PairStratum]?) {
        self.likelihood = likelihood
        self.strata = strata
    }

    /// The bounds of the first arm's rate over the second's, less 1.
    ///
    /// - Parameters:
    ///   - comparisons: among how many intervals none is to fail; at least 1.
    ///   - strata: called at most once, where few successes make the interval wide.
    static func bounds(
        _ likelihood: PairLikelihood, comparisons: Double, strata: () -> [PairStratum]
    ) -> LiftBounds {
        guard likelihood.sharedStrata > 0 else { return LiftBounds(low: nil, high: nil) }
        guard likelihood.successes + likelihood.otherSuccesses > 0 else { return LiftBounds(low: -1, high: nil) }
        if let bounds = LiftInterval(likelihood, nil).bounds(comparisons: comparisons) { return bounds }
        return LiftInterval(likelihood, strata()).bounds(comparisons: comparisons) ?? LiftBounds(low: -1, high: nil)
    }

    /// l at λ; nil where the moments do not reach and the strata are not at hand.
    private func point(_ lambda: Double) -> PairLikelihood.Point? {
        if abs(lambda) <= PairLikelihood.reach { return likelihood.point(lambda) }
        return strata.map { likelihood.point(lambda, $0) }
    }

    private func bounds(comparisons: Double) -> LiftBounds? {
        guard let (mode, deviation) = mode(), let mass = logMass(mode, deviation) else { return nil }
        let threshold = mass - log(LiftInterval.level * max(1, comparisons))
        var bounds = LiftBounds(low: -1, high: nil)
        if likelihood.successes > 0 {
            guard let end = end(from: mode, step: -2 * deviation, threshold) else { return nil }
            bounds.low = expm1(end)
        }
        if likelihood.otherSuccesses > 0 {
            guard let end = end(from: mode, step: 2 * deviation, threshold) else { return nil }
            bounds.high = expm1(end)
        }
        return bounds
    }

    /// Where h(λ) = l(λ) − λ² / (2·0.3²) is greatest, and 1/√(−h″) there; h is strictly concave. Newton's method in a bracket.
    private func mode() -> (mode: Double, deviation: Double)? {
        let variance = LiftInterval.scale * LiftInterval.scale
        // l′ lies between −(the other's successes) and the arm's own.
        var low = -min(variance * likelihood.otherSuccesses, 800)
        var high = min(variance * likelihood.successes, 800)
        var lambda = min(high, max(low, 0))
        var deviation = LiftInterval.scale
        for _ in 0..<100 {
            guard let point = point(lambda) else { return nil }
            let slope = point.slope - lambda / variance
            let curvature = point.curvature - 1 / variance
            deviation = 1 / (-curvature).squareRoot()
            if slope > 0 { low = lambda } else { high = lambda }
            var next = lambda - slope / curvature
            if !(next >= low && next <= high) { next = 0.5 * (low + high) }
            let change = abs(next - lambda)
            lambda = next
            if change < 1e-6 * deviation || high - low < 1e-15 { break }
        }
        return (lambda, deviation)
    }

    /// M: 128 Gauss-Legendre points on mode ± 12 deviations, in eight panels of sixteen.
    private func logMass(_ mode: Double, _ deviation: Double) -> Double? {
        let rule = GaussLegendre.sixteen
        let panels = 8
        let half = 12 * deviation / Double(panels)
        var values: [Double] = []
        values.reserveCapacity(panels * GaussLegendre.order)
        var greatest = -Double.infinity
        for panel in 0..<panels {
            let centre = mode + Double(2 * panel + 1 - panels) * half
            for node in 0..<GaussLegendre.order {
                let lambda = centre + half * rule.nodes[node]
                guard let point = point(lambda) else { return nil }
                let value =
                    point.value - lambda * lambda / (2 * LiftInterval.scale * LiftInterval.scale)
                    + log(rule.weights[node])
                values.append(value)
                greatest = max(greatest, value)
            }
        }
        let norm = 0.5 * log(2 * Double.pi) + log(LiftInterval.scale)
        return EvidenceMixture.logSum(values, greatest) + log(half) - norm
    }

    /// Where l falls through the threshold on one side of a point inside. From outside Newton's method on a concave function
    /// comes nearer with every step and never passes the end.
    private func end(from inside: Double, step: Double, _ threshold: Double) -> Double? {
        var lambda = inside
        var step = step
        for _ in 0..<2000 {
            lambda += step
            guard let point = point(lambda) else { return nil }
            if point.value < threshold { break }
            step *= 1.5
        }
        for _ in 0..<200 {
            guard let point = point(lambda) else { return nil }
            let change = (point.value - threshold) / point.slope
            guard change.isFinite, point.value < threshold else { break }
            lambda -= change
            if abs(change) <= 1e-13 * max(1, abs(lambda)) { break }
        }
        // At 10¹⁵ successes l is known to no more than its rounding: the point inside stays inside.
        return step < 0 ? min(lambda, inside) : max(lambda, inside)
    }
}
