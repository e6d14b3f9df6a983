import CScan

/// A scanner of one line that should hold one JSON object (RFC 8259), kept to what the log's fields need. It reads once, from
/// the line's start to its line feed, at which everything stops; so nothing needs to ask where the line ends.
///
///     {"ts":"2026-11-20T09:12:31+05:30","type":"view","context":{"a":[1]},"visitor":"v\u00e9ra"}
///      key  value                                     └ skipped, checked ┘          └ escaped: decoded on demand
///
/// - Every byte of the line is checked against the grammar, whether its field is needed or not; UTF-8 is the caller's to check.
/// - Nesting deeper than ``maximumDepth`` is not read.
/// - A carriage return behind the object ends the line as a line feed does: writers of both kinds append to one file.
/// - A lone surrogate escape is not JSON here: the text it stands for has no UTF-8.
/// - Of duplicate keys the last wins; keys are compared after their escapes are decoded.
struct JSONLine {
    /// Objects and arrays inside one another, the line's own object counted.
    static let maximumDepth = 64

    /// Where the scanner is: at the line's end, when it is well formed. That is its line feed, or the first carriage return behind
    /// its object where something else follows before the line feed.
    private(set) var position: UnsafePointer<UInt8>
    /// Nonzero when a string has anything but ASCII, perhaps also when only what follows the line has.
    private(set) var high: UInt64 = 0
    private(set) var hasEscapes = false
    private var failure = RejectedReason.notJSON

    /// A scanner of the line at `start`. A line feed must follow, with `CSCAN_SLACK` readable bytes behind it.
    init(_ start: UnsafePointer<UInt8>) {
        position = start
    }

    /// Reads the line's object and stores the values that a tree leads to; nil when it is well formed.
    ///
    /// - Parameters:
    ///   - tree: the keys whose values are wanted, and the paths.
    ///   - values: by their numbers in the tree, all of those `.absent` at the start.
    mutating func scan(_ tree: borrowing KeyTree, into values: UnsafeMutablePointer<LineValue>) -> RejectedReason? {
        skipWhitespace()
        guard position.pointee == UInt8(ascii: "{") else {
            return skipValue(depth: 0) != nil && atEnd() ? .notAnObject : failure
        }
        guard scanObject(tree, node: 0, depth: 1, into: values) else { return failure }
        let close = position
        return atEnd() || endsInReturn(behind: close) ? nil : startsObject() ? .severalObjects : failure
    }

    /// Whether a carriage return stands between the line's object and what follows; the line ends there then.
    private mutating func endsInReturn(behind close: UnsafePointer<UInt8>) -> Bool {
        let blanks = UnsafeBufferPointer(start: close, count: position - close)
        guard let offset = blanks.firstIndex(of: 0x0D) else { return false }
        position = close + offset
        return true
    }

    private mutating func startsObject() -> Bool {
        if take(UInt8(ascii: ",")) { skipWhitespace() }
        return position.pointee == UInt8(ascii: "{")
    }

    /// Reads JSON text that stands in a value, of which a node of the tree is wanted. False when it is no object and no list.
    mutating func scanText(
        _ tree: borrowing KeyTree, node: Int, into values: UnsafeMutablePointer<LineValue>
    ) -> Bool {
        skipWhitespace()
        switch position.pointee {
        case UInt8(ascii: "{"): return scanObject(tree, node: node, depth: 1, into: values) && atEnd()
        case UInt8(ascii: "["): return scanList(tree, node: node, depth: 1, into: values) && atEnd()
        default: return false
        }
    }

    private mutating func scanObject(
        _ tree: borrowing KeyTree, node: Int, depth: Int, into values: UnsafeMutablePointer<LineValue>
    ) -> Bool {
        guard depth <= JSONLine.maximumDepth else {
            failure = .nestedTooDeep
            return false
        }
        position += 1
        skipWhitespace()
        if take(UInt8(ascii: "}")) { return true }
        while true {
            guard let key = scanString() else { return false }
            let wanted =
                key.kind == .plainString
                ? tree.branch(of: key.start, count: Int(key.count), node: node)
                : tree.branch(ofEscaped: key.bytes, node: node)
            skipWhitespace()
            guard take(UInt8(ascii: ":")) else { return false }
            skipWhitespace()
            if position.pointee == UInt8(ascii: "\""), wanted.map({ tree.node(below: $0) < 0 }) ?? true {
                // Nearly all values are strings, and nothing is wanted of what stands in them.
                guard let string = scanString() else { return false }
                if let wanted { values[tree.value(of: wanted)] = string }
            } else if let wanted {
                guard scanValue(tree, branch: wanted, depth: depth, into: values) else { return false }
            } else {
                guard skipValue(depth: depth) != nil else { return false }
            }
            skipWhitespace()
            if take(UInt8(ascii: ",")) {
                skipWhitespace()
                continue
            }
            return take(UInt8(ascii: "}"))
        }
    }

