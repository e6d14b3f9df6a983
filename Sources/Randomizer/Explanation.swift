/// Why a visitor is shown what it is: every arm with its score.
public struct Explanation: Sendable {
    /// An arm as it stood for the visitor.
    public struct Candidate: Equatable, Sendable {
        public let variant: String
        /// Share of visitors, 0…1.
        public let traffic: Double
        /// The 64 random bits of the visitor and the arm; they depend on no table.
        public let hash: UInt64
        /// The uniform number in (0, 1] of the hash.
        public let uniform: Double
        /// −ln(uniform) / traffic; infinite without traffic. The least is chosen.
        public let score: Double
    }

    public let assignment: Assignment
    /// The segment whose group served: the visitor's own, or `*`.
    public let segment: String
    /// All arms of the group in the visitor's order, least score first, equal scores in byte order: where an arm is not
    /// allowed, the next one is shown.
    public let candidates: [Candidate]
}

extension Explanation {
    /// The explanation as one line of JSON; hashes in hexadecimal, an infinite score is null.
    package func json(visitor: String) -> String {
        let arms = candidates.map { arm in
            "{\"variant\": \(JSONText.quoted(arm.variant)), \"traffic\": \(JSONText.number(arm.traffic)), "
                + "\"hash\": \"\(XXH64.hexadecimal(arm.hash))\", \"score\": \(JSONText.number(arm.score))}"
        }
        let head = [
            ("date", assignment.date), ("visitor", visitor), ("segment", segment), ("variant", assignment.variant),
        ]
        return "{" + head.map { "\"\($0.0)\": \(JSONText.quoted($0.1)), " }.joined()
            + "\"propensity\": \(JSONText.number(assignment.propensity)), "
            + "\"has_own_group\": \(assignment.hasOwnGroup), \"arms\": [\(arms.joined(separator: ", "))]}"
    }
}
