/// The words a log uses for event types.
struct TypeWords: Sendable {
    private let words: [(text: [UInt8], type: EventType)]

    init(_ types: [String: EventType]) {
        words = types.sorted { $0.key < $1.key }.map { (Array($0.key.utf8), $0.value) }
    }

    func type(of word: ByteText) -> EventType {
        for (text, type) in words where text.count == word.count && text.elementsEqual(word.bytes) { return type }
        return .other
    }
}
