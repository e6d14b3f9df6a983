/// Visitors who are no people, a few of each kind that the bot filter has a rule for, and some just short of one.
enum Bots {
    /// Blocks from which nobody shops; all are reserved for documentation (RFC 5737, RFC 3849).
    static let deniedNetworks = ["203.0.113.0/24", "198.51.100.128/25", "2001:db8:bad::/48"]

    /// Ids which the detection service names for a day: those in the log, and one that did not come.
    static func deniedVisitors(_ day: Int) -> [String] {
        (0..<5).map { "wdeny\(day + 1)\(padded($0 * 37 % 100, 3))" } + ["wgone\(padded(day, 4))"]
    }

    /// All events of bots on a day.
    static func events(on day: Int) -> [Event] {
        var events: [Event] = []
        for (index, agent) in UserAgents.bots.enumerated() {
            events += crawl(day, bot: index, agent: agent)
        }
        for index in 0..<24 { events += clickFarm(day, bot: 100 + index) }
        for (index, visitor) in deniedVisitors(day).dropLast().enumerated() {
            events += shopper(day, bot: 200 + index, visitor: visitor)
        }
        switch day {
        case 0: events += blindClicks(day, bot: 300, count: 25)
        case 1: events += burst(day, bot: 301, count: 75) + blindClicks(day, bot: 302, count: 19)
        default: events += burst(day, bot: 303, count: 59) + marathon(day, bot: 304, count: 812)
        }
        return events
    }

    /// Walks through both slots of the web and says who it is.
    private static func crawl(_ day: Int, bot: Int, agent: String) -> [Event] {
        var random = Stream(.bot, bot, day: day)
        let visitor = Person.cookie(&random)
        var time = Clock.midnight(day) + random.below(20 * Clock.hour)
        return (0..<random.within(3...14)).map { _ in
            time += random.within(5...600) * Clock.second
            let slot = random.chance(1, of: 2) ? World.homeHero : World.checkoutBanner
            var event = view(of: slot, position: random.below(1_000), day: day, at: time, by: visitor)
            event.userAgent = agent
            event.address = "192.0.2.\(10 + bot)"
            return event
        }
    }

    /// Looks and clicks at once with the agent of a browser, from a denied network.
    private static func clickFarm(_ day: Int, bot: Int) -> [Event] {
        var random = Stream(.bot, bot, day: day)
        let visitor = Person.cookie(&random)
        let time = Clock.midnight(day) + random.below(23 * Clock.hour)
        let addresses = ["203.0.113.\(bot)", "198.51.100.\(bot + 50)", "2001:db8:bad:\(bot)::1"]
        var event = view(of: World.homeHero, position: random.below(1_000), day: day, at: time, by: visitor)
        event.segment = World.cities[random.below(3)].name
        event.userAgent = UserAgents.browsers[0].text
        event.address = addresses[bot % 3]
        var click = event
        click.kind = .click
        click.time += 700
        return [event, click]
    }

    /// Looks like anybody; only the detection service knows better.
    private static func shopper(_ day: Int, bot: Int, visitor: String) -> [Event] {
        var random = Stream(.bot, bot, day: day)
        let time = Clock.midnight(day) + random.within(6...22) * Clock.hour
        var event = view(
            of: World.homeHero, position: random.below(1_000), day: day, at: time, by: .text(visitor))
        event.segment = World.cities[random.below(World.cities.count)].name
        event.userAgent = UserAgents.browsers[1].text
        var click = event
        click.kind = .click
        click.time += 4 * Clock.second
        return [event, click]
    }

    /// Clicks on what it has never been shown.
    private static func blindClicks(_ day: Int, bot: Int, count: Int) -> [Event] {
        var random = Stream(.bot, bot, day: day)
        let visitor = Person.cookie(&random)
        let start = Clock.midnight(day) + 11 * Clock.hour
        return (0..<count).map { index in
            var event = view(
                of: World.homeHero, position: 500, day: day, at: start + index * 41 * Clock.second, by: visitor)
            event.kind = .click
            return event
        }
    }

    /// Reloads a page within one minute of the clock.
    private static func burst(_ day: Int, bot: Int, count: Int) -> [Event] {
        var random = Stream(.bot, bot, day: day)
        let visitor = Person.cookie(&random)
        let start = Clock.midnight(day) + 15 * Clock.hour + 7 * Clock.minute
        return (0..<count).map { index in
            view(of: World.homeHero, position: 500, day: day, at: start + index * 790, by: visitor)
        }
    }

    /// Leaves the app scrolling all day.
    private static func marathon(_ day: Int, bot: Int, count: Int) -> [Event] {
        let start = Clock.midnight(day) + Clock.hour
        return (0..<count).map { index in
            var event = view(
                of: World.homeFeed, position: 500, day: day, at: start + index * 97 * Clock.second,
                by: .number(690_000 + bot))
            event.kind = index % 10 == 0 ? .view : .scroll
            event.producer = .oldApp
            return event
        }
    }

    private static func view(
        of slot: Slot, position: Int, day: Int, at time: Int, by visitor: Event.Identifier
    ) -> Event {
        var event = Event(time: time, kind: .view, visitor: visitor)
        event.platform = slot.platform
        event.slot = slot.name
        event.variant = slot.arm(at: position, day: day).name
        return event
    }
}
