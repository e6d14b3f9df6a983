import Configuration

/// An option of a command: `--name VALUE`, or a switch when it has no value.
struct Option {
    var name: String
    /// The value as the help shows it; nil for a switch.
    var value: String?
    var help: String
    var isRequired = false
    /// Whether it may be given several times.
    var isRepeatable = false

    /// How the help writes it.
    var words: String { "--\(name)\(value.map { " \($0)" } ?? "")" }
}

/// Words of the command line that make no sense.
struct UsageError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The words of a command line, sorted into options and operands.
struct Arguments {
    private var values: [String: [String]] = [:]
    private var switches: Set<String> = []
    private(set) var operands: [String] = []

    /// Takes `--name value`, `--name=value` and `--switch` in any order; what follows `--` is all operands.
    init(_ words: [String], options: [Option], operands operandWords: String?) throws(UsageError) {
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                operands += rest
                break
            }
            guard word.hasPrefix("-"), word != "-" else {
                operands.append(word)
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0].drop { $0 == "-" })
            guard word.hasPrefix("--"), let option = options.first(where: { $0.name == name }) else {
                let suggestion = Suggestion.text(for: name, among: options.map(\.name)) { "--" + $0 }
                throw UsageError("'\(parts[0])' is no option\(suggestion)")
            }
            guard values[name] == nil || option.isRepeatable else { throw UsageError("--\(name) is given twice") }
            guard let value = option.value else {
                guard parts.count == 1 else { throw UsageError("--\(name) takes no value") }
                switches.insert(name)
                continue
            }
            if parts.count == 2 {
                values[name, default: []].append(String(parts[1]))
            } else {
                guard let next = rest.popFirst() else { throw UsageError("--\(name) needs a value: \(value)") }
                values[name, default: []].append(next)
            }
        }
        for option in options where option.isRequired && values[option.name] == nil {
            throw UsageError("\(option.words) is missing")
        }
        if operandWords == nil, let first = operands.first {
            throw UsageError("'\(first)' is not expected here")
        }
    }

    subscript(name: String) -> String? { values[name]?.last }

    /// The values of an option that may be given several times, in their order.
    func all(_ name: String) -> [String] { values[name] ?? [] }

    /// The names of the options given, in byte order.
    var given: [String] { switches.union(values.keys).sorted() }

    func has(_ name: String) -> Bool { switches.contains(name) }

    /// The value of an option that is required.
    func required(_ name: String) throws(UsageError) -> String {
        guard let value = self[name] else { throw UsageError("--\(name) is missing") }
        return value
    }
}

/// The end of a message about an unknown word: what it may have meant, or nothing.
enum Suggestion {
    static func text(for word: String, among candidates: [String], written: (String) -> String = { "'\($0)'" })
        -> String
    {
        nearest(word, among: candidates).map { "; did you mean \(written($0))?" } ?? ""
    }
}
