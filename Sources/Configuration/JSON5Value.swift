import Domain

/// What a JSON5 document says, without where it says it.
package enum JSON5Value: Equatable, Sendable {
    case null
    case bool(Bool)
    /// The nearest 64-bit number to what is written; infinite or not a number where the text says so.
    case number(Double)
    case string(String)
    case array([JSON5Value])
    case object([String: JSON5Value])
    /// A scalar that is JSON5 but that nothing here can hold: a fault of this one value, so that the rest of the document is still
    /// checked. What stands there, and what to write instead.
    case unreadable(String, remedy: String)
}

extension JSON5Value {
    /// What stands there, for "expected …, found …".
    var summary: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let value): "the number \(PlainDecimal.shortest(value))"
        case .string(let text): "the string \(JSON5Value.quoted(text))"
        case .array(let values): values.isEmpty ? "an empty list" : "a list"
        case .object: "an object"
        case .unreadable(let what, _): what
        }
    }

    /// Text in double quotes, invisible characters escaped, cut to what fits in a message.
    package static func quoted(_ text: String) -> String {
        let limit = 60
        return text.count <= limit ? text.debugDescription : "\(text.prefix(limit).debugDescription)…"
    }
}

extension JSON5Value {
    /// The value as a document: plain JSON wherever the value is one, keys in byte order, a member or element a line, a line end
    /// after the last. What could not be read is null: who writes a document has read it without faults.
    package var document: [UInt8] {
        var text = ""
        write(to: &text, indentation: "")
        return Array(text.utf8) + [UInt8(ascii: "\n")]
    }

    private func write(to text: inout String, indentation: String) {
        switch self {
        case .null, .unreadable: text += "null"
        case .bool(let value): text += "\(value)"
        case .number(let value): text += JSON5Value.spelling(of: value)
        case .string(let value): text += JSON5Value.literal(value)
        case .array(let values):
            JSON5Value.write(values, in: ("[", "]"), to: &text, indentation) { value, text, inner in
                value.write(to: &text, indentation: inner)
            }
        case .object(let members):
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            JSON5Value.write(sorted, in: ("{", "}"), to: &text, indentation) { member, text, inner in
                text += JSON5Value.literal(member.key) + ": "
                member.value.write(to: &text, indentation: inner)
            }
        }
    }

    private static func write<Item>(
        _ items: [Item], in brackets: (String, String), to text: inout String, _ indentation: String,
        _ write: (Item, inout String, String) -> Void
    ) {
        text += brackets.0
        let inner = indentation + "  "
        for (index, item) in items.enumerated() {
            text += (index == 0 ? "\n" : ",\n") + inner
            write(item, &text, inner)
        }
        text += (items.isEmpty ? "" : "\n" + indentation) + brackets.1
    }

    /// JSON has no spelling for what is not finite; JSON5 has.
    private static func spelling(of number: Double) -> String {
        if number.isNaN { return "NaN" }
        return number.isInfinite ? (number < 0 ? "-Infinity" : "Infinity") : PlainDecimal.shortest(number)
    }

    private static func literal(_ string: String) -> String {
        var text = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"", "\\": text += "\\\(scalar)"
            case ..<" ", "\u{7F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
