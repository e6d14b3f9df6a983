/// Text as it stands in a page, whatever it is made of.
package enum HTML {
    /// Escapes what would be markup, in text and in quoted attributes. Control characters, which HTML forbids or reads as
    /// something else, become U+FFFD.
    package static func escape(_ text: some StringProtocol) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            case _ where scalar.properties.generalCategory == .control: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A name from the data, its writing direction kept to itself.
    package static func name(_ text: some StringProtocol) -> String { "<bdi>\(escape(text))</bdi>" }

    /// A sentence: escaped, with an element of its own around whatever `Isolation` marks.
    package static func prose(_ text: String) -> String {
        var result = ""
        for scalar in escape(text).unicodeScalars {
            switch scalar {
            case Isolation.start: result += "<bdi>"
            case Isolation.end: result += "</bdi>"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
