/// Text from the data inside a sentence, which keeps its writing direction to itself.
///
/// It stands between U+2068 and U+2069 (Unicode Standard Annex 9, section 2.4), so that a name from right to left, or one that
/// overrides the direction, cannot turn the sentence around it. The page makes elements of the two, the terminal leaves them
/// out.
package enum Isolation {
    static let start: Unicode.Scalar = "\u{2068}"
    static let end: Unicode.Scalar = "\u{2069}"

    /// The text between the two marks; its own isolates become U+FFFD, so that marks always come in pairs.
    package static func around(_ text: some CustomStringConvertible) -> String {
        var result = String.UnicodeScalarView([start])
        for scalar in text.description.unicodeScalars {
            result.append(("\u{2066}"..."\u{2069}").contains(scalar) ? "\u{FFFD}" : scalar)
        }
        result.append(end)
        return String(result)
    }

    /// A sentence without the marks.
    static func removed(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != start && $0 != end }))
    }
}
