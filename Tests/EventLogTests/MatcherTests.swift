import CScan
import TestSupport
import TestExpectations
import Testing

/// The matchers in C against a byte-by-byte one.
@Suite("Matching of templates")
struct MatcherTests {
    private static let kernels = [CSCAN_PORTABLE, CSCAN_BASELINE, CSCAN_WIDE]

    private struct Piece {
        var literal: [UInt8]
        var follower: cscan_follower

        /// As many parts as the literal needs.
        var parts: [cscan_part] {
            var rest = literal[...]
            var parts: [cscan_part] = []
            repeat {
                let bytes = rest.prefix(Int(CSCAN_PART_BYTES))
                rest = rest.dropFirst(bytes.count)
                var part = cscan_part()
                withUnsafeMutableBytes(of: &part.bytes) { $0.copyBytes(from: bytes) }
                part.count = UInt32(bytes.count)
                part.mask = bytes.count == 32 ? .max : (1 << UInt32(bytes.count)) - 1
                part.follower = rest.isEmpty ? follower : CSCAN_LITERAL
                parts.append(part)
            } while !rest.isEmpty
            return parts
        }
    }

    /// What is found: the offset of the line feed, the holes' ranges; nil for another shape.
    private struct Match: Equatable {
        var lineFeed: Int
        var holes: [Range<Int>]
        var hasHigh: Bool
    }

    private static func slowMatch(_ pieces: [Piece], _ line: [UInt8]) -> Match? {
        var match = Match(lineFeed: 0, holes: [], hasHigh: false)
        var rest = line[...]
        for piece in pieces {
            guard rest.starts(with: piece.literal) else { return nil }
            rest = rest.dropFirst(piece.literal.count)
            switch piece.follower {
            case CSCAN_STRING_HOLE:
                let text = rest.prefix { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
                match.holes.append(text.startIndex..<text.endIndex)
                match.hasHigh = match.hasHigh || text.contains { $0 >= 0x80 }
                rest = rest.dropFirst(text.count)
            case CSCAN_NUMBER_HOLE:
                guard let count = numberLength(Array(rest)) else { return nil }
                match.holes.append(rest.startIndex..<rest.startIndex + count)
                rest = rest.dropFirst(count)
            default:
                if rest.first == 0x0D { rest = rest.dropFirst() }
                guard rest.first == 0x0A else { return nil }
                match.lineFeed = rest.startIndex
            }
        }
        return match
    }

    /// The length of the JSON number that bytes begin with; nil when there is none, or it breaks off.
    private static func numberLength(_ bytes: [UInt8]) -> Int? {
        func digits(_ start: Int) -> Int { bytes[start...].prefix { $0 >= 0x30 && $0 <= 0x39 }.count }
        var length = bytes.first == UInt8(ascii: "-") ? 1 : 0
        let integer = digits(length)
        if integer == 0 || (integer > 1 && bytes[length] == 0x30) { return nil }
        length += integer
        if bytes[length] == UInt8(ascii: ".") {
            if digits(length + 1) == 0 { return nil }
            length += 1 + digits(length + 1)
        }
        if bytes[length] == UInt8(ascii: "e") || bytes[length] == UInt8(ascii: "E") {
            length += 1
            if bytes[length] == UInt8(ascii: "+") || bytes[length] == UInt8(ascii: "-") { length += 1 }
            if digits(length) == 0 { return nil }
            length += digits(length)
        }
        return length
    }

    /// A line in memory of the exact size, so that a read beyond the slack is one beyond an allocation; its holes go to memory of
    /// its own.
    private struct Placed: ~Copyable {
        private let memory: UnsafeMutablePointer<UInt8>
        private let values: UnsafeMutableBufferPointer<cscan_value>

        init(_ line: [UInt8], holes: Int) {
            let lineFeed = line.firstIndex(of: 0x0A) ?? line.count
            let count = lineFeed + 1 + Int(CSCAN_SLACK)
            memory = .allocate(capacity: count)
            for index in 0..<count { memory[index] = index < line.count ? line[index] : 0xFF }
            values = .allocate(capacity: holes + 1)
            values.initialize(repeating: cscan_value())
        }

        deinit {
            memory.deallocate()
            values.deallocate()
        }

        var line: cscan_line { cscan_line(position: memory, values: values.baseAddress, high: 0) }

        /// What `line`, once it has matched, says of this one.
        func match(_ line: cscan_line, holes: Int) -> Match? {
            guard let position = line.position else { return nil }
            return Match(
                lineFeed: position - UnsafePointer(memory),
                holes: values[1..<holes + 1].compactMap { hole in
                    hole.start.map { $0 - UnsafePointer(memory) }.map { $0..<$0 + Int(hole.count) }
                },
                hasHigh: line.high != 0)
        }
    }

    /// The parts of a template whose holes are numbered from 1.
    private static func parts(_ pieces: [Piece]) -> [cscan_part] {
        var parts = pieces.flatMap(\.parts)
        var hole: UInt32 = 0
        for index in parts.indices
        where parts[index].follower == CSCAN_STRING_HOLE || parts[index].follower == CSCAN_NUMBER_HOLE {
            hole += 1
            parts[index].value = hole
        }
        return parts
    }

    private static func match(_ pieces: [Piece], _ line: [UInt8], _ kernel: cscan_kernel) -> Match? {
        let holes = pieces.count - 1
        let placed = Placed(line, holes: holes)
        var found = placed.line
        let hasMatched = cscan_matcher_of(kernel).one(parts(pieces), &found) != 0
        return hasMatched ? placed.match(found, holes: holes) : nil
    }

    /// The same of two lines at once: the number of one that has another shape, or 2 and what is found.
    private static func matchTwo(
        _ pieces: [Piece], _ first: [UInt8], _ second: [UInt8], _ kernel: cscan_kernel
    ) -> (other: Int, found: [Match?]) {
        let holes = pieces.count - 1
        let placed = Placed(first, holes: holes)
        let placedSecond = Placed(second, holes: holes)
        var found = [placed.line, placedSecond.line]
        let other = Int(cscan_matcher_of(kernel).two(parts(pieces), &found))
        guard other == 2 else { return (other, []) }
        return (other, [placed.match(found[0], holes: holes), placedSecond.match(found[1], holes: holes)])
    }

    /// Whether a matcher finds what is expected, of the line alone and beside another one.
    ///
    /// It may say `high` of what stands behind a hole, never pass over what stands within.
    private static func finds(
        _ expected: Match?, _ pieces: [Piece], _ line: [UInt8], beside other: [UInt8], _ kernel: cscan_kernel
    ) -> Bool {
        guard agree(match(pieces, line, kernel), expected) else { return false }
        let expectedOfOther = slowMatch(pieces, other)
        for isFirst in [true, false] {
            let two = matchTwo(pieces, isFirst ? line : other, isFirst ? other : line, kernel)
            let expectedOfTwo = isFirst ? [expected, expectedOfOther] : [expectedOfOther, expected]
            let isRight =
                two.other == 2
                ? zip(two.found, expectedOfTwo).allSatisfy { agree($0, $1) && $1 != nil }
                : expectedOfTwo[two.other] == nil
            if !isRight { return false }
        }
        return true
    }

    private static func agree(_ found: Match?, _ expected: Match?) -> Bool {
        guard let found, let expected else { return found == nil && expected == nil }
        return found.lineFeed == expected.lineFeed && found.holes == expected.holes
            && (found.hasHigh || !expected.hasHigh)
    }

    @Test("finds what a byte-by-byte matcher finds, whatever the lengths", arguments: kernels)
    func lengths(kernel: cscan_kernel) {
        for literal in [1, 2, 15, 16, 17, 30, 31, 32, 33, 34, 63, 64, 65, 100] {
            for hole in Array(0...70) + [95, 96, 97, 200] {
                let text = [UInt8](repeating: UInt8(ascii: "x"), count: hole)
                let first = Piece(
                    literal: [UInt8](repeating: UInt8(ascii: "a"), count: literal), follower: CSCAN_STRING_HOLE)
                let last = Piece(literal: Array("\"}".utf8), follower: CSCAN_LINE_END)
                for ending in [[0x0A], [0x0D, 0x0A], [0x0D], [0x20, 0x0A]] as [[UInt8]] {
                    var line = first.literal + text + last.literal + ending
                    if line.last != 0x0A { line += [0x0D, 0x0A] }
                    let expected = Self.slowMatch([first, last], line)
                    #expect((expected != nil) == (ending == [0x0A] || ending == [0x0D, 0x0A]))
                    let other = first.literal + text.dropLast(hole / 3) + last.literal + [0x0A]
                    #expect(
                        Self.finds(expected, [first, last], line, beside: other, kernel), "\(literal) \(hole)")
                }
            }
        }
    }