    /// Reads the value that a branch leads to. What an earlier one of the same key left is forgotten.
    private mutating func scanValue(
        _ tree: borrowing KeyTree, branch number: Int, depth: Int, into values: UnsafeMutablePointer<LineValue>
    ) -> Bool {
        let start = position
        let node = tree.node(below: number)
        if node >= 0 { for number in tree.branches[number].below { values[number] = .absent } }
        var value: LineValue
        switch position.pointee {
        case UInt8(ascii: "\""):
            guard let string = scanString() else { return false }
            value = string
        case UInt8(ascii: "{") where node >= 0:
            guard scanObject(tree, node: node, depth: depth + 1, into: values) else { return false }
            value = LineValue(kind: .unusable, start: start, count: position - start)
        case UInt8(ascii: "[") where node >= 0 && tree.nodes[node].hasElements:
            guard scanList(tree, node: node, depth: depth + 1, into: values) else { return false }
            value = LineValue(kind: .unusable, start: start, count: position - start)
        default:
            guard let other = skipValue(depth: depth) else { return false }
            value = other
        }
        let wanted = tree.value(of: number)
        if wanted > 0 { values[wanted] = value }
        if node >= 0 {
            let isText = value.kind == .plainString || value.kind == .escapedString
            values[tree.branches[number].text] = isText ? value : .absent
        }
        return true
    }

    /// Reads a list of which some elements are wanted. Each is passed first and looked at when it turns out to be one of those.
    private mutating func scanList(
        _ tree: borrowing KeyTree, node: Int, depth: Int, into values: UnsafeMutablePointer<LineValue>
    ) -> Bool {
        guard depth <= JSONLine.maximumDepth else {
            failure = .nestedTooDeep
            return false
        }
        position += 1
        skipWhitespace()
        if take(UInt8(ascii: "]")) { return true }
        var matched: Set<Int> = []
        var place = 0
        while true {
            let start = position
            guard skipValue(depth: depth) != nil else { return false }
            for element in tree.nodes[node].elements where element.place == place {
                look(at: start, tree, element.branch, depth, into: values)
            }
            for match in tree.nodes[node].matches where !matched.contains(match.branch) {
                guard start.pointee == UInt8(ascii: "{"), JSONLine.member(match.key, of: start, is: match.value) else {
                    continue
                }
                matched.insert(match.branch)
                look(at: start, tree, match.branch, depth, into: values)
            }
            place += 1
            skipWhitespace()
            if take(UInt8(ascii: ",")) {
                skipWhitespace()
                continue
            }
            return take(UInt8(ascii: "]"))
        }
    }

    /// Reads a value that was passed and found well formed.
    private mutating func look(
        at start: UnsafePointer<UInt8>, _ tree: borrowing KeyTree, _ branch: Int, _ depth: Int,
        into values: UnsafeMutablePointer<LineValue>
    ) {
        var scanner = JSONLine(start)
        _ = scanner.scanValue(tree, branch: branch, depth: depth, into: values)
    }

    /// Whether the last member of a well-formed object with a key has a text: a string's, or that of a number or a word.
    private static func member(_ key: [UInt8], of object: UnsafePointer<UInt8>, is text: [UInt8]) -> Bool {
        var scanner = JSONLine(object)
        var isSo = false
        scanner.position += 1
        scanner.skipWhitespace()
        if scanner.take(UInt8(ascii: "}")) { return false }
        while let name = scanner.scanString() {
            scanner.skipWhitespace()
            scanner.position += 1
            scanner.skipWhitespace()
            let start = scanner.position
            guard var value = scanner.skipValue(depth: 1) else { return false }
            if value.kind == .absent || value.kind == .unusable {
                value = LineValue(kind: .plainString, start: start, count: scanner.position - start)
            }
            if name.hasText(key) { isSo = value.hasText(text) }
            scanner.skipWhitespace()
            guard scanner.take(UInt8(ascii: ",")) else { return isSo }
            scanner.skipWhitespace()
        }
        return isSo
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

extension LineValue {
    /// Whether the decoded text is this one.
    fileprivate func hasText(_ text: [UInt8]) -> Bool {
        guard kind == .escapedString else { return bytes.elementsEqual(text) }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(count) + 1) { buffer in
            guard let base = buffer.baseAddress else { return false }
            return UnsafeBufferPointer(start: base, count: JSONEscape.decode(bytes, into: base)).elementsEqual(text)
        }
    }
}
