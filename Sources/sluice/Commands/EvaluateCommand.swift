/// What another policy would have earned.
enum EvaluateCommand: Command {
    static let name = "evaluate"
    static let summary = "Estimates from a log what another policy would have earned."
    static let discussion = EvaluateLogMode.discussion
    static let examples = EvaluateLogMode.examples
    static let options = EvaluateLogMode.options

    static func run(_ arguments: Arguments) throws -> ExitCode {
        try EvaluateLogMode.run(arguments)
    }
}
