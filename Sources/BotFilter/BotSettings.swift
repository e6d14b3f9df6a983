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
