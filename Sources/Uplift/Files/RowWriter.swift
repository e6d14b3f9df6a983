import Domain

/// Rows of comma-separated values as bytes, handed on in large pieces.
package struct RowWriter {
    private var bytes: [UInt8] = []
    private static let piece = 1 << 18

    package init() {}

    package init(header: [String]) {
        for (index, name) in header.enumerated() {
            if index > 0 { comma() }
            append(name)
        }
        end()
    }

    package mutating func comma() { bytes.append(UInt8(ascii: ",")) }
    package mutating func end() { bytes.append(UInt8(ascii: "\n")) }

    package mutating func append(_ text: String) {
        var copy = text
        copy.withUTF8 { append($0) }
    }

    /// Nine decimals at most; an empty field for what is not defined.
    package mutating func append(_ value: Double?) {
        guard let value else { return }
        if value == 0 {
            bytes.append(UInt8(ascii: "0"))
        } else {
            bytes.append(contentsOf: PlainDecimal.string(value).utf8)
        }
    }

    /// A field as it is, in quotes where it needs them.
    package mutating func append(_ field: UnsafeBufferPointer<UInt8>) {
        let quote = UInt8(ascii: "\"")
        let needsQuotes = field.contains { byte in
            byte == quote || byte == UInt8(ascii: ",") || byte == 0x0A || byte == 0x0D
        }
        guard needsQuotes else {
            bytes.append(contentsOf: field)
            return
        }
        bytes.append(quote)
        for byte in field {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
    }

    /// What has been written, where it is a piece, or the last.
    package mutating func take(isLast: Bool = false) -> [UInt8]? {
        guard isLast ? !bytes.isEmpty : bytes.count >= RowWriter.piece else { return nil }
        let taken = bytes
        bytes.removeAll(keepingCapacity: true)
        return taken
    }
}
