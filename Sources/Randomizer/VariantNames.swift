/// The names of a table's variants, by number, as strings to hand out.
///
/// Who holds a string of more than 15 bytes counts a reference to it, and threads that count in one place wait for one another.
/// So a table of few names has several copies of each, and a thread always hands out the same one.
///
///     copies:   autumn winter │ autumn winter │ …
struct VariantNames: Sendable {
    private let count: Int
    private let copies: [String]
    /// The copies of each name less one: a mask for threads' numbers.
    private let lastCopy: Int

    /// More names are not copied.
    private static let maximumCopied = 64
    /// Longer ones are not in the string itself, on any machine of 64 bits.
    private static let inlineBytes = 15

    init(_ names: [String]) {
        count = names.count
        let isCounted = names.contains { $0.utf8.count > VariantNames.inlineBytes }
        lastCopy = isCounted && names.count <= VariantNames.maximumCopied ? ThreadNumber.count - 1 : 0
        guard lastCopy > 0 else {
            copies = names
            return
        }
        copies = (0...lastCopy).flatMap { _ in names.map { String(decoding: Array($0.utf8), as: UTF8.self) } }
    }

    /// The name with a number.
    @inline(__always)
    subscript(number: Int) -> String {
        copies[lastCopy == 0 ? number : (ThreadNumber.current & lastCopy) * count + number]
    }
}
