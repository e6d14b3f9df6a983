import Configuration
import Domain
import Pipeline
import State

/// The units that a day's statistics are made of.
enum UnitsCommand: Command {
    static let name = "units"
    static let summary = "Prints what each visitor did in each experiment: the units that statistics are sums of."
    static let discussion = """
        Reads the logs as a night does (same bot filter, conversion window and journal of served tables) and prints a line for
        each visitor in each experiment on the day, in no order:

          \(NightlyRun.unitColumns)

        Nothing is written to the state directory, and no lock is taken. exposure is UTC, to the microsecond; click, purchase
        and mixed are 0 or 1; table is the date of the table that served at the exposure, by the state's journal. propensity
        is what the exposure's event states (to nine decimals), else the share that the variant had in that table, else empty.
        Visitor ids stand as they are in the log: do not open the output in a spreadsheet that runs formulas.

        Bots are left out, and mixed units are where onMixed is "exclude", so that units add up to the rows of statistics.csv
        exactly. With a conversion window the logs of the days on which the day's windows are open are read too, as many as there
        are; the units then add up to the rows once the nights of all these days have been run.
        When more lines are bad than events.maxRejected allows, the command ends with exit code 65 before the day's first unit.
        """
    static let examples = [
        "sluice units --config pipelines/banners.json5 --date 2026-11-20 > units.csv",
        "sluice units --config pipelines/banners.json5 --platform web --slot home-hero --format jsonl | head",
    ]
    static let options =
        [
            Option(name: "platform", value: "P", help: "only experiments of this platform"),
            Option(name: "slot", value: "S", help: "only experiments of this slot"),
            Option(
                name: "format", value: "csv|jsonl", help: "CSV with a header, or one JSON object a line (default: csv)"),
        ] + NightOptions.all.filter { !["audit", "print", "json"].contains($0.name) }

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let file = try arguments.required("config")
        let configuration = try Configuration.read(file: file)
        let format = try format(arguments)
        try checkChoice(arguments, configuration)
        let (platform, slot) = (arguments["platform"], arguments["slot"])
        let log = RunLog()
        let clock = try ClockOption.clock(arguments)
        let dates = try NightOptions.dates(arguments["date"], configuration, clock, log)
        if dates.lowerBound < dates.upperBound, configuration.events.paths.contains("-") {
            throw UsageError("standard input holds one day; give one --date")
        }
        let isQuiet = arguments.has("quiet")
        let bar = Console.isTerminal && !isQuiet ? ProgressBar() : nil
        defer { bar?.clear() }
        var options = NightlyRun.Options()
        try NightOptions.readMachine(arguments, into: &options)
        if let bar { options.progress = { done, total in bar.show(done, of: total) } }
        let night = NightlyRun(
            configuration: configuration, configurationBytes: try FileSystem.read(file),
            state: try StateDirectory(arguments), options: options
        ) { event in
            bar?.clear()
            if event.severity == .warning || !isQuiet { Console.show(event) }
        }
        let areAllThere = try night.units(of: dates, as: format) { key in
            (platform ?? key.platform.string) == key.platform.string && (slot ?? key.slot.string) == key.slot.string
        } to: { bytes in
            bar?.clear()
            Console.output(bytes)
        }
        return areAllThere ? .done : .noData
    }

    private static func format(_ arguments: Arguments) throws(UsageError) -> UnitFormat {
        guard let text = arguments["format"] else { return .csv }
        guard let format = UnitFormat(rawValue: text) else {
            throw UsageError("--format is '\(text)'; give csv or jsonl")
        }
        return format
    }

    /// Refuses a platform or slot that no experiment has: the output would be empty for another reason than it seems.
    private static func checkChoice(_ arguments: Arguments, _ configuration: Configuration) throws(UsageError) {
        let keys = configuration.experiments.map(\.experiment.key)
        func check(_ option: String, among names: [String]) throws(UsageError) {
            guard let name = arguments[option], !names.contains(name) else { return }
            let suggestion = Suggestion.text(for: name, among: names)
            throw UsageError("--\(option) is '\(name)', which no experiment has\(suggestion)")
        }
        try check("platform", among: keys.map(\.platform.string))
        let ofPlatform = keys.filter { (arguments["platform"] ?? $0.platform.string) == $0.platform.string }
        try check("slot", among: ofPlatform.map(\.slot.string))
    }
}
