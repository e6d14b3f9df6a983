/// The judge of user agents: whether the sender is a program that nobody sits at.
///
/// Rules, in this order; the first that applies decides:
/// 1. an agent without a letter (none, `-`) is no evidence: keep;
/// 2. a text of `allow` keeps, a text of `block` drops;
/// 3. a bot's word (``BotTokens``) or an address at which to reach its owner drops;
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
