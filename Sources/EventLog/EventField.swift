/// A field of the unified event log, by its name there.
package enum EventField: String, CaseIterable, Sendable {
    case time = "ts"
    case type
    case visitor
    case platform
    case slot
    case variant
    case segment
    case revenue
    case order
    case userAgent = "user_agent"
    case address = "ip"
}

/// Where a field's value comes from.
package enum FieldSource: Equatable, Sendable {
    /// Keys of the log line; the first that is present wins.
    case keys([String])
    /// The same text for every line.
    case constant(String)
}

/// How the keys and words of a log map to fields and types.
package struct EventSchema: Equatable, Sendable {
    /// The source of every field that is not read from the key of its own name.
    package var fields: [EventField: FieldSource]
    /// Further words for a type, beside `view`, `click` and `purchase` themselves.
    package var types: [String: EventType]

    package init(fields: [EventField: FieldSource] = [:], types: [String: EventType] = [:]) {
        self.fields = fields
        self.types = types
    }

    package func source(of field: EventField) -> FieldSource {
        fields[field] ?? .keys([field.rawValue])
    }
}
