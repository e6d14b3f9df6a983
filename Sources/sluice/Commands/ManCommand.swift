import Domain
import State

/// Manual pages.
enum ManCommand: Command {
    static let name = "man"
    static let summary = "Prints the manual page of the program or of a command, or writes all of them."
    static let discussion = """
        In the language of man(7), made from the same descriptions as --help. Without an operand, the page of the program.
        """
    static let examples = ["sluice man run | man -l -", "sluice man --output /usr/local/share/man/man1"]
    static let options = [
        Option(name: "output", value: "DIR", help: "write all pages into a directory: sluice.1, sluice-run.1, …")
    ]
    static let operands: String? = "[COMMAND]"
    static var operandWords: [String] { Sluice.commands.map { $0.name } }

    static func run(_ arguments: Arguments) throws -> ExitCode {
        if let directory = arguments["output"] {
            guard arguments.operands.isEmpty else {
                throw UsageError("--output writes all pages; leave the command out")
            }
            try FileSystem.createDirectory(directory)
            try OutputFile("\(directory)/sluice.1").write(Array(ManualPage.ofProgram.utf8))
            for command in Sluice.commands {
                try OutputFile("\(directory)/sluice-\(command.name).1").write(Array(ManualPage.of(command).utf8))
            }
            return .done
        }
        guard arguments.operands.count <= 1 else { throw UsageError("give one command") }
        guard let name = arguments.operands.first else {
            Console.output(ManualPage.ofProgram)
            return .done
        }
        guard let command = Sluice.commands.first(where: { $0.name == name }) else {
            throw UsageError("'\(name)' is no command\(Suggestion.text(for: name, among: operandWords))")
        }
        Console.output(ManualPage.of(command))
        return .done
    }
}
