/// A walk over JSON5 text that notes where keys and values begin, and the first place that is not JSON5.
///
/// Foundation decodes the values, but on Linux it names no place, neither of a value nor of a syntax error, and of a key written
/// twice it silently takes the first. The grammar is that of the JSON5 specification (spec.json5.org), less what Foundation refuses:
/// - white space outside ASCII, such as a no-break space;
/// - escapes in keys without quotes.
/// Nothing here makes values: what a string or number is worth is left to the decoder.
struct JSON5Scanner {
    /// Objects and lists within one another, at most: far above what a configuration needs, far below what a stack holds.
    static let deepest = 64

    private let text: [Unicode.Scalar]
    private var position = 0
    private var isInDuplicate = false

    /// Index of the first character of each key, by the path of its value.
    private(set) var keys: [JSON5Path: Int] = [:]
    private(set) var values: [JSON5Path: Int] = [:]
    /// Later writings of a key that its object already has.
    private(set) var duplicates: [(path: JSON5Path, index: Int)] = []

    init(_ text: [Unicode.Scalar]) {
        self.text = text
    }

    /// Walks the whole document.
    mutating func scan() throws(JSON5SyntaxError) {
        if text.first == "\u{FEFF}" { position = 1 }
        try skipTrivia()
        guard position < text.count else {
            throw JSON5SyntaxError(index: position, message: "nothing here", suggestion: "write an object: { … }")
        }
        try scanValue(JSON5Path(), depth: 0)
        try skipTrivia()
        guard position == text.count else { throw unexpected("the end of the file", "remove what follows") }
    }

    // MARK: Values

    private mutating func scanValue(_ path: JSON5Path, depth: Int) throws(JSON5SyntaxError) {
        if !isInDuplicate { values[path] = position }
        guard depth <= JSON5Scanner.deepest else {
            throw JSON5SyntaxError(
                index: position, message: "more than \(JSON5Scanner.deepest) levels of nesting",
                suggestion: "remove the brackets that nothing needs")
        }
        switch peek {
        case "{": try scanObject(path, depth: depth)
        case "[": try scanArray(path, depth: depth)
        case "\"", "'": try skipString()
        default: try skipWord()
        }
    }

    private mutating func scanObject(_ path: JSON5Path, depth: Int) throws(JSON5SyntaxError) {
        let open = position
        position += 1
        try skipTrivia()
        while peek != "}" {
            guard peek != nil else { throw unclosed("object", from: open, with: "}") }
            let index = position
            let member = path.appending(try scanKey())
            let isDuplicate = !isInDuplicate && keys[member] != nil
            if isDuplicate {
                duplicates.append((member, index))
            } else if !isInDuplicate {
                keys[member] = index
            }
            try skipTrivia()
            guard peek == ":" else {
                throw unexpected("a colon", "write key: value, and keys with other characters than letters in quotes")
            }
            position += 1
            try skipTrivia()
            isInDuplicate = isInDuplicate || isDuplicate
            try scanValue(member, depth: depth + 1)
            if isDuplicate { isInDuplicate = false }
            try scanSeparator(in: "object", from: open, closing: "}")
        }
        position += 1
    }

    private mutating func scanArray(_ path: JSON5Path, depth: Int) throws(JSON5SyntaxError) {
        let open = position
        position += 1
        try skipTrivia()
        var index = 0
        while peek != "]" {
            guard peek != nil else { throw unclosed("list", from: open, with: "]") }
            try scanValue(path.appending(index), depth: depth + 1)
            index += 1
            try scanSeparator(in: "list", from: open, closing: "]")
        }
        position += 1
    }

    /// Skips the comma after a member, or stops before the closing bracket.
    private mutating func scanSeparator(
        in container: String, from open: Int, closing: Unicode.Scalar
    ) throws(JSON5SyntaxError) {
        try skipTrivia()
        if peek == closing { return }
        guard peek != nil else { throw unclosed(container, from: open, with: closing) }
        guard peek == "," else { throw unexpected("a comma or \(closing)", "put a comma between two values") }
        position += 1
        try skipTrivia()
    }

    // MARK: Tokens

