import CScan

/// A scanner of one line that should hold one JSON object (RFC 8259), kept to what the log's fields need.
///
///     {"ts":"2026-11-20T09:12:31+05:30","type":"view","context":{"a":[1]},"visitor":"v\u00e9ra"}
///      key  value                                     └ skipped, checked ┘          └ escaped: decoded on demand
///
/// - Every byte of the line is checked against the grammar, whether its field is needed or not.
/// - Nesting deeper than ``maximumDepth`` is not read.
/// - A lone surrogate escape is not JSON here: the text it stands for has no UTF-8.
/// - Of duplicate keys the last wins; keys are compared after their escapes are decoded.
struct JSONLine {
    /// Objects and arrays inside one another, the line's own object counted.
    static let maximumDepth = 64

    private var position: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>
    private var failure = RejectedReason.notJSON
    /// The line's index, with the number of the quote that comes next; nil: strings are searched byte by byte.
    private let index: IndexedLine?
    private var nextQuote = 0

    init(_ start: UnsafePointer<UInt8>, count: Int) {
        position = start
        end = start + count
        index = nil
    }

    /// A scanner that finds the ends of strings in the index.
    init(_ line: IndexedLine) {
        position = line.base + line.start
        end = line.base + line.end
        index = line
    }

    /// Reads the line's object and stores the values of known keys; nil when it is well formed.
    ///
    /// - Parameters:
    ///   - keys: the keys whose values are wanted.
    ///   - values: one for each key, `.absent` at the start.
    mutating func scan(keys: KeyTable, into values: UnsafeMutablePointer<LineValue>) -> RejectedReason? {
        skipWhitespace()
        guard position < end, position.pointee == UInt8(ascii: "{") else {
            return skipValue(depth: 0) != nil && atEnd() ? .notAnObject : failure
        }
        guard scanObject(keys: keys, into: values), atEnd() else { return failure }
        return nil
    }

    private mutating func scanObject(keys: KeyTable, into values: UnsafeMutablePointer<LineValue>) -> Bool {
        position += 1
        skipWhitespace()
        if take(UInt8(ascii: "}")) { return true }
        while true {
            guard let key = scanString() else { return false }
            let wanted = key.kind == .plainString ? keys.index(of: key.bytes) : keys.index(ofEscaped: key.bytes)
            skipWhitespace()
            guard take(UInt8(ascii: ":")) else { return false }
            skipWhitespace()
            guard let value = skipValue(depth: 1) else { return false }
            if let wanted { values[wanted] = value }
            skipWhitespace()
            if take(UInt8(ascii: ",")) {
                skipWhitespace()
                continue
            }
            return take(UInt8(ascii: "}"))
        }
    }

    /// Checks the value at the position and passes it; nil when it is malformed.
    private mutating func skipValue(depth: Int) -> LineValue? {
        guard position < end else { return nil }
        let start = position
        switch position.pointee {
        case UInt8(ascii: "\""):
            return scanString()
        case UInt8(ascii: "{"):
            guard skipContainer(depth: depth + 1, close: UInt8(ascii: "}")) else { return nil }
        case UInt8(ascii: "["):
            guard skipContainer(depth: depth + 1, close: UInt8(ascii: "]")) else { return nil }
        case UInt8(ascii: "t"):
            guard takeWord("true") else { return nil }
        case UInt8(ascii: "f"):
            guard takeWord("false") else { return nil }
        case UInt8(ascii: "n"):
            return takeWord("null") ? .absent : nil
        default:
            guard skipNumber() else { return nil }
            return LineValue(kind: .number, start: start, count: position - start)
        }
        return LineValue(kind: .unusable, start: start, count: position - start)
    }

    private mutating func skipContainer(depth: Int, close: UInt8) -> Bool {
        guard depth <= JSONLine.maximumDepth else {
            failure = .nestedTooDeep
            return false
        }
        position += 1
        skipWhitespace()
        if take(close) { return true }
        while true {
            if close == UInt8(ascii: "}") {
                guard scanString() != nil else { return false }
                skipWhitespace()
                guard take(UInt8(ascii: ":")) else { return false }
                skipWhitespace()
            }
            guard skipValue(depth: depth) != nil else { return false }
            skipWhitespace()
            if take(UInt8(ascii: ",")) {
                skipWhitespace()
                continue
            }
            return take(close)
        }
    }

    /// Passes a string with its quotes; the value is what stands between them.
    private mutating func scanString() -> LineValue? {
        guard let index else { return scanStringBytes() }
        let open = position - index.base
        guard nextQuote + 1 < index.quoteCount, Int(index.quotes[nextQuote]) == open else { return nil }
        let close = Int(index.quotes[nextQuote + 1])
        nextQuote += 2
        if let special = index.special, IndexedLine.any(special, open + 1, close) { return scanStringBytes() }
        position = index.base + close + 1
        return LineValue(kind: .plainString, start: index.base + open + 1, count: close - open - 1)
    }

    private mutating func scanStringBytes() -> LineValue? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = position
        var kind = LineValue.Kind.plainString
        while position < end {
            let byte = position.pointee
            if byte == UInt8(ascii: "\"") {
                let value = LineValue(kind: kind, start: start, count: position - start)
                position += 1
                return value
            }
            if byte == UInt8(ascii: "\\") {
                kind = .escapedString
                guard let length = JSONEscape.length(at: position, before: end) else { return nil }
                position += length
            } else if byte < 0x20 {
                return nil
            } else {
                position += 1
            }
        }
        return nil
    }

    private mutating func skipNumber() -> Bool {
        let count = JSONLine.numberLength(position, before: end)
        position += count
        return count > 0
    }

    /// Whether bytes are a number as a whole.
    static func isNumber(_ start: UnsafePointer<UInt8>, count: Int) -> Bool {
        numberLength(start, before: start + count) == count
    }

    /// The length of the number at `start`; 0 when there is none.
    private static func numberLength(_ start: UnsafePointer<UInt8>, before end: UnsafePointer<UInt8>) -> Int {
        var position = start
        func take(_ byte: UInt8) -> Bool {
            guard position < end, position.pointee == byte else { return false }
            position += 1
            return true
        }
        func takeDigits() -> Bool {
            let first = position
            while position < end, position.pointee >= 0x30, position.pointee <= 0x39 { position += 1 }
            return position > first
        }
        _ = take(UInt8(ascii: "-"))
        guard take(UInt8(ascii: "0")) || takeDigits() else { return 0 }
        if take(UInt8(ascii: ".")), !takeDigits() { return 0 }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard takeDigits() else { return 0 }
        }
        return position - start
    }

    private mutating func takeWord(_ word: StaticString) -> Bool {
        guard end - position >= word.utf8CodeUnitCount else { return false }
        for index in 0..<word.utf8CodeUnitCount where position[index] != word.utf8Start[index] { return false }
        position += word.utf8CodeUnitCount
        return true
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < end, position.pointee == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipWhitespace() {
        while position < end {
            switch position.pointee {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func atEnd() -> Bool {
        skipWhitespace()
        return position == end
    }
}
