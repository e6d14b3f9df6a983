import Configuration
import Domain
import Essentials
import Pipeline
import State

/// What `run` and its two halves share: the words they take, and running one night after another.
enum NightOptions {
    static let all: [Option] = [
        Option(name: "config", value: "FILE", help: "the pipeline's configuration", isRequired: true),
        Option(
            name: "date", value: "D[..D]", help: "the day, or first and last day (default: yesterday in its timezone)"),
        Option(name: "state", value: "DIR", help: "the state directory (default: state)"),
        ClockOption.option,
        Option(name: "workers", value: "N", help: "threads (default: the machine's)"),
        Option(
            name: "memory", value: "SIZE",
            help:
                "the memory to keep to, like 64M or 2G, but for segments' names and zstd windows; less means reading the log "
                + "more often (default: half of the machine's)"
        ),
        Option(name: "audit", value: nil, help: "also write bots.csv: the dropped visitors and why"),
        Option(
            name: "accept", value: nil,
            help: "publish though guards hold the table, or the day is not over: this run alone"),
        Option(
            name: "dry-run", value: nil,
            help: "do all but write: say what guards hold, and print what would move on standard output"),
        Option(name: "print", value: nil, help: "print the table on standard output, for reading"),
        Option(name: "json", value: nil, help: "print a summary on standard output, for monitoring"),
        Option(
            name: "metrics", value: "FILE",
            help: "write metrics for Prometheus, after a failure too; `sluice help metrics` lists them"),
        Option(name: "strict", value: nil, help: "exit 1 where there was a warning and nothing worse"),
        Option(name: "quiet", value: nil, help: "say nothing but warnings and errors"),
    ]

    static func run(_ arguments: Arguments, command: String, steps: Set<NightlyRun.Step>) throws -> ExitCode {
        if arguments.has("json"), arguments.has("print") {
            throw UsageError("--json and --print both want standard output; give one of them")
        }
        let isDryRun = arguments.has("dry-run")
        if isDryRun, let other = ["metrics", "audit"].first(where: { arguments.has($0) || arguments[$0] != nil }) {
            throw UsageError("--dry-run writes nothing; leave out --\(other)")
        }
        let clock = try ClockOption.clock(arguments)
        let start = Date()
        let started = clock.now
        let log = RunLog()
        var summary = RunSummary(command: command)
        var isOthers = false
        do {
            summary.exitCode = try run(arguments, steps: steps, clock: clock, log: log, summary: &summary).rawValue
        } catch {
            summary.error = "\(error)"
            summary.errorCode = ErrorCode.word(of: error)
            summary.exitCode = ExitCode(error).rawValue
            if case .otherPipeline? = error as? RunFailure { isOthers = true }
            if error is UsageError { throw error }
            Console.error("\(error)", code: summary.errorCode)
        }
        let state = try StateDirectory(arguments)
        func conclude() {
            summary.messages = log.events
            let isWarned = summary.messages.contains { $0.severity == .warning }
            if arguments.has("strict"), isWarned, summary.exitCode == 0 {
                summary.exitCode = ExitCode.attention.rawValue
            }
        }
        conclude()
        summary.seconds = (Date().timeIntervalSince(start) * 1000).rounded() / 1000
        if let path = arguments["metrics"] {
            writeMetrics(
                of: summary, to: path, steps: steps, started: started, now: clock.now, state: state,
                config: arguments["config"], log)
            conclude()
        }
        if !isDryRun, !isOthers { keep(summary, started: started, state: state, log) }
        conclude()
        if arguments.has("json") { Console.output(summary.bytes) }
        return ExitCode(rawValue: summary.exitCode)
    }

