/// A reader of JSON5 documents, by the whole of its specification (spec.json5.org), that keeps the place of every key and value.
///
/// Beyond the specification:
/// - Objects and lists stand within one another at most ``deepest`` deep, and a document has at most ``longest`` bytes.
/// - A key that its object has already is noted in ``JSON5Document/duplicates``; the first is the one that counts.
/// - Half of a surrogate pair, which no UTF-8 has, and a number beyond the greatest of 64 bits are faults of their value.
///
/// A document that is not JSON5 is one fault, at the first place where it cannot go on.
struct JSON5Parser {
    /// Objects and lists within one another, at most: far above what a configuration needs, far below what a stack holds.
    static let deepest = 64
    /// Bytes of a document, at most: more than the most experiments with a few variants each take.
    static let longest = 1 << 24

    let text: [Unicode.Scalar]
    /// Of the next character in `text`.
    private(set) var position = 0
    private var line = 1
    private var lineStart = 0
    private var duplicates: [JSON5Document.Duplicate] = []

    private init(_ text: [Unicode.Scalar]) {
        self.text = text
        // A byte order mark is white space, and no character of the first line.
        if text.first == "\u{FEFF}" { (position, lineStart) = (1, 1) }
    }

    /// Reads a whole document in UTF-8.
    static func parse(_ bytes: some Collection<UInt8>) throws(ConfigurationFault) -> JSON5Document {
        var parser = JSON5Parser(try scalars(of: bytes))
        try parser.skipTrivia()
        guard parser.next != nil else { throw parser.fault("nothing here", "write an object: { … }") }
        let root = try parser.value(at: .root, keyPlace: nil, depth: 0)
        try parser.skipTrivia()
        guard parser.next == nil else { throw parser.unexpected("the end of the file", "remove what follows") }
        return JSON5Document(root: root, duplicates: parser.duplicates)
    }

    private static func scalars(of bytes: some Collection<UInt8>) throws(ConfigurationFault) -> [Unicode.Scalar] {
        guard bytes.count <= longest else {
            throw ConfigurationFault(
                path: "", line: nil, column: nil, message: "\(bytes.count) bytes, more than \(longest)",
                suggestion: "give the path of a JSON5 file, and split a pipeline that needs so many in two")
        }
        if let text = String(validating: bytes, as: UTF8.self) { return Array(text.unicodeScalars) }
        // Goes through what is UTF-8 for the place where it ends.
        var scalars: [Unicode.Scalar] = []
        var decoder = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        while case .valid(let encoded) = decoder.parseScalar(from: &iterator) {
            scalars.append(Unicode.UTF8.decode(encoded))
        }
        var parser = JSON5Parser(scalars)
        while parser.next != nil { parser.advance() }
        throw parser.fault("not UTF-8", "save the file in UTF-8")
    }

    // MARK: Values

    private mutating func value(
        at path: JSON5Path, keyPlace: JSON5Place?, depth: Int
    ) throws(ConfigurationFault) -> JSON5Node {
        if depth == JSON5Parser.deepest, next == "{" || next == "[" {
            throw fault(
                "more than \(JSON5Parser.deepest) levels of nesting", "remove the brackets that nothing needs")
        }
        let place = place
        let value: JSON5Value
        var children: [JSON5Node] = []
        switch next {
        case "{":
            children = try object(at: path, depth: depth)
            value = .object(
                Dictionary(children.lazy.map { ($0.path.key ?? "", $0.value) }, uniquingKeysWith: { first, _ in first })
            )
        case "[":
            children = try array(at: path, depth: depth)
            value = .array(children.map(\.value))
        case "\"", "'":
            value = try string()
        default:
            value = try word()
        }
        return JSON5Node(path: path, place: place, keyPlace: keyPlace, value: value, children: children)
    }

