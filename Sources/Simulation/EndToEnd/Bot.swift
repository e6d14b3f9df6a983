import Allocation
import Numerics

/// A visitor who is no person, of a kind that the bot filter's defaults find.
enum Bot: CaseIterable {
    /// Says who it is, looks around and clicks.
    case crawler
    /// Reloads within one minute of the clock, with the agent of a browser.
    case flood
    /// Clicks on what it was never shown.
    case blindClicks

    /// How many of ten are of each kind.
    static let weights = [7.0, 2.0, 1.0]

    /// Events expected of a bot.
    static let meanEvents = 0.7 * 6.5 * 1.3 + 0.2 * 75 + 0.1 * 25

    /// What a bot does on a day.
    ///
    /// - Parameters:
    ///   - day: in milliseconds since the epoch.
    ///   - shown: what it is shown at an instant, and keeps; nil: nothing, so that it does nothing.
    func events(
        of visitor: String, experiment: Int, day: Range<Int64>, using generator: inout CounterGenerator,
        shown: (Int64) -> Visit.View?
    ) -> [SimulatedEvent] {
        var time = Visit.start(in: day, using: &generator)
        guard let view = shown(time) else { return [] }
        var event = SimulatedEvent(
            time: time, kind: .view, visitor: visitor, experiment: experiment, view: view,
            agent: generator.within(0...UserAgents.browsers.count - 1))
        var events: [SimulatedEvent] = []
        switch self {
        case .crawler:
            event.agent = UInt8(generator.within(UserAgents.browsers.count...UserAgents.all.count - 1))
            for _ in 0..<generator.within(1...12) {
                event.time = time
                events.append(event)
                if generator.chance(0.3) {
                    var click = event
                    click.kind = .click
                    events.append(click)
                }
                time += Int64(generator.within(1_000...20_000))
            }
        case .flood:
            // The next full minute: the day has at least an hour left.
            let minute = time + 60_000 - time % 60_000
            for index in 0..<generator.within(60...90) {
                event.time = minute + Int64(index * 600)
                events.append(event)
            }
        case .blindClicks:
            event.kind = .click
            for _ in 0..<generator.within(20...30) {
                event.time = time
                events.append(event)
                time += Int64(generator.within(5_000...60_000))
            }
        }
        return events
    }
}
