/// Completion of command lines.
enum CompletionsCommand: Command {
    static let name = "completions"
    static let summary = "Prints what makes a shell complete commands and options."
    static let discussion = """
        For bash, zsh or fish, made from the same descriptions as --help. The package puts them where the shells look.
        """
    static let examples = [
        "source <(sluice completions bash)", "sluice completions zsh > /usr/local/share/zsh/site-functions/_sluice",
        "sluice completions fish > ~/.config/fish/completions/sluice.fish",
    ]
    static let options: [Option] = []
    static let operands: String? = "bash|zsh|fish"
    static let operandWords = Shell.allCases.map(\.rawValue)

    static func run(_ arguments: Arguments) throws -> ExitCode {
        guard arguments.operands.count == 1, let shell = Shell(rawValue: arguments.operands[0]) else {
            throw UsageError("give one shell: \(operandWords.joined(separator: ", "))")
        }
        Console.output(shell.completions)
        return .done
    }
}
