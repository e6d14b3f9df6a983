package import Allocation
package import Domain
package import Evaluation
package import Guards
package import Learning
package import State

/// What a run tells while it goes on. Text, `--json` and the records of runs are made from it.
package enum RunEvent: Sendable {
    package enum Severity: String, Codable, Sendable {
        case information
        /// A person may have to do something about it.
        case warning
    }

    /// Why a day has nothing to count.
    package enum NoDataReason: Sendable {
        case noFile
        /// - Parameter instead: what the logs have that counts nowhere, by name; nil: nothing with a name.
        case noEvent(instead: String?)

        var text: String {
            switch self {
            case .noFile: "no log file matches events.paths"
            case .noEvent(nil): "no countable event in the logs"
            case .noEvent(let instead?): "no countable event in the logs, which have \(instead)"
            }
        }
    }

    case dayRead(CalendarDate, Quality)
    case daysRecounted(by: CalendarDate, days: [CalendarDate], window: String)
    case tablePublished(by: CalendarDate, directory: String, rows: Int)
    /// What a run without `--dry-run` would publish.
    case dryRun(by: CalendarDate, table: CalendarDate, rows: Int)
    /// What the night's table changes in an experiment.
    case trafficMoved(by: CalendarDate, TrafficMovement)
    /// More experiments move than are named one by one.
    case otherTrafficMoved(by: CalendarDate, experiments: Int)
    /// The night's table has the shares of the one that served.
    case trafficStays(by: CalendarDate, since: CalendarDate, hasData: Bool)
    /// What moves cannot be said.
    case tableInForceUnreadable(CalendarDate, table: CalendarDate, reason: String)
    /// The day is still going on in the pipeline's timezone.
    case dayNotOver(CalendarDate, timeZone: String)
    /// A row of the blacklist or of priors matches nothing declared.
    case inputWithoutEffect(place: String, row: String, isBlacklist: Bool, suggestion: String?)
    /// The log of a day is left out, since a list of the bot filter for it is missing.
    case denyListMissing(path: String, day: CalendarDate)
    /// Files were left out, since earlier ones hold the same logs.
    case sameLog(CalendarDate, [Quality.RepeatedFile])
    case filesWithoutLines(CalendarDate, files: [String])
    case pathsWithoutFiles(CalendarDate, paths: [String])
    case filesWithoutEvents(CalendarDate, files: [String])
    /// `**` came to folders again by links.
    case foldersRepeated(CalendarDate, links: [String])
    case addressesUnreadable(CalendarDate, Quality.UnreadableAddresses)
    /// Many events state a propensity that is no share.
    case propensitiesInvalid(CalendarDate, events: Int64)
    /// Many visitors are dropped since a library of HTTP asked for them.
    case librariesDropped(CalendarDate, Quality.Libraries, ofVisitors: Int64)
    /// Experiments had more segments on a day than are told apart.
    case segmentsFolded(CalendarDate, [SegmentBound.Folded], atMost: Int)
    case noData(CalendarDate, NoDataReason)
    /// No line of the day has a source that the configuration names.
    case sourceAbsent(CalendarDate, field: String, source: String, suggestion: String?)
    /// Nothing was found to count, and what an earlier run counted stays.
    case statisticsKept(CalendarDate, NoDataReason)
    case noStatistics(CalendarDate)
    case sampleRatio(CalendarDate, SampleRatioCheck)
    /// The log has names that are not declared, and that look as if they should be.
    case undeclaredNames(CalendarDate, Quality.Undeclared)
    /// The shares by which visitors were served cannot be known.
    case sharesUnknown(CalendarDate, ServedSharesError)
    /// The shares by which some units were served cannot be known: they are given out without a propensity.
    case propensitiesUnknown(CalendarDate, ServedSharesError)
    /// There is no unit of a day to give out.
    case noUnits(CalendarDate, NoDataReason)
    case experimentCarriedOver(CalendarDate, AllocationError, SlotKey, from: CalendarDate?)
    case nothingAllocated(CalendarDate)
    /// No arm of the experiment may be shown: the table has no rows of it.
    case experimentLeftOut(CalendarDate, AllocationError, SlotKey)
    /// No arm of a group may be shown, and the control has all of its traffic.
    case controlAlone(CalendarDate, SlotKey, segments: [Name])
    /// An arm has broken a guardrail: its rate is at most this much above the reference's, less 1.
    case armStopped(CalendarDate, SlotKey, arm: Name, guardrail: Guardrail, liftHigh: Double)
    /// The verdict names a winner that the table before did not.
    case winnerNamed(CalendarDate, SlotKey, arm: Name)
    /// What the tables brought beside an even split or the control is known by now, and was not before the run.
    case gainKnown(CalendarDate, SlotKey, Brought, [Brought.Gain])
    /// More experiments of which that is known than are named one by one.
    case otherGainsKnown(CalendarDate, experiments: Int)
    /// What the tables brought cannot be told, since what is needed for it could not be read.
    case gainUnknown(CalendarDate, reason: String)
    /// A table was published that is older than the one that serves.
    case currentIsLater(CalendarDate, table: CalendarDate, current: CalendarDate)
    /// Tables that were made before the one before them changed.
    case tablesStale(after: CalendarDate, [CalendarDate])
    case journalMended(path: String, ServingJournal.Mending)
    /// A guard holds the table.
    case guardHeld(CalendarDate, GuardFinding)
    /// A guard would hold the table, but the run accepts it.
    case guardAccepted(CalendarDate, GuardFinding)
    /// A guard that only warns.
    case guardWarned(CalendarDate, GuardFinding)
    /// The table of a night is not published: by guards, or since the day is not over.
    case nightHeld(CalendarDate, current: CalendarDate?, isOver: Bool, arguments: String)
    /// A day was held, and was neither run again nor accepted since.
    case heldDayCounts(CalendarDate, held: CalendarDate, by: [String], arguments: String)
    /// Records of earlier runs cannot be read: which days they held is not known.
    case recordsUnreadable(paths: [String])
    /// A night failed, and those after it are run all the same, as in a simulation.
    case nightStopped(CalendarDate, RunFailure)
    /// The record of a run could not be written; the run itself is as it is.
    case recordNotWritten(reason: String)
    /// The metrics of a run could not be written; the run itself is as it is.
    case metricsNotWritten(reason: String)
}

