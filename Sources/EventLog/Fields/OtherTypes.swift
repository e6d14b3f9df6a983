/// How often words came that are no type.
///
/// Memory is bounded, and what is told depends on the log alone, not on who read which line: every word has a level, which a hash of
/// its bytes gives (level n for one word in 2ⁿ), and when there are too many words those of the lowest level are left out for good. What
/// is kept is counted exactly.
package struct OtherTypes: Sendable {
    package struct Entry: Equatable, Sendable {
        package var word: String
        package var count: Int64
    }

    /// The most words that are kept.
    static let mostWords = 4096
    /// The longest word that is told apart by all of its bytes; of a longer one the first bytes count.
    static let longestWord = 96

    private var counts: [[UInt8]: Int] = [:]
    private var numbers: [Int64] = []
    /// Only words of this level and above are kept: one in 2^level.
    private(set) var level = 0

    init() {}

    /// The share of words that are kept: all, or one of so many.
    package var keptOneOf: Int { 1 << level }

    /// The words that came most often, ties in byte order.
    package func top(_ limit: Int) -> [Entry] {
        let entries = counts.map { (word: $0.key, count: numbers[$0.value]) }.filter { $0.count > 0 }
        return entries.sorted {
            $0.count != $1.count ? $0.count > $1.count : $0.word.lexicographicallyPrecedes($1.word)
        }
        .prefix(limit).map { Entry(word: String(decoding: $0.word, as: UTF8.self), count: $0.count) }
    }

    /// The number under which a word is counted; nil for one that is left out.
    mutating func number(of text: ByteText) -> Int? {
        let word = OtherTypes.kept(text)
        if let number = counts[word] { return number }
        guard OtherTypes.level(of: word) >= level else { return nil }
        return add(word)
    }

    private mutating func add(_ word: [UInt8]) -> Int? {
        counts[word] = numbers.count
        numbers.append(0)
        leaveOut()
        return counts[word]
    }

    mutating func count(_ number: Int) { numbers[number] += 1 }

    /// Adds what another worker counted.
    mutating func add(_ other: OtherTypes) {
        level = max(level, other.level)
        counts = counts.filter { OtherTypes.level(of: $0.key) >= level }
        for (word, number) in other.counts where OtherTypes.level(of: word) >= level {
            if let own = counts[word] {
                numbers[own] += other.numbers[number]
            } else {
                counts[word] = numbers.count
                numbers.append(other.numbers[number])
            }
        }
        leaveOut()
    }

    private mutating func leaveOut() {
        while counts.count > OtherTypes.mostWords {
            level += 1
            counts = counts.filter { OtherTypes.level(of: $0.key) >= level }
        }
    }

    /// A word as it is counted: cut where a character of UTF-8 ends.
    private static func kept(_ text: ByteText) -> [UInt8] {
        guard text.count > longestWord else { return Array(text.bytes) }
        var end = longestWord
        while end > 0, text.start[end] & 0xC0 == 0x80 { end -= 1 }
        return Array(text.bytes[..<end]) + Array("…".utf8)
    }

    /// One word in 2ⁿ has level n or above (FNV-1a of its bytes, whose upper half is folded into the lower one).
    private static func level(of word: [UInt8]) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in word { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return (hash ^ hash >> 32).trailingZeroBitCount
    }
}

/// The words in byte order, and their counts.
extension OtherTypes: Codable {
    private enum CodingKeys: CodingKey {
        case words, counts, level
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let words = try container.decode([String].self, forKey: .words)
        numbers = try container.decode([Int64].self, forKey: .counts)
        level = try container.decode(Int.self, forKey: .level)
        guard words.count == numbers.count, (0...64).contains(level) else {
            throw DecodingError.dataCorruptedError(
                forKey: .counts, in: container, debugDescription: "not a count for each word")
        }
        for (number, word) in words.enumerated() { counts[Array(word.utf8)] = number }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        let sorted = counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        try container.encode(sorted.map { String(decoding: $0.key, as: UTF8.self) }, forKey: .words)
        try container.encode(sorted.map { numbers[$0.value] }, forKey: .counts)
        try container.encode(level, forKey: .level)
    }
}
