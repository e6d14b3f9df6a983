/// The way from the root of a JSON5 document to one of its values.
package struct JSON5Path: Hashable, Sendable {
    package enum Step: Hashable, Sendable {
        case key(String)
        case index(Int)
    }

    package private(set) var steps: [Step] = []

    package func appending(_ key: String) -> JSON5Path {
        JSON5Path(steps: steps + [.key(key)])
    }

    package func appending(_ index: Int) -> JSON5Path {
        JSON5Path(steps: steps + [.index(index)])
    }
}

extension JSON5Path: CustomStringConvertible {
    /// `experiments[0].learning.window`; keys that are no identifiers stand in brackets, as in `floors["50% off"]`.
    package var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .index(let index):
                text += "[\(index)]"
            case .key(let key) where JSON5Path.isIdentifier(key):
                text += text.isEmpty ? key : ".\(key)"
            case .key(let key):
                text += "[\(key.debugDescription)]"
            }
        }
        return text
    }

    private static func isIdentifier(_ key: String) -> Bool {
        guard let first = key.unicodeScalars.first, JSON5Scanner.startsIdentifier(first) else { return false }
        return key.unicodeScalars.allSatisfy(JSON5Scanner.continuesIdentifier)
    }
}
