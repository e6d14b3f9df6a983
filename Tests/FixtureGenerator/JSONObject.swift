/// An object whose keys are written in the order they were set.
struct JSONObject {
    private var members: [(key: String, value: JSONValue)] = []

    subscript(key: String) -> JSONValue? {
        get { members.first { $0.key == key }?.value }
        set {
            members.removeAll { $0.key == key }
            if let newValue { members.append((key, newValue)) }
        }
    }

    /// Writes the object on one line.
    ///
    /// - Parameters:
    ///   - isSpaced: A space follows every colon and comma.
    ///   - isEscaped: Slashes and everything outside ASCII are written as escapes.
    func line(isSpaced: Bool = false, isEscaped: Bool = false) -> String {
        let space = isSpaced ? " " : ""
        let texts = members.map { member in
            let key = JSONValue.quoted(member.key, isEscaped: isEscaped)
            return "\(key):\(space)\(member.value.line(isSpaced: isSpaced, isEscaped: isEscaped))"
        }
        return "{" + texts.joined(separator: ",\(space)") + "}"
    }
}

/// A value of JSON; numbers as they are to be spelled.
indirect enum JSONValue {
    case text(String)
    case number(String)
    case list([JSONValue])
    case object(JSONObject)

    fileprivate func line(isSpaced: Bool, isEscaped: Bool) -> String {
        switch self {
        case .text(let text): JSONValue.quoted(text, isEscaped: isEscaped)
        case .number(let spelling): spelling
        case .list(let values):
            "["
                + values.map { $0.line(isSpaced: isSpaced, isEscaped: isEscaped) }
                .joined(separator: isSpaced ? ", " : ",") + "]"
        case .object(let object): object.line(isSpaced: isSpaced, isEscaped: isEscaped)
        }
    }

    fileprivate static func quoted(_ text: String, isEscaped: Bool) -> String {
        var line = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": line += "\\\(scalar)"
            case "/" where isEscaped: line += "\\/"
            case _ where isEscaped && !scalar.isASCII: line += escaped(scalar)
            default: line.unicodeScalars.append(scalar)
            }
        }
        return line + "\""
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        UTF16.encode(scalar).map { codeUnits in
            codeUnits.map { codeUnit in
                let digits = String(codeUnit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
            .joined()
        } ?? ""
    }
}
