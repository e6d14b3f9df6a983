/// Tokens that say the same for the same reason.
struct TokenGroup: Sendable {
    let evidence: AgentEvidence
    let boundary: AgentToken.Boundary
    let texts: [String]

    init(_ evidence: AgentEvidence, _ boundary: AgentToken.Boundary, _ texts: String...) {
        self.evidence = evidence
        self.boundary = boundary
        self.texts = texts
    }

    var tokens: [AgentToken] { texts.map { AgentToken($0, boundary, evidence) } }
}
