/// A path to a value: keys of objects inside one another, with places in lists behind them.
///
///     properties.revenue
///     request.headers.User-Agent[0]                               the first of a list
///     event_params[key=creative_name].value.string_value          of a list of objects the first whose key is so
///
/// A key may have dots itself: a key that stands there literally comes before those that its parts make (``spellings``).
package struct SourcePath: Equatable, Sendable {
    package enum Step: Hashable, Sendable {
        case key(String)
        /// An element of a list, from 0.
        case element(Int)
        /// Of a list of objects the first that has this text, or a number or word written so, under this key.
        case elementWhere(key: String, is: String)
    }

    /// Why a text is no path, in words that follow "there is".
    package enum Fault: Error, Equatable {
        case emptyName
        case blankName
        case openBracket
        case strayBracket
        case badElement(String)
        /// The key of `key=value` has dots: elements are told apart by a key of their own alone.
        case dottedKey(String)
        case textBehindBracket
    }

    package let steps: [Step]

    package init(_ text: String) throws(Fault) {
        var steps: [Step] = []
        var rest = text[...]
        while true {
            let name = rest.prefix { $0 != "." && $0 != "[" && $0 != "]" }
            guard !name.isEmpty else { throw rest.first == "]" ? .strayBracket : .emptyName }
            guard !name.allSatisfy(\.isWhitespace) else { throw .blankName }
            steps.append(.key(String(name)))
            rest = rest.dropFirst(name.count)
            while rest.first == "[" {
                guard let close = rest.firstIndex(of: "]") else { throw .openBracket }
                steps.append(try SourcePath.element(rest[rest.startIndex..<close].dropFirst()))
                rest = rest[close...].dropFirst()
            }
            guard let next = rest.first else { break }
            guard next == "." else { throw next == "]" ? .strayBracket : .textBehindBracket }
            rest = rest.dropFirst()
        }
        self.steps = steps
    }

    private static func element(_ text: Substring) throws(Fault) -> Step {
        if let number = Int(text), text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) { return .element(number) }
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
            throw .badElement(String(text))
        }
        let value = text[equals...].dropFirst()
        guard !value.isEmpty, !text.contains("[") else { throw .badElement(String(text)) }
        guard !text[..<equals].contains(".") else { throw .dottedKey(String(text)) }
        return .elementWhere(key: String(text[..<equals]), is: String(value))
    }

    /// The most keys in a row that are tried joined with dots in every way.
    private static let mostJoined = 5

    /// The ways of steps that a source's text can stand for, the likeliest last: first the whole text as one key, then those whose
    /// first keys are the longest. Keys behind a place in a list are not joined with those before it.
    ///
    ///     a.b.c    a.b.c │ a.b → c │ a → b.c │ a → b → c
    static func spellings(of text: String) -> [[Step]] {
        guard let path = try? SourcePath(text) else { return [[.key(text)]] }
        var spellings = [[Step]]()
        if path.steps.count > 1 { spellings.append([.key(text)]) }
        for spelling in joined(path.steps[...]) where spelling != spellings.first { spellings.append(spelling) }
        return spellings
    }

    private static func joined(_ steps: ArraySlice<Step>) -> [[Step]] {
        guard !steps.isEmpty else { return [[]] }
        let names = steps.prefix { if case .key = $0 { true } else { false } }
        guard !names.isEmpty else {
            return joined(steps.dropFirst()).map { [steps[steps.startIndex]] + $0 }
        }
        let counts = names.count <= mostJoined ? Array((1...names.count).reversed()) : [1]
        return counts.flatMap { count in
            let key = names.prefix(count).map { if case .key(let name) = $0 { name } else { "" } }.joined(
                separator: ".")
            return joined(steps.dropFirst(count)).map { [.key(key)] + $0 }
        }
    }
}
