package import BotFilter
import Domain
import EventLog

// The logs and the bot filter.
extension ConfigurationReader {
    /// Reads `events`; nil when its paths are missing or at fault.
    mutating func events(_ node: JSON5Node?) -> Configuration.EventSource? {
        guard let node = section(node, of: "events") else { return nil }
        let paths = datedPaths(
            required("paths", of: node, example: #"["events/{date}/*.jsonl"]"#), arePatterns: true)
        var events = Configuration.EventSource(paths: paths ?? [])
        if let csv = csv(node["csv"]) { events.csv = csv }
        let preset = word(node["preset"], as: LogPreset.self)
        events.schema.presetSources = preset?.fields ?? [:]
        events.schema.hasOtherRecords = preset != nil
        events.schema.slotsMayNamePlatforms = preset?.slotsMayNamePlatforms ?? false
        events.each = preset?.each
        if let each = nullable(node["each"], { $0.each($1) }) { events.each = each }
        readFields(node["fields"], into: &events.schema)
        readTypes(node["types"], into: &events.schema.types)
        let words = Set(events.schema.types.keys.map(EventSchema.folded))
        for (word, type) in preset?.types ?? [:] where !words.contains(EventSchema.folded(word)) {
            events.schema.types[word] = type
        }
        events.timesWithoutOffset = timeZone(node["timesWithoutOffset"])
        if let nobody = nobodyWords(node["nobody"]) { events.schema.nobody = nobody }
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
        guard let node = section(node, of: "events.fields") else { return }
        for field in EventField.allCases {
            if let node = node[field.rawValue], let source = fieldSource(node, of: field) { schema[field] = source }
        }
    }

    private static let sourceExample = #"["customer", "visitor"]"#

    /// Reads a source or a list of them.
    private mutating func fieldSource(_ node: JSON5Node, of field: EventField) -> FieldSource? {
        guard case .array = node.value else { return source(node, of: field).map { FieldSource([$0]) } }
        guard let nodes = list(node, of: "keys of the log", example: Self.sourceExample) else { return nil }
        let sources = nodes.compactMap { source($0, of: field) }
        return sources.count == nodes.count ? FieldSource(sources) : nil
    }

    private mutating func source(_ node: JSON5Node, of field: EventField) -> FieldSource.Source? {
        switch node.value {
        case .string: return path(ofSource: node).map { .path($0) }
        case .object where field == .time && node["columns"] != nil:
            guard let section = section(node, keys: ["columns"]),
                let nodes = list(section["columns"], of: "columns", example: #"["date", "time"]"#)
            else { return nil }
            guard nodes.count <= 3 else {
                fault(nodes[3], "a time is of three columns at most", "name those of date, time of day and offset")
                return nil
            }
            let paths = nodes.compactMap { path(ofSource: $0) }
            return paths.count == nodes.count ? .joined(paths) : nil
        case .object where node["columns"] != nil:
            fault(node, "only ts can be joined of columns", "write one key, such as \"\(field.rawValue)\"")
            return nil
        case .object: return constant(node, of: field).map { .constant($0) }
        default:
            mismatch(
                node,
                expected: SettingForm.source(isTime: field == .time, hasConstant: field != .event).words,
                "write keys in quotes, as in \(Self.sourceExample)")
            return nil
        }
    }

    private mutating func constant(_ node: JSON5Node, of field: EventField) -> String? {
        guard let section = section(node, keys: ["constant"]) else { return nil }
        let value = required("constant", of: section, example: "\"web\"")
        switch field {
        case .platform, .slot, .variant: return name(value, field.rawValue)?.string
        case .event:
            fault(
                node, "a constant id would make one event of all",
                "write the key that holds an id of the event's own, such as \"messageId\"")
            return nil
        default: return text(value, "text that stands for every line")
        }
    }

    /// Reads a key, or a path of keys and places in lists.
    private mutating func path(ofSource node: JSON5Node) -> String? {
        guard let text = text(node, "a key of the log") else { return nil }
        do {
            _ = try SourcePath(text)
            return text
        } catch {
            let (message, suggestion) = Self.words(for: error)
            fault(node, "\(JSON5Value.quoted(text)) is no path: there is \(message)", suggestion)
            return nil
        }
    }

    private static func words(for fault: SourcePath.Fault) -> (message: String, suggestion: String) {
        let example = "write it as in \"properties.items[0].price\" or \"params[key=slot].value\""
        switch fault {
        case .emptyName: return ("a dot without a key before or behind it", "write keys with one dot between them")
        case .blankName: return ("a key of blanks alone", "write the key as the log has it")
        case .openBracket: return ("a [ that nothing closes", "close it: \(example)")
        case .strayBracket: return ("a ] that nothing opens", example)
        case .badElement(let text): return ("neither a number nor key=value in [\(text)]", example)
        case .dottedKey(let text):
            return ("a key with a dot in [\(text)], and an element is told by a key of its own alone", example)
        case .textBehindBracket: return ("something behind a ] that is no dot", example)
        }
    }

    /// Reads the words that mean nobody; an empty list is legal: then nothing but empty text does.
    private mutating func nobodyWords(_ node: JSON5Node?) -> NobodyWords? {
        guard let node else { return nil }
        if case .array = node.value, node.children.isEmpty { return NobodyWords([]) }
        guard let nodes = list(node, of: "values that mean nobody", example: #"["guest", "(not set)"]"#) else {
            return nil
        }
        let words = nodes.compactMap { text($0, "a value that means nobody") }
        return words.count == nodes.count ? NobodyWords(words) : nil
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
            let meant = EventSchema.folded(word)
            if let own = EventSchema.ownTypes[meant], own != type {
                faultOfKey(
                    node, "\(JSON5Value.quoted(word)) cannot mean \(type): it is a type itself",
                    "remove it; synonyms are other words, as in impression: \"view\"")
            } else if let other = types.first(where: { EventSchema.folded($0.key) == meant && $0.value != type }) {
                faultOfKey(
                    node,
                    "\(JSON5Value.quoted(word)) cannot mean \(type) where \(JSON5Value.quoted(other.key)) means "
                        + "\(other.value): words are one whatever their case", "remove one of the two")
            }
            types[word] = type
        }
    }

    // MARK: Bots

    package mutating func bots(_ node: JSON5Node?) -> BotSettings {
        var settings = BotSettings()
        guard let node = section(node, of: "bots") else { return settings }
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
            guard let node = section(node, of: "bots.userAgents") else { return nil }
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
