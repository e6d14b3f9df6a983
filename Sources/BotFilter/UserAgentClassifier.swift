/// The judge of user agents: whether the sender is a program that nobody sits at.
///
/// Rules, in this order; the first that applies decides:
/// 1. an agent without a letter (none, `-`) is no evidence: keep;
/// 2. a text of `allow` keeps, a text of `block` drops;
/// 3. a word by which bots name themselves (``BotTokens``) or an address at which to reach its owner drops;
/// 4. "compatible" drops, unless said by one of the browsers that did;
/// 5. products with versions and no comment drop when none is a browser, engine or handset (``BrowserTokens``): that is what
///    libraries and scripts send when nobody tells them what to say;
/// 6. with `browsersOnly`, every agent drops that names no browser, and one that lacks the browsers' grammar: a known start,
///    a platform, products with versions.
///
/// In the field where Android names the model, words and hosts of rule 3 do not count. Bots that send a browser's agent
/// unchanged are not found here: their number of events gives them away.
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

    /// Judges the bytes of one user agent, in any encoding. O(bytes), without allocation.
    package func isBot(_ agent: UnsafeRawBufferPointer) -> Bool {
        guard agent.contains(where: \.isLetter) else { return false }
        let evidence = search.evidence(
            in: agent, shielding: [.bot, .domain], within: UserAgentGrammar.modelField(of: agent))
        if evidence.contains(.allowed) { return false }
        if evidence.contains(.blocked) || evidence.contains(.bot) { return true }
        if evidence.contains(.contact), !evidence.contains(.vendorAddress) { return true }
        // Toolbars left the names of their hosts in Internet Explorer's agent.
        if evidence.contains(.domain), evidence.isDisjoint(with: [.vendorAddress, .compatibleBrowser]) { return true }
        if evidence.contains(.compatible), !evidence.contains(.compatibleBrowser) { return true }
        if !evidence.contains(.browser), UserAgentGrammar.isBareProducts(agent) { return true }
        return browsersOnly && !hasBrowserGrammar(agent, evidence)
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
