import Configuration
import Domain
import Essentials
import State

/// Whether a pipeline is well: facts of its state directory, judged one by one.
struct Status: Encodable {
    struct Check: Encodable {
        /// A word by which machines know the check.
        var name: String
        var healthy: Bool
        /// What was found, and where it is not as it should be, what to do.
        var text: String
    }

    struct Table: Encodable {
        var date: String
        var since: String?
        var ageSeconds: Int64?
    }

    var healthy: Bool
    var pipeline: String?
    var checks: [Check]
    var table: Table?
    var lastRun: Run?
    var newestDay: String?
    var daysMissing: [String]
    var daysWithoutData: [String]

    struct Run: Encodable {
        var started: String
        var command: String
        var dates: [String]
        var exitCode: Int32
        var errorCode: String?
        var warningsByCode: [String: Int]
    }

    /// - Parameters:
    ///   - now: in seconds since the epoch.
    ///   - due: so many hours after midnight a night must have been run.
    init(_ state: StateStatus, clock: DayClock, now: Int64, due: Int) {
        // The day of which a table must be there.
        let expected = clock.date(of: now - Int64(due) * 3_600)
        checks = [
            Status.check(table: state, expected: expected, now: now), Status.check(lastRun: state),
            Status.check(days: state, expected: expected.advanced(by: -1)),
            Status.check(guards: state.daysHeld),
        ]
        healthy = checks.allSatisfy(\.healthy)
        pipeline = state.table?.pipeline ?? state.lastRun?.pipeline
        table = state.table.map {
            Table(date: "\($0.date)", since: $0.since.map(RFC3339.text), ageSeconds: $0.since.map { max(0, now - $0) })
        }
        lastRun = state.lastRun.map {
            Run(
                started: $0.started, command: $0.command, dates: $0.dates, exitCode: $0.exitCode,
                errorCode: $0.error?.code, warningsByCode: $0.warningsByCode)
        }
        newestDay = state.newestDay?.description
        daysMissing = state.daysMissing.map(\.description)
        daysWithoutData = state.daysWithoutData.map(\.description)
    }

    private static func check(table state: StateStatus, expected: CalendarDate, now: Int64) -> Check {
        guard let table = state.table else {
            return Check(
                name: "table", healthy: false,
                text:
                    "no table serves: \(state.tableProblem ?? ""); run a night, or `sluice rollback` to one that is whole"
            )
        }
        var text = "of \(table.date), verified"
        if let problem = state.journalProblem {
            return Check(
                name: "table", healthy: false,
                text: text + "; the journal of what served cannot be read: \(problem); put it back from a copy")
        }
        if let since = table.since {
            text += ", serves since \(RFC3339.text(since)) (\(age(max(0, now - since))))"
        }
        guard table.date >= expected else {
            return Check(
                name: "table", healthy: false,
                text: text + "; that of \(expected) is due: look at the last run and its log")
        }
        return Check(name: "table", healthy: true, text: text)
    }

    private static func check(lastRun state: StateStatus) -> Check {
        if let newest = state.recordsUnreadable.last {
            let others = state.recordsUnreadable.count - 1
            return Check(
                name: "last-run", healthy: false,
                text:
                    "\(Text.printable(newest))\(others > 0 ? " and \(Text.count(Int64(others), "more record"))" : "") cannot be read: "
                    + "how that run ended, and which days it held, is not known; see who writes there, then take the file away"
            )
        }
        guard let run = state.lastRun else {
            return Check(name: "last-run", healthy: false, text: "no run has left a record; start `sluice run`")
        }
        let days = Set([run.dates.first, run.dates.last].compactMap(\.self)).sorted().joined(separator: "..")
        var text = "\(run.started) \(run.command)\(days.isEmpty ? "" : " of \(days)"): exit \(run.exitCode)"
        if let error = run.error { text += " [\(error.code)]" }
        let warnings = run.warningsByCode.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        if !warnings.isEmpty { text += ", warnings: \(warnings.joined(separator: ", "))" }
        guard run.exitCode == 0 else {
            return Check(
                name: "last-run", healthy: false, text: text + "; `sluice help exit` says what that asks for")
        }
        return Check(name: "last-run", healthy: true, text: text)
    }

    private static func check(days state: StateStatus, expected: CalendarDate) -> Check {
        guard let newest = state.newestDay else {
            return Check(name: "days", healthy: false, text: "no day has been counted; run a night")
        }
        var text = "newest \(newest)"
        if !state.daysWithoutData.isEmpty { text += ", without data \(Text.days(state.daysWithoutData))" }
        var isHealthy = true
        if !state.daysMissing.isEmpty {
            text += ", missing \(Text.days(state.daysMissing)): run them again (`--date`)"
            isHealthy = false
        }
        if !state.daysLost.isEmpty {
            text += ", without their statistics.csv \(Text.days(state.daysLost)): run them again, or restore it"
            isHealthy = false
        }
        if newest < expected {
            text += "; that of \(expected) is due"
            isHealthy = false
        }
        return Check(name: "days", healthy: isHealthy, text: text)
    }

    private static func check(guards held: [(day: CalendarDate, by: [String])]) -> Check {
        guard !held.isEmpty else { return Check(name: "guards", healthy: true, text: "no day is held") }
        let days = held.map { "\($0.day) by \($0.by.joined(separator: ", "))" }.joined(separator: "; ")
        return Check(
            name: "guards", healthy: false,
            text: "held and still counted: \(days): run it again, or `sluice allocate` it with --accept")
    }

    private static func age(_ seconds: Int64) -> String {
        seconds < 172_800 ? "\(seconds / 3_600) h" : Text.count(seconds / 86_400, "day")
    }

    /// For people and for monitors that show the first line.
    var text: String {
        let name = pipeline.map { Text.printable($0) + ": " } ?? ""
        let first =
            healthy
            ? "\(name)healthy: table \(checks[0].text)"
            : "\(name)not healthy: "
                + checks.filter { !$0.healthy }.map { "\($0.name): \($0.text)" }.joined(separator: "; ")
        let width = checks.map(\.name.count).max() ?? 0
        let lines = checks.map { check in
            let padding = String(repeating: " ", count: width - check.name.count)
            return "  \(check.healthy ? "ok " : "BAD")  \(check.name)\(padding)  \(check.text)\n"
        }
        return first.replacing("\n", with: " ") + "\n" + lines.joined()
    }
}