extension RunEvent {
    package var severity: Severity {
        switch self {
        case .dayRead, .daysRecounted, .tablePublished, .dryRun, .winnerNamed, .trafficMoved, .otherTrafficMoved,
            .trafficStays, .gainKnown, .otherGainsKnown:
            .information
        default: .warning
        }
    }

    /// A word by which machines know the event. It never changes, and is never given to another event.
    package var code: String {
        switch self {
        case .dayRead: "day-read"
        case .daysRecounted: "days-recounted"
        case .tablePublished: "table-published"
        case .dryRun: "dry-run"
        case .guardHeld: "guard-held"
        case .guardAccepted: "guard-accepted"
        case .guardWarned: "guard-warned"
        case .nightHeld: "night-held"
        case .heldDayCounts: "held-day-counts"
        case .recordsUnreadable: "records-unreadable"
        case .trafficMoved: "traffic-moved"
        case .otherTrafficMoved: "other-traffic-moved"
        case .trafficStays: "traffic-stays"
        case .tableInForceUnreadable: "current-unreadable"
        case .dayNotOver: "day-not-over"
        case .inputWithoutEffect: "input-without-effect"
        case .denyListMissing: "deny-list-missing"
        case .sameLog: "same-log"
        case .filesWithoutLines: "files-without-lines"
        case .pathsWithoutFiles: "paths-without-files"
        case .filesWithoutEvents: "files-without-events"
        case .foldersRepeated: "folders-repeated"
        case .addressesUnreadable: "addresses-unreadable"
        case .propensitiesInvalid: "propensities-invalid"
        case .librariesDropped: "libraries-dropped"
        case .segmentsFolded: "segments-folded"
        case .noData: "no-data"
        case .sourceAbsent: "source-absent"
        case .statisticsKept: "statistics-kept"
        case .noStatistics: "no-statistics"
        case .sampleRatio: "sample-ratio"
        case .undeclaredNames: "undeclared-names"
        case .sharesUnknown: "shares-unknown"
        case .propensitiesUnknown: "propensities-unknown"
        case .noUnits: "no-units"
        case .experimentCarriedOver: "experiment-carried-over"
        case .nothingAllocated: "nothing-allocated"
        case .experimentLeftOut: "experiment-left-out"
        case .controlAlone: "control-alone"
        case .armStopped: "arm-stopped"
        case .winnerNamed: "winner-named"
        case .gainKnown: "gain-known"
        case .otherGainsKnown: "other-gains-known"
        case .gainUnknown: "gain-unknown"
        case .currentIsLater: "current-is-later"
        case .tablesStale: "tables-stale"
        case .journalMended(_, .tornLine): "journal-line-torn"
        case .journalMended(_, .correctedLine): "journal-corrected"
        case .nightStopped: "night-stopped"
        case .recordNotWritten: "record-not-written"
        case .metricsNotWritten: "metrics-not-written"
        }
    }

