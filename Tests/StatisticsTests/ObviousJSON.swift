/// A JSON value (RFC 8259), read by the shortest parser that is plainly right; numbers keep the text they were written as.
///
/// Foundation's parser cannot stand here: it forgets how a number was written, promises nothing on duplicate keys, and lets a
/// comma stand before the closing brace of an object.
indirect enum ObviousJSON {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([ObviousJSON])
    case object([(key: String, value: ObviousJSON)])

    /// The value a text holds; nil when it is not JSON.
    init?(_ text: some Sequence<UInt8>) {
        var parser = Parser(text: Array(text))
        guard let value = parser.value(), parser.endsHere() else { return nil }
        self = value
    }

    /// The value of the last of an object's members with this key.
    func last(_ key: String) -> ObviousJSON? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.key.utf8.elementsEqual(key.utf8) }?.value
    }
}

private struct Parser {
    let text: [UInt8]
    var position = 0

    mutating func endsHere() -> Bool {
        skipSpace()
        return position == text.count
    }

    mutating func value() -> ObviousJSON? {
        skipSpace()
        if take("null") { return .null }
        if take("true") { return .bool(true) }
        if take("false") { return .bool(false) }
        if take("[") {
            guard let elements = list(until: "]", of: { $0.value() }) else { return nil }
            return .array(elements)
        }
        if take("{") {
            let members = list(until: "}") { parser -> (key: String, value: ObviousJSON)? in
                parser.skipSpace()
                guard let key = parser.string() else { return nil }
                parser.skipSpace()
                guard parser.take(":"), let value = parser.value() else { return nil }
                return (key, value)
            }
            return members.map { .object($0) }
        }
        if let string = string() { return .string(string) }
        return number().map { .number($0) }
    }

    private mutating func list<Element>(
        until close: StaticString, of element: (inout Parser) -> Element?
    ) -> [Element]? {
        var elements: [Element] = []
        skipSpace()
        if take(close) { return elements }
        repeat {
            guard let next = element(&self) else { return nil }
            elements.append(next)
            skipSpace()
        } while take(",")
        return take(close) ? elements : nil
    }

    private mutating func string() -> String? {
        guard take("\"") else { return nil }
        var units: [UInt16] = []
        var start = position
        func raw(to end: Int) -> [UInt16] { Array(String(decoding: text[start..<end], as: UTF8.self).utf16) }
        while position < text.count {
            let byte = text[position]
            if byte == UInt8(ascii: "\"") {
                units += raw(to: position)
                position += 1
                return String(validating: units, as: UTF16.self)
            }
            guard byte >= 0x20 else { return nil }
            guard byte == UInt8(ascii: "\\") else {
                position += 1
                continue
            }
            units += raw(to: position)
            position += 1
            guard let unit = escaped() else { return nil }
            units.append(unit)
            start = position
        }
        return nil
    }

    private mutating func escaped() -> UInt16? {
        let simple: [(StaticString, UInt16)] = [
            ("\"", 0x22), ("\\", 0x5C), ("/", 0x2F), ("b", 8), ("f", 12), ("n", 10), ("r", 13), ("t", 9),
        ]
        for (letter, unit) in simple where take(letter) { return unit }
        guard take("u"), position + 4 <= text.count else { return nil }
        let digits = String(decoding: text[position..<position + 4], as: UTF8.self)
        guard digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
        position += 4
        return UInt16(digits, radix: 16)
    }

    private mutating func number() -> String? {
        let start = position
        _ = take("-")
        if !take("0") {
            guard digits() else { return nil }
        }
        if take(".") {
            guard digits() else { return nil }
        }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            guard digits() else { return nil }
        }
        return String(decoding: text[start..<position], as: UTF8.self)
    }

    private mutating func digits() -> Bool {
        let start = position
        while position < text.count, (0x30...0x39).contains(text[position]) { position += 1 }
        return position > start
    }

    private mutating func take(_ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        guard position + length <= text.count else { return false }
        for index in 0..<length where text[position + index] != word.utf8Start[index] { return false }
        position += length
        return true
    }

    private mutating func skipSpace() {
        while position < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) { position += 1 }
    }
}
