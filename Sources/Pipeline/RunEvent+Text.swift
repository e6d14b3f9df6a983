import Configuration
import Domain
import Evaluation
import Guards
import Learning
import State

extension RunEvent {
    /// What the event says to people: what happened, and what to do.
    package var text: String {
        switch self {
        case .dayRead(let date, let quality):
            return RunEvent.summary(quality, date)
        case .daysRecounted(let date, let days, let window):
            return "\(date): counted \(Text.days(days)) again: conversions count for \(window) after the exposure"
        case .tablePublished(let date, let directory, let rows):
            return "\(date): published \(directory) with \(Text.count(Int64(rows), "row"))"
        case .dryRun(let date, let table, let rows):
            return
                "\(date): would publish the table of \(table) with \(Text.count(Int64(rows), "row")); nothing was written"
        case .guardHeld(let date, let finding):
            return "\(date): held by \(RunEvent.words(finding))"
        case .guardAccepted(let date, let finding):
            return "\(date): accepted, though \(RunEvent.words(finding))"
        case .guardWarned(let date, let finding):
            return "\(date): \(RunEvent.words(finding))"
        case .nightHeld(let date, let current, let isOver, let arguments):
            let serving = current.map { "the table of \($0) goes on serving" } ?? "no table serves yet"
            let remedy = isOver ? "once that is mended" : "once the day is over"
            return
                "\(date): nothing is published, \(serving); \(remedy), `sluice run \(arguments)--date \(date)`; to publish all the "
                + "same, `sluice allocate \(arguments)--date \(date) --accept`"
        case .recordsUnreadable(let paths):
            let others = paths.count - 1
            return
                "\(Text.printable(paths.last ?? ""))\(others > 0 ? " and \(Text.count(Int64(others), "more"))" : ""): a record of an earlier "
                + "run that cannot be read: whether it held a day is not known; see who writes there, then take the file away"
        case .heldDayCounts(let date, let held, let guards, let arguments):
            return "\(date): \(held) was held by \(guards.joined(separator: ", ")) and still counts: run it again, "
                + "`sluice run \(arguments)--date \(held)`, or accept it, `sluice allocate \(arguments)--date \(held) --accept`"
        case .trafficMoved(let date, let movement):
            return "\(date): \(movement.text)"
        case .otherTrafficMoved(let date, let experiments):
            return "\(date): \(Text.count(Int64(experiments), "more experiment")) moved less: `--json` has them all"
        case .trafficStays(let date, let table, let hasData):
            return "\(date): no share moves against the table of \(table)"
                + (hasData ? "" : ": the night had no data to learn from")
        case .tableInForceUnreadable(let date, let table, let reason):
            return
                "\(date): what moves is not known, for the table of \(table), which served until now, cannot be read: \(reason)"
        case .dayNotOver(let date, let timeZone):
            return "\(date) is not over yet in \(timeZone): the day's data is partial"
        case .inputWithoutEffect(let place, let row, let isBlacklist, let suggestion):
            return "\(place): \(row) \(isBlacklist ? "matches" : "is") no declared arm"
                + (suggestion.map { "; did you mean \($0)?" } ?? "")
        case .denyListMissing(let path, let day):
            return "\(path): missing, so the log of \(day) is not counted, and its statistics stay as they are; "
                + "put an empty file there if that day has no such list"
        case .sameLog(let date, let files):
            return "\(date): \(Text.count(Int64(files.count), "file")) left out, being the same log as another: "
                + RunEvent.named(files.map { "\($0.file) (as \($0.sameAs))" }) + "; move the copies away"
        case .filesWithoutLines(let date, let files):
            return "\(date): \(Text.count(Int64(files.count), "file")) without a line of the log: "
                + RunEvent.named(files) + "; look whether they were written to their end"
        case .pathsWithoutFiles(let date, let paths):
            return
                "\(date): no file matches \(RunEvent.named(paths)), where the other paths have some; look whether a part of the log is "
                + "missing, then run the day again"
        case .filesWithoutEvents(let date, let files):
            return "\(date): \(Text.count(Int64(files.count), "file")) of whose lines none is an event: "
                + RunEvent.named(files)
                + "; move away what is no log, or look at quality.json for what is wrong with its lines"
        case .foldersRepeated(let date, let links):
            return
                "\(date): ** came to folders again by \(Text.count(Int64(links.count), "link")), and read them once: "
                + RunEvent.named(links)
        case .propensitiesInvalid(let date, let events):
            return
                "\(date): \(Text.count(events, "event")) state a propensity that is none: a share above 0 and at most 1 "
                + "(25 % is 0.25); they count as not stated"
        case .addressesUnreadable(let date, let addresses):
            return
                "\(date): the address of \(Text.count(addresses.events, "event")) is none, so that no denied network could be "
                + "looked up: \(RunEvent.named(addresses.samples)); map `ip` to a field with addresses"
        case .librariesDropped(let date, let libraries, let visitors):
            let share = Double(libraries.visitors) / Double(max(1, visitors)) * 100
            return
                "\(date): \(Text.count(libraries.visitors, "visitor")) (\(Text.decimal(share, 1)) %) dropped, for a library of "
                + "HTTP asked for them: \(RunEvent.named(libraries.names)); if that is your own app, name it in "
                + "bots.userAgents.allow, or let it set its own user agent"
        case .segmentsFolded(let date, let folded, let atMost):
            let experiments = folded.map { experiment in
                "\(experiment.experiment.platform)/\(experiment.experiment.slot) "
                    + "(\(Text.count(Int64(experiment.segments))) of \(Text.count(experiment.units, "visitor")))"
            }
            return "\(date): more than \(Text.count(Int64(atMost))) segments; those with fewest visitors count as *: "
                + "\(RunEvent.named(experiments)); look at where the log's segments come from, or name those that are meant "
                + "in statistics.segments.declared"
        case .noData(let date, let reason):
            return "\(date): \(reason.text); shares stay as they are"
        case .sourceAbsent(let date, let field, let source, let suggestion):
            return "\(date): no line has the source \(JSON5Value.quoted(source)) of \(field) (events.fields)"
                + (suggestion.map { "; the log has \(JSON5Value.quoted($0))" } ?? "; take it out, or mend its name")
        case .statisticsKept(let date, let reason):
            return "\(date): \(reason.text); the statistics of an earlier run are kept"
        case .noStatistics(let date):
            return "\(date): no statistics; shares stay as they are"
        case .sampleRatio(let date, let check):
            return "\(date): \(check.platform)/\(check.slot): visitors did not come in the shares they should have "
                + "(p \(RunEvent.probability(check.pValue ?? 0))): look for lost or doubled events before trusting this day"
        case .undeclaredNames(let date, let undeclared):
            return
                "\(date): \(undeclared.text): events of names that are not declared count nowhere; mend the log, or declare them"
        case .sharesUnknown(let date, let error):
            return "\(date): no sample-ratio check of the visitors served by a table: \(error)"
        case .propensitiesUnknown(let date, let error):
            return "\(date): units that a table served have no propensity, unless the log states it: \(error)"
        case .noUnits(let date, let reason):
            return "\(date): \(reason.text): no unit to print"
        case .experimentCarriedOver(_, let error, _, let table):
            let consequence =
                table.map { "its rows are taken over from the table of \($0)" }
                ?? "there is no earlier table to take its rows from: it is left out"
            return "\(error); \(consequence)"
        case .experimentLeftOut(_, let error, _):
            return "\(error); the table has no rows of it, so that serving code shows its default"
        case .controlAlone(_, let experiment, let segments):
            let names = segments.prefix(5).map(\.string).joined(separator: ", ")
            return "\(experiment.platform)/\(experiment.slot), "
                + "\(segments.count == 1 ? "segment" : "segments") \(names)\(segments.count > 5 ? ", …" : ""): no variant may be "
                + "shown (blacklisted, outside its dates, or stopped), so that the control has all traffic"
        case .armStopped(_, let experiment, let arm, let guardrail, let liftHigh):
            return
                "\(experiment.platform)/\(experiment.slot): \(arm) is stopped: its \(guardrail.metric.rawValue)s per visitor "
                + "are at least \(Text.decimal(-liftHigh * 100, 1)) % below the reference's, and no more than "
                + "\(Text.decimal(guardrail.tolerance * 100, 1)) % is put up with; take it out of the configuration, or "
                + "declare it anew after a night without it"
        case .winnerNamed(_, let experiment, let arm):
            return
                "\(experiment.platform)/\(experiment.slot): \(arm) is the winner: the evidence excludes every other arm"
        case .gainKnown(let date, let experiment, let brought, let gains):
            return "\(date): \(experiment.platform)/\(experiment.slot): \(brought.words(gains)), "
                + "which is known since this run"
        case .otherGainsKnown(let date, let experiments):
            return "\(date): what the tables brought is newly known of "
                + "\(Text.count(Int64(experiments), "more experiment")): `sluice history` has them all"
        case .gainUnknown(let date, let reason):
            return "\(date): what the tables brought cannot be told: \(reason); "
                + "`sluice history` tells it once that is mended"
        case .nothingAllocated(let date):
            return "\(date): no experiment could be allocated: no table is published"
        case .currentIsLater(let date, let table, let current):
            return "\(date): current stays at the later table of \(current); if that one is a mistake, "
                + "`sluice rollback --to \(table)` serves this one"
        case .tablesStale(let date, let tables):
            return RunEvent.stale(tables, after: date)
        case .journalMended(let path, let mending):
            return "\(path): \(RunEvent.mended(mending))"
        case .nightStopped(_, let failure):
            return failure.description
        case .recordNotWritten(let reason):
            return "the record of this run could not be written: \(reason)"
        case .metricsNotWritten(let reason):
            return "the metrics of this run could not be written: \(reason)"
        }
    }

