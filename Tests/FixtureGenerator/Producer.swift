/// A program that writes events, with habits of its own: keys, their order, spaces, times, escapes.
enum Producer: String, CaseIterable {
    /// A web server: compact, UTC, text as it is.
    case webOne = "web-1"
    /// A web server in another language: spaces, local time, everything outside ASCII and every slash escaped, nested context.
    case webTwo = "web-2"
    /// The app's collector: epoch milliseconds, integers as visitors.
    case app
    /// Old builds of the app: other names for views and purchases, epoch seconds.
    case oldApp

    /// The file that holds the lines.
    var file: String {
        switch self {
        case .webOne, .webTwo: "\(rawValue).jsonl"
        case .app, .oldApp: "app.jsonl"
        }
    }

    /// Writes an event as one line, without its line end.
    func line(_ event: Event) -> String {
        switch self {
        case .webOne: webOneLine(event)
        case .webTwo: webTwoLine(event)
        case .app: appLine(event)
        case .oldApp: oldAppLine(event)
        }
    }

    private func webOneLine(_ event: Event) -> String {
        var object = JSONObject()
        object["ts"] = .text(Clock.universal(event.time))
        object["type"] = .text(event.kind.rawValue)
        object["visitor"] = event.visitor.json
        object["customer"] = event.customer.map { .number("\($0)") }
        object["platform"] = event.platform.map { .text($0) }
        object["slot"] = event.slot.map { .text($0) }
        object["variant"] = event.variant.map { .text($0) }
        object["segment"] = event.segment.map { .text($0) }
        object["order"] = event.order.map { .text($0) }
        object["revenue"] = event.revenue.map { .number(money($0)) }
        object["ip"] = event.address.map { .text($0) }
        object["user_agent"] = event.userAgent.map { .text($0) }
        if event.userAgent != nil, event.time % 8 == 0 {
            object["referrer"] = .text("https://www.example.com/?q=\"shoes\"")
        }
        return object.line()
    }

    private func webTwoLine(_ event: Event) -> String {
        var context = JSONObject()
        if event.kind == .view {
            context["page"] = .text(event.slot == "home-hero" ? "/" : "/cart")
        } else {
            context["at"] = .list([.number("\(event.time % 390)"), .number("844")])
        }
        var object = JSONObject()
        object["type"] = .text(event.kind.rawValue)
        object["platform"] = event.platform.map { .text($0) }
        object["slot"] = event.slot.map { .text($0) }
        object["variant"] = event.variant.map { .text($0) }
        object["context"] = event.kind == .purchase ? nil : .object(context)
        object["customer"] = event.customer.map { .text("\($0)") }
        object["visitor"] = event.visitor.json
        object["segment"] = event.segment.map { .text($0) }
        // Orders come from the cashier's program, whose clock shows no zone.
        let isOrder = event.kind == .purchase
        object["ts"] = .text(isOrder ? Clock.unzoned(event.time) : Clock.local(event.time))
        object["user_agent"] = event.userAgent.map { .text($0) }
        object["ip"] = event.address.map { .text($0) }
        object["revenue"] = event.revenue.map { .number(money($0)) }
        object["order"] = event.order.map { .text($0) }
        return object.line(isSpaced: true, isEscaped: true)
    }

    private func appLine(_ event: Event) -> String {
        var network = JSONObject()
        network["type"] = .text(event.time % 3 == 0 ? "wifi" : "5g")
        var context = JSONObject()
        context["build"] = .text("4.12.1")
        if event.kind != .view { context["network"] = .object(network) }
        var object = JSONObject()
        object["visitor"] = event.visitor.json
        object["customer"] = event.customer.map { .number("\($0)") }
        object["ts"] = .number("\(event.time)")
        object["type"] = .text(event.kind.rawValue)
        object["platform"] = event.platform.map { .text($0) }
        object["segment"] = event.segment.map { .text($0) }
        object["slot"] = event.slot.map { .text($0) }
        object["variant"] = event.variant.map { .text($0) }
        object["revenue"] = event.revenue.map { .number(money($0)) }
        object["order"] = event.order.map { .text($0) }
        object["context"] = .object(context)
        return object.line()
    }

    private func oldAppLine(_ event: Event) -> String {
        let names: [Event.Kind: String] = [.view: "impression", .purchase: "order"]
        var object = JSONObject()
        object["build"] = .text("3.9.0")
        object["type"] = .text(names[event.kind] ?? event.kind.rawValue)
        object["slot"] = event.slot.map { .text($0) }
        object["platform"] = event.platform.map { .text($0) }
        object["variant"] = event.variant.map { .text($0) }
        object["visitor"] = event.visitor.json
        object["customer"] = event.customer.map { .number("\($0)") }
        object["segment"] = event.segment.map { .text($0) }
        object["order"] = event.order.map { .text($0) }
        object["revenue"] = event.revenue.map { .number(money($0)) }
        object["ts"] = .number("\(event.time / Clock.second)")
        return object.line(isEscaped: true)
    }

    private func money(_ paise: Int) -> String {
        "\(paise / 100).\(padded(paise % 100, 2))"
    }
}

extension Event.Identifier {
    fileprivate var json: JSONValue {
        switch self {
        case .text(let text): .text(text)
        case .number(let number): .number("\(number)")
        }
    }
}
