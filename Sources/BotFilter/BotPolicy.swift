/// Which evidence drops a visitor, as configured; a nil rule is off.
package struct BotSettings: Equatable, Sendable {
    package var userAgents: UserAgentSettings? = UserAgentSettings()
    /// Drops a visitor with more events in the day than this.
    package var eventsPerDay: Int? = 800
    /// Drops a visitor with at least this many events in one minute of the clock.
    package var eventsPerMinute: Int? = 60
    /// Drops a visitor with at least this many clicks and no view in any experiment.
    package var clicksWithoutView: Int? = 20
    /// Paths of files with one visitor id a line; `{date}` in a path is the day.
    package var denyLists: [String] = []
    /// Paths of files with one CIDR block (IPv4 or IPv6) a line.
    package var denyNetworks: [String] = []

    package init() {}
}

/// How user agents are judged.
package struct UserAgentSettings: Equatable, Sendable {
    /// Also drop what has no browser's grammar.
    package var browsersOnly = false
    /// Agents kept whatever the other rules say: text the agent contains, letter case aside.
    package var allow: [String] = []
    /// Agents dropped unless allowed: text the agent contains, letter case aside.
    package var block: [String] = []

    package init(browsersOnly: Bool = false, allow: [String] = [], block: [String] = []) {
        self.browsersOnly = browsersOnly
        self.allow = allow
        self.block = block
    }
}

/// The rules that drop a visitor, as a set: what `bots.csv` and the quality file name.
package struct BotRule: OptionSet, Hashable, Codable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let userAgent = BotRule(rawValue: 1 << 0)
    package static let eventsPerDay = BotRule(rawValue: 1 << 1)
    package static let eventsPerMinute = BotRule(rawValue: 1 << 2)
    package static let clicksWithoutView = BotRule(rawValue: 1 << 3)
    package static let denyList = BotRule(rawValue: 1 << 4)
    package static let denyNetwork = BotRule(rawValue: 1 << 5)

    /// Every rule with its name as the configuration spells it, in the order in which files list them.
    package static let named: [(rule: BotRule, name: String)] = [
        (.userAgent, "userAgents"),
        (.eventsPerDay, "eventsPerDay"),
        (.eventsPerMinute, "eventsPerMinute"),
        (.clicksWithoutView, "clicksWithoutView"),
        (.denyList, "denyList"),
        (.denyNetwork, "denyNetworks"),
    ]

    /// The names of the rules in the set, in the order of ``named``.
    package var names: [String] {
        BotRule.named.filter { contains($0.rule) }.map(\.name)
    }
}

/// As the key of an object: the number of the set.
extension BotRule: CodingKeyRepresentable {
    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { Int(stringValue) }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { stringValue = String(intValue) }
    }

    package var codingKey: any CodingKey { Key(stringValue: String(rawValue)) }

    package init?(codingKey: some CodingKey) {
        guard let number = UInt8(codingKey.stringValue) else { return nil }
        self.init(rawValue: number)
    }
}

/// What a day's events, of whatever type and experiment, say about whether a visitor is a person.
///
/// Counts saturate: a visitor with 2³² events is no less of a bot.
package struct VisitorEvidence: Equatable, Sendable {
    package var events: UInt32 = 0
    /// A view, of whatever experiment.
    package var hasView = false
    package var clicks: UInt32 = 0
    /// Events in the busiest minute of the clock, ⌊epoch / 60 s⌋.
    package var busiestMinute: UInt32 = 0
    /// An event had an agent for which ``BotPolicy/judgesUserAgent(_:)`` held.
    package var hasBotUserAgent = false
    /// The visitor is one for whom ``BotPolicy/deniesVisitor(_:)`` holds.
    package var isOnDenyList = false
    /// An event had an address for which ``BotPolicy/deniesNetwork(_:)`` held.
    package var isInDeniedNetwork = false

    package init() {}
}

/// The rules of a day as configured, with the lists they need: evidence in, matching rules out.
///
/// A class, since it is asked for every visitor: a copy of a structure would retain and release all its lists each time.
package final class BotPolicy: Sendable {
    private let settings: BotSettings
    private let classifier: UserAgentClassifier?
    private let visitors: VisitorDenyList?
    private let networks: NetworkDenyList?

    /// The policy of `settings`. The caller has read the files that `denyLists` and `denyNetworks` name; a rule whose list
    /// is nil is off.
    package init(_ settings: BotSettings, denyList: VisitorDenyList? = nil, denyNetworks: NetworkDenyList? = nil) {
        self.settings = settings
        classifier = settings.userAgents.map { UserAgentClassifier($0) }
        visitors = denyList
        networks = denyNetworks
    }

    /// Whether a user agent is a bot's; false when the rule is off. O(bytes): worth a cache in front, agents repeat.
    package func judgesUserAgent(_ agent: UnsafeRawBufferPointer) -> Bool {
        classifier?.isBot(agent) ?? false
    }

    /// Whether any network is denied.
    package var hasDeniedNetworks: Bool { networks != nil }

    /// Whether an address, as text, lies in a denied network; false when the rule is off.
    package func deniesNetwork(_ address: UnsafeRawBufferPointer) -> Bool {
        networks?.contains(address) ?? false
    }

    /// Whether a visitor is on a deny list; false when the rule is off.
    package func deniesVisitor(_ visitor: UnsafeRawBufferPointer) -> Bool {
        visitors?.contains(visitor) ?? false
    }

    /// Whether a visitor with so many events is dropped, whatever else is known of it.
    package func dropsForEvents(_ events: UInt32) -> Bool {
        settings.eventsPerDay.map { events > $0 } ?? false
    }

    /// Whether a visitor with so many events of the day can have as many in a minute as the rule asks for.
    package func needsBusiestMinute(events: UInt32) -> Bool {
        settings.eventsPerMinute.map { events >= $0 } ?? false
    }

    /// Finds the rules that drop a visitor with this evidence; none: the visitor counts.
    package func rules(matching evidence: VisitorEvidence) -> BotRule {
        var rules: BotRule = []
        if classifier != nil, evidence.hasBotUserAgent { rules.insert(.userAgent) }
        if let limit = settings.eventsPerDay, evidence.events > limit { rules.insert(.eventsPerDay) }
        if let limit = settings.eventsPerMinute, evidence.busiestMinute >= limit { rules.insert(.eventsPerMinute) }
        if let limit = settings.clicksWithoutView, !evidence.hasView, evidence.clicks >= limit {
            rules.insert(.clicksWithoutView)
        }
        if visitors != nil, evidence.isOnDenyList { rules.insert(.denyList) }
        if networks != nil, evidence.isInDeniedNetwork { rules.insert(.denyNetwork) }
        return rules
    }
}
