import Domain

/// How files of separated values are written, where their first line does not say it.
package struct CSVFormat: Equatable, Sendable {
    /// Stands between fields; nil: the first line tells it.
    package var separator: UInt8?
    /// The names of the columns, for files without a first line that has them.
    package var header: [String]?
    /// Whether double quotes hold fields together (RFC 4180). Where they do not, a quote is a character like others, and a record is a
    /// line.
    package var hasQuotes = true

    package init(separator: UInt8? = nil, header: [String]? = nil, hasQuotes: Bool = true) {
        self.separator = separator
        self.header = header
        self.hasQuotes = hasQuotes
    }

    /// Whether a text holds what is, or may be, the separator.
    package func mayPart(_ text: String) -> Bool {
        text.utf8.contains(where: (separator.map { [$0] } ?? CSVFormat.separators).contains)
    }

    static let comma = UInt8(ascii: ",")
    /// What a first line is looked through for, in this order.
    static let separators = InputTable.separators

    /// Whether a byte may stand between fields: printable ASCII but letters, digits and the quote, and the controls but line ends.
    package static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), 0x0A, 0x0D, 0x00: false
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: false
        default: byte < 0x80
        }
    }

    /// A separator as it is named to people.
    package static func name(of separator: UInt8) -> String {
        switch separator {
        case comma: "comma"
        case UInt8(ascii: ";"): "semicolon"
        case UInt8(ascii: "\t"): "tab"
        case UInt8(ascii: "|"): "bar"
        case 0..<0x20: "character \(separator)"
        default: "'\(Character(Unicode.Scalar(separator)))'"
        }
    }
}
