import CLibrary
import Domain
import Essentials
import Pipeline
import State
import Synchronization

/// What a run has told so far, as it goes to the terminal, to `--json` and to the record.
final class RunLog: Sendable {
    private let told = Mutex<[RunEvent]>([])

    func append(_ event: RunEvent) { told.withLock { $0.append(event) } }

    var events: [RunEvent] { told.withLock { $0 } }
}

/// The record of a run: `runs/2026-11-20T01-30-00Z.json` in the state directory. Runs that failed leave one too.
struct RunRecord: Encodable {
    struct Failure: Encodable {
        var code: String
        var text: String
    }

    struct Counts: Encodable {
        var date: String
        var files: Int
        var lines, bytes, rejected, ignored, visitors, bots, units, mixedUnits: Int64

        init(_ quality: Quality) {
            date = quality.date
            files = quality.files.count
            (lines, bytes) = (quality.lines, quality.bytes)
            (rejected, ignored) = (quality.rejected.total, quality.ignored.total)
            (visitors, bots) = (quality.visitors, quality.bots.visitors)
            (units, mixedUnits) = (quality.units, quality.mixedUnits)
        }
    }

    /// When the run began, by the clock that it went by.
    var started: String
    var version = Version.text
    var command: String
    var pipeline: String?
    /// First and last day; none when the run failed before they were known.
    var dates: [String] = []
    var exitCode: Int32 = 0
    var error: Failure?
    /// Codes of warnings, and how often each was given.
    var warningsByCode: [String: Int] = [:]
    var warnings: [RunEvent] = []
    /// Of each day that was read.
    var counts: [Counts] = []
    var seconds = 0.0
    var secondsByStep: [String: Double] = [:]
    var tables: [PublishedTable] = []
    /// Of each night that came to its table.
    var nights: [RecordedNight] = []
    /// Guards that tripped.
    var guards: [TrippedGuard] = []

    init(_ summary: RunSummary, started: Int64) {
        self.started = RFC3339.text(started)
        command = summary.command
        pipeline = summary.pipeline
        dates = summary.dates
        exitCode = summary.exitCode
        error = summary.error.map { Failure(code: summary.errorCode ?? "", text: $0) }
        warnings = summary.messages.filter { $0.severity == .warning }
        for warning in warnings { warningsByCode[warning.code, default: 0] += 1 }
        counts = summary.nights.compactMap(\.quality).map { Counts($0) }
        seconds = summary.seconds
        for night in summary.nights { secondsByStep.merge(night.secondsByStep, uniquingKeysWith: +) }
        tables = summary.nights.compactMap(\.table)
        nights = summary.nights.filter { $0.table != nil || $0.isHeld }.map {
            RecordedNight(date: $0.date, isHeld: $0.isHeld, isAccepted: $0.isAccepted, heldBy: $0.heldBy)
        }
        guards = summary.nights.flatMap(\.guards)
    }
}
