/// The words a log uses for event types.
struct TypeWords: Sendable {
    private let words: [(text: [UInt8], type: EventType)]

    /// - Parameter synonyms: words beside `view`, `click` and `purchase`; one that is also one of these three takes its place.
    init(_ synonyms: [String: EventType]) {
        var all: [String: EventType] = ["view": .view, "click": .click, "purchase": .purchase]
        all.merge(synonyms) { _, given in given }
        words = all.sorted { $0.key < $1.key }.map { (Array($0.key.utf8), $0.value) }
    }

    func type(of word: ByteText) -> EventType {
        for (text, type) in words where text.count == word.count && text.elementsEqual(word.bytes) { return type }
        return .other
    }
}