    /// The day whose night the event is about; nil for one of the whole run.
    package var date: CalendarDate? {
        switch self {
        case .dayRead(let date, _), .daysRecounted(let date, _, _), .tablePublished(let date, _, _),
            .sameLog(let date, _), .filesWithoutLines(let date, _), .filesWithoutEvents(let date, _),
            .pathsWithoutFiles(let date, _),
            .foldersRepeated(let date, _), .addressesUnreadable(let date, _),
            .propensitiesInvalid(let date, _), .librariesDropped(let date, _, _),
            .dryRun(let date, _, _), .guardHeld(let date, _), .guardAccepted(let date, _), .guardWarned(let date, _),
            .nightHeld(let date, _, _, _), .heldDayCounts(let date, _, _, _),
            .dayNotOver(let date, _), .denyListMissing(_, let date), .noData(let date, _),
            .segmentsFolded(let date, _, _),
            .sourceAbsent(let date, _, _, _),
            .statisticsKept(let date, _), .noStatistics(let date), .sampleRatio(let date, _),
            .undeclaredNames(let date, _),
            .sharesUnknown(let date, _), .propensitiesUnknown(let date, _), .noUnits(let date, _),
            .experimentCarriedOver(let date, _, _, _), .nothingAllocated(let date), .experimentLeftOut(let date, _, _),
            .controlAlone(let date, _, _),
            .armStopped(let date, _, _, _, _), .winnerNamed(let date, _, _),
            .currentIsLater(let date, _, _), .tablesStale(let date, _), .nightStopped(let date, _),
            .trafficMoved(let date, _), .otherTrafficMoved(let date, _), .trafficStays(let date, _, _),
            .tableInForceUnreadable(let date, _, _), .gainKnown(let date, _, _, _), .otherGainsKnown(let date, _),
            .gainUnknown(let date, _):
            date
        case .inputWithoutEffect, .journalMended, .recordsUnreadable, .recordNotWritten, .metricsNotWritten: nil
        }
    }

    /// The experiment that the event is about, as platform/slot; nil where it is about all.
    package var experiment: String? {
        switch self {
        case .sampleRatio(_, let check): "\(check.platform)/\(check.slot)"
        case .experimentCarriedOver(_, _, let experiment, _), .experimentLeftOut(_, _, let experiment),
            .controlAlone(_, let experiment, _),
            .armStopped(_, let experiment, _, _, _), .winnerNamed(_, let experiment, _),
            .gainKnown(_, let experiment, _, _):
            "\(experiment.platform)/\(experiment.slot)"
        case .trafficMoved(_, let movement): "\(movement.platform)/\(movement.slot)"
        case .guardHeld(_, let finding), .guardAccepted(_, let finding), .guardWarned(_, let finding):
            finding.experiment.map { "\($0.platform)/\($0.slot)" }
        default: nil
        }
    }
}

extension RunEvent: Encodable {
    private enum CodingKeys: CodingKey {
        case severity, code, date, experiment, text
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(severity, forKey: .severity)
        try container.encode(code, forKey: .code)
        try container.encodeIfPresent(date?.description, forKey: .date)
        try container.encodeIfPresent(experiment, forKey: .experiment)
        try container.encode(text, forKey: .text)
    }
}
