/// Whose a user agent is.
package enum AgentVerdict: UInt8, BitwiseCopyable, Sendable {
    case person
    case bot
    /// A library of HTTP, which nobody has told what to call itself: a script, or an app of one's own.
    case library
}

/// The judge of user agents: whether the sender is a program that nobody sits at.
///
/// An agent without a blank, but with `+` or escapes such as `%20` in its place, is decoded first; texts of `allow` and `block`
/// count in either form. Rules, in this order; the first that applies decides:
/// 1. an agent without a letter (none, `-`) is no evidence: keep;
/// 2. a text of `allow` keeps, a text of `block` drops;
/// 3. a word by which bots name themselves (``BotTokens``) or an address at which to reach its owner drops;
/// 4. "compatible" drops, unless said by one of the browsers that did;
/// 5. the name of a library drops, and so do products with versions and no comment when none is a browser, engine, handset or app
///    (``BrowserTokens``): that is what libraries and scripts send when nobody tells them what to say;
/// 6. with `browsersOnly`, every agent drops that names no browser, and one that lacks the browsers' grammar: a known start,
///    a platform, products with versions.
///
/// In the field where Android names the model, and in the bracket where Facebook's apps name model and carrier, words and hosts of
/// rules 3 and 5 do not count. Bots that send a browser's agent unchanged are not found here: their number of events gives them
/// away.
package struct UserAgentClassifier: Sendable {
    private let search: TokenSearch
    private let browsersOnly: Bool

    /// Builds the search for the built-in tokens and those configured. Empty texts in `allow` and `block` match nothing.
    package init(_ settings: UserAgentSettings = UserAgentSettings()) {
        let configured =
            settings.allow.map { AgentToken($0, .anywhere, .allowed) }
            + settings.block.map { AgentToken($0, .anywhere, .blocked) }
        search = TokenSearch(configured + (BotTokens.groups + BrowserTokens.groups).flatMap(\.tokens))
        browsersOnly = settings.browsersOnly
    }

    /// Whether the bytes of one user agent are those of a program. See ``judge(_:)``.
    package func isBot(_ agent: UnsafeRawBufferPointer) -> Bool { judge(agent) != .person }

    /// Judges the bytes of one user agent, in any encoding. O(bytes), without lasting memory.
    package func judge(_ agent: UnsafeRawBufferPointer) -> AgentVerdict {
        guard agent.contains(where: \.isLetter) else { return .person }
        guard UserAgentEncoding.isEncoded(agent) else { return judge(decoded: agent, configured: []) }
        return withUnsafeTemporaryAllocation(byteCount: agent.count, alignment: 1) { memory in
            let count = UserAgentEncoding.decode(agent, into: memory)
            return judge(
                decoded: UnsafeRawBufferPointer(rebasing: memory[..<count]),
                configured: search.evidence(in: agent).intersection([.allowed, .blocked]))
        }
    }

    /// - Parameter configured: what texts of the configuration say of the agent in another form.
    private func judge(decoded agent: UnsafeRawBufferPointer, configured: AgentEvidence) -> AgentVerdict {
        let evidence = search.evidence(
            in: agent, shielding: [.bot, .library, .domain], within: UserAgentGrammar.modelField(of: agent),
            and: UserAgentGrammar.appField(of: agent)
        ).union(configured)
        if evidence.contains(.allowed) { return .person }
        if evidence.contains(.blocked) || evidence.contains(.bot) { return .bot }
        if evidence.contains(.contact), !evidence.contains(.vendorAddress) { return .bot }
        // Toolbars left the names of their hosts in Internet Explorer's agent.
        if evidence.contains(.domain), evidence.isDisjoint(with: [.vendorAddress, .compatibleBrowser]) { return .bot }
        if evidence.contains(.compatible), !evidence.contains(.compatibleBrowser) { return .bot }
        if evidence.contains(.library) { return .library }
        if !evidence.contains(.browser), UserAgentGrammar.isBareProducts(agent) { return .library }
        return browsersOnly && !hasBrowserGrammar(agent, evidence) ? .bot : .person
    }

    private func hasBrowserGrammar(_ agent: UnsafeRawBufferPointer, _ evidence: AgentEvidence) -> Bool {
        evidence.isSuperset(of: [.browser, .platform, .grammar]) && !UserAgentGrammar.endsInBareName(agent)
    }
}

