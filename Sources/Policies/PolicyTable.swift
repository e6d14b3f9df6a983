/// What a policy serves on a day: shares of traffic by arm, and what it thinks of them.
package struct PolicyTable: Equatable, Sendable {
    /// Shares of visitors whose segment has none of its own; they add up to 1.
    package var everyone: [Double]
    /// Shares of the segments that have their own, by the segment's position.
    package var segments: [Int: [Double]] = [:]
    /// The arm that is thought best for everyone; nil without an opinion.
    package var leader: Int?
    /// The arm that is called the winner: by Sluice when the verdict names it, by a test when it is significant.
    package var winner: Int?
    /// The part of all traffic that arms have by their floor, beyond their probability of being best.
    package var floorTraffic = 0.0

    package init(everyone: [Double]) {
        self.everyone = everyone
    }

    /// The shares that the visitors of a segment are served by.
    package func shares(inSegment segment: Int) -> [Double] {
        segments[segment] ?? everyone
    }

    /// The probability that a visitor is shown another arm by the new shares than by the old.
    ///
    /// In weighted rendezvous hashing an arm keeps a visitor when its clock E/w rings first under both tables, that is when
    /// E[u] > E[v]·max(w[u]/w[v], w′[u]/w′[v]) for all others u; so P(stay) = Σv 1 / Σu max(w[u]/w[v], w′[u]/w′[v]), exactly
    /// (Moulton and Jiang 2018, "Maximally Consistent Sampling and the Jaccard Index of Probability Distributions").
    /// A control keeps the lesser of its two shares, and the others share out who is in neither holdout.
    ///
    /// - Parameter control: the arm that is decided before the others, if there is one.
    /// - Complexity: O(arms²)
    package static func moved(from old: [Double], to new: [Double], control: Int? = nil) -> Double {
        let others = old.indices.filter { $0 != control }
        var stay = 0.0
        for arm in others where old[arm] > 0 && new[arm] > 0 {
            var rivals = 0.0
            for other in others { rivals += max(old[other] / old[arm], new[other] / new[arm]) }
            stay += 1 / rivals
        }
        if let control {
            let held = (old[control], new[control])
            stay = min(held.0, held.1) + (1 - max(held.0, held.1)) * stay
        }
        return max(0, 1 - stay)
    }
}
