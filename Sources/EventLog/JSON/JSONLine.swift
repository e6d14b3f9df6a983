import CScan

/// A scanner of one line that should hold one JSON object (RFC 8259), kept to what the log's fields need. It reads once, from
/// the line's start to its line feed, at which everything stops; so nothing needs to ask where the line ends.
///
///     {"ts":"2026-11-20T09:12:31+05:30","type":"view","context":{"a":[1]},"visitor":"v\u00e9ra"}
///      key  value                                     └ skipped, checked ┘          └ escaped: decoded on demand
///
/// - Every byte of the line is checked against the grammar, whether its field is needed or not; UTF-8 is the caller's to check.
/// - Nesting deeper than ``maximumDepth`` is not read.
/// - A lone surrogate escape is not JSON here: the text it stands for has no UTF-8.
/// - Of duplicate keys the last wins; keys are compared after their escapes are decoded.
struct JSONLine {
    /// Objects and arrays inside one another, the line's own object counted.
    static let maximumDepth = 64

    /// Where the scanner is: at the line feed, when the line is well formed.
    private(set) var position: UnsafePointer<UInt8>
    /// Nonzero when a string has anything but ASCII, perhaps also when only what follows the line has.
    private(set) var high: UInt64 = 0
    private(set) var hasEscapes = false
    private var failure = RejectedReason.notJSON

    /// A scanner of the line at `start`. A line feed must follow, with `CSCAN_SLACK` readable bytes behind it.
    init(_ start: UnsafePointer<UInt8>) {
        position = start
    }

    /// Reads the line's object and stores the values of known keys; nil when it is well formed.
    ///
    /// - Parameters:
    ///   - keys: the keys whose values are wanted.
    ///   - values: one for each key, `.absent` at the start.
    mutating func scan(keys: borrowing KeyTable, into values: UnsafeMutablePointer<LineValue>) -> RejectedReason? {
        skipWhitespace()
        guard position.pointee == UInt8(ascii: "{") else {
            return skipValue(depth: 0) != nil && atEnd() ? .notAnObject : failure
        }
        guard scanObject(keys: keys, into: values), atEnd() else { return failure }
        return nil
    }

    private mutating func scanObject(keys: borrowing KeyTable, into values: UnsafeMutablePointer<LineValue>) -> Bool {
        position += 1
        skipWhitespace()
        if take(UInt8(ascii: "}")) { return true }
        while true {
            guard let key = scanString() else { return false }
            let wanted =
                key.kind == .plainString
                ? keys.index(of: key.start, count: Int(key.count)) : keys.index(ofEscaped: key.bytes)
            skipWhitespace()
            guard take(UInt8(ascii: ":")) else { return false }
            skipWhitespace()
            // Nearly all values are strings.
            let isString = position.pointee == UInt8(ascii: "\"")
            guard let value = isString ? scanString() : skipValue(depth: 1) else { return false }
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
    @inline(__always)
    private mutating func scanString() -> LineValue? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = position
        position = cscan_string_stop(start, &high)
        guard position.pointee == UInt8(ascii: "\"") else { return scanEscapedString(from: start) }
        position += 1
        return LineValue(kind: .plainString, start: start, count: position - start - 1)
    }

    /// Passes the rest of a string from the first byte that is not plain.
    private mutating func scanEscapedString(from start: UnsafePointer<UInt8>) -> LineValue? {
        hasEscapes = true
        while position.pointee == UInt8(ascii: "\\") {
            // The longest escape has twelve bytes, none of them a line feed.
            guard let length = JSONEscape.length(at: position, before: position + 12) else { return nil }
            position = cscan_string_stop(position + length, &high)
        }
        guard take(UInt8(ascii: "\"")) else { return nil }
        return LineValue(kind: .escapedString, start: start, count: position - start - 1)
    }

    private mutating func skipNumber() -> Bool {
        _ = take(UInt8(ascii: "-"))
        guard take(UInt8(ascii: "0")) || takeDigits() else { return false }
        if take(UInt8(ascii: ".")), !takeDigits() { return false }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard takeDigits() else { return false }
        }
        return true
    }

    private mutating func takeDigits() -> Bool {
        let first = position
        while position.pointee >= 0x30, position.pointee <= 0x39 { position += 1 }
        return position > first
    }

    private mutating func takeWord(_ word: StaticString) -> Bool {
        for index in 0..<word.utf8CodeUnitCount where position[index] != word.utf8Start[index] { return false }
        position += word.utf8CodeUnitCount
        return true
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position.pointee == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipWhitespace() {
        while position.pointee <= 0x20 {
            guard position.pointee == 0x20 || position.pointee == 0x09 || position.pointee == 0x0D else { return }
            position += 1
        }
    }

    private mutating func atEnd() -> Bool {
        skipWhitespace()
        return position.pointee == 0x0A
    }
}
