package import EventLog

/// What a day's events, of whatever type and experiment, say about whether a visitor is a person.
///
/// Counts saturate: a visitor with 2³² events is no less of a robot.
package struct VisitorEvidence: Equatable, Sendable {
    package var events: UInt32 = 0
    package var views: UInt32 = 0
    package var clicks: UInt32 = 0
    /// Events in the busiest minute of the clock, ⌊epoch / 60 s⌋.
    package var busiestMinute: UInt32 = 0
    /// An event had an agent for which ``BotPolicy/judgesUserAgent(_:)`` held.
    package var hasRobotUserAgent = false
    /// The visitor is one for whom ``BotPolicy/deniesVisitor(_:)`` holds.
    package var isOnDenyList = false
    /// An event had an address for which ``BotPolicy/deniesNetwork(_:)`` held.
    package var isInDeniedNetwork = false

    package init() {}

    /// Counts one event of this type.
    package mutating func count(_ type: EventType) {
        events = events.addingSaturating(1)
        switch type {
        case .view: views = views.addingSaturating(1)
        case .click: clicks = clicks.addingSaturating(1)
        case .purchase, .other: break
        }
    }

    /// Takes note of a minute of the clock with this many events so far.
    package mutating func note(eventsInMinute count: UInt32) {
        busiestMinute = max(busiestMinute, count)
    }

    /// Adds the evidence of other events of the visitor.
    ///
    /// The busiest minute is the greater of the two, which is too low when both hold events of one minute: whoever cuts
    /// minutes apart adds their counts first and notes the sums with ``note(eventsInMinute:)``.
    package mutating func add(_ other: VisitorEvidence) {
        events = events.addingSaturating(other.events)
        views = views.addingSaturating(other.views)
        clicks = clicks.addingSaturating(other.clicks)
        note(eventsInMinute: other.busiestMinute)
        hasRobotUserAgent = hasRobotUserAgent || other.hasRobotUserAgent
        isOnDenyList = isOnDenyList || other.isOnDenyList
        isInDeniedNetwork = isInDeniedNetwork || other.isInDeniedNetwork
    }
}

extension UInt32 {
    fileprivate func addingSaturating(_ other: UInt32) -> UInt32 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
