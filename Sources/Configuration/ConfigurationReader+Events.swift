package import BotFilter
import Domain
import EventLog

// The logs and the bot filter.
extension ConfigurationReader {
    /// Reads `events`; nil when its paths are missing or at fault.
    mutating func events(_ node: JSON5Node?) -> Configuration.EventSource? {
        guard let node = section(node, keys: ["paths", "csv", "each", "fields", "types", "maxRejected"]) else {
            return nil
        }
        let paths = datedPaths(
            required("paths", of: node, example: #"["events/{date}/*.jsonl"]"#), arePatterns: true)
        var events = Configuration.EventSource(paths: paths ?? [])
        if let csv = csv(node["csv"]) { events.csv = csv }
        events.each = each(node["each"])
        readFields(node["fields"], into: &events.schema)
        readTypes(node["types"], into: &events.schema.types)
        if let maxRejected = maxRejected(node["maxRejected"]) { events.maxRejected = maxRejected }
        return paths == nil ? nil : events
    }

    /// Reads the share of lines that may be rejected before the run stops.
    package mutating func maxRejected(_ node: JSON5Node?) -> Double? {
        number(node, expected: "a share of lines from 0 to 1", "write 0.01 for one line in a hundred") {
            (0...1).contains($0)
        }
    }

    private mutating func readFields(_ node: JSON5Node?, into schema: inout EventSchema) {
        guard let node = section(node, keys: EventField.allCases.map(\.rawValue)) else { return }
        for field in EventField.allCases {
            if let node = node[field.rawValue], let source = fieldSource(node, of: field) { schema[field] = source }
        }
    }

    private mutating func fieldSource(_ node: JSON5Node, of field: EventField) -> FieldSource? {
        switch node.value {
        case .string:
            return text(node, "a key of the log").map { .keys([$0]) }
        case .object where field == .platform:
            guard let node = section(node, keys: ["constant"]) else { return nil }
            return name(required("constant", of: node, example: "\"web\""), "platform").map { .constant($0.string) }
        case .object:
            mismatch(node, expected: "a key of the log or a list of them", "only platform can be a constant")
            return nil
        default:
            guard let nodes = list(node, of: "keys of the log", example: #"["customer", "visitor"]"#) else {
                return nil
            }
            let keys = nodes.compactMap { text($0, "a key of the log") }
            return keys.count == nodes.count ? .keys(keys) : nil
        }
    }

    /// The types that a synonym can stand for.
    private enum CountedType: String, CaseIterable {
        case view, click, purchase, refund
    }

    private mutating func readTypes(_ node: JSON5Node?, into types: inout [String: EventType]) {
        for (word, node) in dictionary(node, example: #"{ impression: "view", order: "purchase" }"#) {
            if word.isEmpty {
                faultOfKey(node, "a synonym without letters", "write the type as the logs have it")
            }
            guard let counted = self.word(node, as: CountedType.self), let type = EventType(rawValue: counted.rawValue)
            else { continue }
            if let own = EventSchema.ownTypes[word], own != type {
                faultOfKey(
                    node, "\(JSON5Value.quoted(word)) cannot mean \(type): it is a type itself",
                    "remove it; synonyms are other words, as in impression: \"view\"")
            }
            types[word] = type
        }
    }

    // MARK: Bots

    package mutating func bots(_ node: JSON5Node?) -> BotSettings {
        var settings = BotSettings()
        let keys = [
            "userAgents", "eventsPerDay", "eventsPerMinute", "clicksWithoutView", "denyList", "denyNetworks",
        ]
        guard let node = section(node, keys: keys) else { return settings }
        if let userAgents = userAgents(node["userAgents"]) { settings.userAgents = userAgents }
        if let limit = limit(node["eventsPerDay"]) { settings.eventsPerDay = limit }
        // Events of a minute are counted to a little over a million.
        if let limit = limit(node["eventsPerMinute"], atMost: 1_000_000) { settings.eventsPerMinute = limit }
        if let limit = limit(node["clicksWithoutView"]) { settings.clicksWithoutView = limit }
        if let paths = nullable(node["denyList"], { $0.datedPaths($1) }) { settings.denyLists = paths ?? [] }
        if let paths = nullable(node["denyNetworks"], { $0.datedPaths($1) }) { settings.denyNetworks = paths ?? [] }
        return settings
    }

    /// Reads the limit of a rule, at least 1; `false` or `null` turns the rule off.
    private mutating func limit(_ node: JSON5Node?, atMost greatest: Int = Self.unlimited) -> Int?? {
        guard let node else { return nil }
        switch node.value {
        case .bool(false), .null:
            return .some(nil)
        case .bool, .array, .object:
            mismatch(
                node, expected: "a whole number of at least 1, or false",
                "write the limit, or false to turn the rule off, or leave it out for the default")
            return nil
        case .number(let number) where number == 0:
            mismatch(node, expected: "a whole number of at least 1, or false", "write false to turn the rule off")
            return nil
        default:
            return integer(node, in: 1...greatest).map { .some($0) }
        }
    }

    private mutating func userAgents(_ node: JSON5Node?) -> UserAgentSettings?? {
        guard let node else { return nil }
        switch node.value {
        case .bool(true):
            return UserAgentSettings()
        case .bool(false), .null:
            return .some(nil)
        case .object:
            guard let node = section(node, keys: ["browsersOnly", "allow", "block"]) else { return nil }
            return UserAgentSettings(
                browsersOnly: bool(node["browsersOnly"]) ?? false, allow: agents(node["allow"]),
                block: agents(node["block"]))
        default:
            mismatch(
                node, expected: "true, false or an object",
                "write true for the built-in rules, false for none, or { browsersOnly, allow, block }")
            return nil
        }
    }

    private mutating func agents(_ node: JSON5Node?) -> [String] {
        if case .array([])? = node?.value { return [] }
        let nodes = list(node, of: "texts in user agents", example: #"["HeadlessChrome"]"#) ?? []
        return nodes.compactMap { text($0, "a text in user agents") }
    }
}
