package import Vocabulary

extension Configuration {
    /// Where the fields of an event are found in a line of the log.
    package struct FieldMapping: Equatable, Sendable {
        /// A field of an event, by the name it has in a log without mapping.
        package enum Field: String, CaseIterable, Sendable {
            case time = "ts"
            case type, visitor, platform, slot, variant, segment, revenue, order
            case userAgent = "user_agent"
            case address = "ip"
        }

        private var configured: [Field: FieldSource] = [:]

        /// Every field under its own name.
        package init() {}

        package subscript(field: Field) -> FieldSource {
            get { configured[field] ?? .keys([field.rawValue]) }
            set { configured[field] = newValue }
        }
    }

    /// What an event's field is read from.
    package enum FieldSource: Equatable, Sendable {
        /// Keys or columns of the line, at least one; the first present wins.
        case keys([String])
        /// The same value for every event; `platform` alone can have one.
        case constant(Name)
    }
}
