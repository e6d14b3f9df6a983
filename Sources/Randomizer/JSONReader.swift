/// What is wrong with a JSON text, and on which line.
package struct JSONError: Error {
    package var line: Int
    package var problem: String
}

/// A reader of JSON texts held in memory, value by value, by the grammar of RFC 8259 and nothing beyond it.
///
/// The caller asks for what it expects and skips the rest. Skipping builds nothing: it takes one look at each byte, so that a
/// large value costs its bytes alone. Nesting ends at 64 levels, so that no text can exhaust the stack.
package struct JSONReader {
    private let bytes: [UInt8]
    /// Where the next value, or the white space before it, begins.
    package private(set) var position: Int
    private var depth = 0

    private static let deepest = 64

    /// Begins at the start of a text.
    package init(_ bytes: [UInt8]) throws(JSONError) {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw JSONError(line: 1, problem: "not UTF-8") }
        self.init(validated: bytes, at: 0)
    }

    private init(validated bytes: [UInt8], at position: Int) {
        self.bytes = bytes
        self.position = position
    }

    /// The reader of a value that this one came by.
    package func at(_ position: Int) -> JSONReader { JSONReader(validated: bytes, at: position) }

    /// The kinds of value, told by their first byte.
    package enum Kind {
        case object, array, string, number, boolean, null
    }

    /// What the next value is, without reading it.
    package mutating func kind() throws(JSONError) -> Kind {
        skipSpace()
        guard let byte = peek else { throw error("the text ends where a value should be") }
        switch byte {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw error("no value here")
        }
    }

    /// Reads an object member by member. `member` reads or skips the value of the key that it is given.
    package mutating func object(
        _ member: (inout JSONReader, _ key: String) throws(JSONError) -> Void
    ) throws(JSONError) {
        try members { (reader) throws(JSONError) in
            let key = try reader.string()
            try reader.colon()
            try member(&reader, key)
        }
    }

    /// Reads an array element by element. `element` reads or skips one value.
    package mutating func array(
        _ element: (inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        guard try kind() == .array else { throw error("an array should be here") }
        try sequence(until: "]", element)
    }

    /// Reads a number's text as it stands.
    package mutating func number() throws(JSONError) -> String {
        guard try kind() == .number else { throw error("a number should be here") }
        let start = position
        try skipNumber()
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// Passes over the next value, whatever it is.
    package mutating func skip() throws(JSONError) {
        switch try kind() {
        case .object:
            try members { (reader) throws(JSONError) in
                try reader.skipString()
                try reader.colon()
                try reader.skip()
            }
        case .array: try sequence(until: "]") { (reader) throws(JSONError) in try reader.skip() }
        case .string: try skipString()
        case .number: try skipNumber()
        case .boolean: try literal(peek == UInt8(ascii: "t") ? "true" : "false")
        case .null: try literal("null")
        }
    }

    /// Makes sure that nothing follows the last value.
    package mutating func end() throws(JSONError) {
        skipSpace()
        guard position == bytes.count else { throw error("text after the end") }
    }

    /// A fault at the place that was reached.
    package func error(_ problem: String) -> JSONError {
        JSONError(line: 1 + bytes[..<min(position, bytes.count)].count { $0 == 0x0A }, problem: problem)
    }
}

// MARK: - Parts of values

extension JSONReader {
    private mutating func members(
        _ member: (inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        guard try kind() == .object else { throw error("an object should be here") }
        try sequence(until: "}") { (reader) throws(JSONError) in
            reader.skipSpace()
            guard reader.peek == UInt8(ascii: "\"") else { throw reader.error("a key in double quotes should be here") }
            try member(&reader)
        }
    }

    /// What stands between an opening bracket and its closing one, with commas between.
    private mutating func sequence(
        until end: Unicode.Scalar, _ item: (inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        depth += 1
        guard depth < Self.deepest else { throw error("nested more than \(Self.deepest) levels deep") }
        position += 1
        skipSpace()
        if !take(end) {
            repeat {
                try item(&self)
                skipSpace()
            } while take(",")
            guard take(end) else { throw error("a comma or '\(end)' should be here") }
        }
        depth -= 1
    }

    private mutating func colon() throws(JSONError) {
        skipSpace()
        guard take(":") else { throw error("a colon should follow the key") }
    }

    private mutating func literal(_ text: StaticString) throws(JSONError) {
        let matches = text.withUTF8Buffer { bytes[position...].starts(with: $0) }
        guard matches else { throw error("no value here") }
        position += text.utf8CodeUnitCount
    }

    private mutating func skipNumber() throws(JSONError) {
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
    }

    private mutating func digits() throws(JSONError) {
        let start = position
        while let byte = peek, (0x30...0x39).contains(byte) { position += 1 }
        guard position > start else { throw error("a number that is not complete") }
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }
}

// MARK: - Strings

extension JSONReader {
    /// Reads a string.
    package mutating func string() throws(JSONError) -> String {
        guard try kind() == .string else { throw error("a string should be here") }
        var text: [UInt8] = []
        try characters { text.append(contentsOf: $0) }
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func skipString() throws(JSONError) {
        try characters { _ in }
    }

    /// Passes a string's characters on in runs as they stand, and one by one where they are escaped.
    private mutating func characters(_ take: (ArraySlice<UInt8>) -> Void) throws(JSONError) {
        position += 1
        var start = position
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                take(bytes[start..<position])
                position += 1
                return
            case UInt8(ascii: "\\"):
                take(bytes[start..<position])
                position += 1
                take(Array(String(Character(try escape())).utf8)[...])
                start = position
            case ..<0x20:
                throw error("a control character in a string")
            default:
                position += 1
            }
        }
        throw error("a string that never ends")
    }

    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        guard let byte = peek else { throw error("a string that never ends") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try escapedScalar()
        default: throw error("an escape that JSON does not have")
        }
    }

    private mutating func escapedScalar() throws(JSONError) -> Unicode.Scalar {
        let unit = try hexadecimal()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard (0xD800..<0xDC00).contains(unit), take("\\"), take("u") else { throw error("half a surrogate pair") }
        let second = try hexadecimal()
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x1_0000 + (unit - 0xD800) << 10 + (second - 0xDC00))
        else { throw error("half a surrogate pair") }
        return scalar
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw error("an escape without four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
