/// A platform, slot, segment, variant or visitor as it stands in the logs: equal when its bytes are equal, ordered by them.
///
/// Swift's `String` compares by canonical equivalence (é in one scalar equals é in two); logs, tables and hashes do not.
package struct Name: Hashable, Comparable, Sendable {
    package let string: String

    package init(_ string: String) {
        self.string = string
    }

    /// The segment of everyone, and the wildcard of the blacklist.
    package static let everyone: Name = "*"

    package static func == (left: Name, right: Name) -> Bool {
        left.string.utf8.elementsEqual(right.string.utf8)
    }

    package static func < (left: Name, right: Name) -> Bool {
        left.string.utf8.lexicographicallyPrecedes(right.string.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in string.utf8 { hasher.combine(byte) }
        hasher.combine(UInt8(0xFF))
    }

    /// Whether a spreadsheet would take a cell with this text for a formula: it begins with `=`, `+`, `-`, `@`, a tab or a
    /// carriage return (OWASP, "CSV Injection").
    package var runsAsFormula: Bool {
        guard let first = string.utf8.first else { return false }
        return Name.formulaStarts.contains(first)
    }

    package static let formulaStarts: [UInt8] = Array("=+-@\t\r".utf8)
}

extension Name: ExpressibleByStringLiteral, CustomStringConvertible {
    package init(stringLiteral value: String) {
        self.init(value)
    }

    package var description: String { string }
}

/// As its text.
extension Name: Codable {
    package init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(string)
    }
}
