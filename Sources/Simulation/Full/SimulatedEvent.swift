/// Something a visitor did, as it goes into the log.
struct SimulatedEvent {
    enum Kind: String {
        case view, click, purchase
    }

    /// Milliseconds since the epoch.
    var time: Int64
    var kind: Kind
    var visitor: String
    /// Index of the experiment, and within it of segment and arm.
    var experiment: Int
    var segment: Int
    var arm: Int
    /// The arm's share when it was shown, in millionths.
    var propensity: Int
    /// Index in `UserAgents.all`.
    var agent: Int
    /// In hundredths of the major unit; a purchase's order is its visitor and time.
    var cents: Int64 = 0
}
