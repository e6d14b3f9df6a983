import CLibrary
import Domain

/// The command line: finds the command, and is the only place that turns errors into exit codes.
@main
enum Sluice {
    static let commands: [any (Command & Sendable).Type] = [
        RunCommand.self, StatisticsCommand.self, AllocateCommand.self, SplitCommand.self, MergeCommand.self,
        ImportCommand.self, AssignCommand.self,
        ExportCommand.self,
        InitCommand.self, SchemaCommand.self, CheckCommand.self, RollbackCommand.self, HistoryCommand.self,
        ReportCommand.self,
        WarmstartCommand.self,
        SimulateCommand.self, UnitsCommand.self, EvaluateCommand.self, CompareCommand.self, UpliftCommand.self,
        WaveCommand.self, BudgetCommand.self, StatusCommand.self, PruneCommand.self, CompletionsCommand.self,
        ManCommand.self,
    ]

    static func main() {
        // A reader of standard error that goes away must not end a night: `Console` sees EPIPE instead.
        signal(SIGPIPE, SIG_IGN)
        Console.occupyStandardDescriptors()
        exit(run(Array(CommandLine.arguments.dropFirst())).rawValue)
    }

    private static func run(_ words: [String]) -> ExitCode {
        guard let first = words.first else {
            return refuse(UsageError("no command; `sluice --help` lists them"))
        }
        if ["--help", "-h", "help"].contains(first) {
            guard words.count > 1 else {
                Console.output(help)
                return .done
            }
            if let topic = HelpTopic.all.first(where: { $0.name == words[1] }) {
                Console.output(topic.text)
                return .done
            }
            return run([words[1], "--help"])
        }
        if first == "--version" {
            Console.output("sluice \(Version.text)\n")
            return .done
        }
        guard let command = commands.first(where: { $0.name == first }) else {
            let suggestion = Suggestion.text(for: first, among: commands.map { $0.name })
            return refuse(UsageError("'\(first)' is no command\(suggestion); `sluice --help` lists them"))
        }
        return run(command, Array(words.dropFirst()))
    }

    private static func run(_ command: any Command.Type, _ words: [String]) -> ExitCode {
        if words.contains("--help") || words.contains("-h") {
            Console.output(command.help)
            return .done
        }
        do {
            let arguments = try Arguments(words, options: command.options, operands: command.operands)
            return try command.run(arguments)
        } catch let error as UsageError {
            let code = refuse(UsageError("\(command.name): \(error); see `sluice \(command.name) --help`"))
            if !command.steps.isEmpty {
                NightOptions.noteRefusal(of: words, command: command.name, steps: command.steps, because: error)
            }
            return code
        } catch {
            return refuse(error)
        }
    }

    private static func refuse(_ error: any Error) -> ExitCode {
        Console.error("\(error)", code: ErrorCode.word(of: error))
        return ExitCode(error)
    }

    /// The text of `sluice --help`.
    static var help: String {
        let width = commands.map { $0.name.count }.max() ?? 0
        let list = commands.map { command in
            "  \(command.name)\(String(repeating: " ", count: width - command.name.count))  \(command.summary)\n"
        }
        return """
            sluice: decides every night which variant of each slot gets how much of tomorrow's traffic.

            Usage: sluice COMMAND [OPTION…]

            \(list.joined())
            `sluice COMMAND --help` explains a command, with an example.

            `sluice help TOPIC` explains a topic: \(HelpTopic.all.map(\.name).joined(separator: ", ")).

            Exit codes:
            \(ExitCode.list)
            """
    }
}