    /// Writes what a monitor reads. That this fails does not make the run another.
    ///
    /// - Parameter config: the configuration's file, which the metrics do not replace.
    private static func writeMetrics(
        of summary: RunSummary, to path: String, steps: Set<NightlyRun.Step>, started: Int64, now: Int64,
        state: StateDirectory?, config: String?, _ log: RunLog
    ) {
        var status: StateStatus?
        do {
            // Of the state no more than the command makes, so that the files of both halves can lie beside each other.
            if let state, steps.contains(.allocation) { status = try StateStatus(state) }
        } catch {
            tell(.metricsNotWritten(reason: "those of the state: \(error)"), log)
        }
        do {
            let metrics = RunMetrics(summary, started: started, now: now, status: status)
            try FileSystem.refusePipe(path)
            try OutputFile(path, besides: config.map { [$0] } ?? []).write(metrics.bytes)
        } catch {
            tell(.metricsNotWritten(reason: "\(error)"), log)
        }
    }

    /// Tells a monitor of words that make no sense: they are no run and leave no record, and what the last run wrote would go on
    /// saying that all is well.
    static func noteRefusal(of words: [String], command: String, steps: Set<NightlyRun.Step>, because error: UsageError)
    {
        func value(_ name: String) -> String? {
            for index in words.indices.reversed() {
                if words[index].hasPrefix("--\(name)=") { return String(words[index].dropFirst(name.utf8.count + 3)) }
                if words[index] == "--\(name)", index + 1 < words.count { return words[index + 1] }
            }
            return nil
        }
        guard let path = value("metrics"), !path.isEmpty, !words.contains("--dry-run") else { return }
        var summary = RunSummary(command: command)
        summary.error = "\(error)"
        summary.errorCode = ErrorCode.word(of: error)
        summary.exitCode = ExitCode.usage.rawValue
        let now = Clock.system.now
        let state = value("state") ?? "state"
        writeMetrics(
            of: summary, to: path, steps: steps, started: now, now: now,
            state: state.isEmpty ? nil : StateDirectory(path: state), config: value("config"), RunLog())
    }

    /// Leaves the record of a run. That this fails does not make the run another.
    private static func keep(_ summary: RunSummary, started: Int64, state: StateDirectory, _ log: RunLog) {
        do {
            try RunRecords(state).add(
                JSONFile.bytes(of: RunRecord(summary, started: started)), start: started)
        } catch {
            tell(.recordNotWritten(reason: "\(error)"), log)
        }
    }

    private static func tell(_ event: RunEvent, _ log: RunLog) {
        log.append(event)
        Console.show(event)
    }

    private static func run(
        _ arguments: Arguments, steps: Set<NightlyRun.Step>, clock: Clock, log: RunLog, summary: inout RunSummary
    ) throws -> ExitCode {
        let file = try arguments.required("config")
        let configuration = try Configuration.read(file: file)
        summary.pipeline = configuration.pipeline
        let dates = try dates(arguments["date"], configuration, clock, log)
        summary.dates = [dates.lowerBound.description, dates.upperBound.description]
        if dates.lowerBound < dates.upperBound, configuration.events.paths.contains("-"), steps.contains(.statistics) {
            throw UsageError("standard input holds one day; give one --date")
        }
        let bar = Console.isTerminal && !arguments.has("quiet") ? ProgressBar() : nil
        var options = NightlyRun.Options()
        options.steps = steps
        options.audits = arguments.has("audit")
        options.accepts = arguments.has("accept")
        options.isDryRun = arguments.has("dry-run")
        options.arguments = words(arguments)
        options.saysWhatTablesBrought = true
        if !arguments.operands.isEmpty {
            guard dates.lowerBound == dates.upperBound else {
                throw UsageError("parts are of one night; give one --date")
            }
            options.parts = PartPaths(parts: arguments.operands, tallies: arguments.all("tally"))
        }
        options.today = DayClock(timeZone: configuration.timeZone).date(of: clock.now)
        options.clock = clock
        try readMachine(arguments, into: &options)
        if let bar { options.progress = { done, total in bar.show(done, of: total) } }
        let isQuiet = arguments.has("quiet")
        let original = try StateDirectory(arguments)
        let copy = options.isDryRun ? try StateCopy(of: original) : nil
        defer { withExtendedLifetime(copy) {} }
        let state = copy?.state ?? original
        let night = NightlyRun(
            configuration: configuration, configurationBytes: try FileSystem.read(file), state: state, options: options
        ) { event in
            log.append(event)
            bar?.clear()
            if event.severity == .warning || !isQuiet { Console.show(event) }
        }
        let lock = try StateLock(state)
        defer { withExtendedLifetime(lock) {} }
        defer { bar?.clear() }
        try night.run(dates) { outcome in
            var outcome = outcome
            if options.isDryRun { tell(whatWouldMove: &outcome, original, isAlone: !arguments.has("json")) }
            summary.nights.append(outcome)
        }
        if summary.nights.contains(where: \.isHeld) { return .held }
        if arguments.has("print"), let table = summary.nights.last?.table, let date = CalendarDate(table.date) {
            Console.output(try TablePrinter.text(ofTableIn: state.allocation(on: date)))
        }
        if summary.nights.contains(where: { !$0.carriedOver.isEmpty || !$0.leftOut.isEmpty }) { return .notAllocated }
        return summary.nights.contains { !$0.hasData } ? .noData : .done
    }

