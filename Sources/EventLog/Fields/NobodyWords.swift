import CScan

/// Values that stand for none: what a log writes where nobody is known.
///
/// Empty text always does. The others are compared whatever the case of their ASCII letters; of words with other letters, whatever
/// the case of all.
package struct NobodyWords: Equatable, Sendable {
    /// Those of a log whose configuration names none.
    package static let usual = [
        "null", "none", "nil", "nan", "undefined", "unknown", "anonymous", "(not set)", "-", "\\N",
    ]

    package let words: [String]
    /// Whether ids of zeros and hyphens alone are nobody's too.
    package let includesZeros: Bool

    /// The usual words, and ids of zeros.
    package init() {
        words = NobodyWords.usual
        includesZeros = true
    }

    /// These words alone.
    package init(_ words: [String]) {
        self.words = words
        includesZeros = false
    }
}

/// The words at work. What is plainly a value is told by its first byte and its length:
///
///     names[first byte]     bit n: a text of n bytes, or of n and a multiple of 64, may be a word, or is none
struct NobodyFilter: ~Copyable {
    /// By first byte. Of ids there are two more reasons to look closer: blanks, and zeros.
    private let names: UnsafeMutablePointer<UInt64>
    private let ids: UnsafeMutablePointer<UInt64>
    private let words: [[UInt8]]
    private let hasOtherLetters: Bool
    /// Words that are names of platforms, slots and variants.
    private let declared: Set<[UInt8]>
    private let includesZeros: Bool

    init(_ nobody: NobodyWords, declared: Set<String>) {
        let words = Set(nobody.words.map { NobodyFilter.folded($0) }.filter { !$0.isEmpty })
        self.words = Array(words)
        hasOtherLetters = words.contains { $0.contains { $0 >= 0x80 } }
        self.declared = Set(declared.map { Array($0.utf8) })
        includesZeros = nobody.includesZeros
        names = .allocate(capacity: 256)
        names.initialize(repeating: 0, count: 256)
        for word in words {
            let lengths = word.contains { $0 >= 0x80 } ? UInt64.max : 1 << UInt64(word.count % 64)
            names[Int(word[0])] |= lengths
            if word[0] >= 0x61, word[0] <= 0x7A { names[Int(word[0] ^ 0x20)] |= lengths }
        }
        if hasOtherLetters { for first in 0x80..<256 { names[first] = .max } }
        // Where no text is at all between quotes, there stands the closing one.
        names[0x22] |= 1
        ids = .allocate(capacity: 256)
        ids.initialize(from: names, count: 256)
        for first in 0x80..<256 { ids[first] = .max }
        for blank in [0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20] { ids[blank] = .max }
        if includesZeros { for first in "0-".utf8 { ids[Int(first)] = .max } }
    }

    deinit {
        names.deallocate()
        ids.deallocate()
    }

    /// Nonzero in its lowest bit when a text must be looked at closer, as it may be nobody's. A byte must be readable at its start,
    /// even if it has none.
    @inline(__always)
    func suspicion(ofName text: ByteText) -> UInt64 {
        names[Int(text.start.pointee)] &>> UInt64(truncatingIfNeeded: text.count)
    }

    /// The same of an id, which may also be written otherwise than it is meant. Two bytes before its start must be readable.
    @inline(__always)
    func suspicion(ofID text: ByteText) -> UInt64 {
        let end = UnsafeRawPointer(text.start + (text.count - 2))
        let ending = UInt16(littleEndian: end.loadUnaligned(as: UInt16.self))
        // Blank or beyond ASCII; or `.0`, or `00`, of which the zeros may be those of a fraction. No branch: ids end in any way.
        let isBlank: UInt64 = (ending >> 8) &- 0x21 >= 0x5F ? 1 : 0
        let isFraction: UInt64 = ending == 0x302E ? 1 : 0
        let areZeros: UInt64 = ending == 0x3030 ? 1 : 0
        return ids[Int(text.start.pointee)] &>> UInt64(truncatingIfNeeded: text.count) | isBlank | isFraction | areZeros
    }

    /// Whether the text of a field, an id without the blanks around it, stands for none.
    func isNobody(_ text: ByteText, _ field: EventField) -> Bool {
        if text.isEmpty { return true }
        if includesZeros, field.isID, text.isZeros { return true }
        guard isWord(text) else { return false }
        switch field {
        case .platform, .slot, .variant: return declared.isEmpty || !declared.contains(Array(text.bytes))
        default: return true
        }
    }

    private func isWord(_ text: ByteText) -> Bool {
        if hasOtherLetters, text.bytes.contains(where: { $0 >= 0x80 }) {
            return words.contains(NobodyFilter.folded(text.string))
        }
        return words.contains { word in
            guard word.count == text.count else { return false }
            for index in 0..<word.count where word[index] != NobodyFilter.folded(text.start[index]) { return false }
            return true
        }
    }

    private static func folded(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }

    private static func folded(_ text: String) -> [UInt8] {
        text.utf8.contains { $0 >= 0x80 } ? Array(text.lowercased().utf8) : text.utf8.map { folded($0) }
    }
}
