import Allocation
import Domain
import Learning
import Numerics

/// A day of the world as it is lived: who comes, what the table shows them, what they do.
struct SimulatedDay {
    /// Experiment by experiment, person by person.
    private var events: [SimulatedEvent] = []
    /// Places of the events in the order of time.
    private var order: [UInt32] = []
    /// By experiment.
    private(set) var served: [ServedDay] = []
    private(set) var bots = 0

    /// Lives a day.
    ///
    /// - Parameters:
    ///   - range: the day, in milliseconds since the epoch.
    ///   - audiences: by experiment; they remember today.
    init(
        _ day: Int, _ range: Range<Int64>, of world: World, truths: [Truth], table: ServedTable,
        audiences: inout [Audience]
    ) {
        events.reserveCapacity(Int(1.1 * SimulatedDay.expectedEvents(day, of: world, truths: truths)) + 1_000)
        for index in world.experiments.indices {
            let slot = table.slots[index]
            var served = ServedDay(segments: world.experiments[index].segments.count, arms: truths[index].arms)
            let place = Place(
                world: world, experiment: world.experiments[index], index: index, truth: truths[index], slot: slot,
                day: day, range: range)
            // An experiment that the table leaves out: nothing of it is shown.
            if let slot {
                served.note(slot)
                place.people(&audiences[index], &served, &events)
                bots += place.bots(&events)
            }
            served.weigh(
                place.night, control: place.experiment.control.flatMap { place.experiment.position(of: $0.variant) })
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

/// A slot on a day.
private struct Place {
    let world: World
    let experiment: WorldExperiment
    let index: Int
    let truth: Truth
    /// Nil: nobody is shown anything.
    let slot: ServedTable.Slot?
    let day: Int
    let range: Range<Int64>

    var groups: [ServedTable.Group] { slot?.groups ?? [] }
    var shares: [Double] { experiment.segments.map(\.share) }

    /// The day as policies see it, for what it is truly worth. The arms to choose from are those that competed for the table in
    /// force: a night that stops leaves a blacklisted arm its traffic, and when all arms are blacklisted the last shares stay.
    var night: SimulatedNight {
        SimulatedNight(
            experiment: experiment, truth: truth, day: day, date: world.start.advanced(by: day), rows: [],
            competing: slot?.competing ?? [])
    }

    /// The people of the day: as many as a Poisson draw of those expected says.
    func people(_ audience: inout Audience, _ served: inout ServedDay, _ events: inout [SimulatedEvent]) {
        var crowd = Streams(seed: world.seed).generator(.crowd, experiment: index, number: day)
        let count = Int(Draw.poisson(mean: truth.visitors[day], uniform: crowd.uniform()))
        let numbers = audience.visitors(count, returning: world.crowd.returning, using: &crowd)
        var generator = Streams(seed: world.seed).generator(.visits, experiment: index, number: day)
        let (groups, shares) = (groups, shares)
        for number in numbers {
            let person = Person(number, experiment: index, seed: world.seed, shares: shares)
            let views = views(of: person, in: groups, using: &generator)
            let exposure = views[0]
            audience.show(exposure.arm, to: number)
            served.show(segment: exposure.segment, arm: exposure.arm)
            var visit = Visit(
                of: person.visitor, agent: person.agent, experiment: index,
                at: Visit.start(in: range, using: &generator))
            let rate = truth.rate(day: day, segment: exposure.segment, arm: exposure.arm)
            visit.live(
                views, reward: experiment.reward, isRewarded: generator.chance(rate),
                revenue: experiment.arms[exposure.arm].revenue, using: &generator)
            events += visit.events
        }
        (served.returning, served.moved) = (audience.returning, audience.moved)
    }

    /// What somebody is shown, view by view; who travels has the last one elsewhere.
    private func views(
        of person: Person, in groups: [ServedTable.Group], using generator: inout CounterGenerator
    ) -> [Visit.View] {
        var segments = [person.home]
        while segments.count < 5, generator.chance(0.45) { segments.append(person.home) }
        if experiment.segments.count > 1, generator.chance(world.crowd.travelling) {
            var elsewhere = shares
            elsewhere[person.home] = 0
            segments.append(generator.index(weights: elsewhere))
        }
        return segments.map { view(of: person.visitor, segment: $0, in: groups) }
    }

    private func view(of visitor: String, segment: Int, in groups: [ServedTable.Group]) -> Visit.View {
        let arm = groups[segment].arm(for: visitor)
        return Visit.View(segment: segment, arm: arm, propensity: groups[segment].traffic[arm])
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
            let view = view(of: visitor, segment: generator.index(weights: shares), in: groups)
            events += kind.events(of: visitor, experiment: index, view: view, day: range, using: &generator)
        }
        return count
    }
}
