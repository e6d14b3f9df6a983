import CSV
import Configuration
import Domain
import Pipeline
import State
import Synchronization

/// A day's lines, parted by visitor.
enum SplitCommand: Command {
    static let name = "split"
    static let summary = "Sends a day's log lines to parts by visitor, to be counted apart and merged."
    static let discussion = """
        Reads the logs that the configuration names for the day, or the PATHs given, and writes their lines in blocks: the number of
        the part (4 bytes, little-endian), the bytes of the lines (likewise), the lines as they were; CSV under its header.
        All lines of a visitor go to one part: XXH64 of the id, as the night's own decoder reads it, modulo --parts.
        `sluice statistics --part` reads blocks as it reads logs.

        What is rejected, and blank lines, are not sent: --tally keeps their counts and where they stand. `sluice merge` needs
        the tallies of all that was split. Blocks go to standard output, or with --output to a file for each part.

        --list prints what a night reads, as date,kind,path,own: its log days (day), their logs (log), the bot filter's lists (list);
        own is yes where a log's path names its day alone. With --parts and --tally it also writes how the files were found, for the
        merge to say: copies that are left out, paths without files.

        A piece of a file that comes through standard input is told by --name and --offset, so that the merged quality.json names
        lines as if the whole file had been read at once.
        """
    static let examples = [
        "sluice split --config pipelines/banners.json5 --date 2026-11-20 --parts 8 --tally split.tally --output 'blocks/{part}'",
        "seq 0 7 | xargs -P 8 -I{} sluice statistics --config pipelines/banners.json5 --date 2026-11-20 --part parts/{} blocks/{}",
        "sluice merge --config pipelines/banners.json5 --date 2026-11-20 --tally split.tally parts/*",
    ]
    static let operands: String? = "[PATH…|-]"
    static let options: [Option] = [
        Option(name: "config", value: "FILE", help: "the pipeline's configuration", isRequired: true),
        Option(name: "date", value: "D", help: "the log's day (default: yesterday in its timezone)"),
        Option(name: "parts", value: "N", help: "how many parts, from 1 to 65536"),
        Option(name: "tally", value: "FILE", help: "where to write what was read and could not be sent"),
        Option(
            name: "output", value: "PATH",
            help: "a file for each part in place of standard output; {part} is its number"),
        Option(name: "name", value: "FILE", help: "the file that standard input is, or is a piece of"),
        Option(name: "offset", value: "BYTES", help: "where in that file standard input begins (default: 0)"),
        Option(
            name: "own", value: nil,
            help: "with --name: that file's path names its day alone (guards.outsideDay), whatever events.paths says"),
        Option(
            name: "bytes", value: "BYTES", help: "how many bytes of that file it stands for (default: as many as come)"),
        Option(name: "list", value: nil, help: "print the night's log days, their logs and lists (CSV), and read none"),
        Option(name: "state", value: "DIR", help: "with --list: the state directory (default: state)"),
        ClockOption.option,
        Option(name: "workers", value: "N", help: "threads (default: the machine's)"),
        Option(name: "quiet", value: nil, help: "say nothing but warnings and errors"),
    ]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let file = try arguments.required("config")
        let configuration = try Configuration.read(file: file)
        let log = RunLog()
        let dates = try NightOptions.dates(arguments["date"], configuration, try ClockOption.clock(arguments), log)
        guard dates.lowerBound == dates.upperBound else { throw UsageError("a split is of one day; give one --date") }
        var options = NightlyRun.Options()
        try NightOptions.readMachine(arguments, into: &options)
        if !arguments.operands.isEmpty { options.paths = arguments.operands }
        let offset = try bytes("offset", arguments) ?? 0
        let size = try bytes("bytes", arguments)
        options.inputName = arguments["name"]
        options.inputIsOfDayAlone = arguments.has("own")
        if options.inputIsOfDayAlone, options.inputName == nil {
            throw UsageError("--own is of a file; give its --name")
        }
        let bar = Console.isTerminal && !arguments.has("quiet") ? ProgressBar() : nil
        defer { bar?.clear() }
        if let bar { options.progress = { done, total in bar.show(done, of: total) } }
        let night = NightlyRun(
            configuration: configuration, configurationBytes: try FileSystem.read(file),
            state: try StateDirectory(arguments), options: options
        ) { Console.show($0) }
        if arguments.has("list") {
            let tally = try arguments["tally"].map { try OutputFile($0) }
            let inputs = try night.inputs(of: dates.lowerBound, parts: tally == nil ? 1 : try parts(arguments))
            list(inputs)
            try tally?.write(
                try inputs.tallies.flatMap { try SealedFile.bytes(of: $0, format: TallyFile.format) })
            return .done
        }
        let parts = try parts(arguments)
        let tally = try OutputFile(try arguments.required("tally"))
        let output: any SplitOutput =
            if let template = arguments["output"] { try PartFiles(template, parts: parts) } else {
                StandardOutputBlocks()
            }
        let result = try night.split(dates.lowerBound, into: parts, offset: offset, bytes: size) { part, bytes in
            output.write(bytes, of: part)
        }
        try output.finish()
        try tally.write(try SealedFile.bytes(of: result, format: TallyFile.format))
        return .done
    }

    private static func parts(_ arguments: Arguments) throws(UsageError) -> Int {
        let text = try arguments.required("parts")
        guard let parts = Int(text), (1...NightlyRun.maximumParts).contains(parts) else {
            throw UsageError("--parts is '\(text)'; give a number from 1 to \(NightlyRun.maximumParts)")
        }
        return parts
    }

    /// What an option says of the file that standard input is.
    private static func bytes(_ option: String, _ arguments: Arguments) throws(UsageError) -> Int64? {
        guard arguments["name"] != nil else {
            guard arguments[option] == nil else { throw UsageError("--\(option) is of a file; give its --name") }
            return nil
        }
        guard arguments.operands == ["-"] else {
            throw UsageError("--name says what standard input is; give - as the only PATH")
        }
        guard let text = arguments[option] else { return nil }
        guard let number = Int64(text), number >= 0 else {
            throw UsageError("--\(option) is '\(text)'; give a number of bytes, 0 or more")
        }
        return number
    }

    /// What a night reads, for whoever ships it to other machines; a log day without files is there too.
    private static func list(_ inputs: NightInputs) {
        var writer = CSVWriter()
        writer.write(["date", "kind", "path", "own"])
        for day in inputs.days {
            writer.write([day.description, "day", "", ""])
            for file in inputs.files where file.date == day {
                let own = file.kind == .list ? "" : file.isOfDayAlone ? "yes" : "no"
                writer.write([day.description, file.kind.rawValue, file.path, own])
            }
        }
        Console.output(writer.bytes)
    }
}

