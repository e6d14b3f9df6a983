import Configuration

/// The end of a message about an unknown word: what it may have meant, or nothing.
enum Suggestion {
    static func text(for word: String, among candidates: [String], written: (String) -> String = { "'\($0)'" })
        -> String
    {
        nearest(word, among: candidates).map { "; did you mean \(written($0))?" } ?? ""
    }
}
