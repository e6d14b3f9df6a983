/// A line and a column of a text, both from 1. Lines end in LF, CRLF or CR, as editors count them; columns are Unicode scalars.
package struct JSON5Place: Hashable, Comparable, Sendable {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static func < (left: JSON5Place, right: JSON5Place) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// A value of a JSON5 document with the place where it stands and what is in it, as ``JSON5Parser`` reads it.
package struct JSON5Node: Equatable, Sendable {
    package let path: JSON5Path
    /// Where the value begins.
    package let place: JSON5Place
    /// Where the key begins; nil for elements of lists and for the root.
    package let keyPlace: JSON5Place?
    package let value: JSON5Value
    /// The elements of a list, or the members of an object in the order of the text; of a key written twice the first alone.
    package let children: [JSON5Node]

    package init(
        path: JSON5Path, place: JSON5Place, keyPlace: JSON5Place?, value: JSON5Value, children: [JSON5Node] = []
    ) {
        self.path = path
        self.place = place
        self.keyPlace = keyPlace
        self.value = value
        self.children = children
    }

    /// The member of an object, if it is one and has it. Looks at one member after another.
    package subscript(key: String) -> JSON5Node? {
        children.first { $0.path.key == key }
    }

    /// An object's members in the order of the text; none for other values.
    package var members: [(key: String, node: JSON5Node)] {
        children.compactMap { child in child.path.key.map { ($0, child) } }
    }
}

/// The way from the root of a JSON5 document to one of its values.
package indirect enum JSON5Path: Hashable, Sendable {
    case root
    case key(JSON5Path, String)
    case index(JSON5Path, Int)

    package func appending(_ key: String) -> JSON5Path { .key(self, key) }

    package func appending(_ index: Int) -> JSON5Path { .index(self, index) }

    /// The key under which the value stands in its object; nil for elements of lists and for the root.
    package var key: String? {
        if case .key(_, let key) = self { key } else { nil }
    }
}

extension JSON5Path: CustomStringConvertible {
    /// `experiments[0].learning.window`; keys that are no identifiers stand in brackets, as in `floors["50% off"]`.
    package var description: String {
        switch self {
        case .root:
            return ""
        case .index(let parent, let index):
            return "\(parent)[\(index)]"
        case .key(let parent, let key) where JSON5Parser.isIdentifier(key):
            return parent == .root ? key : "\(parent).\(key)"
        case .key(let parent, let key):
            return "\(parent)[\(key.debugDescription)]"
        }
    }
}

/// A JSON5 document as it was read.
struct JSON5Document: Sendable {
    /// A key that its object has already.
    struct Duplicate: Equatable, Sendable {
        /// Of both.
        var path: JSON5Path
        /// Of the second, and where the first stands.
        var place: JSON5Place
        var first: JSON5Place
    }

    var root: JSON5Node
    var duplicates: [Duplicate]
}

extension JSON5Document {
    /// Reads a document in UTF-8. What is not JSON5 is one fault, at the first place where it cannot go on.
    init(_ bytes: some Collection<UInt8>) throws(ConfigurationFault) {
        self = try JSON5Parser.parse(bytes)
    }
}
