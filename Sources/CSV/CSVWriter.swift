/// A writer of comma-separated values (RFC 4180): comma, double quotes where needed, LF at line ends.
package struct CSVWriter: Sendable {
    /// What has been written.
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// Writes one record.
    package mutating func write(_ fields: [String]) {
        for (index, field) in fields.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            // A byte order mark that begins the file would be taken for the file's, not the field's.
            append(field, quoted: bytes.isEmpty && field.utf8.first == 0xEF)
        }
        // A single empty field would be an empty line, which readers skip.
        if fields == [""] { bytes.append(contentsOf: [UInt8(ascii: "\""), UInt8(ascii: "\"")]) }
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func append(_ field: String, quoted: Bool) {
        let quote = UInt8(ascii: "\"")
        let needsQuotes =
            quoted
            || field.utf8.contains { byte in
                byte == quote || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
            }
        guard needsQuotes else {
            bytes.append(contentsOf: field.utf8)
            return
        }
        bytes.append(quote)
        for byte in field.utf8 {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
    }
}
