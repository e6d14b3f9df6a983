// What `sluice help log` and the reference of the configuration say of each field.
extension EventField {
    /// A sentence.
    package var meaning: String {
        switch self {
        case .time: "When it happened."
        case .type: "`view`, `click`, `purchase` or `refund`; any other word is an event of another type."
        case .visitor: "Whom the log says it was."
        case .platform: "A tenant: web, app, a shop."
        case .slot: "The place that shows one of several variants."
        case .variant: "What was shown."
        case .segment: "A group of visitors, like a city; without one the visitor is in `*`, everyone."
        case .revenue: "Of a purchase, in the major unit."
        case .order: "The order's id: an order counts once."
        case .userAgent: "The browser, for the bot filter."
        case .address: "The address, for the bot filter."
        case .propensity: "The share with which serving code chose what it showed."
        case .event: "The event's own id: an event counts once, however often it was delivered."
        }
    }

    /// Which lines cannot do without it.
    package var need: String {
        switch self {
        case .time, .type: "always"
        case .visitor: "to count"
        case .platform, .slot, .variant: "views, clicks"
        case .segment, .revenue, .order, .userAgent, .address, .propensity, .event: "no"
        }
    }
}
