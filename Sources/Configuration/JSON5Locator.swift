/// Where each key and value of a JSON5 text stands, for messages.
struct JSON5Locator: Sendable {
    /// A line and a column, both from 1. Lines end in LF, CRLF or CR; columns count Unicode scalars.
    struct Place: Hashable, Comparable, Sendable {
        var line: Int
        var column: Int

        static func < (left: Place, right: Place) -> Bool {
            (left.line, left.column) < (right.line, right.column)
        }
    }

    private let places: PlaceTable
    private let keys: [JSON5Path: Int]
    private let values: [JSON5Path: Int]
    /// Keys written more than once in their object: the path, and where it stands again.
    let duplicates: [(path: JSON5Path, place: Place)]

    /// Walks a document once. Throws the first place that is not JSON5; see `place(of:in:)`.
    init(_ text: String) throws(JSON5SyntaxError) {
        let scalars = Array(text.unicodeScalars)
        var scanner = JSON5Scanner(scalars)
        try scanner.scan()
        let places = PlaceTable(scalars)
        self.places = places
        keys = scanner.keys
        values = scanner.values
        duplicates = scanner.duplicates.map { ($0.path, places.place(of: $0.index)) }
    }

    /// Finds where a value begins; nil when the document has none at this path.
    func place(ofValueAt path: JSON5Path) -> Place? {
        values[path].map(places.place)
    }

    /// Finds where the key of a value begins; nil for elements of lists and for the root.
    func place(ofKeyAt path: JSON5Path) -> Place? {
        keys[path].map(places.place)
    }

    /// Finds the line and column of a character of a text, given by its position among the Unicode scalars.
    static func place(of index: Int, in text: String) -> Place {
        PlaceTable(Array(text.unicodeScalars)).place(of: index)
    }
}

/// The beginnings of a text's lines.
private struct PlaceTable: Sendable {
    private var lineStarts: [Int]

    init(_ text: [Unicode.Scalar]) {
        // A byte order mark is no character of the first line.
        lineStarts = [text.first == "\u{FEFF}" ? 1 : 0]
        for (index, scalar) in text.enumerated() {
            let isEndOfLine =
                scalar == "\n" || (scalar == "\r" && !(index + 1 < text.count && text[index + 1] == "\n"))
            if isEndOfLine { lineStarts.append(index + 1) }
        }
    }

    func place(of index: Int) -> JSON5Locator.Place {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= index { low = middle } else { high = middle }
        }
        return JSON5Locator.Place(line: low + 1, column: index - lineStarts[low] + 1)
    }
}
