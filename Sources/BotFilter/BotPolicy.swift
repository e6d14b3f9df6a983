/// The rules of a day as configured, with the lists they need: evidence in, matching rules out. A class, because it is asked
/// for every visitor, and all its lists would be retained each time a copy is made for that.
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
