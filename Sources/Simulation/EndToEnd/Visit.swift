import Allocation
import Domain
import Learning
import Numerics

/// A person's visit to a slot: one to six views within the hour, and what comes of them.
///
///     view ── 20…300 s ── view ── … ── view          the first one is the exposure
///        click 1…15 s after one of them; purchase 30…600 s after the last one; refund 5…20 minutes after that
///
/// Whether there is a reward is decided once for the visit, at the truth's rate of the exposure. So the share of rewarded units
/// is that rate, however many views there are and whatever the later ones show.
struct Visit {
    /// The hours of the day: most begin around noon, none in the last hour, so that every visit ends within its day.
    static func start(in day: Range<Int64>, using generator: inout CounterGenerator) -> Int64 {
        let room = Double(day.upperBound - day.lowerBound - 3_600_000)
        return day.lowerBound + Int64((generator.uniform() + generator.uniform()) / 2 * room)
    }

    /// What comes of a visit.
    enum Outcome {
        case nothing, reward
        /// A purchase, and a refund of it.
        case givenBack

        /// - Parameters:
        ///   - rate: the probability of a reward that is kept.
        ///   - kept: the share of rewards that are.
        init(rate: Double, kept: Double, using generator: inout CounterGenerator) {
            guard kept < 1 else {
                self = generator.chance(rate) ? .reward : .nothing
                return
            }
            // Where nothing is kept, the rate says nothing of how much is bought: nobody buys.
            guard kept > 0, generator.chance(min(1, rate / kept)) else {
                self = .nothing
                return
            }
            self = generator.chance(kept) ? .reward : .givenBack
        }
    }

    /// What is shown: the segment and the arm.
    struct View {
        var segment: Int
        var arm: Int
        var propensity: Int
    }

    let visitor: String
    let agent: Int
    let experiment: Int
    private(set) var events: [SimulatedEvent] = []
    private var time: Int64

    init(of visitor: String, agent: Int, experiment: Int, at start: Int64) {
        self.visitor = visitor
        self.agent = agent
        self.experiment = experiment
        time = start
    }

    /// Makes the events of the views.
    ///
    /// - Parameters:
    ///   - segments: where each view is.
    ///   - shown: what is shown in a segment at an instant, in milliseconds since the epoch; nil: nothing.
    mutating func act(
        _ segments: [Int], reward: Reward, outcome: Outcome, revenue: WorldArm.Revenue,
        using generator: inout CounterGenerator, shown: (Int, Int64) -> View?
    ) {
        let isRewarded = outcome != .nothing
        // Where clicks are no reward, whoever buys has clicked, and one in ten of the others clicks too.
        let clicks = reward == .click ? isRewarded : isRewarded || generator.chance(0.1)
        let clicked = clicks ? generator.within(0...segments.count - 1) : nil
        var first: View?
        for (index, segment) in segments.enumerated() {
            if index > 0 { time += Int64(generator.within(20_000...300_000)) }
            guard let view = shown(segment, time) else { continue }
            first = first ?? view
            add(.view, view, at: time)
            if index == clicked {
                add(.click, view, at: time + Int64(generator.within(1_000...15_000)))
                if generator.chance(0.2) { add(.click, view, at: time + Int64(generator.within(15_001...19_999))) }
            }
        }
        guard isRewarded, reward != .click, let first else { return }
        let cents = Int64((revenue.draw(using: &generator) * 100).rounded())
        // The sale is the exposure's: its slot and variant stand in the log.
        let bought = time + Int64(generator.within(30_000...600_000))
        add(.purchase, first, at: bought, cents: cents)
        guard outcome == .givenBack else { return }
        add(.refund, first, at: bought + Int64(generator.within(300_000...1_200_000)), cents: cents, ordered: bought)
    }

    private mutating func add(
        _ kind: SimulatedEvent.Kind, _ view: View, at time: Int64, cents: Int64 = 0, ordered: Int64? = nil
    ) {
        events.append(
            SimulatedEvent(
                time: time, kind: kind, visitor: visitor, experiment: experiment, view: view, agent: agent,
                cents: cents, ordered: ordered))
    }
}

extension WorldArm.Revenue {
    /// A purchase, in major units. Without whales one number fewer is drawn.
    func draw(using generator: inout CounterGenerator) -> Double {
        let amount = Draw.logNormal(mean: mean, spread: spread, using: &generator)
        guard let whales, generator.chance(whales.share) else { return amount }
        return amount * whales.factor
    }
}
