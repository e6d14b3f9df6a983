import Allocation
import Domain
import Randomizer

/// Something a visitor did, as it goes into the log: 64 bytes, for a day may have millions.
struct SimulatedEvent {
    enum Kind: String {
        case view, click, purchase, refund

        /// The feed that brings it; nil: views never fail alone.
        var feed: MissingFeed? {
            switch self {
            case .view: nil
            case .click: .click
            case .purchase, .refund: .purchase
            }
        }
    }

    /// Milliseconds since the epoch.
    var time: Int64
    /// In hundredths of the major unit.
    var cents: Int64
    /// Of a refund the time of the purchase: a purchase's order is its visitor and time.
    var ordered: Int64
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
        time: Int64, kind: Kind, visitor: String, experiment: Int, view: Visit.View, agent: Int, cents: Int64 = 0,
        ordered: Int64? = nil
    ) {
        self.time = time
        self.cents = cents
        self.ordered = ordered ?? time
        self.visitor = visitor
        self.experiment = Int32(experiment)
        segment = Int32(view.segment)
        arm = Int32(view.arm)
        propensity = Int32(view.propensity)
        self.agent = UInt8(agent)
        self.kind = kind
    }
}

/// The lines of a day's log, JSON with one event each:
///
///     {"ts":"2026-01-05T11:02:33.123Z","type":"view","visitor":"2x9…","platform":"web","slot":"home-hero",
///      "variant":"winter","segment":"Pune","propensity":0.310000,"user_agent":"Mozilla/5.0 …"}
///
/// A purchase, and a refund of it, have `order` and `revenue`. A visitor of no known segment has no `segment`. Readers pass over the propensity; past nights can be re-weighted by it.
struct EventText {
    /// By experiment, then segment · arms + arm: the fields that say what was shown.
    private let places: [[String]]
    private let arms: [Int]
    private let agents = UserAgents.all.map { ",\"user_agent\":\(JSONText.quoted($0))}\n" }
    private var bytes: [UInt8] = []

    init(_ world: World) {
        arms = world.experiments.map(\.arms.count)
        places = world.experiments.map { experiment in
            experiment.segments.flatMap { segment in
                experiment.arms.map { arm in
                    ",\"platform\":\(JSONText.quoted(experiment.key.platform.string))"
                        + ",\"slot\":\(JSONText.quoted(experiment.key.slot.string))"
                        + ",\"variant\":\(JSONText.quoted(arm.variant.string))"
                        + (segment.name == .everyone ? "" : ",\"segment\":\(JSONText.quoted(segment.name.string))")
                }
            }
        }
    }

    /// The lines written since this was last asked for.
    mutating func take() -> [UInt8] {
        defer { bytes.removeAll(keepingCapacity: true) }
        return bytes
    }

    mutating func write(_ event: SimulatedEvent) {
        append("{\"ts\":\"")
        appendTime(event.time)
        append("\",\"type\":\"")
        append(event.kind.rawValue)
        append("\",\"visitor\":\"")
        append(event.visitor)
        append("\"")
        let experiment = Int(event.experiment)
        append(places[experiment][Int(event.segment) * arms[experiment] + Int(event.arm)])
        if event.kind.feed == .purchase {
            append(",\"order\":\"\(event.visitor)-\(event.ordered)\",\"revenue\":")
            append(ExactDecimal.text(event.cents, scale: 2))
        } else {
            append(",\"propensity\":")
            append(ExactDecimal.text(event.propensity, scale: 6, everyPlace: true))
        }
        append(agents[Int(event.agent)])
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// Milliseconds since the epoch as RFC 3339 in UTC.
    private mutating func appendTime(_ time: Int64) {
        let (day, rest) = (time.flooredQuotient(by: 86_400_000), time.flooredRemainder(by: 86_400_000))
        append(CalendarDate(dayNumber: Int(day)).description)
        append("T")
        appendDigits(rest / 3_600_000, 2)
        append(":")
        appendDigits(rest / 60_000 % 60, 2)
        append(":")
        appendDigits(rest / 1_000 % 60, 2)
        append(".")
        appendDigits(rest % 1_000, 3)
        append("Z")
    }

    private mutating func appendDigits(_ value: Int64, _ count: Int) {
        let digits = String(value)
        for _ in digits.utf8.count..<count { bytes.append(UInt8(ascii: "0")) }
        append(digits)
    }
}

extension Int64 {
    /// The quotient rounded down, whatever the sign.
    fileprivate func flooredQuotient(by divisor: Int64) -> Int64 {
        (self - flooredRemainder(by: divisor)) / divisor
    }

    /// What is left of it: 0 ..< divisor.
    fileprivate func flooredRemainder(by divisor: Int64) -> Int64 {
        let rest = self % divisor
        return rest < 0 ? rest + divisor : rest
    }
}
