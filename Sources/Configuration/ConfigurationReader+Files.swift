import EventLog

// How the log's files are written.
extension ConfigurationReader {
    /// Reads what the first line of separated values does not say: the separator, and the names of the columns.
    mutating func csv(_ node: JSON5Node?) -> CSVFormat? {
        guard let node = section(node, of: "events.csv") else { return nil }
        var format = CSVFormat()
        if let node = node["separator"] { format.separator = separator(node) }
        if let node = node["quote"] { format.hasQuotes = hasQuotes(node) }
        if let node = node["header"] {
            let nodes = list(node, of: "names of columns", example: #"["ts", "type", "visitor"]"#) ?? []
            let names = nodes.compactMap { text($0, "the name of a column") }
            if names.count == nodes.count, !names.isEmpty { format.header = names }
            for (index, name) in names.enumerated() where names[..<index].contains(name) {
                fault(nodes[index], "\(JSON5Value.quoted(name)) stands in the header twice", "name each column once")
            }
            for (name, node) in zip(names, nodes) where !format.hasQuotes && format.mayPart(name) {
                fault(
                    node,
                    "\(JSON5Value.quoted(name)) holds a separator, which nothing keeps together where quote is null",
                    "take it out of the name, or write the separator under events.csv")
            }
        }
        return format
    }

    /// Reads whether quotes hold fields together.
    private mutating func hasQuotes(_ node: JSON5Node) -> Bool {
        switch node.value {
        case .null: return false
        case .string("\""): return true
        default:
            mismatch(
                node, expected: "\"\\\"\" or null",
                "write null where quotes are characters like others, or leave it out: fields are quoted by RFC 4180")
            return true
        }
    }

    private mutating func separator(_ node: JSON5Node) -> UInt8? {
        guard case .string(let text) = node.value else {
            mismatch(node, expected: "a character, such as \";\" or \"\\t\"", "write it in quotes")
            return nil
        }
        let words: [String: UInt8] = [
            "comma": UInt8(ascii: ","), "semicolon": UInt8(ascii: ";"), "tab": UInt8(ascii: "\t"),
            "bar": UInt8(ascii: "|"), "pipe": UInt8(ascii: "|"), "\\t": UInt8(ascii: "\t"),
        ]
        if let byte = text.utf8.first, text.utf8.count == 1, CSVFormat.isSeparator(byte) { return byte }
        let suggestion =
            words[text.lowercased()].map { "write \(JSON5Value.quoted(String(Character(Unicode.Scalar($0)))))" }
            ?? "write one character of ASCII that is no letter, digit, quote or line end, such as \";\""
        fault(node, "\(JSON5Value.quoted(text)) cannot part values", suggestion)
        return nil
    }

    /// Reads the way from an object to the list of its events: keys with dots between them.
    mutating func each(_ node: JSON5Node) -> [String]? {
        guard let text = text(node, "the key of a list of events, such as \"batch\"") else { return nil }
        let keys = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard !keys.contains("") else {
            fault(
                node, "\(JSON5Value.quoted(text)) has a key without letters",
                "write keys with one dot between them, such as \"data.events\"")
            return nil
        }
        if let key = keys.first(where: { $0.allSatisfy(\.isWhitespace) || $0.contains { "[]*".contains($0) } }) {
            fault(
                node, "\(JSON5Value.quoted(text)) is no way to a list: \(JSON5Value.quoted(key)) is no key",
                "write keys alone, such as \"data.events\"; lists on the way are gone through")
            return nil
        }
        return keys
    }
}