    @Test("finds what a byte-by-byte matcher finds in random and damaged lines", .slow, arguments: kernels)
    func random(kernel: cscan_kernel) {
        var random = SplitMix64(seed: 21)
        func bytes(_ alphabet: [UInt8], _ count: Int) -> [UInt8] {
            (0..<count).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
        }
        let plain = Array("abcdefgh {}[]:,.".utf8)
        let noise = Array("\"\\\n\r\t 0e.-a".utf8) + [0x00, 0x1F, 0x7F, 0x80, 0xC3, 0xFF]
        let numbers = [
            "0", "-0", "7", "-12.50", "1e5", "0.5E-10", "123456789012345678901234567890", "01", "-", "1.", "1e",
        ]
        var matched = 0
        for _ in 0..<8_000 {
            var pieces: [Piece] = []
            var line: [UInt8] = []
            var closes: [UInt8] = []
            for _ in 0..<Int(random.next() % 6) {
                let isNumber = random.next() % 3 == 0
                let literal = closes + bytes(plain, Int(random.next() % 40)) + Array((isNumber ? ":" : "\"").utf8)
                pieces.append(
                    Piece(literal: literal, follower: isNumber ? CSCAN_NUMBER_HOLE : CSCAN_STRING_HOLE))
                let text =
                    isNumber
                    ? Array(numbers[Int(random.next() % UInt64(numbers.count))].utf8)
                    : bytes(random.next() % 4 == 0 ? plain + [0xC3, 0xA9] : plain, Int(random.next() % 70))
                line += literal + text
                closes = isNumber ? Array(",".utf8) : Array("\"".utf8)
            }
            var other = line
            pieces.append(Piece(literal: closes + Array("}".utf8), follower: CSCAN_LINE_END))
            line += closes + Array("}".utf8) + (random.next() % 4 == 0 ? [0x0D, 0x0A] : [0x0A])
            // Whole, or of the same shape as far as it goes.
            other += random.next() % 4 == 0 ? [0x0A] : closes + Array("}\n".utf8)
            let place = Int(random.next() % UInt64(line.count))
            switch random.next() % 6 {
            case 0: line[place] = bytes(noise, 1)[0]
            case 1: line.insert(bytes(noise, 1)[0], at: place)
            case 2: line.remove(at: place)
            default: break
            }
            if line.last != 0x0A { line.append(0x0A) }
            let expected = Self.slowMatch(pieces, line)
            #expect(
                Self.finds(expected, pieces, line, beside: other, kernel), "\(String(decoding: line, as: UTF8.self))")
            matched += expected == nil ? 0 : 1
        }
        #expect(matched > 3_000)
    }
}
