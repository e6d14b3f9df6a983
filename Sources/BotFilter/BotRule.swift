/// The rules that drop a visitor, as a set: what `bots.csv` and the quality file name.
package struct BotRule: OptionSet, Hashable, Sendable {
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
