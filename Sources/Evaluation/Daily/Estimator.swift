/// How the value of a policy is estimated from visitors who were served by others.
///
/// With w = π/p, sums over the cells of all strata and N visitors in all:
///
///     IPS    V = Σ w·S1 / N                                   inverse propensity scoring (Horvitz and Thompson 1952)
///     SNIPS  V = Σ w·S1 / Σ w·n                               its self-normalised form (Hájek 1971; Swaminathan and Joachims 2015)
///     DM     V = Σₛ Nₛ·Σₐ π·q̂(s, a) / N                       the direct method, q̂ a mean of what was seen
///     DR     V = Σₛ [Nₛ·Mₛ + Σₐ w·(S1 − n·q)] / N, Mₛ = Σₐ π·q  doubly robust (Dudík, Langford and Li 2011), q from earlier days
package enum Estimator: String, CaseIterable, Sendable {
    case ips
    case snips
    case dm
    case dr
}

/// A value with what it takes to know its error and that of its difference from another.
package struct Estimate: Sendable {
    package var value: Double
    var influence: Influence

    /// This value less another, on the same visitors: where two policies agree nothing remains of either.
    package func difference(from other: Estimate) -> Estimate {
        Estimate(value: value - other.value, influence: influence.combined(1, other.influence, -1))
    }

    /// V/V² − 1 with the influence of the ratio, by the delta method; nil when the other is not positive.
    package func relative(to other: Estimate) -> Estimate? {
        guard other.value > 0 else { return nil }
        let ratio = value / other.value
        return Estimate(
            value: ratio - 1,
            influence: influence.combined(1 / other.value, other.influence, -ratio / other.value))
    }
}

/// How an estimate depends on the visitors, cell by cell.
struct Influence: Sendable {
    /// A of e = A·r − B, the influence of a visitor with reward r; for the direct method λ, the weight of the cell's S1.
    var slopes: [Double]
    /// B; empty for the direct method, whose estimate is a sum over means that are known given the counts.
    var offsets: [Double]
    /// What the sum of influences is divided by.
    var normalizer: Double

    var isOfMeans: Bool { offsets.isEmpty }

    /// a times this and b times another of the same kind and normalizer.
    func combined(_ a: Double, _ other: Influence, _ b: Double) -> Influence {
        Influence(
            slopes: zip(slopes, other.slopes).map { a * $0 + b * $1 },
            offsets: zip(offsets, other.offsets).map { a * $0 + b * $1 }, normalizer: normalizer)
    }
}

/// Standard errors of an estimate.
package struct StandardErrors: Equatable, Sendable {
    /// Of these visitors on these days: strata are given, arms within them by chance.
    package var withinStrata: Double
    /// As if every visitor were drawn by itself (textbooks, and obp's); nil for the direct method.
    package var plain: Double?
    /// Of days like these: days are drawn; from two days on, and meaningful from about ten. Nil for the direct method.
    package var ofDays: Double?
}
