/// Something a visitor did, as it goes into the log: 56 bytes, for a day may have millions.
struct SimulatedEvent {
    enum Kind: String {
        case view, click, purchase
    }

    /// Milliseconds since the epoch.
    var time: Int64
    /// In hundredths of the major unit; a purchase's order is its visitor and time.
    var cents: Int64
    var visitor: String
    /// Index of the experiment, and within it of segment and arm.
    var experiment: Int32
    var segment: Int32
    var arm: Int32
    /// The arm's share when it was shown, in millionths.
    var propensity: Int32
    /// Index in `UserAgents.all`.
    var agent: UInt8
    var kind: Kind

    init(
        time: Int64, kind: Kind, visitor: String, experiment: Int, view: Visit.View, agent: Int, cents: Int64 = 0
    ) {
        self.time = time
        self.cents = cents
        self.visitor = visitor
        self.experiment = Int32(experiment)
        segment = Int32(view.segment)
        arm = Int32(view.arm)
        propensity = Int32(view.propensity)
        self.agent = UInt8(agent)
        self.kind = kind
    }
}
