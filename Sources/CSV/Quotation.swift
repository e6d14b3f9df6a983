/// Text of a file, quoted in a message about it.
package enum Quotation {
    /// The most characters that are quoted: enough to find the place, too few to fill a log.
    package static let limit = 200

    /// The text, cut off after ``limit`` characters, and the number of bytes that it has in all.
    package static func bounded(_ text: String) -> String {
        guard text.utf8.count > limit, let end = text.index(text.startIndex, offsetBy: limit, limitedBy: text.endIndex),
            end < text.endIndex
        else { return text }
        return "\(text[..<end])… (\(text.utf8.count) bytes)"
    }
}
