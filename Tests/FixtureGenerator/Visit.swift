/// What one person does on one day.
struct Visit {
    private(set) var events: [Event] = []
    private let person: Person
    private let day: Int
    private var random: Stream
    /// When the person looks up from the last thing done, in milliseconds since the epoch.
    private var time: Int
    private var orders = 0

    init(of person: Person, on day: Int) {
        self.person = person
        self.day = day
        random = Stream(.visit, person.index, day: day)
        // The first number of this stream has said that the person comes.
        _ = random.below(100)
        let hour = random.index(weights: World.hours)
        // The last visit begins at 23:20 and none lasts forty minutes, so that none runs into the next day.
        let span = hour == 23 ? 20 * Clock.minute : Clock.hour
        time = Clock.midnight(day) + hour * Clock.hour + random.below(span)
        if person.platform == "web" { browse() } else { useApp() }
    }

    private mutating func browse() {
        let seesHome = random.chance(90, of: 100)
        if seesHome { visit(World.homeHero, position: 0) }
        if !seesHome || random.chance(30, of: 100) {
            visit(World.checkoutBanner, position: 1)
        } else if random.chance(1, of: 100) {
            // Bought elsewhere in the shop: an order that belongs to no slot.
            buy(basket: 25)
        }
        if random.chance(4, of: 100) { log(.scroll, slot: nil, variant: nil) }
        if random.chance(1, of: 100) { log(.view, slot: "footer", variant: "newsletter") }
        if person.installation != nil, random.chance(50, of: 100) { useApp() }
    }

    private mutating func useApp() {
        visit(World.homeFeed, position: 2)
    }

    private mutating func visit(_ slot: Slot, position: Int) {
        let arm = slot.arm(at: person.positions[position], day: day)
        log(.view, in: slot, arm)
        while random.chance(15, of: 100) { log(.view, in: slot, arm) }
        // A page from a cache shows another arm once in a while.
        if random.chance(6, of: 1_000) {
            log(.view, in: slot, slot.arm(at: random.below(1_000), day: day))
        }
        if random.chance(slot.chance(arm.clicks, of: arm, city: person.city, day: day), of: 1_000_000) {
            log(.click, in: slot, arm)
            if random.chance(10, of: 100) { log(.click, in: slot, arm) }
        }
        if random.chance(slot.chance(arm.purchases, of: arm, city: person.city, day: day), of: 1_000_000) {
            buy(in: slot, arm, basket: arm.basket)
        }
    }

    private mutating func buy(in slot: Slot? = nil, _ arm: Arm? = nil, basket: Int) {
        var revenue = 0
        repeat {
            let price = World.prices[random.below(World.prices.count)]
            let discount = [0, 0, 5, 10, 15][random.below(5)]
            revenue += price - price * discount / 100
        } while random.chance(basket, of: 100)
        orders += 1
        var event = makeEvent(.purchase, platform: slot?.platform ?? "web", slot: slot?.name, variant: arm?.name)
        event.revenue = revenue
        event.order = "OD\(Clock.date(day).filter { $0 != "-" })-\(padded(person.index, 5))-\(orders)"
        // The cashier knows the slot from the address of the page, which two in five have lost by then.
        if random.chance(40, of: 100) {
            event.slot = nil
            event.variant = nil
            if random.chance(20, of: 100) { event.platform = nil }
        }
        events.append(event)
        if random.chance(4, of: 100) {
            // The cashier's program was not answered and says it again.
            event.time += random.within(1...4) * Clock.second
            time = event.time
            events.append(event)
        }
    }

    private mutating func log(_ kind: Event.Kind, in slot: Slot, _ arm: Arm) {
        events.append(makeEvent(kind, platform: slot.platform, slot: slot.name, variant: arm.name))
    }

    private mutating func log(_ kind: Event.Kind, slot: String?, variant: String?) {
        events.append(makeEvent(kind, platform: person.platform, slot: slot, variant: variant))
    }

    private mutating func makeEvent(_ kind: Event.Kind, platform: String, slot: String?, variant: String?) -> Event {
        if !events.isEmpty { time += random.within(3_000...95_000) }
        let onWeb = platform == "web"
        let installation = person.installation.map { Event.Identifier.number($0) }
        var event = Event(time: time, kind: kind, visitor: onWeb ? person.visitor : installation ?? person.visitor)
        event.customer = person.customer
        event.platform = platform
        event.slot = slot
        event.variant = variant
        event.segment = kind == .purchase ? nil : person.city
        event.producer = onWeb ? nil : person.isOldApp ? .oldApp : .app
        if onWeb, events.isEmpty { event.userAgent = person.userAgent }
        if onWeb, kind == .view { event.address = person.address }
        return event
    }
}
