/// How the value of a policy is estimated from rows of which each has the propensity of what it showed.
///
/// With w = π/p, q a cross-fitted model, M = Σₐ π·q, and sums over N rows:
///
///     IPS    V = Σ w·r / N
///     SNIPS  V = Σ w·r / Σ w
///     DM     V = Σ M / N
///     DR     V = Σ [M + w·(r − q)] / N
///     SNDR   V = Σ M / N + Σ w·(r − q) / Σ w
///
/// Every influence has the form  scale·w·(r − center [− q]) + offset [+ M].
package enum UnitEstimator: String, CaseIterable, Sendable {
    case ips, snips, dm, dr, sndr

    /// Those with an error of their own; the direct method has none, for that of q is not known.
    static let withError: [UnitEstimator] = [.ips, .snips, .dr, .sndr]

    var usesModel: Bool { self == .dm || self == .dr || self == .sndr }
}

/// Sums over the rows for one policy.
struct PolicyTotals: Sendable {
    /// Σ w, Σ w·r and Σ w·(r − q) of the weights that the values are made of, clipped where they are.
    var weight = 0.0
    var weightedReward = 0.0
    var weightedResidual = 0.0
    /// Σ M
    var expected = 0.0
    /// Of the weights as they are: Σ w, Σ w², the greatest, and the rows with w > 0 and a reward.
    var plainWeight = 0.0
    var squaredWeight = 0.0
    var maximumWeight = 0.0
    var rewarded = 0.0

    /// The value; nil where it is not defined.
    func value(_ estimator: UnitEstimator, rows: Double) -> Double? {
        switch estimator {
        case .ips: weightedReward / rows
        case .snips: weight > 0 ? weightedReward / weight : nil
        case .dm: expected / rows
        case .dr: (expected + weightedResidual) / rows
        case .sndr: weight > 0 ? expected / rows + weightedResidual / weight : nil
        }
    }

    /// The influence of a row on an estimate; nil where there is none.
    func influence(_ estimator: UnitEstimator, rows: Double) -> RowInfluence? {
        guard let value = value(estimator, rows: rows), estimator != .dm else { return nil }
        let scale = rows / weight
        switch estimator {
        case .dm: return nil
        case .ips: return RowInfluence(scale: 1, center: 0, offset: -value, usesModel: false)
        case .snips: return RowInfluence(scale: scale, center: value, offset: 0, usesModel: false)
        case .dr: return RowInfluence(scale: 1, center: 0, offset: -value, usesModel: true)
        case .sndr:
            return RowInfluence(
                scale: scale, center: weightedResidual / weight, offset: -expected / rows, usesModel: true)
        }
    }
}

/// scale·w·(r − center [− q]) + offset [+ M]
struct RowInfluence: Sendable {
    var scale: Double
    var center: Double
    var offset: Double
    var usesModel: Bool

    @inline(__always)
    func callAsFunction(weight: Double, reward: Double, _ cell: PolicyCell) -> Double {
        usesModel
            ? scale * weight * (reward - center - cell.outcome) + (offset + cell.expected)
            : scale * weight * (reward - center) + offset
    }

    /// The influence as a function of (1, r, 1/p, r/p), one for all rows of a cell.
    func inCell(_ cell: PolicyCell) -> SIMD4<Double> {
        let slope = scale * cell.share
        return usesModel
            ? SIMD4(offset + cell.expected, 0, -slope * (center + cell.outcome), slope)
            : SIMD4(offset, 0, -slope * center, slope)
    }
}

/// What a policy has for all rows of a cell.
struct PolicyCell: Sendable {
    /// π of the arm that was shown.
    var share: Double
    /// q of that arm, and M.
    var outcome: Double
    var expected: Double
}
