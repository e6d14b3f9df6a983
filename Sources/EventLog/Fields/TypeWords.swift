/// The words a log uses for event types.
struct TypeWords: Sendable {
    private struct Word {
        /// With the length, all there is of a word of up to eight bytes.
        var key: UInt64
        var count: Int
        var type: EventType
    }

    private let words: [Word]
    /// The words' bytes, in the same order.
    private let texts: [[UInt8]]

    init(_ types: [String: EventType]) {
        // Views come first, as most lines are views.
        let order = EventType.allCases
        let sorted = types.sorted { left, right in
            let (first, second) = (order.firstIndex(of: left.value) ?? 0, order.firstIndex(of: right.value) ?? 0)
            return (first, left.key) < (second, right.key)
        }
        texts = sorted.map { Array($0.key.utf8) }
        words = sorted.map { word, type in
            var word = word
            return word.withUTF8 { Word(key: TypeWords.key(ByteText($0)), count: $0.count, type: type) }
        }
    }

    @inline(__always)
    func type(of word: ByteText) -> EventType {
        let key = TypeWords.key(word)
        // The first word is compared by itself, before any loop: most events are views.
        guard let first = words.first, first.key == key, first.count == word.count, word.count <= 8 else {
            return other(word, key)
        }
        return first.type
    }

    private func other(_ word: ByteText, _ key: UInt64) -> EventType {
        for index in words.indices where words[index].key == key && words[index].count == word.count {
            if word.count <= 8 || texts[index].elementsEqual(word.bytes) { return words[index].type }
        }
        return .other
    }

    /// The first and last four bytes, which may overlap: all there is of a text of up to eight, told its length.
    @inline(__always)
    private static func key(_ text: ByteText) -> UInt64 {
        guard text.count >= 4 else { return shortKey(text) }
        let raw = UnsafeRawPointer(text.start)
        let first = raw.loadUnaligned(as: UInt32.self)
        let last = raw.loadUnaligned(fromByteOffset: text.count - 4, as: UInt32.self)
        return UInt64(first) << 32 | UInt64(last)
    }

    private static func shortKey(_ text: ByteText) -> UInt64 {
        text.bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
