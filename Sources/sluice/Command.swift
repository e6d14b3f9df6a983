import Pipeline

/// A subcommand: what it is called, what it takes and what it does.
protocol Command {
    static var name: String { get }
    /// One line for the list of commands.
    static var summary: String { get }
    /// What it does, for its help: sentences before the options.
    static var discussion: String { get }
    /// Command lines that work, for its help.
    static var examples: [String] { get }
    static var options: [Option] { get }
    /// The operands as the usage line shows them; nil when it takes none.
    static var operands: String? { get }
    /// The words that an operand can be, for completion; none: files, or anything.
    static var operandWords: [String] { get }
    /// The steps of a night that it takes; none: it is no part of a night.
    static var steps: Set<NightlyRun.Step> { get }

    static func run(_ arguments: Arguments) throws -> ExitCode
}

extension Command {
    static var operands: String? { nil }
    static var operandWords: [String] { [] }
    static var steps: Set<NightlyRun.Step> { [] }

    /// The text of `--help`.
    static var help: String {
        var usage = "Usage: sluice \(name)"
        for option in options where option.isRequired { usage += " \(option.words)" }
        if options.contains(where: { !$0.isRequired }) { usage += " [OPTION…]" }
        if let operands { usage += " \(operands)" }
        let width = options.map(\.words.count).max() ?? 0
        let list = options.map { option in
            let padding = String(repeating: " ", count: width - option.words.count)
            return "  \(option.words)\(padding)  \(option.help)\n"
        }
        return """
            \(summary)

            \(usage)

            \(discussion)

            \(list.isEmpty ? "" : "Options:\n\(list.joined())\n")\(examples.count == 1 ? "Example" : "Examples"):
            \(examples.map { "  \($0)\n" }.joined())
            """
    }
}
