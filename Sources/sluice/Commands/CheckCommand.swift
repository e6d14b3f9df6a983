import Configuration
import Domain
import Learning
import EventLog
import Pipeline
import State

/// A look at a configuration, and at the logs it names, before the night does it.
enum CheckCommand: Command {
    static let name = "check"
    static let summary = "Reads a configuration and the newest day's logs, and says everything that is wrong with them."
    static let discussion = """
        Checks the configuration, and the blacklist and priors it names. Every fault is printed on standard error with its
        place in the file and what to write instead.

        Then it looks at the logs of the newest day that has some, or of --date, and writes nothing: which paths match, what
        kind of file each is, and what a night would say of its lines: how many are rejected with the first of them, and what
        is not declared with the nearest declared name. At most \(LogCheck.mostBytes >> 20) MB of files are read, the first of each
        folder before others, and it says how many. --no-logs leaves this out.

        Exits 0 when nothing is wrong (there may be warnings), 78 for the configuration, 65 for a file that is no log and for
        too many rejected lines, 74 where something cannot be read.
        """
    static let examples = [
        "sluice check --config pipelines/banners.json5",
        "sluice check --config pipelines/banners.json5 --date 2026-11-20",
        "sluice check --config pipelines/banners.json5 --no-logs",
    ]
    static let options = [
        Option(name: "config", value: "FILE", help: "the pipeline's configuration", isRequired: true),
        Option(name: "date", value: "D", help: "the day whose logs to look at (default: the newest that has some)"),
        Option(name: "no-logs", value: nil, help: "look at the configuration alone"),
        ClockOption.option,
    ]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let file = try arguments.required("config")
        let configuration = try Configuration.read(file: file)
        let faults = NightlyRun.faultsOfInputs(configuration)
        for fault in faults { Console.error("\(fault)", code: fault.code) }
        if !faults.isEmpty {
            return faults.contains { ExitCode($0) == .configuration } ? .configuration : .inputOutput
        }
        var options = NightlyRun.Options()
        options.today = DayClock(timeZone: configuration.timeZone).date(of: try ClockOption.clock(arguments).now)
        let night = NightlyRun(
            configuration: configuration, configurationBytes: [], state: StateDirectory(path: "state"),
            options: options, report: { _ in })
        for event in try night.inputsWithoutEffect() { Console.show(event) }
        for configured in configuration.experiments {
            guard let since = configured.learning.since, since > options.today.advanced(by: 1) else { continue }
            Console.warning(
                "\(file): \(configured.experiment.key.platform)/\(configured.experiment.key.slot): learning.since is \(since), after "
                    + "tomorrow: no day counts before, and shares stay as they are until then")
        }
        for configured in configuration.experiments {
            for arm in configured.experiment.arms {
                guard let until = configured.experiment.periods[arm]?.until, until < options.today else { continue }
                Console.warning(
                    "\(file): \(configured.experiment.key.platform)/\(configured.experiment.key.slot): \(arm) has its `until` "
                        + "behind it, \(until): it gets no traffic; put it under retired, or change the date")
            }
        }
        let arms = configuration.experiments.reduce(0) { $0 + $1.experiment.arms.count }
        Console.information(
            "\(file): pipeline '\(configuration.pipeline)' is in order: "
                + "\(Text.count(Int64(configuration.experiments.count), "experiment")), \(Text.count(Int64(arms), "arm"))"
        )
        if let window = configuration.statistics.conversionWindow {
            Console.information(
                "\(file): clicks and purchases count for \(window.text) after the exposure: each night reads "
                    + "\(window.logDays) log days, its own and the \(window.logDays - 1) before it, and counts the days "
                    + "again whose windows are open")
        }
        return arguments.has("no-logs") ? .done : try checkLogs(of: night, arguments)
    }

    private static func checkLogs(of night: NightlyRun, _ arguments: Arguments) throws -> ExitCode {
        let date = try arguments["date"].map { text in
            guard let date = CalendarDate(text) else {
                throw UsageError("--date is '\(text)', no date as in 2026-11-20")
            }
            return date
        }
        guard night.configuration.events.paths.contains(where: { $0 != "-" }) else {
            Console.information("standard input is left to the night")
            return .done
        }
        guard let check = try night.checkLogs(of: date) else {
            Console.warning(
                "no file matches events.paths on any of the last \(LogCheck.mostDays) days: look where the logs are, "
                    + "or name a day with --date")
            return .done
        }
        show(check)
        if let quality = check.quality, quality.units == 0 {
            let cause = cause(check, quality)
            Console.warning("\(check.date): none of these lines counts in an experiment: \(cause)")
            if quality.rejected.total > 0 { showKeys(try night.keysOfLogs(of: check.date), of: night, check.date) }
        }
        if let failure = check.failure { Console.error("\(failure)", code: failure.code) }
        for fault in check.faults { Console.error("\(fault)", code: RunFailure.log(fault).code) }
        if check.faults.contains(where: { !$0.isOfFormat }) { return .inputOutput }
        return check.faults.isEmpty && check.failure == nil ? .done : .badData
    }

    private static func show(_ undeclared: Quality.Undeclared, _ date: CalendarDate) {
        for (kind, names) in [
            ("platform", undeclared.platforms), ("slot", undeclared.slots), ("variant", undeclared.variants),
        ] {
            for name in names {
                let place = [name.platform ?? "no platform", name.slot, name.variant].compactMap { $0 }
                let meant = name.nearest.map { "; did you mean '\($0)'?" } ?? ""
                Console.warning(
                    "\(date): the \(kind) of \(Text.printable(place.joined(separator: "/"))) is not declared: "
                        + "\(Text.count(name.events, "event"))\(meant)")
            }
        }
    }

    /// Files of one form that are named, at most.
    private static let named = 3
    /// Keys of lines that are named, at most.
    private static let namedKeys = 12

    private static func show(_ check: LogCheck) {
        let date = check.date
        for pattern in check.found.patterns {
            if pattern.files == 0 {
                Console.warning("\(date): \(pattern.text) matches no file")
            } else {
                Console.information("\(date): \(pattern.text) matches \(Text.count(Int64(pattern.files), "file"))")
            }
        }
        var forms: [(form: String, files: [String])] = []
        for file in check.files {
            let text = file.form.description
            if let index = forms.firstIndex(where: { $0.form == text }) {
                forms[index].files.append(file.name)
            } else {
                forms.append((text, [file.name]))
            }
        }
        for (form, files) in forms {
            let more = files.count > named ? " and \(Text.count(Int64(files.count - named))) more" : ""
            Console.information("\(date): \(files.prefix(named).joined(separator: ", "))\(more): \(form)")
        }
        if check.found.files.count > LogCheck.mostFiles {
            Console.information("\(date): the kinds of the first \(LogCheck.mostFiles) files were looked at")
        }
        guard let quality = check.quality else { return }
        let part = check.isCutOff ? ", the last in part" : ""
        Console.information(
            "\(date): read the lines of \(Text.count(Int64(check.filesRead))) of "
                + "\(Text.count(Int64(check.found.files.count), "file"))\(part): \(RunEvent.dayRead(date, quality).text)"
        )
        for reason in quality.rejected.reasons where check.failure == nil {
            let remedy = RejectedReason.allCases.first { $0.name == reason.reason }?.remedy
            Console.warning(
                "\(date): rejected: \(reason.reason): \(Text.count(reason.lines, "line")), first at "
                    + reason.samples.joined(separator: ", ") + (remedy.map { "; \($0)" } ?? ""))
        }
        for reason in quality.ignored.reasons {
            Console.information(
                "\(date): ignored: \(reason.reason): \(Text.count(reason.lines, "line")), first at "
                    + "\(reason.samples.first ?? "")")
        }
        if let sources = quality.sources { Console.information("\(date): \(text(of: sources))") }
        if let types = quality.otherTypes, !types.isEmpty {
            let words = types.map { "\(Text.printable($0.type)) \(Text.count($0.events))" }
            Console.information(
                "\(date): words under type that are none: \(words.joined(separator: ", ")); events.types says what they mean"
            )
        }
        for event in check.events { Console.show(event) }
        if let undeclared = quality.undeclared { show(undeclared, date) }
    }

    /// What the lines have in place of what is looked for in them.
    private static func showKeys(_ keys: [String], of night: NightlyRun, _ date: CalendarDate) {
        guard !keys.isEmpty else { return }
        var shown: [String] = []
        for key in keys where !shown.contains(key) { shown.append(key) }
        let more = shown.count > namedKeys ? " and \(Text.count(Int64(shown.count - namedKeys))) more" : ""
        let names = shown.prefix(namedKeys).map { Text.printable($0) }.joined(separator: ", ")
        Console.information(
            "\(date): the first lines have \(names)\(more): events.fields says where ts, visitor and the others stand"
                + (night.configuration.events.each == nil
                    ? "; where one of these holds a list of events, events.each names it" : ""))
    }

    /// What took most of the lines, where none counts.
    private static func cause(_ check: LogCheck, _ quality: Quality) -> String {
        let ignored = quality.ignored.reasons.max { $0.lines < $1.lines }
        if quality.rejected.total > ignored?.lines ?? 0 { return "most are rejected, see above" }
        switch ignored?.reason {
        case IgnoredReason.outsideDay.rawValue:
            let days = check.otherDays.map { "\($0.date) (\(Text.count(Int64($0.events), "event")))" }
            return
                "most are outside the day, of \(days.joined(separator: ", ")); look at the times, timezone and events.paths"
        case IgnoredReason.otherType.rawValue:
            return "most have a type that counts nowhere; say in events.types what they mean"
        case IgnoredReason.nobody.rawValue:
            return "most name no visitor; look at events.fields.visitor and events.nobody"
        default: return "compare their names with the configuration's"
        }
    }

    /// In how many lines each source occurs; those of a list by their own names.
    private static func text(of sources: [Quality.Source]) -> String {
        func name(_ source: Quality.Source) -> String {
            source.source == source.field ? source.field : "\(source.field) from \(source.source)"
        }
        let there = sources.filter { $0.lines > 0 }.map { "\(name($0)) \(Text.count($0.lines))" }
        let absent = sources.filter { $0.lines == 0 }.map(name)
        return "lines that have a source: \(there.isEmpty ? "none" : there.joined(separator: ", "))"
            + (absent.isEmpty ? "" : "; in none: \(absent.joined(separator: ", "))")
    }
}
