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
