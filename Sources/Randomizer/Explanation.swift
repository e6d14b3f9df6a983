/// Why a visitor is shown what it is: what the holdout decided, and every arm with its score.
public struct Explanation: Sendable {
    /// The control as it stood for the visitor. It is decided first.
    public struct Holdout: Equatable, Sendable {
        /// The name under which experiments share the holdout; nil when it is the experiment's own.
        public let name: String?
        /// The control.
        public let variant: String
        /// The control's share of visitors, 0…1.
        public let traffic: Double
        /// The 64 random bits of the visitor and the holdout; they depend on no table.
        public let hash: UInt64
        /// The uniform number in (0, 1] of the hash.
        public let uniform: Double
        /// Whether the visitor is in the holdout, and so shown the control: uniform < traffic, or traffic is 1.
        public let isHeld: Bool
    }

    /// An arm as it stood for the visitor.
    public struct Candidate: Equatable, Sendable {
        public let variant: String
        /// Share of visitors, 0…1.
        public let traffic: Double
        /// The 64 random bits of the visitor and the arm, of the control those of the holdout; they depend on no table.
        public let hash: UInt64
        /// The uniform number in (0, 1] of the hash.
        public let uniform: Double
        /// −ln(uniform) / traffic; infinite without traffic. The least is chosen. The control has none: 0 stands for a
        /// visitor in the holdout, infinity for others.
        public let score: Double
    }

    public let assignment: Assignment
    /// The segment whose group served: the visitor's own, or `*`.
    public let segment: String
    /// Nil for a group without a control.
    public let holdout: Holdout?
    /// All arms of the group in the visitor's order, least score first, equal scores in byte order, the control before them
    /// or after them: where an arm is not allowed, the next one with traffic is shown.
    public let candidates: [Candidate]
}

extension Explanation {
    /// The explanation as one line of JSON; hashes in hexadecimal, an infinite score is null, and so is the holdout of a
    /// group without a control.
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
            + "\"has_own_group\": \(assignment.hasOwnGroup), \"holdout\": \(holdout?.json ?? "null"), "
            + "\"arms\": [\(arms.joined(separator: ", "))]}"
    }
}

extension Explanation.Holdout {
    /// The control among the other arms.
    var candidate: Explanation.Candidate {
        Explanation.Candidate(
            variant: variant, traffic: traffic, hash: hash, uniform: uniform, score: isHeld ? 0 : .infinity)
    }

    fileprivate var json: String {
        "{\"name\": \(name.map(JSONText.quoted) ?? "null"), \"variant\": \(JSONText.quoted(variant)), "
            + "\"traffic\": \(JSONText.number(traffic)), \"hash\": \"\(XXH64.hexadecimal(hash))\", "
            + "\"uniform\": \(JSONText.number(uniform)), \"is_held\": \(isHeld)}"
    }
}