    /// The words that run a night of the pipeline again, but for its day.
    private static func words(_ arguments: Arguments) -> String {
        ["config", "state"].compactMap { name in
            arguments[name].map { value in
                let isPlain = value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "./_-+=".contains($0)) }
                return "--\(name) \(isPlain ? value : "'\(value.replacing("'", with: "'\\''"))'") "
            }
        }.joined()
    }

    /// Prints what a dry run would change, and takes the place that it stands for from what is said of its table.
    private static func tell(whatWouldMove outcome: inout NightOutcome, _ original: StateDirectory, isAlone: Bool) {
        if isAlone {
            for movement in outcome.movements where movement.isMoved {
                Console.output("\(outcome.date): \(movement.text)\n")
            }
        }
        guard let table = outcome.table, let date = CalendarDate(table.date) else { return }
        outcome.table?.path = original.allocation(on: date)
    }

    /// What the machine may give: threads and memory.
    static func readMachine(_ arguments: Arguments, into options: inout NightlyRun.Options) throws(UsageError) {
        if let text = arguments["workers"] {
            guard let workers = Int(text), (1...1024).contains(workers) else {
                throw UsageError("--workers is '\(text)'; give a number from 1 to 1024")
            }
            options.workers = workers
        }
        if let text = arguments["memory"] {
            guard let bytes = ProcessMemory.bytes(text), bytes >= ProcessMemory.least(workers: options.workers) else {
                throw UsageError(
                    "--memory is '\(text)'; give a size like 512M or 2G, at least "
                        + "\((ProcessMemory.least(workers: options.workers) >> 20) + 1)M")
            }
            options.memory = bytes
        }
    }

    static func dates(
        _ text: String?, _ configuration: Configuration, _ clock: Clock, _ log: RunLog
    ) throws(UsageError) -> ClosedRange<CalendarDate> {
        let yesterday = DayClock(timeZone: configuration.timeZone).yesterday(of: clock.now)
        guard let text else { return yesterday...yesterday }
        let parts = text.components(separatedBy: "..")
        guard parts.count <= 2, let first = CalendarDate(parts[0]), let last = CalendarDate(parts[parts.count - 1])
        else {
            throw UsageError("--date is '\(text)'; give a day like 2026-11-20, or days like 2026-11-18..2026-11-20")
        }
        guard last < lastWithTable else {
            throw UsageError(
                "--date is '\(text)': the table of the day after \(last) would have no date of four digits")
        }
        guard first <= last else { throw UsageError("--date is '\(text)': the first day comes after the last") }
        if last > yesterday {
            let event = RunEvent.dayNotOver(last, timeZone: configuration.timeZone.identifier)
            log.append(event)
            Console.show(event)
        }
        return first...last
    }

    /// The last day whose year has four digits: of it there may be a table, and no night.
    private static let lastWithTable = CalendarDate(year: 9999, month: 12, day: 31) ?? CalendarDate(dayNumber: .max)
}