/// The parts of a user agent that stand at fixed places: products, and comments in brackets (RFC 9110, section 10.1.5).
enum UserAgentGrammar {
    /// Finds where the first comment names an Android model: from "Android" (UC Browser: "Adr") to the end of the build, or of
    /// the comment. Models bear any name ("M bot", "Spider", "ScanPal"); words there say nothing of the sender. Empty when
    /// there is none.
    static func modelField(of agent: UnsafeRawBufferPointer) -> Range<Int> {
        guard let open = agent.firstIndex(of: UInt8(ascii: "(")) else { return 0..<0 }
        var depth = 0
        var start: Int?
        var hasBuild = false
        for position in open..<agent.count {
            switch agent[position] {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"):
                depth -= 1
                if depth == 0 { return start.map { $0..<position } ?? 0..<0 }
            case UInt8(ascii: ";"):
                if hasBuild, let start { return start..<position }
            case UInt8(ascii: "a"), UInt8(ascii: "A"):
                if start == nil, androidNames.contains(where: { begins($0, agent, at: position) }) { start = position }
            case UInt8(ascii: "b"), UInt8(ascii: "B"):
                if start != nil, begins(build, agent, at: position) { hasBuild = true }
            default: break
            }
        }
        return start.map { $0..<agent.count } ?? 0..<0
    }

    /// Finds the bracket in which Facebook's apps name themselves, the model and the carrier: from "[FB" to its end.
    static func appField(of agent: UnsafeRawBufferPointer) -> Range<Int> {
        var position = 0
        while let open = agent[position...].firstIndex(of: UInt8(ascii: "[")) {
            if begins(app, agent, at: open) {
                return open..<(agent[open...].firstIndex(of: UInt8(ascii: "]")) ?? agent.count)
            }
            position = open + 1
        }
        return 0..<0
    }

    private static let app = Array("[fb".utf8)
    private static let build = Array("build/".utf8)
    private static let androidNames = ["android", "adr "].map { Array($0.utf8) }

    private static func begins(_ word: [UInt8], _ agent: UnsafeRawBufferPointer, at position: Int) -> Bool {
        position + word.count <= agent.count
            && word.indices.allSatisfy { word[$0] == agent[position + $0].lowercased }
    }

    /// Whether an agent has a product with a version and no comment ("Name/1.2").
    static func isBareProducts(_ agent: UnsafeRawBufferPointer) -> Bool {
        agent.contains(UInt8(ascii: "/")) && !agent.contains(UInt8(ascii: "("))
    }

    /// Whether the last word outside brackets is a name without version ("… Safari/537.36 Ghost Inspector"): browsers name
    /// products with versions, and those who drive browsers add their own name at the end.
    static func endsInBareName(_ agent: UnsafeRawBufferPointer) -> Bool {
        var word = 0..<0
        var isBare = false
        var depth = 0
        for (position, byte) in agent.enumerated() {
            switch byte {
            case UInt8(ascii: "("), UInt8(ascii: "["):
                // "NAVER(inapp; 11.3)" carries its version in the bracket.
                if depth == 0, word.upperBound == position { isBare = false }
                depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"): depth = max(0, depth - 1)
            case _ where depth > 0: break
            case UInt8(ascii: " "): break
            default:
                if word.upperBound < position || word.isEmpty {
                    word = position..<position
                    isBare = true
                }
                word = word.lowerBound..<(position + 1)
                if !byte.isLetter, byte != UInt8(ascii: "-"), byte != UInt8(ascii: ".") { isBare = false }
            }
        }
        guard isBare, word.lowerBound > 0 else { return false }
        return !bareWords.contains { $0.count == word.count && begins($0, agent, at: word.lowerBound) }
    }

    /// What browsers do end in.
    private static let bareWords = ["mobile", "gecko", "safari", "browser", "firefox", "tab"].map { Array($0.utf8) }
}
