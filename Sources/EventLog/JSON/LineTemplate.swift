import CScan

/// The shape of a line: what stands between its values. Another line of the same shape is read by comparing that, not parsed.
///
///     {"ts":"2026-11-20T10:00:00Z","type":"view","revenue":12.50,"page":"/p"}⏎
///     └─part┘└───── hole ────────┘└── part ──┘└h.┘└── part ──┘└h.┘└─ part ─┘└┘└part, line end
///
/// A hole is the text of a string value, or a number; keys, `true`, `false`, `null` and all else are parts. A string's hole ends
/// at the first quote, and has neither backslash nor control character in it, so a line that agrees with the parts is the object
/// that the template was made of, with other values.
///
/// - Only for lines without backslashes and control characters.
/// - The line must have been found well formed when a template is made of it.
struct LineTemplate: ~Copyable {
    /// No template is made of longer lines.
    private static let maximumLength = 4096

    /// How many lines had this shape, counted by the cache.
    var matches = 0
    /// Whether each field that is text has one source, where a string stands or nothing.
    let arePlain: Bool
    /// The numbers of the wanted keys that have no hole.
    private let absent: UnsafeMutableBufferPointer<Int>
    private let parts: UnsafeMutableBufferPointer<cscan_part>

    /// Makes a template of the well-formed line from `start` to `lineFeed`; nil for one that is too long or cannot be read by its shape alone.
    ///
    /// The number of a hole's value is that of its key, from 1, and one more than there are keys where no field has that key.
    init?(
        _ start: UnsafePointer<UInt8>, _ lineFeed: UnsafePointer<UInt8>, keys: borrowing KeyTable,
        sources: borrowing FieldSources
    ) {
        let hasReturn = lineFeed > start && lineFeed[-1] == 0x0D
        let line = UnsafeBufferPointer(start: start, count: lineFeed - start - (hasReturn ? 1 : 0))
        guard line.count <= LineTemplate.maximumLength, line.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\\") })
        else { return nil }
        var shape = Shape(line, keyCount: keys.count)
        guard shape.scan(keys) else { return nil }
        let numbers = Set(shape.parts.filter { $0.follower == CSCAN_NUMBER_HOLE }.map { Int($0.value) })
        arePlain = sources.arePlain(isNumber: numbers.contains)
        let absentNumbers = shape.absent
        absent = .allocate(capacity: absentNumbers.count)
        _ = absent.initialize(from: absentNumbers)
        let stride = MemoryLayout<cscan_part>.stride
        let memory = UnsafeMutableRawPointer.allocate(byteCount: shape.parts.count * stride, alignment: stride)
        parts = UnsafeMutableBufferPointer(
            start: memory.bindMemory(to: cscan_part.self, capacity: shape.parts.count), count: shape.parts.count)
        _ = parts.initialize(from: shape.parts)
    }

    deinit {
        parts.deallocate()
        absent.deallocate()
    }

    /// Takes the values of a line if it has this shape; otherwise they may have changed.
    @inline(__always)
    func match(_ line: UnsafeMutablePointer<cscan_line>, by matcher: cscan_matcher) -> Bool {
        guard matcher.one(parts.baseAddress, line) != 0 else { return false }
        clearAbsent(in: line)
        return true
    }

    /// The same of two lines: values are taken if both have this shape. Returns the number of a line
    /// that has another one, or 2.
    @inline(__always)
    func matchTwo(_ lines: UnsafeMutablePointer<cscan_line>, by matcher: cscan_matcher) -> Int {
        let matched = Int(matcher.two(parts.baseAddress, lines))
        if matched == 2 {
            clearAbsent(in: lines)
            clearAbsent(in: lines + 1)
        }
        return matched
    }

    private func clearAbsent(in line: UnsafeMutablePointer<cscan_line>) {
        for number in absent { line.pointee.values[number] = .absent }
    }
}

/// The parts and holes of a line, found from its start to its end.
private struct Shape {
    private let line: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var depth = 0
    /// Where the literal begins that is not yet among the parts.
    private var literal = 0
    /// The wanted key whose value comes next.
    private var key: Int?
    private var seen: Set<Int> = []

    private(set) var parts: [cscan_part] = []
    private let keyCount: Int
    /// The keys that have a hole.
    private var held: Set<Int> = []

    /// The numbers, from 1, of the keys that have none.
    var absent: [Int] { (0..<keyCount).filter { !held.contains($0) }.map { $0 + 1 } }

    init(_ line: UnsafeBufferPointer<UInt8>, keyCount: Int) {
        self.line = line
        self.keyCount = keyCount
    }

    /// False for a shape that has no template.
    mutating func scan(_ keys: borrowing KeyTable) -> Bool {
        while position < line.count {
            switch line[position] {
            case UInt8(ascii: "\""):
                guard takeString(keys) else { return false }
            case UInt8(ascii: "-"), 0x30...0x39:
                addHole(CSCAN_NUMBER_HOLE)
                while position < line.count, Shape.isNumberByte(line[position]) { position += 1 }
                literal = position
            default:
                guard takeOther(line[position]) else { return false }
                position += 1
            }
        }
        addLiteral(before: CSCAN_LINE_END)
        return true
    }

    private mutating func takeString(_ keys: borrowing KeyTable) -> Bool {
        position += 1
        let start = position
        var close = start
        while line[close] != UInt8(ascii: "\"") { close += 1 }
        if isKey(close) {
            if depth == 1 {
                key = keys.index(of: line.baseAddress.unsafelyUnwrapped + start, count: close - start)
                // Of keys that stand twice the last wins, even as null: that is for the parser.
                if let key, !seen.insert(key).inserted { return false }
            }
        } else {
            addHole(CSCAN_STRING_HOLE)
            literal = close
        }
        position = close + 1
        return true
    }

    /// Passes what is neither a string nor a number; false when it is the value of a wanted key and no null.
    private mutating func takeOther(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        case UInt8(ascii: "n"): key = nil
        case UInt8(ascii: ":"), UInt8(ascii: " "): return true
        default: break
        }
        return key == nil
    }

    /// Whether the string that ends with the quote at `close` is a key. Tabs are control characters: only spaces can follow.
    private func isKey(_ close: Int) -> Bool {
        var index = close + 1
        while index < line.count, line[index] == 0x20 { index += 1 }
        return index < line.count && line[index] == UInt8(ascii: ":")
    }

    private static func isNumberByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"),
            UInt8(ascii: "E"):
            true
        default: false
        }
    }

    /// Adds the hole that begins at the position, and the literal before it.
    private mutating func addHole(_ follower: cscan_follower) {
        addLiteral(before: follower)
        var value = keyCount + 1
        if depth == 1, let key {
            value = key + 1
            held.insert(key)
        }
        parts[parts.count - 1].value = UInt32(value)
        key = nil
    }

    private mutating func addLiteral(before follower: cscan_follower) {
        repeat {
            let count = min(position - literal, Int(CSCAN_PART_BYTES))
            var part = cscan_part()
            withUnsafeMutableBytes(of: &part.bytes) { bytes in
                bytes.copyBytes(from: line[literal..<literal + count])
            }
            part.count = UInt32(count)
            part.mask = count == 32 ? .max : (1 << UInt32(count)) - 1
            literal += count
            part.follower = literal < position ? CSCAN_LITERAL : follower
            parts.append(part)
        } while literal < position
    }
}