    private mutating func object(at path: JSON5Path, depth: Int) throws(ConfigurationFault) -> [JSON5Node] {
        let open = place
        var members: [JSON5Node] = []
        var places: [String: JSON5Place] = [:]
        advance()
        try skipTrivia()
        while next != "}" {
            guard next != nil else { throw unclosed("object", from: open, with: "}") }
            let keyPlace = place
            let key = try key()
            try skipTrivia()
            guard next == ":" else {
                throw unexpected("a colon", "write key: value, and keys with other characters than letters in quotes")
            }
            advance()
            try skipTrivia()
            let noted = duplicates.count
            let member = try value(at: path.appending(key), keyPlace: keyPlace, depth: depth + 1)
            if let first = places[key] {
                // What is written twice in a value that does not count is no second fault.
                duplicates.removeSubrange(noted...)
                duplicates.append(JSON5Document.Duplicate(path: member.path, place: keyPlace, first: first))
            } else {
                places[key] = keyPlace
                members.append(member)
            }
            try skipSeparator(in: "object", from: open, closing: "}")
        }
        advance()
        return members
    }

    private mutating func array(at path: JSON5Path, depth: Int) throws(ConfigurationFault) -> [JSON5Node] {
        let open = place
        var elements: [JSON5Node] = []
        advance()
        try skipTrivia()
        while next != "]" {
            guard next != nil else { throw unclosed("list", from: open, with: "]") }
            elements.append(try value(at: path.appending(elements.count), keyPlace: nil, depth: depth + 1))
            try skipSeparator(in: "list", from: open, closing: "]")
        }
        advance()
        return elements
    }

    /// Skips the comma after a member, or stops before the closing bracket.
    private mutating func skipSeparator(
        in container: String, from open: JSON5Place, closing: Unicode.Scalar
    ) throws(ConfigurationFault) {
        try skipTrivia()
        if next == closing { return }
        guard next != nil else { throw unclosed(container, from: open, with: closing) }
        guard next == "," else { throw unexpected("a comma or \(closing)", "put a comma between two values") }
        advance()
        try skipTrivia()
    }

    // MARK: Characters

    /// The next character; nil at the end.
    var next: Unicode.Scalar? {
        position < text.count ? text[position] : nil
    }

    /// The place of the next character.
    var place: JSON5Place {
        JSON5Place(line: line, column: position - lineStart + 1)
    }

    /// Goes on by a character, which must be there.
    mutating func advance() {
        let passed = text[position]
        position += 1
        // The LF of CRLF ends the line, not its CR.
        guard passed == "\n" || (passed == "\r" && next != "\n") else { return }
        line += 1
        lineStart = position
    }

    /// Skips white space and comments.
    private mutating func skipTrivia() throws(ConfigurationFault) {
        while let next {
            if JSON5Parser.isSpace(next) {
                advance()
            } else if next == "/", text[position...].dropFirst().first == "/" {
                while let next = self.next, !JSON5Parser.isLineTerminator(next) { advance() }
            } else if next == "/", text[position...].dropFirst().first == "*" {
                try skipBlockComment()
            } else {
                return
            }
        }
    }

    private mutating func skipBlockComment() throws(ConfigurationFault) {
        let open = place
        advance()
        advance()
        var isAfterStar = false
        while let next {
            advance()
            if isAfterStar && next == "/" { return }
            isAfterStar = next == "*"
        }
        throw fault("a comment that never ends", "close it with */", at: open)
    }

    // MARK: Faults

    /// A fault here, or at a place before.
    func fault(_ message: String, _ suggestion: String, at place: JSON5Place? = nil) -> ConfigurationFault {
        let place = place ?? self.place
        return ConfigurationFault(
            path: "", line: place.line, column: place.column, message: message, suggestion: suggestion)
    }

    func unexpected(_ expectation: String, _ suggestion: String) -> ConfigurationFault {
        let found = next.map { scalar in
            scalar.isASCII && scalar.value > 0x20 ? "\(scalar)" : JSON5Value.quoted("\(scalar)")
        }
        return fault("expected \(expectation), found \(found ?? "the end of the file")", suggestion)
    }

    private func unclosed(
        _ container: String, from open: JSON5Place, with closing: Unicode.Scalar
    ) -> ConfigurationFault {
        fault("the \(container) that begins here never ends", "close it with \(closing)", at: open)
    }
}
