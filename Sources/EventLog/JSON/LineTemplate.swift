import CScan

/// The shape of a line: what stands between its values. Another line of the same shape is read by comparing that, not parsed.
///
///     {"ts":"2026-11-20T10:00:00Z","type":"view","revenue":12.50,"page":"/p"}⏎
///     └─part┘└───── hole ────────┘└── part ──┘└h.┘└── part ──┘└h.┘└─ part ─┘└┘└part, line end
///
/// Values of objects inside the line's are holes like its own; what stands in lists is read by the parser where it is wanted.
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
    /// How many of them became events since this was asked for last.
    var events: Int64 = 0
    /// Which of its values each field is read from: where nothing stands is known.
    let sources: FieldSources
    /// Whether each text has one source at most, where a plain string stands.
    let arePlain: Bool
    /// The sources that are there.
    let held: HeldSources
    private let parts: UnsafeMutableBufferPointer<cscan_part>

    /// Makes a template of the well-formed line from `start` to `lineFeed`; nil for one that is too long or cannot be read by its shape alone.
    ///
    /// The number of a hole's value is the tree's, and one more than the tree has where no field has it.
    ///
    /// - Parameters:
    ///   - node: what the line's object is in the tree.
    ///   - numbers: which values fields are read from.
    init?(
        _ start: UnsafePointer<UInt8>, _ lineFeed: UnsafePointer<UInt8>, _ tree: borrowing KeyTree, node: Int = 0,
        numbers: ValueNumbers
    ) {
        let hasReturn = lineFeed > start && lineFeed[-1] == 0x0D
        let line = UnsafeBufferPointer(start: start, count: lineFeed - start - (hasReturn ? 1 : 0))
        guard line.count <= LineTemplate.maximumLength, line.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\\") })
        else { return nil }
        var shape = Shape(line, node: node, spare: tree.valueCount + 1)
        guard shape.scan(tree) else { return nil }
        let found = shape.held
        let jsonNumbers = Set(shape.parts.filter { $0.follower == CSCAN_NUMBER_HOLE }.map { Int($0.value) })
        sources = FieldSources(numbers.candidates(among: { found.contains($0) || $0 > tree.valueCount }))
        arePlain = sources.arePlain { !jsonNumbers.contains($0) }
        held = HeldSources(numbers.sources.map { $0.filter(found.contains) })
        let stride = MemoryLayout<cscan_part>.stride
        let memory = UnsafeMutableRawPointer.allocate(byteCount: shape.parts.count * stride, alignment: stride)
        parts = UnsafeMutableBufferPointer(
            start: memory.bindMemory(to: cscan_part.self, capacity: shape.parts.count), count: shape.parts.count)
        _ = parts.initialize(from: shape.parts)
    }

    deinit {
        parts.deallocate()
    }

    /// Takes the values of a line if it has this shape; otherwise they may have changed. Values that have no hole stay as they are.
    @inline(__always)
    func match(_ line: UnsafeMutablePointer<cscan_line>, by matcher: cscan_matcher) -> Bool {
        matcher.one(parts.baseAddress, line) != 0
    }

    /// The same of two lines: values are taken if both have this shape. Returns the number of a line
    /// that has another one, or 2.
    @inline(__always)
    func matchTwo(_ lines: UnsafeMutablePointer<cscan_line>, by matcher: cscan_matcher) -> Int {
        Int(matcher.two(parts.baseAddress, lines))
    }
}

/// The parts and holes of a line, found from its start to its end.
private struct Shape {
    private let line: UnsafeBufferPointer<UInt8>
    private var position = 0
    /// The nodes of the objects and lists that the position is in; -1 for one of which nothing is wanted.
    private var nodes: [Int] = []
    /// What the line's object is in the tree.
    private let root: Int
    /// The number of values that no field has.
    private let spare: Int
    /// Where the literal begins that is not yet among the parts.
    private var literal = 0
    /// The wanted branch whose value comes next.
    private var branch: Int?
    private var seen: Set<Int> = []

    private(set) var parts: [cscan_part] = []
    /// The numbers of values that have a hole.
    private(set) var held: Set<Int> = []

    init(_ line: UnsafeBufferPointer<UInt8>, node: Int, spare: Int) {
        self.line = line
        root = node
        self.spare = spare
    }

    /// False for a shape that has no template.
    mutating func scan(_ tree: borrowing KeyTree) -> Bool {
        while position < line.count {
            switch line[position] {
            case UInt8(ascii: "\""):
                guard takeString(tree) else { return false }
            case UInt8(ascii: "-"), 0x30...0x39:
                addHole(CSCAN_NUMBER_HOLE, tree)
                while position < line.count, Shape.isNumberByte(line[position]) { position += 1 }
                literal = position
            default:
                guard takeOther(line[position], tree) else { return false }
                position += 1
            }
        }
        addLiteral(before: CSCAN_LINE_END)
        return true
    }

    private mutating func takeString(_ tree: borrowing KeyTree) -> Bool {
        position += 1
        let start = position
        var close = start
        while line[close] != UInt8(ascii: "\"") { close += 1 }
        if isKey(close) {
            branch = nil
            if let node = nodes.last, node >= 0 {
                branch = tree.branch(
                    of: line.baseAddress.unsafelyUnwrapped + start, count: close - start, node: node)
                // Of keys that stand twice the last wins, even as null: that is for the parser.
                if let branch, !seen.insert(branch).inserted { return false }
            }
        } else {
            // Text that may be JSON itself is for the parser.
            if let branch, tree.node(below: branch) >= 0 { return false }
            addHole(CSCAN_STRING_HOLE, tree)
            literal = close
        }
        position = close + 1
        return true
    }

    /// Passes what is neither a string nor a number; false when it is a wanted value and no null, or a list of which something is wanted.
    private mutating func takeOther(_ byte: UInt8, _ tree: borrowing KeyTree) -> Bool {
        switch byte {
        case UInt8(ascii: "{"): return open(isList: false, tree)
        case UInt8(ascii: "["): return open(isList: true, tree)
        case UInt8(ascii: "}"), UInt8(ascii: "]"): nodes.removeLast()
        case UInt8(ascii: "n"): branch = nil
        case UInt8(ascii: "t"), UInt8(ascii: "f"):
            if let branch, tree.value(of: branch) > 0 { return false }
            branch = nil
        default: break
        }
        return true
    }

    private mutating func open(isList: Bool, _ tree: borrowing KeyTree) -> Bool {
        var node = nodes.isEmpty ? root : -1
        if let branch {
            guard tree.value(of: branch) == 0 else { return false }
            node = tree.node(below: branch)
            if isList, node >= 0, tree.nodes[node].hasElements { return false }
        } else if isList, nodes.isEmpty, tree.nodes[root].hasElements {
            return false
        }
        branch = nil
        nodes.append(isList ? -1 : node)
        return true
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
    private mutating func addHole(_ follower: cscan_follower, _ tree: borrowing KeyTree) {
        addLiteral(before: follower)
        var value = spare
        if let branch, tree.value(of: branch) > 0 {
            value = tree.value(of: branch)
            held.insert(value)
        }
        parts[parts.count - 1].value = UInt32(value)
        branch = nil
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
