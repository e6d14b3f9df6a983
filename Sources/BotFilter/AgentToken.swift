/// A text to look for in user agents, where it must stand, and what it is evidence of.
struct AgentToken: Sendable {
    /// ASCII letters in lower case.
    let text: [UInt8]
    let boundary: Boundary
    let evidence: AgentEvidence

    init(_ text: some StringProtocol, _ boundary: Boundary, _ evidence: AgentEvidence) {
        self.text = text.utf8.map(\.lowercased)
        self.boundary = boundary
        self.evidence = evidence
    }

    /// What may stand beside a token for it to count. Words meet where two letters do not, and at the hump of a camel-cased
    /// name: `Bot` is a word of `NewsBotTest`, not of `Bottle`.
    enum Boundary: Sendable {
        case anywhere
        case agentStart
        case wordStart
        case wordEnd
        case word
        /// Between a letter or digit and a letter, as the `@` of a mail address. A digit after the sign is a version
        /// ("android@101.0").
        case mailSign
        /// After a letter or digit, and before nothing that goes on with the word: ".com" of "example.com", not of
        /// ".computer"; ".net" of "example.net", not of ".NET CLR".
        case domainEnd

        func holds(from first: Int, through last: Int, in agent: UnsafeRawBufferPointer) -> Bool {
            switch self {
            case .anywhere: true
            case .agentStart: first == 0
            case .wordStart: Boundary.startsWord(first, agent)
            case .wordEnd: Boundary.endsWord(last, agent)
            case .word: Boundary.startsWord(first, agent) && Boundary.endsWord(last, agent)
            case .mailSign:
                first > 0 && agent[first - 1].isLetterOrDigit && last + 1 < agent.count && agent[last + 1].isLetter
            case .domainEnd:
                first > 0 && agent[first - 1].isLetterOrDigit
                    && (last + 1 == agent.count || !(agent[last + 1].isLetterOrDigit || agent[last + 1].isJoiner))
            }
        }

        private static func startsWord(_ first: Int, _ agent: UnsafeRawBufferPointer) -> Bool {
            guard first > 0, agent[first - 1].isLetter, agent[first].isLetter else { return true }
            return agent[first - 1].isLowercase && agent[first].isUppercase
        }

        private static func endsWord(_ last: Int, _ agent: UnsafeRawBufferPointer) -> Bool {
            guard last + 1 < agent.count, agent[last].isLetter, agent[last + 1].isLetter else { return true }
            return agent[last].isLowercase && agent[last + 1].isUppercase
        }
    }
}

/// What the words of a user agent say about its sender.
struct AgentEvidence: OptionSet, Sendable {
    let rawValue: UInt16

    /// Named in `allow`.
    static let allowed = AgentEvidence(rawValue: 1 << 0)
    /// Named in `block`.
    static let blocked = AgentEvidence(rawValue: 1 << 1)
    /// A word by which programs, not people, call.
    static let bot = AgentEvidence(rawValue: 1 << 2)
    /// A library of HTTP or a tool of the command line, by the name it sends when nobody sets another.
    static let library = AgentEvidence(rawValue: 1 << 12)
    /// A web or mail address: whom to write to about the bot.
    static let contact = AgentEvidence(rawValue: 1 << 3)
    /// The address of software that stamps its own into the agents of people.
    static let vendorAddress = AgentEvidence(rawValue: 1 << 4)
    /// The name of a host without any of the signs of an address.
    static let domain = AgentEvidence(rawValue: 1 << 11)
    /// "compatible", by which something says that it is not the browser it resembles.
    static let compatible = AgentEvidence(rawValue: 1 << 5)
    /// A browser that did call itself "compatible".
    static let compatibleBrowser = AgentEvidence(rawValue: 1 << 6)
    /// A browser, its engine, or a handset's own network stack.
    static let browser = AgentEvidence(rawValue: 1 << 7)
    /// An operating system or a device.
    static let platform = AgentEvidence(rawValue: 1 << 8)
    /// How the agents of browsers begin, or the profile that phones name instead.
    static let grammar = AgentEvidence(rawValue: 1 << 9)
    /// A handset's brand that ends in a word of bots, which it hides.
    static let brand = AgentEvidence(rawValue: 1 << 10)
}

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
