import Allocation
import Domain
import Learning
import Numerics

/// A simulated day of the world: who comes, what the table shows them, what they do.
struct SimulatedDay {
    /// Experiment by experiment, person by person.
    private var events: [SimulatedEvent] = []
    /// Places of the events in the order of time.
    private var order: [UInt32] = []
    /// By experiment.
    private(set) var served: [ServedDay] = []
    private(set) var bots = 0

    /// Simulates a day.
    ///
    /// - Parameters:
    ///   - range: the day, in milliseconds since the epoch.
    ///   - tables: those that serve in the day, in the order of time.
    ///   - audiences: by experiment; they remember today.
    init(
        _ day: Int, _ range: Range<Int64>, of world: World, truths: [Truth], tables: [ServingTable],
        audiences: inout [Audience]
    ) {
        events.reserveCapacity(Int(1.1 * SimulatedDay.expectedEvents(day, of: world, truths: truths)) + 1_000)
        for index in world.experiments.indices {
            let slots = tables.map { SlotDay.Slot(since: $0.since, slot: $0.table.slots[index]) }
            var served = ServedDay(
                tables: slots.count, segments: world.experiments[index].segments.count, arms: truths[index].arms)
            let slotDay = SlotDay(
                world: world, experiment: world.experiments[index], index: index, truth: truths[index], slots: slots,
                day: day, range: range)
            // An experiment that all tables leave out: nothing of it is shown.
            if slots.contains(where: { $0.slot != nil }) {
                if let last = slots.last?.slot { served.note(last) }
                slotDay.people(&audiences[index], &served, &events)
                bots += slotDay.bots(&events)
            }
            served.weigh(
                slotDay.nights,
                control: slotDay.experiment.control.flatMap { slotDay.experiment.position(of: $0.variant) })
            self.served.append(served)
        }
        // Events of one instant stay in the order they were made.
        order = Array(0..<UInt32(events.count))
        order.sort { [events] in (events[Int($0)].time, $0) < (events[Int($1)].time, $1) }
    }

    /// How many events there are.
    var count: Int { order.count }

    /// The event at a place in the order of time.
    subscript(place: Int) -> SimulatedEvent { events[Int(order[place])] }
}

extension SimulatedDay {
    /// Bytes that a day keeps for each of its events: the event, its place in the order, and what sorting takes besides.
    static let bytesPerEvent = Double(MemoryLayout<SimulatedEvent>.stride) * 1.1 + 6

    /// Events expected on a day. Of one to six views some 1.9 are expected, with somewhat less than one click or purchase.
    static func expectedEvents(_ day: Int, of world: World, truths: [Truth]) -> Double {
        truths.reduce(0) { $0 + $1.visitors[day] * (2.5 + world.crowd.bots * Bot.meanEvents) }
    }
}

/// What a slot's people and bots of a day are drawn from.
private struct SlotDay {
    let world: World
    let experiment: WorldExperiment
    let index: Int
    let truth: Truth
    /// What the tables of the day have of it, in the order of time.
    let slots: [Slot]
    let day: Int
    let range: Range<Int64>

    /// What a table has of the slot.
    struct Slot {
        /// Since when, in milliseconds since the epoch.
        var since: Int64
        /// Nil: nobody is shown anything.
        var slot: ServedTable.Slot?
    }

    var shares: [Double] { experiment.segments.map(\.share) }

    /// The day as policies see it, for what it is truly worth. The arms to choose from are those that competed for the table in
    /// force: a night that stops leaves a blacklisted arm its traffic, and when all arms are blacklisted the last shares stay.
    /// One for each table.
    var nights: [SimulatedNight] {
        slots.map {
            SimulatedNight(
                experiment: experiment, truth: truth, day: day, date: world.start.advanced(by: day), rows: [],
                competing: $0.slot?.competing ?? [])
        }
    }

    /// The people of the day: as many as a Poisson draw of those expected says.
    func people(_ audience: inout Audience, _ served: inout ServedDay, _ events: inout [SimulatedEvent]) {
        var crowd = Streams(seed: world.seed).generator(.crowd, experiment: index, number: day)
        let count = Int(Draw.poisson(mean: truth.visitors[day], uniform: crowd.uniform()))
        let numbers = audience.visitors(count, returning: world.crowd.returning, using: &crowd)
        var generator = Streams(seed: world.seed).generator(.visits, experiment: index, number: day)
        let shares = shares
        for number in numbers {
            let person = Person(number, experiment: index, seed: world.seed, shares: shares)
            let segments = segments(of: person, using: &generator)
            let (start, factor) = start(using: &generator)
            guard let exposure = view(of: person.visitor, segment: segments[0], at: start) else { continue }
            audience.show(exposure.arm, to: number)
            served.show(segment: exposure.segment, arm: exposure.arm, byTable: table(at: start), rate: factor)
            var visit = Visit(of: person.visitor, agent: person.agent, experiment: index, at: start)
            let rate = factor * truth.rate(day: day, segment: exposure.segment, arm: exposure.arm)
            let outcome = Visit.Outcome(
                rate: rate, kept: experiment.kept(ofArm: exposure.arm), using: &generator)
            visit.act(
                segments, reward: experiment.reward, outcome: outcome,
                revenue: experiment.arms[exposure.arm].revenue, using: &generator
            ) { view(of: person.visitor, segment: $0, at: $1) }
            events += visit.events
        }
        (served.returning, served.moved) = (audience.returning, audience.moved)
    }

    /// When a visit begins, and what every rate is multiplied by at that hour.
    private func start(using generator: inout CounterGenerator) -> (time: Int64, rate: Double) {
        guard let hours = experiment.hours else { return (Visit.start(in: range, using: &generator), 1) }
        let (hour, part) = hours.start(using: &generator)
        return (range.lowerBound + Int64(part * Double(range.count)), hours.rate[hour])
    }

    /// Where somebody looks, view by view; who travels has the last one elsewhere.
    private func segments(of person: Person, using generator: inout CounterGenerator) -> [Int] {
        var segments = [person.home]
        while segments.count < 5, generator.chance(0.45) { segments.append(person.home) }
        if experiment.segments.count > 1, generator.chance(world.crowd.travelling) {
            var elsewhere = shares
            elsewhere[person.home] = 0
            segments.append(generator.index(weights: elsewhere))
        }
        return segments
    }

    /// The place of the table that serves at an instant.
    private func table(at time: Int64) -> Int { slots.lastIndex { $0.since <= time } ?? 0 }

    /// What somebody is shown at an instant; nil when the table leaves the slot out.
    private func view(of visitor: String, segment: Int, at time: Int64) -> Visit.View? {
        guard let group = slots[table(at: time)].slot?.groups[segment] else { return nil }
        let arm = group.arm(for: visitor)
        return Visit.View(segment: segment, arm: arm, propensity: group.traffic[arm])
    }

    /// The bots of the day, new ones every day. Returns how many there are.
    func bots(_ events: inout [SimulatedEvent]) -> Int {
        var generator = Streams(seed: world.seed).generator(.bots, experiment: index, number: day)
        let mean = truth.visitors[day] * world.crowd.bots
        let count = Int(Draw.poisson(mean: mean, uniform: generator.uniform()))
        for number in 0..<count {
            let visitor = Person.identifier(
                Person.firstBot | day << 24 | number, experiment: index, seed: world.seed)
            let kind = Bot.allCases[generator.index(weights: Bot.weights)]
            let segment = generator.index(weights: shares)
            events += kind.events(of: visitor, experiment: index, day: range, using: &generator) {
                view(of: visitor, segment: segment, at: $0)
            }
        }
        return count
    }
}
