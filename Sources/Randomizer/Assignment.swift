/// What a visitor is shown, and with what probability.
public struct Assignment: Equatable, Sendable {
    /// The variant to show.
    public let variant: String
    /// The share of visitors, 0 < propensity ≤ 1, that the variant has in the visitor's group: the probability of this
    /// assignment, for inverse-propensity estimates.
    public let propensity: Double
    /// The date of the table, `YYYY-MM-DD`.
    public let date: String
    /// Whether the visitor's segment has a group of its own; false when the group of everyone, `*`, served.
    public let hasOwnGroup: Bool
}

/// Why a visitor is shown what it is: every arm with its score.
public struct Explanation: Sendable {
    /// An arm as it stood for the visitor.
    public struct Candidate: Equatable, Sendable {
        public let variant: String
        /// Share of visitors, 0…1.
        public let traffic: Double
        /// The visitor's uniform number in (0, 1] for this arm; it depends on no table.
        public let uniform: Double
        /// −ln(uniform) / traffic; infinite without traffic. The least is chosen.
        public let score: Double
    }

    public let assignment: Assignment
    /// The segment whose group served: the visitor's own, or `*`.
    public let segment: String
    /// All arms of the group, least score first, equal scores in byte order.
    public let candidates: [Candidate]
}
