import Allocation

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

    /// The probability that a visitor is shown another arm by the new shares than by the old: ``VisitorsMoved``.
    ///
    /// - Parameter control: the arm that is decided before the others, if there is one.
    package static func moved(from old: [Double], to new: [Double], control: Int? = nil) -> Double {
        VisitorsMoved.share(
            from: old, to: new,
            controls: (
                control.map { VisitorsMoved.Control(arm: $0, share: old[$0]) },
                control.map { VisitorsMoved.Control(arm: $0, share: new[$0]) }
            ))
    }
}
