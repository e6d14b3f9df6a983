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
    /// The share with which serving code chose what it showed.
    case propensity
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
    /// The types that need no synonym.
    package static let ownTypes: [String: EventType] = [
        "view": .view, "click": .click, "purchase": .purchase, "refund": .refund,
    ]

    private var sources: [EventField: FieldSource]
    /// Meanings of the words under `type`; any other word is ``EventType/other``.
    package var types: [String: EventType]

    /// Every field under its own name and every type under its own word, but for those given.
    package init(fields: [EventField: FieldSource] = [:], types: [String: EventType] = [:]) {
        sources = fields
        self.types = EventSchema.ownTypes.merging(types) { _, given in given }
    }

    /// Where a field is read from. Only `platform` can be a constant.
    package subscript(field: EventField) -> FieldSource {
        get { sources[field] ?? .keys([field.rawValue]) }
        set { sources[field] = newValue }
    }
}

/// What a visitor did.
package enum EventType: String, BitwiseCopyable, CaseIterable, Codable, CodingKeyRepresentable, Sendable {
    case view, click, purchase
    /// Money that goes back; a purchase of negative revenue is one too.
    case refund
    /// A legal event of another type: evidence for the bot filter, no reward.
    case other

    /// The index in `allCases`.
    @inline(__always)
    var position: Int {
        switch self {
        case .view: 0
        case .click: 1
        case .purchase: 2
        case .refund: 3
        case .other: 4
        }
    }
}
