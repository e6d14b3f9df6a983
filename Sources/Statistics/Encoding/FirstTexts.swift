/// The first few of some texts in byte order, each once: a sample that does not depend on who found which when.
package struct FirstTexts: Codable, Equatable, Sendable {
    package static let limit = 5
    /// Bytes of a text that are kept.
    private static let longest = 80

    private var kept: [[UInt8]] = []

    /// In byte order.
    package var texts: [String] { kept.map { String(decoding: $0, as: UTF8.self) } }

    mutating func add(_ text: some Collection<UInt8>) {
        let text = Array(text.prefix(FirstTexts.longest))
        if kept.count == FirstTexts.limit, let last = kept.last, !text.lexicographicallyPrecedes(last) { return }
        let place = kept.firstIndex { !$0.lexicographicallyPrecedes(text) } ?? kept.count
        if place < kept.count, kept[place] == text { return }
        kept.insert(text, at: place)
        if kept.count > FirstTexts.limit { kept.removeLast() }
    }

    mutating func add(_ other: FirstTexts) {
        for text in other.kept { add(text) }
    }
}
