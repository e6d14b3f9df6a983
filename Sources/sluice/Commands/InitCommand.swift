import CLibrary
import Configuration
import Domain
import EventLog
import State

/// A configuration written from sample logs.
enum InitCommand: Command {
    static let name = "init"
    static let summary = "Writes a configuration from sample logs, with a remark wherever it guessed."
    static let discussion = """
        Reads the first lines of logs and writes a commented configuration (JSON5): their paths with {date} in the place of a
        day, where each field stands by the names that people use (also within objects, lists of parameters and columns that
        hold JSON), what the words of types mean, and the experiments whose platforms, slots and variants were seen.

        What was guessed is marked GUESSED, what has to be written by hand NOT FOUND; both are said on standard error with
        their lines. Read them, edit, and let `sluice check --config FILE` look at the newest day's logs by it.
        Exits 0 when the configuration can be used as it is, 1 when a line has to be edited before.
        """
    static let examples = [
        "sluice init events/date=2026-11-20/*.jsonl.gz --timezone Asia/Kolkata --output pipelines/shop.json5",
        "zcat log.gz | head -1000 | sluice init -",
    ]
    static let operands: String? = "LOG…"
    static let options = [
        Option(
            name: "timezone", value: "Z", help: "the IANA name of the site's timezone, like Europe/Paris (default: UTC)"
        ),
        Option(
            name: "output", value: "F", help: "the file to write, which must not be there (default: standard output)"),
    ]

    /// Files that are looked into, at most.
    private static let mostFiles = 20

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let paths = arguments.operands
        guard !paths.isEmpty else { throw UsageError("no log given; name the files of a day, or - for standard input") }
        if let output = arguments["output"], try FileSystem.exists(output) {
            throw UsageError("\(output) is there already, and may have been edited; name another file, or move it away")
        }
        var shape = LogShape()
        for path in paths.prefix(mostFiles) {
            try shape.add(path == "-" ? .standardInput : .path(path))
        }
        if paths.count > mostFiles {
            Console.information("the first \(mostFiles) of \(paths.count) files were looked into")
        }
        let draft = ConfigurationDraft(shape, paths: paths, timezone: arguments["timezone"])
        let file = arguments["output"] ?? "standard output"
        let bytes = Array(draft.text.utf8)
        if let output = arguments["output"] { try OutputFile(output).write(bytes) } else { Console.output(bytes) }
        for remark in draft.remarks {
            let text = "\(file):\(remark.line): \(remark.text)"
            if remark.isNeeded {
                Console.warning("to be edited: \(text)")
            } else {
                Console.information("guessed: \(text)")
            }
        }
        var isUsable = !draft.remarks.contains { $0.isNeeded }
        do throws(ConfigurationError) {
            _ = try Configuration.from(bytes: bytes, file: file)
        } catch {
            Console.error("\(error)")
            isUsable = false
        }
        let next = arguments["output"].map { "; next: sluice check --config \($0)" } ?? ""
        Console.information(
            "\(file): written from \(Text.count(Int64(draft.lineCount), "line"))\(next)")
        return isUsable ? .done : .attention
    }
}
