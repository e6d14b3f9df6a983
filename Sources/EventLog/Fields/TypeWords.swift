/// The words a log uses for event types.
///
/// Words are one when they are canonically equivalent (Unicode 15 section 3.7) in small letters and without the white space around
/// them: `View`, ` view `, and an `é` in one scalar or in two. A spelling that is met often is looked up by its bytes.
struct TypeWords: ~Copyable {
    private struct Word {
        /// With the length, all there is of a word of up to eight bytes.
        var key: UInt64
        var count: Int
        /// nil: it stands for no type at all.
        var type: EventType?
        /// Of a word that is no type: its number among those.
        var number: Int?
    }

    /// Spellings of words: those of the schema first.
    private var words: [Word]
    /// The words' bytes, in the same order.
    private var texts: [[UInt8]]
    private let schemaCount: Int
    /// In small letters. Swift compares strings by canonical equivalence.
    private let meanings: [String: EventType]
    private(set) var others = OtherTypes()
    /// The number of the word met last that is no type.
    private var other: Int?

    /// Spellings that are remembered beside those of the schema.
    private static let mostSpellings = 64
    /// The longest that is remembered.
    private static let longestSpelling = 256

    init(_ types: [String: EventType]) {
        // Views come first, as most lines are views.
        let order = EventType.allCases
        let sorted = types.sorted { left, right in
            let (first, second) = (order.firstIndex(of: left.value) ?? 0, order.firstIndex(of: right.value) ?? 0)
            return (first, left.key) < (second, right.key)
        }
        // Words that differ by case alone: one that is written as it is compared says what it means.
        meanings = Dictionary(sorted.map { (TypeWords.folded($0.key), $0.value) }) { first, _ in first }
            .merging(types.filter { $0.key == TypeWords.folded($0.key) }) { _, exact in exact }
        let meanings = meanings
        texts = sorted.map { Array($0.key.utf8) }
        words = sorted.map { word, _ in
            let type = meanings[TypeWords.folded(word)] ?? .other
            var word = word
            return word.withUTF8 { Word(key: TypeWords.key(ByteText($0)), count: $0.count, type: type) }
        }
        schemaCount = words.count
    }

    /// A word as it is compared.
    static func folded(_ word: String) -> String {
        var scalars = word.unicodeScalars[...]
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(Substring(scalars)).lowercased()
    }

    /// The type of a word, which is not empty; nil for one that stands for none.
    @inline(__always)
    mutating func type(of word: ByteText, nobody: borrowing NobodyFilter) -> EventType? {
        let key = TypeWords.key(word)
        // The first word is compared by itself, before any loop: most events are views.
        guard let first = words.first, first.key == key, first.count == word.count, word.count <= 8 else {
            return other(word, key, nobody)
        }
        return first.type
    }

    /// Counts the word that was asked for last, which is no type.
    mutating func countOther() {
        if let other { others.count(other) }
    }

    private mutating func other(_ word: ByteText, _ key: UInt64, _ nobody: borrowing NobodyFilter) -> EventType? {
        for index in words.indices where words[index].key == key && words[index].count == word.count {
            if word.count <= 8 || texts[index].elementsEqual(word.bytes) {
                other = words[index].number
                return words[index].type
            }
        }
        return look(up: word, key, nobody)
    }

    @inline(never)
    private mutating func look(up word: ByteText, _ key: UInt64, _ nobody: borrowing NobodyFilter) -> EventType? {
        let trimmed = word.trimmed
        var found = Word(key: key, count: word.count, type: nil)
        if !nobody.isNobody(trimmed, .type) {
            found.type = meanings[TypeWords.folded(trimmed.string)] ?? .other
            if found.type == .other { found.number = others.number(of: trimmed) }
        }
        other = found.number
        // Words that are not counted are too many to remember.
        guard found.type != .other || found.number != nil, word.count <= TypeWords.longestSpelling else {
            return found.type
        }
        if words.count == schemaCount + TypeWords.mostSpellings {
            words.removeSubrange(schemaCount...)
            texts.removeSubrange(schemaCount...)
        }
        words.append(found)
        texts.append(Array(word.bytes))
        return found.type
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
