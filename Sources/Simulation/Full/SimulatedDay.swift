import Allocation
import Learning
import Vocabulary

/// A day of the world as it is lived: who comes, what the table shows them, what they do.
struct SimulatedDay {
    /// In order of time.
    private(set) var events: [SimulatedEvent] = []
    /// By experiment.
    private(set) var served: [ServedDay] = []
    private(set) var robots = 0

    /// Lives a day.
    ///
    /// - Parameters:
    ///   - range: the day, in milliseconds since the epoch.
    ///   - audiences: by experiment; they remember today.
    init(
        _ day: Int, _ range: Range<Int64>, of world: World, truths: [Truth], table: ServedTable,
        audiences: inout [Audience]
    ) {
        for index in world.experiments.indices {
            let groups = table.groups[index]
            var served = ServedDay(segments: world.experiments[index].segments.count, arms: truths[index].arms)
            let place = Place(
                world: world, experiment: world.experiments[index], index: index, truth: truths[index], groups: groups,
                day: day, range: range)
            // An experiment that the table leaves out: nothing of it is shown.
            if !groups.isEmpty {
                events += place.people(&audiences[index], &served)
                let (events, robots) = place.robots()
                self.events += events
                self.robots += robots
            }
            if let leader = table.leaders[index] {
                served.leader = leader.arm
                served.leaderTraffic = Double(leader.traffic) / 1_000_000
                served.leaderProbability = leader.probabilityBest
            }
            served.weigh(
                place.night, control: place.experiment.control.flatMap { place.experiment.position(of: $0.variant) })
            self.served.append(served)
        }
        // Stable, so that events of one instant stay in the order they were made.
        events = events.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
            .map(\.element)
    }
}

/// A slot on a day.
private struct Place {
    let world: World
    let experiment: WorldExperiment
    let index: Int
    let truth: Truth
    let groups: [ServedTable.Group]
    let day: Int
    let range: Range<Int64>

    var shares: [Double] { experiment.segments.map(\.share) }

    /// The day as policies see it, for what it is truly worth. When all arms are blacklisted, the last table stays, and the best
    /// of the arms that there are is what they are measured by.
    var night: Night {
        let competing = experiment.arms.indices.filter { truth.competes(arm: $0, day: day) }
        let declared = experiment.arms.indices.filter {
            experiment.arms[$0].joins <= day && experiment.arms[$0].variant != experiment.control?.variant
        }
        return Night(
            experiment: experiment, truth: truth, day: day, date: world.start.advanced(by: day), rows: [],
            competing: competing.isEmpty ? declared : competing)
    }

    /// The people of the day: as many as a Poisson draw of those expected says.
    func people(_ audience: inout Audience, _ served: inout ServedDay) -> [SimulatedEvent] {
        var crowd = Streams(seed: world.seed).generator(.crowd, experiment: index, number: day)
        let count = Int(Draw.poisson(mean: truth.visitors[day], uniform: crowd.uniform()))
        let numbers = audience.visitors(count, returning: world.crowd.returning, using: &crowd)
        var generator = Streams(seed: world.seed).generator(.visits, experiment: index, number: day)
        var events: [SimulatedEvent] = []
        let shares = shares
        for number in numbers {
            let person = Person(number, experiment: index, seed: world.seed, shares: shares)
            let views = views(of: person, using: &generator)
            let exposure = views[0]
            audience.show(exposure.arm, to: number)
            served.show(
                segment: exposure.segment, arm: exposure.arm,
                isOnFloor: groups[exposure.segment].isOnFloor[exposure.arm])
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
        return events
    }

    /// What somebody is shown, view by view; who travels has the last one elsewhere.
    private func views(of person: Person, using generator: inout CounterGenerator) -> [Visit.View] {
        var segments = [person.home]
        while segments.count < 5, generator.chance(0.45) { segments.append(person.home) }
        if experiment.segments.count > 1, generator.chance(world.crowd.travelling) {
            var elsewhere = shares
            elsewhere[person.home] = 0
            segments.append(generator.index(weights: elsewhere))
        }
        return segments.map { view(of: person.visitor, segment: $0) }
    }

    private func view(of visitor: String, segment: Int) -> Visit.View {
        let arm = groups[segment].arm(for: visitor)
        return Visit.View(segment: segment, arm: arm, propensity: groups[segment].traffic[arm])
    }

    /// The robots of the day, new ones every day.
    func robots() -> (events: [SimulatedEvent], count: Int) {
        var generator = Streams(seed: world.seed).generator(.robots, experiment: index, number: day)
        let mean = truth.visitors[day] * world.crowd.robots
        let count = Int(Draw.poisson(mean: mean, uniform: generator.uniform()))
        var events: [SimulatedEvent] = []
        for number in 0..<count {
            let visitor = Person.identifier(
                Person.firstRobot | day << 24 | number, experiment: index, seed: world.seed)
            let kind = Robot.allCases[generator.index(weights: Robot.weights)]
            let view = view(of: visitor, segment: generator.index(weights: shares))
            events += kind.events(of: visitor, experiment: index, view: view, day: range, using: &generator)
        }
        return (events, count)
    }
}
