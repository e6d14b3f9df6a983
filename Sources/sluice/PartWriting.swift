import Configuration
import Domain
import Pipeline
import State

/// `sluice statistics --part`: some of a night's visitors, counted for `sluice merge`.
enum PartWriting {
    static func run(_ arguments: Arguments, folder: String) throws -> ExitCode {
        guard !folder.isEmpty else { throw UsageError("--part is empty; give a folder") }
        let unused = ["json", "metrics", "strict"].filter { arguments.has($0) || arguments[$0] != nil }
        if let option = unused.first { throw UsageError("--\(option) is for nights, and a part is none; leave it out") }
        let file = try arguments.required("config")
        let configuration = try Configuration.read(file: file)
        let clock = try ClockOption.clock(arguments)
        let dates = try NightOptions.dates(arguments["date"], configuration, clock, RunLog())
        guard dates.lowerBound == dates.upperBound else { throw UsageError("a part is of one night; give one --date") }
        let isQuiet = arguments.has("quiet")
        let bar = Console.isTerminal && !isQuiet ? ProgressBar() : nil
        defer { bar?.clear() }
        var options = NightlyRun.Options()
        options.audits = arguments.has("audit")
        options.journal = arguments["served"]
        options.inputName = arguments["name"]
        guard options.inputName == nil || arguments.operands == ["-"] else {
            throw UsageError("--name says what standard input is; give - as the only PATH")
        }
        if !arguments.operands.isEmpty {
            options.paths = arguments.operands
            try check(arguments.operands, configuration)
        }
        try NightOptions.readMachine(arguments, into: &options)
        if let bar { options.progress = { done, total in bar.show(done, of: total) } }
        let night = NightlyRun(
            configuration: configuration, configurationBytes: try FileSystem.read(file),
            state: try StateDirectory(arguments), options: options
        ) { event in
            bar?.clear()
            if event.severity == .warning || !isQuiet { Console.show(event) }
        }
        try night.writePart(of: dates.lowerBound, to: folder)
        return .done
    }

    /// Under a conversion window several log days are read, each from paths of its own.
    private static func check(_ paths: [String], _ configuration: Configuration) throws(UsageError) {
        guard configuration.statistics.conversionWindow != nil else { return }
        if let path = paths.first(where: { PathTemplate($0).resolved(for: CalendarDate(dayNumber: 0)) == $0 }) {
            throw UsageError(
                "'\(path)' has no {date}: with a conversion window several log days are read, each from files of its own"
            )
        }
    }
}
