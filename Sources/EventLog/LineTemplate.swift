/// The shape of a line: what stands between its values. Another line of the same shape is read by checking that, not parsed.
///
///     {"ts":"2026-11-20T10:00:00Z","type":"view","revenue":12.50,"page":"/p"}
///     └piece┘└───── hole ────────┘└─ piece ─┘└hole┘└── piece ──┘└hole┘└piece┘…
///                                                  └ prefix ┘└no.┘└suffix┘
///
/// A hole is the text of a string value, or a number. A piece runs from the quote that closes one string value to the quote
/// that opens the next; at most one number stands in it. Pieces are compared eight bytes at a time. Since a hole has no quote
/// in it, a line whose quotes are where the pieces want them, and whose pieces agree, is the object the template was made of,
/// with other values.
///
/// - Only for lines without backslashes and control characters.
/// - The line must have been found well formed when a template is made of it.
struct LineTemplate: ~Copyable {
    private struct Piece {
        /// The quotes of the line at which the piece begins and ends; -1: the line's begin or end.
        var from: Int
        var to: Int
        /// Literal bytes before and behind the number; without a number all are before it.
        var prefix: Int
        var suffix: Int
        var hasNumber: Bool
        /// Which key's value the number is, or -1.
        var numberKey: Int
        /// Where in `literals` prefix and suffix begin, each padded to whole words.
        var prefixWord: Int
        var suffixWord: Int
    }

    private struct TextHole {
        var key: Int
        var quote: Int
    }

    private struct WantedKey {
        var number: Int
        /// Just behind its closing quote.
        var colon: Int
    }

    private var pieces: [Piece] = []
    private var texts: [TextHole] = []
    /// Pairs of a literal word and the mask of its bytes that count.
    private var literals: [(word: UInt64, mask: UInt64)] = []

    /// Makes a template of a well-formed line; nil for one with a shape that is not worth it.
    init?(_ line: IndexedLine, keys: KeyTable) {
        guard line.quoteCount > 0, line.quoteCount % 2 == 0, line.end > line.start else { return nil }
        var from = -1
        var gapKeys: [WantedKey] = []
        var depth = 0
        var scanned = line.start
        var key = -1
        var seen: Set<Int> = []
        for string in 0..<line.quoteCount / 2 {
            let open = Int(line.quotes[2 * string])
            let close = Int(line.quotes[2 * string + 1])
            depth += LineTemplate.depthChange(line, scanned, open)
            scanned = close + 1
            if LineTemplate.isKey(line, after: close) {
                key = -1
                guard depth == 1 else { continue }
                let text = UnsafeBufferPointer(start: line.base + open + 1, count: close - open - 1)
                guard let index = keys.index(of: text) else { continue }
                // Of keys that stand twice the last wins, even as null: that is for the parser.
                guard seen.insert(index).inserted else { return nil }
                key = index
                gapKeys.append(WantedKey(number: index, colon: close + 1))
                continue
            }
            guard append(line, from: from, to: 2 * string, keys: gapKeys) else { return nil }
            gapKeys.removeAll()
            if depth == 1, key >= 0 { texts.append(TextHole(key: key, quote: 2 * string)) }
            key = -1
            from = 2 * string + 1
        }
        guard append(line, from: from, to: -1, keys: gapKeys) else { return nil }
    }

    /// Takes the values of a line if it has this shape; otherwise values may have been changed.
    func match(_ line: IndexedLine, into values: UnsafeMutablePointer<JSONLine.Value>) -> Bool {
        let base = line.base
        var difference: UInt64 = 0
        return pieces.withUnsafeBufferPointer { pieces in
            literals.withUnsafeBufferPointer { literals in
                for piece in pieces {
                    let start = piece.from < 0 ? line.start : Int(line.quotes[piece.from])
                    let end = piece.to < 0 ? line.end : Int(line.quotes[piece.to]) + 1
                    if piece.hasNumber {
                        guard end - start > piece.prefix + piece.suffix else { return false }
                        let number = start + piece.prefix
                        let count = end - piece.suffix - number
                        guard JSONLine.isNumber(base + number, count: count) else { return false }
                        difference |= LineTemplate.differ(
                            base + end - piece.suffix, literals, piece.suffixWord, piece.suffix)
                        if piece.numberKey >= 0 {
                            values[piece.numberKey] = JSONLine.Value(kind: .number, start: base + number, count: count)
                        }
                    } else {
                        // Not among the differences: a longer piece than the line has would be read beyond the block.
                        guard end - start == piece.prefix else { return false }
                    }
                    difference |= LineTemplate.differ(base + start, literals, piece.prefixWord, piece.prefix)
                }
                guard difference == 0 else { return false }
                for text in texts {
                    let open = Int(line.quotes[text.quote])
                    values[text.key] = JSONLine.Value(
                        kind: .plainString, start: base + open + 1, count: Int(line.quotes[text.quote + 1]) - open - 1)
                }
                return true
            }
        }
    }

