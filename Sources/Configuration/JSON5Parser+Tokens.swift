// Keys, strings and words.
extension JSON5Parser {
    /// Reads a key: a string or an identifier (sections 3 and 5 of the specification).
    mutating func key() throws(ConfigurationFault) -> String {
        let place = place
        if next == "\"" || next == "'" {
            switch try string() {
            case .string(let key): return key
            case .unreadable(let what, let remedy): throw fault("a key that is \(what)", remedy, at: place)
            default: throw fault("no key", "write a plain key", at: place)
            }
        }
        var key = String.UnicodeScalarView()
        while let next {
            let start = self.place
            let isEscaped = next == "\\"
            let scalar = isEscaped ? try escapedIdentifierCharacter() : next
            let isLegal = key.isEmpty ? JSON5Parser.startsIdentifier(scalar) : JSON5Parser.continuesIdentifier(scalar)
            guard isLegal else {
                guard isEscaped else { break }
                throw fault(
                    "an escape that stands for \(JSON5Value.quoted("\(scalar)")), which no key without quotes has here",
                    "write the key in quotes", at: start)
            }
            key.append(scalar)
            if !isEscaped { advance() }
        }
        guard !key.isEmpty else {
            throw unexpected("a key", "write a name, with quotes unless it is made of letters, digits, $ and _")
        }
        return String(key)
    }

    private mutating func escapedIdentifierCharacter() throws(ConfigurationFault) -> Unicode.Scalar {
        let start = place
        advance()
        guard next == "u" else {
            throw fault("a backslash in a key without quotes", "write the key in quotes", at: start)
        }
        advance()
        let unit = try hexadecimal(digits: 4, from: start)
        // Half of a surrogate pair is no letter.
        return Unicode.Scalar(unit) ?? "\u{FFFD}"
    }

    // MARK: Strings

    /// Reads a string in either kind of quotes (section 5).
    mutating func string() throws(ConfigurationFault) -> JSON5Value {
        let open = place
        let quote = text[position]
        advance()
        var content = String.UnicodeScalarView()
        var unreadable: JSON5Value?
        while let next, next != quote {
            if next == "\n" || next == "\r" {
                throw fault(
                    "a string that does not end on its line",
                    "close it with \(quote), and write \\n for a new line", at: open)
            }
            if next == "\\" {
                let fault = try escape(into: &content)
                unreadable = unreadable ?? fault
            } else {
                content.append(next)
                advance()
            }
        }
        guard next == quote else { throw fault("a string that never ends", "close it with \(quote)", at: open) }
        advance()
        return unreadable ?? .string(String(content))
    }

    /// Reads a backslash and what it escapes into a string. Returns what the string is when it cannot be read for it.
    private mutating func escape(into content: inout String.UnicodeScalarView) throws(ConfigurationFault) -> JSON5Value?
    {
        let start = place
        advance()
        // At the end of the text the string never ends.
        guard let escaped = next else { return nil }
        advance()
        switch escaped {
        case "b": content.append("\u{08}")
        case "f": content.append("\u{0C}")
        case "n": content.append("\n")
        case "r": content.append("\r")
        case "t": content.append("\t")
        case "v": content.append("\u{0B}")
        case "x": content.append(Unicode.Scalar(UInt8(try hexadecimal(digits: 2, from: start))))
        case "u": return try unicodeEscape(into: &content, from: start)
        case "\r": if next == "\n" { advance() }
        case "\n", "\u{2028}", "\u{2029}": break
        case "0" where !(next.map { ("0"..."9").contains($0) } ?? false): content.append("\0")
        case "0"..."9":
            return .unreadable("a string with the escape \\\(escaped)", remedy: "write \\\\ for a backslash")
        default: content.append(escaped)
        }
        return nil
    }

    /// Reads the digits after `\u`, and the second half of a surrogate pair.
    private mutating func unicodeEscape(
        into content: inout String.UnicodeScalarView, from start: JSON5Place
    ) throws(ConfigurationFault) -> JSON5Value? {
        let unit = try hexadecimal(digits: 4, from: start)
        if let scalar = Unicode.Scalar(unit) {
            content.append(scalar)
            return nil
        }
        let half = JSON5Value.unreadable(
            "a string with half of a surrogate pair", remedy: "write the character itself, or both halves")
        guard unit < 0xDC00, next == "\\", text[position...].dropFirst().first == "u" else { return half }
        let second = place
        advance()
        advance()
        let low = try hexadecimal(digits: 4, from: second)
        guard (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        else { return half }
        content.append(scalar)
        return nil
    }

    private mutating func hexadecimal(digits: Int, from start: JSON5Place) throws(ConfigurationFault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let next, next.isASCII, let digit = Character(next).hexDigitValue else {
                throw fault(
                    "an escape without its \(digits) hexadecimal digits", "write \\\\ for a backslash", at: start)
            }
            value = value << 4 + UInt32(digit)
            advance()
        }
        return value
    }

    // MARK: Numbers and words

    /// Reads a number or one of the words `true`, `false`, `null`.
    mutating func word() throws(ConfigurationFault) -> JSON5Value {
        let start = place
        var view = String.UnicodeScalarView()
        while let next, JSON5Parser.belongsToWord(next) {
            view.append(next)
            advance()
        }
        let word = String(view)
        switch word {
        case "": throw unexpected("a value", "write a string, a number, true, false, null, [ or {")
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        default: break
        }
        if let number = JSON5Parser.number(word) { return number }
        let spelling = nearest(word, among: ["true", "false", "null"])
        throw fault(
            "\(JSON5Value.quoted(word)) is no value",
            spelling.map { "did you mean \($0)?" } ?? "put text in quotes: \(JSON5Value.quoted(word))", at: start)
    }
}
