/// A field of the unified event log, by its name there.
package enum EventField: String, CaseIterable, Codable, Sendable {
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
    /// The id of the event itself, by which its copies are known. Read only where a source is given.
    case event

    /// Whether the value is a number, which may also stand as the text of one.
    var isNumeric: Bool { self == .time || self == .revenue || self == .propensity }

    /// Whether the value says which one of many: blanks around it are no part of it, and whole numbers are one however written.
    var isID: Bool { self == .visitor || self == .order || self == .event }

    /// The position in `allCases`.
    @inline(__always)
    var position: Int {
        switch self {
        case .time: 0
        case .type: 1
        case .visitor: 2
        case .platform: 3
        case .slot: 4
        case .variant: 5
        case .segment: 6
        case .revenue: 7
        case .order: 8
        case .userAgent: 9
        case .address: 10
        case .propensity: 11
        case .event: 12
        }
    }
}

/// Where a field's value comes from: sources in order, of which the first that holds something counts.
package struct FieldSource: Equatable, Sendable {
    /// One place to look at.
    package enum Source: Equatable, Sendable {
        /// A key of the line's object or a column, or a path into what stands there, as ``SourcePath`` reads it.
        case path(String)
        /// The same text for every line.
        case constant(String)
        /// Paths whose texts are joined: date and time of day with a `T`, an offset behind them with a blank.
        case joined([String])
    }

    package var sources: [Source]

    package init(_ sources: [Source]) {
        self.sources = sources
    }

    package static func keys(_ keys: [String]) -> FieldSource { FieldSource(keys.map { .path($0) }) }

    package static func constant(_ text: String) -> FieldSource { FieldSource([.constant(text)]) }

    /// All paths that are looked at.
    package var paths: [String] {
        sources.flatMap { source -> [String] in
            switch source {
            case .path(let path): [path]
            case .constant: []
            case .joined(let paths): paths
            }
        }
    }

    /// Whether a constant is among the sources, so that no line lacks the field.
    var hasConstant: Bool {
        sources.contains { if case .constant = $0 { true } else { false } }
    }
}

/// How the keys and words of a log map to fields and types.
package struct EventSchema: Equatable, Sendable {
    /// The types that need no synonym.
    package static let ownTypes: [String: EventType] = [
        "view": .view, "click": .click, "purchase": .purchase, "refund": .refund,
    ]

    private var sources: [EventField: FieldSource]
    /// Where fields stand for which no source was given; others under their own names.
    package var presetSources: [EventField: FieldSource] = [:]
    /// Meanings of the words under `type`; any other word is ``EventType/other``.
    package var types: [String: EventType]
    /// Which values stand for none.
    package var nobody = NobodyWords()
    /// Names of platforms, slots and variants that are declared: there they are names, even where they mean nobody elsewhere.
    package var declaredNames: Set<String> = []
    /// Whether the log is a tool's that has records of other things too: those without a type, and views and clicks that do not say of
    /// which slot and variant they are, are ignored as of another type, and not rejected.
    package var hasOtherRecords = false
    /// Whether a slot may be written as the key of a flag, `PLATFORM/SLOT`; its platform is the one named there.
    package var slotsMayNamePlatforms = false

    /// Every field under its own name and every type under its own word, but for those given.
    package init(fields: [EventField: FieldSource] = [:], types: [String: EventType] = [:]) {
        sources = fields
        self.types = EventSchema.ownTypes.merging(types) { _, given in given }
    }

    /// A word for a type as it is compared with others: in small letters, without the white space around it. Words are compared as
    /// Swift compares strings: by canonical equivalence.
    package static func folded(_ word: String) -> String { TypeWords.folded(word) }

    /// Where a field is read from.
    package subscript(field: EventField) -> FieldSource {
        get { sources[field] ?? presetSources[field] ?? (field == .event ? FieldSource([]) : .keys([field.rawValue])) }
        set { sources[field] = newValue }
    }

    /// Whether a field's sources were given.
    package func isMapped(_ field: EventField) -> Bool { sources[field] != nil }

    /// Whether copies of an event are told by an id of the event.
    package var hasEventIDs: Bool { !self[.event].sources.isEmpty }
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
