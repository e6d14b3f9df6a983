import Essentials

/// A value of a JSON5 document, decoded by Foundation.
package enum JSON5Value: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSON5Value])
    case object([String: JSON5Value])
    /// A scalar whose spelling Foundation refuses, such as `1e400` or `"\q"`: a fault of this one value, so that the rest of the
    /// document is still checked.
    case unreadable(String)
}

extension JSON5Value {
    /// Decodes a whole document. Throws Foundation's error, which on Linux names no place: see `JSON5Scanner`.
    static func decode(_ bytes: some Sequence<UInt8>) throws -> JSON5Value {
        let decoder = JSONDecoder()
        decoder.allowsJSON5 = true
        return try decoder.decode(JSON5Value.self, from: Data(bytes))
    }

    /// What stands there, for "expected …, found …".
    var summary: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let value): "the number \(JSON5Value.text(value))"
        case .string(let text): "the string \(JSON5Value.quoted(text))"
        case .array(let values): values.isEmpty ? "an empty list" : "a list"
        case .object: "an object"
        case .unreadable(let what): what
        }
    }

    /// A number as one would write it: whole numbers without a fraction.
    static func text(_ number: Double) -> String {
        Int64(exactly: number).map { "\($0)" } ?? "\(number)"
    }

    /// Text in double quotes, invisible characters escaped, cut to what fits in a message.
    package static func quoted(_ text: String) -> String {
        let limit = 60
        return text.count <= limit ? text.debugDescription : "\(text.prefix(limit).debugDescription)…"
    }
}

extension JSON5Value: Decodable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try JSON5Value.scalar(Double.self, in: container, unreadable: "a number out of range") {
            self = value.map(JSON5Value.number)
        } else if let value = try JSON5Value.scalar(
            String.self, in: container, unreadable: "a string with an unknown escape or a raw control character")
        {
            self = value.map(JSON5Value.string)
        } else if let values = try? container.decode([JSON5Value].self) {
            self = .array(values)
        } else {
            self = .object(try container.decode([String: JSON5Value].self))
        }
    }

    /// A scalar of one type, or the words for a spelling that Foundation refuses.
    private enum Scalar<Value> {
        case read(Value)
        case unreadable(String)

        func map(_ make: (Value) -> JSON5Value) -> JSON5Value {
            switch self {
            case .read(let value): make(value)
            case .unreadable(let what): .unreadable(what)
            }
        }
    }

    /// Decodes a scalar; nil when the value is of another type.
    private static func scalar<Value: Decodable>(
        _ type: Value.Type, in container: any SingleValueDecodingContainer, unreadable: String
    ) throws -> Scalar<Value>? {
        do {
            return .read(try container.decode(type))
        } catch DecodingError.typeMismatch {
            return nil
        } catch {
            return .unreadable(unreadable)
        }
    }
}
