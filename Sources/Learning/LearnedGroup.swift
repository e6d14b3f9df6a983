package import Domain

/// What is known of an arm in a row group.
package struct LearnedArm: Equatable, Sendable {
    package var variant: Name
    /// The distribution by which the arm is compared with others: of its rate, or of its mean revenue per visitor.
    package var posterior: Posterior
    /// The arm's mean as it is shown.
    package var mean: Double
    /// The distribution whose central 95 % is shown beside the mean; nil: none is known.
    package var interval: Posterior?
    /// Visitors in the window, as counted: neither discounted nor adjusted.
    package var visitors: Int64
    /// Clickers or purchasers in the window, as counted; with a reward of revenue, the revenue in millionths.
    package var successes: Int128
    /// Pseudo-visitors of its prior: what is known of it from before, and in a segment from everyone.
    package var priorVisitors: Double
    /// Whether its visitors compare it with other arms: not those of days on which hardly another was shown.
    package var isCompared = true

    /// An arm whose posterior is shown as it is.
    package init(
        variant: Name, posterior: Posterior, visitors: Int64, successes: Int128, priorVisitors: Double = 0
    ) {
        self.variant = variant
        self.posterior = posterior
        mean = posterior.mean
        interval = posterior
        self.visitors = visitors
        self.successes = successes
        self.priorVisitors = priorVisitors
    }
}

/// The arms of a segment that has shares of its own, or of everyone (`*`).
package struct LearnedGroup: Equatable, Sendable {
    package var segment: Name
    /// Every declared arm in byte order of its variant, the control and blacklisted ones too.
    package var arms: [LearnedArm]

    package init(segment: Name, arms: [LearnedArm]) {
        self.segment = segment
        self.arms = arms
    }
}
