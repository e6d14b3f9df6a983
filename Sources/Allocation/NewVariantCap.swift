/// The cap on arms with too few visitors to be judged: no more than an equal share each.
///
/// An arm without data is best with a high probability (Beta(1, 1) beside arms at 4 %: P = 0.96), which is ignorance, not
/// merit.
package enum NewVariantCap {
    /// Caps each new arm at 1/K and gives what is above to the others in proportion to their weights.
    ///
    /// - Parameters:
    ///   - shares: of the K competing arms, adding up to 1.
    ///   - isNew: which of them are new; when all or none are, nothing changes.
    ///   - weights: of the arms that are not new, their shares as a rule; equal when none is positive.
    package static func apply(_ shares: [Double], isNew: [Bool], weights: [Double]) -> [Double] {
        guard isNew.contains(true), isNew.contains(false) else { return shares }
        let cap = 1 / Double(shares.count)
        var capped = shares
        var excess = 0.0
        var total = 0.0
        for index in shares.indices {
            if isNew[index] {
                capped[index] = min(shares[index], cap)
                excess += shares[index] - capped[index]
            } else {
                total += weights[index]
            }
        }
        guard excess > 0 else { return shares }
        let mature = Double(isNew.count { !$0 })
        for index in shares.indices where !isNew[index] {
            capped[index] += excess * (total > 0 ? weights[index] / total : 1 / mature)
        }
        return capped
    }
}
