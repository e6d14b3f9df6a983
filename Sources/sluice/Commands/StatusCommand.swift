import Configuration
import Domain
import Essentials
import State

/// Whether all is well, for monitors.
enum StatusCommand: Command {
    static let name = "status"
    static let summary = "Says whether all is well: the table in force, the last run, the days counted."
    static let discussion = """
        Exits 0 when all is well and 1 when something needs somebody; the first line says what. Well is: the table that serves is
        as it was published and of today, the last run ended with exit code 0, yesterday was counted, and none of the last 30 days
        is missing. A night may take until --due hours after midnight in the pipeline's timezone, which --config names, or else
        the newest day's quality.json. A run that found the lock taken is passed over. Nothing is written, and no lock is taken.
        """
    static let examples = ["sluice status --state /var/lib/sluice", "sluice status --state /var/lib/sluice --json"]
    static let options = [
        Option(name: "state", value: "DIR", help: "the state directory (default: state)"),
        Option(name: "config", value: "FILE", help: "the pipeline's configuration, for its timezone"),
        Option(name: "due", value: "HOURS", help: "hours after midnight by which the night must be done (default: 8)"),
        ClockOption.option,
        Option(name: "json", value: nil, help: "print JSON"),
    ]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let state = try StateDirectory(arguments)
        let clock = try ClockOption.clock(arguments)
        let due = try hours(arguments["due"])
        let facts = try StateStatus(state)
        let zone: SystemTimeZone
        if let file = arguments["config"] {
            zone = try Configuration.read(file: file).timeZone
        } else {
            zone = facts.timeZone.flatMap { SystemTimeZone(identifier: $0) } ?? .utc
        }
        let status = Status(facts, clock: DayClock(timeZone: zone), now: clock.now, due: due)
        if arguments.has("json") {
            Console.output(JSONFile.bytes(of: status))
        } else {
            Console.output(status.text)
        }
        return status.healthy ? .done : .attention
    }

    private static func hours(_ text: String?) throws(UsageError) -> Int {
        guard let text else { return 8 }
        guard let hours = Int(text), (0...47).contains(hours) else {
            throw UsageError("--due is '\(text)'; give hours from 0 to 47")
        }
        return hours
    }
}