    /// The first names, and how many more there are.
    private static func named(_ names: [String]) -> String {
        let shown = 5
        return names.prefix(shown).joined(separator: ", ")
            + (names.count > shown ? " and \(Text.count(Int64(names.count - shown))) more" : "")
    }

    /// `= 0.0002`; nothing that is rounded away is 0.
    private static func probability(_ value: Double) -> String {
        value < 1e-9 ? "< 0.000000001" : "= \(PlainDecimal.string(value))"
    }

    private static func words(_ finding: GuardFinding) -> String {
        "\(finding.kind.rawValue): \(finding.experiment.map { "\($0.platform)/\($0.slot): " } ?? "")\(finding.text)"
    }

    /// Of what kinds ignored lines are, the most frequent first: they are no fault, but which they are tells of wrong settings.
    private static func kinds(_ lines: Quality.Lines) -> String {
        let kinds = lines.reasons.sorted { ($1.lines, $0.reason) < ($0.lines, $1.reason) }.prefix(3)
        guard !kinds.isEmpty else { return "" }
        let others = lines.reasons.count > kinds.count ? ", …" : ""
        return " (\(kinds.map { "\($0.reason) \(Text.count($0.lines))" }.joined(separator: ", "))\(others))"
    }

    private static func summary(_ quality: Quality, _ date: CalendarDate) -> String {
        "\(date): read \(Text.count(Int64(quality.files.count), "file")), \(Text.count(quality.lines, "line")): "
            + "\(Text.count(quality.rejected.total)) rejected, \(Text.count(quality.ignored.total)) ignored\(kinds(quality.ignored)); "
            + "\(Text.count(quality.visitors, "visitor")), \(Text.count(quality.bots.visitors, "bot")) dropped, "
            + "\(Text.count(quality.units, "unit")) (a visitor in an experiment), "
            + "\(Text.count(quality.mixedUnits)) mixed (two variants seen)"
    }

    /// - Parameter date: the last night of the run.
    private static func stale(_ tables: [CalendarDate], after date: CalendarDate) -> String {
        guard let first = tables.first, let last = tables.last else { return "" }
        let next = date.advanced(by: 1)
        return
            "the tables after it (\(first)\(first == last ? "" : " to \(last)")) were made before this run and are stale: "
            + "`--date \(next)\(first == last ? "" : "..\(last.advanced(by: -1))")` brings "
            + "\(first == last ? "it" : "them") up to date"
    }

    private static func mended(_ mending: ServingJournal.Mending) -> String {
        switch mending {
        case .tornLine(let text):
            return "the last line was torn by a crash (\(Text.printable(String(text.prefix(60)))...) and is taken out"
        case .correctedLine(let recorded, let serving):
            let isSameDate = recorded.table == serving.table
            return
                "the last line has the table of \(recorded.table)\(isSameDate ? " in another version" : "") serve since "
                + "\(RFC3339.text(recorded.since)), but `current` leads to "
                + (isSameDate ? "the one that is there" : "that of \(serving.table)")
                + ": a line is added that says so. A run was killed before it could publish; if somebody moved `current` "
                + "by hand, use `sluice rollback` instead, which notes the time"
        }
    }
}
