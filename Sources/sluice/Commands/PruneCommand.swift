import Configuration
import Domain
import Pipeline
import State

/// Making room.
enum PruneCommand: Command {
    static let name = "prune"
    static let summary = "Removes statistics, tables and records that no night needs any more."
    static let discussion = """
        Keeps the nights of the last --keep days, and all that they rest on: a day's statistics stay while an experiment's learning
        window reaches them (without a window they stay for ever) or conversions may come, and a table while it serves or has
        served visitors of a day that stays. The journal of tables stays as it is. --dry-run prints the paths that would go, one a
        line, and removes nothing. What is removed cannot be learned from, evaluated or rolled back to; verdicts, evidence and lifts, which
        count all days since an experiment began (or learning.since), count only the days that stay.
        """
    static let examples = [
        "sluice prune --config pipelines/banners.json5 --keep 400d --dry-run",
        "sluice prune --config pipelines/banners.json5 --state /var/lib/sluice --keep 400d",
    ]
    static let options = [
        Option(name: "config", value: "FILE", help: "the pipeline's configuration, for its windows", isRequired: true),
        Option(name: "keep", value: "DAYS", help: "how many days of nights to keep, like 400d", isRequired: true),
        Option(name: "state", value: "DIR", help: "the state directory (default: state)"),
        ClockOption.option,
        Option(name: "dry-run", value: nil, help: "print what would be removed, and remove nothing"),
        Option(name: "quiet", value: nil, help: "say nothing but warnings and errors"),
    ]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let clock = try ClockOption.clock(arguments)
        let keep = try days(try arguments.required("keep"))
        let state = try StateDirectory(arguments)
        let configuration = try Configuration.read(file: try arguments.required("config"))
        guard try FileSystem.isDirectory(state.path) else {
            throw UsageError("\(state.path) is no state directory; give --state")
        }
        let lock = try StateLock(state)
        defer { withExtendedLifetime(lock) {} }
        let today = DayClock(timeZone: configuration.timeZone).date(of: clock.now)
        let oldest = today.advanced(by: -keep)
        let night = NightlyRun(
            configuration: configuration, configurationBytes: [], state: state, options: NightlyRun.Options(),
            report: { Console.show($0) })
        try night.refuseOtherPipeline()
        let pruning = try Pruning(state, keeping: oldest, configuration: configuration, night: night)
        let isDry = arguments.has("dry-run")
        if isDry {
            Console.output(pruning.items.map { $0.path + "\n" }.joined())
        } else {
            try state.removeLeftovers()
            try pruning.remove(from: state)
        }
        if !arguments.has("quiet") { say(pruning, oldest: oldest, isDry: isDry) }
        return .done
    }

    private static func say(_ pruning: Pruning, oldest: CalendarDate, isDry: Bool) {
        let counts = Pruning.Item.Kind.allCases.map { kind in
            let count = Int64(pruning.items.count { $0.kind == kind })
            return kind == .day ? Text.count(count, "day") + " of statistics" : Text.count(count, kind.rawValue)
        }
        Console.information(
            "before \(oldest): \(isDry ? "would remove" : "removed") \(counts.joined(separator: ", "))")
        if pruning.items.contains(where: { $0.kind == .day }) {
            Console.information(
                "verdicts, evidence and lifts \(isDry ? "would count" : "count") the days that stay; set learning.since to the "
                    + "first of them to say so in the configuration")
        }
        if !pruning.daysInWindows.isEmpty {
            Console.information(
                "kept all the same, for windows reach them: the statistics of \(Text.days(pruning.daysInWindows))")
        }
        if !pruning.tablesInUse.isEmpty {
            Console.information(
                "kept all the same, for they serve or served visitors of days that are kept: the tables of "
                    + Text.days(pruning.tablesInUse))
        }
    }

    private static func days(_ text: String) throws(UsageError) -> Int {
        let number = text.hasSuffix("d") ? String(text.dropLast()) : ""
        guard let days = Int(number), (1...36_500).contains(days) else {
            throw UsageError("--keep is '\(text)'; give days, like 400d")
        }
        return days
    }
}
