/// What the evidence of all days says of a competing arm.
package enum Verdict: String, CaseIterable, Sendable {
    /// Nothing for sure.
    case open
    /// Another arm is better: the evidence for it has reached the mark.
    case excluded
    /// Every other competing arm is excluded, and it is not.
    case winner
}

/// The mark that an arm's evidence must reach to exclude it: 1 / 40 is how often the best arm of a group is ever excluded.
package enum VerdictMark {
    package static let evidence = 40.0
    /// The greatest evidence that is shown.
    package static let greatestEvidence = 1e6
    /// The greatest lift that is shown.
    package static let greatestLift = 1e6
}