    private mutating func scanKey() throws(JSON5SyntaxError) -> String {
        let start = position
        if peek == "\"" || peek == "'" {
            try skipString()
            // The decoder unescapes the key, so that both name the member alike.
            guard case .string(let key)? = try? JSON5Value.decode(string(from: start).utf8) else {
                throw JSON5SyntaxError(
                    index: start, message: "a key with an unknown escape or a raw control character",
                    suggestion: "write a plain key")
            }
            return key
        }
        guard let first = peek, JSON5Scanner.startsIdentifier(first) else {
            throw unexpected("a key", "write a name, with quotes unless it is made of letters, digits, $ and _")
        }
        while let next = peek, JSON5Scanner.continuesIdentifier(next) { position += 1 }
        return string(from: start)
    }

    private mutating func skipString() throws(JSON5SyntaxError) {
        let open = position
        let quote = text[position]
        position += 1
        while let next = peek, next != quote {
            if next == "\\" {
                try skipEscape()
                continue
            }
            position += 1
            if next == "\n" || next == "\r" {
                throw JSON5SyntaxError(
                    index: open, message: "a string that does not end on its line",
                    suggestion: "close it with \(quote), and write \\n for a new line")
            }
        }
        guard peek == quote else {
            throw JSON5SyntaxError(
                index: open, message: "a string that never ends", suggestion: "close it with \(quote)")
        }
        position += 1
    }

    /// Skips a backslash and what it escapes. Which letters may follow it is the decoder's to say.
    private mutating func skipEscape() throws(JSON5SyntaxError) {
        let start = position
        position += 1
        guard let escaped = peek else { return }
        position += 1
        if escaped == "\r", peek == "\n" { position += 1 }
        let digits = escaped == "u" ? 4 : escaped == "x" ? 2 : 0
        for _ in 0..<digits {
            guard let digit = peek, digit.properties.isASCIIHexDigit else {
                throw JSON5SyntaxError(
                    index: start, message: "an escape without its \(digits) hexadecimal digits",
                    suggestion: "write \\\\ for a backslash")
            }
            position += 1
        }
    }

    /// Skips a number or one of the words `true`, `false`, `null`, `Infinity`, `NaN`.
    private mutating func skipWord() throws(JSON5SyntaxError) {
        let start = position
        while let next = peek, JSON5Scanner.belongsToWord(next) { position += 1 }
        let word = string(from: start)
        if ["true", "false", "null"].contains(word) || JSON5Number.isNumber(word) { return }
        position = start
        guard !word.isEmpty else { throw unexpected("a value", "write a string, a number, true, false, null, [ or {") }
        let spelling = nearest(word, among: ["true", "false", "null"])
        throw JSON5SyntaxError(
            index: start, message: "\(JSON5Value.quoted(word)) is no value",
            suggestion: spelling.map { "did you mean \($0)?" } ?? "put text in quotes: \(JSON5Value.quoted(word))")
    }

    /// Skips white space and comments.
    private mutating func skipTrivia() throws(JSON5SyntaxError) {
        while let next = peek {
            if JSON5Scanner.isSpace(next) {
                position += 1
            } else if next == "/", position + 1 < text.count, text[position + 1] == "/" {
                while let next = peek, next != "\n", next != "\r" { position += 1 }
            } else if next == "/", position + 1 < text.count, text[position + 1] == "*" {
                let open = position
                position += 2
                while position + 1 < text.count, text[position] != "*" || text[position + 1] != "/" { position += 1 }
                guard position + 1 < text.count else {
                    throw JSON5SyntaxError(
                        index: open, message: "a comment that never ends", suggestion: "close it with */")
                }
                position += 2
            } else {
                return
            }
        }
    }

    /// The text from a place up to here.
    private func string(from start: Int) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: text[start..<position])
        return String(view)
    }

    private var peek: Unicode.Scalar? {
        position < text.count ? text[position] : nil
    }

    // MARK: Errors

    private func unexpected(_ expectation: String, _ suggestion: String) -> JSON5SyntaxError {
        let found = peek.map { scalar in
            scalar.isASCII && scalar.value > 0x20 ? "\(scalar)" : JSON5Value.quoted("\(scalar)")
        }
        return JSON5SyntaxError(
            index: position, message: "expected \(expectation), found \(found ?? "the end of the file")",
            suggestion: suggestion)
    }

    private func unclosed(_ container: String, from open: Int, with closing: Unicode.Scalar) -> JSON5SyntaxError {
        JSON5SyntaxError(
            index: open, message: "the \(container) that begins here never ends", suggestion: "close it with \(closing)"
        )
    }
}