/// Where blocks go. Used by several workers at once.
private protocol SplitOutput: Sendable {
    /// False when it failed.
    func write(_ bytes: UnsafeRawBufferPointer, of part: Int) -> Bool
    /// - Throws: `FileError`, also of a write before.
    func finish() throws
}

private final class StandardOutputBlocks: SplitOutput {
    private let lock = Mutex(())

    func write(_ bytes: UnsafeRawBufferPointer, of part: Int) -> Bool {
        lock.withLock { _ in Console.output(Array(bytes)) }
        return true
    }

    func finish() {}
}

/// A file for each part, each moved into place when all are whole. Nobody waits for the disk, which would take as long as the
/// writing: blocks that a machine lost are noticed by `merge`, which knows from the tally how many lines there were.
private final class PartFiles: SplitOutput {
    /// Used under the lock alone.
    private struct State: @unchecked Sendable {
        var writers: [Int: FileWriter] = [:]
        var error: FileError?
    }

    private let files: [OutputFile]
    private let state = Mutex(State())

    init(_ template: String, parts: Int) throws {
        guard parts == 1 || template.contains("{part}") else {
            throw UsageError("--output is '\(template)'; write {part} where the part's number goes")
        }
        files = try (0..<parts).map { part in
            let path = template.replacing("{part}", with: String(part))
            try FileSystem.createDirectory(FileSystem.parent(of: path))
            return try OutputFile(path)
        }
    }

    deinit {
        for file in files { file.abandon() }
    }

    func write(_ bytes: UnsafeRawBufferPointer, of part: Int) -> Bool {
        state.withLock { state in
            guard state.error == nil else { return false }
            do throws(FileError) {
                if state.writers[part] == nil { state.writers[part] = try files[part].begin() }
                try state.writers[part]?.append(bytes)
                return true
            } catch {
                state.error = error
                return false
            }
        }
    }

    func finish() throws {
        try state.withLock { state in
            if let error = state.error { throw error }
            for (part, file) in files.enumerated() where state.writers[part] == nil {
                state.writers[part] = try file.begin()
            }
            for file in files { try file.move() }
        }
    }
}
