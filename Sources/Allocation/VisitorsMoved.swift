/// How many visitors another table shows another arm.
package enum VisitorsMoved {
    /// The arm of a table that is decided before the others, and which share of the visitors it has.
    package struct Control: Equatable, Sendable {
        /// The position among the arms.
        package var arm: Int
        package var share: Double

        package init(arm: Int, share: Double) {
            self.arm = arm
            self.share = share
        }
    }

    /// The probability that a visitor is shown another arm by the new shares than by the old, 0…1.
    ///
    /// In weighted rendezvous hashing an arm keeps a visitor when its clock E/w rings first under both tables, that is when
    /// E[u] > E[v]·max(w[u]/w[v], w′[u]/w′[v]) for all others u; so P(stay) = Σv 1 / Σu max(w[u]/w[v], w′[u]/w′[v]), exactly
    /// (Moulton and Jiang 2018, "Maximally Consistent Sampling and the Jaccard Index of Probability Distributions").
    /// A control's visitors are decided before, by a hash of the holdout: of two controls of one holdout the lesser lies within the
    /// greater, those of two holdouts are independent.
    ///
    /// - Parameters:
    ///   - old: the shares of the arms, the control's too; 0 for an arm that the table does not have.
    ///   - new: the shares of the same arms.
    ///   - sameHoldout: whether both controls are drawn by one hash.
    /// - Complexity: O(n log n) for n arms: sorted by w/w′, those from v on have their maximum on the old side, those before on the
    ///   new one.
    package static func share(
        from old: [Double], to new: [Double], controls: (old: Control?, new: Control?) = (nil, nil),
        sameHoldout: Bool = true
    ) -> Double {
        let held = (old: controls.old?.share ?? 0, new: controls.new?.share ?? 0)
        let both = sameHoldout ? min(held.old, held.new) : held.old * held.new
        var stay = (1 - held.old - held.new + both) * competitionStays(old, new, controls)
        if let before = controls.old {
            if before.arm == controls.new?.arm {
                stay += both
            } else if held.new < 1 {
                stay += (held.old - both) * new[before.arm] / (1 - held.new)
            }
        }
        if let after = controls.new, after.arm != controls.old?.arm, held.old < 1 {
            stay += (held.new - both) * old[after.arm] / (1 - held.old)
        }
        return min(1, max(0, 1 - stay))
    }

    /// The probability that a visitor of neither control stays.
    private static func competitionStays(
        _ old: [Double], _ new: [Double], _ controls: (old: Control?, new: Control?)
    ) -> Double {
        struct Arm {
            var old: Double
            var new: Double
        }
        var arms: [Arm] = []
        for index in old.indices {
            let arm = Arm(
                old: index == controls.old?.arm ? 0 : old[index], new: index == controls.new?.arm ? 0 : new[index])
            if arm.old > 0 || arm.new > 0 { arms.append(arm) }
        }
        arms.sort { (left: Arm, right: Arm) -> Bool in left.old * right.new < right.old * left.new }
        var oldFromHere = arms.reduce(0.0) { (sum: Double, arm: Arm) in sum + arm.old }
        var newBefore = 0.0
        var stay = 0.0
        for arm in arms {
            if arm.old > 0, arm.new > 0 { stay += 1 / (oldFromHere / arm.old + newBefore / arm.new) }
            oldFromHere -= arm.old
            newBefore += arm.new
        }
        return stay
    }
}