    /// Nonzero unless `count` bytes at `start` are the literal. Reads whole words: the block has slack behind its end.
    @inline(__always)
    private static func differ(
        _ start: UnsafePointer<UInt8>, _ literals: UnsafeBufferPointer<(word: UInt64, mask: UInt64)>, _ first: Int,
        _ count: Int
    ) -> UInt64 {
        let raw = UnsafeRawPointer(start)
        var difference: UInt64 = 0
        var offset = 0
        var index = first
        while offset < count {
            let literal = literals[index]
            difference |= (raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ literal.word) & literal.mask
            offset += 8
            index += 1
        }
        return difference
    }

    // MARK: Making

    /// Adds the piece between two quotes, with the wanted keys that stand in it; false when it has no place in a template.
    private mutating func append(_ line: IndexedLine, from: Int, to: Int, keys: [WantedKey]) -> Bool {
        let start = from < 0 ? line.start : Int(line.quotes[from])
        let end = to < 0 ? line.end : Int(line.quotes[to]) + 1
        var piece = Piece(
            from: from, to: to, prefix: end - start, suffix: 0, hasNumber: false, numberKey: -1, prefixWord: 0,
            suffixWord: 0)
        let numbers = LineTemplate.numbers(line, from < 0 ? start : start + 1, end)
        guard numbers.count <= 1 else { return false }
        for key in keys {
            let value = LineTemplate.skipColon(line, key.colon)
            switch line.base[value] {
            // The text of the next hole, and null, which stands in the piece.
            case UInt8(ascii: "\""), UInt8(ascii: "n"): continue
            case UInt8(ascii: "-"), 0x30...0x39: piece.numberKey = key.number
            default: return false
            }
        }
        if let number = numbers.first {
            piece.hasNumber = true
            piece.prefix = number.lowerBound - start
            piece.suffix = end - number.upperBound
            piece.suffixWord = addLiteral(line.base + number.upperBound, count: piece.suffix)
        }
        piece.prefixWord = addLiteral(line.base + start, count: piece.prefix)
        pieces.append(piece)
        return true
    }

    /// The numbers outside strings in a piece.
    private static func numbers(_ line: IndexedLine, _ start: Int, _ end: Int) -> [Range<Int>] {
        var numbers: [Range<Int>] = []
        var inString = false
        var index = start
        while index < end {
            let byte = line.base[index]
            if byte == UInt8(ascii: "\"") { inString.toggle() }
            if !inString, byte == UInt8(ascii: "-") || (byte >= 0x30 && byte <= 0x39) {
                let first = index
                while index < end, numberBytes.contains(line.base[index]) { index += 1 }
                numbers.append(first..<index)
            } else {
                index += 1
            }
        }
        return numbers
    }

    private mutating func addLiteral(_ start: UnsafePointer<UInt8>, count: Int) -> Int {
        let first = literals.count
        var offset = 0
        while offset < count {
            var bytes: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0]
            var mask: [UInt8] = bytes
            for index in 0..<min(8, count - offset) {
                bytes[index] = start[offset + index]
                mask[index] = 0xFF
            }
            literals.append(
                (
                    bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) },
                    mask.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
                ))
            offset += 8
        }
        return first
    }

    private static let numberBytes = Set("-+.eE0123456789".utf8)

    private static func depthChange(_ line: IndexedLine, _ start: Int, _ end: Int) -> Int {
        var change = 0
        for index in start..<end {
            switch line.base[index] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): change += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): change -= 1
            default: break
            }
        }
        return change
    }

    private static func isKey(_ line: IndexedLine, after close: Int) -> Bool {
        var index = close + 1
        while index < line.end, line.base[index] == 0x20 { index += 1 }
        return index < line.end && line.base[index] == UInt8(ascii: ":")
    }

    /// Where the value behind a colon begins. Tabs are control characters: only spaces can stand between.
    private static func skipColon(_ line: IndexedLine, _ start: Int) -> Int {
        var index = start
        while index < line.end - 1, line.base[index] == 0x20 || line.base[index] == UInt8(ascii: ":") { index += 1 }
        return index
    }
}
