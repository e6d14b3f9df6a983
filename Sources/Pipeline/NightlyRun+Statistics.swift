import BotFilter
import CSV
import Configuration
import Domain
import EventLog
import State
import Statistics

extension NightlyRun {
    /// Reads the day's logs and writes its statistics. Without anything to count, what an earlier run wrote stays.
    func gatherStatistics(of date: CalendarDate, into outcome: inout NightOutcome) throws(RunFailure) {
        if let window = configuration.statistics.conversionWindow {
            return try gatherStatistics(of: date, window: window, into: &outcome)
        }
        let log = DayLog(
            files: try logFiles(of: date), day: DayClock(timeZone: configuration.timeZone).day(date),
            policy: try policy(on: date))
        let job = job(for: log, reading: [log], served: try journal().history)
        let (statistics, tally) = try counted(on: date, by: job) { () throws(DailyJob.Failure) in
            try job.run(log.files)
        }
        try refuseTooManyRejected(tally, of: date)
        try refuseDayToCome(date, statistics)
        try conclude(statistics, tally, extent: nil, of: date, hasLog: !log.files.isEmpty, into: &outcome)
    }

    /// Stops the run of a day that is still to come and has no data: an empty day in the state would be its newest for long.
    func refuseDayToCome(_ date: CalendarDate, _ statistics: DayStatistics) throws(RunFailure) {
        guard !statistics.hasData, date > options.today, try !hasRows(on: date) else { return }
        throw .notBegun(date)
    }

    /// Says what was found of the night's own day, and writes it.
    func conclude(
        _ statistics: DayStatistics, _ tally: LogTally, extent: CountedExtent?, of date: CalendarDate, hasLog: Bool,
        into outcome: inout NightOutcome
    ) throws(RunFailure) {
        let quality = try quality(statistics, tally, extent: extent, of: date, into: &outcome)
        outcome.quality = quality
        report(.dayRead(date, quality))
        if let undeclared = quality.undeclared, undeclared.asksForALook(lines: quality.lines) {
            warn(.undeclaredNames(date, undeclared), in: &outcome)
        }
        for check in quality.sampleRatio where check.isSuspicious { warn(.sampleRatio(date, check), in: &outcome) }
        if !statistics.hasData {
            outcome.hasData = false
            let reason = hasLog ? RunEvent.NoDataReason.noEvent : .noFile
            if try hasRows(on: date) {
                warn(.statisticsKept(date, reason), in: &outcome)
                return
            }
            warn(.noData(date, reason), in: &outcome)
        }
        try publish(statistics, quality, of: date)
    }

    /// Puts a day's statistics and what is said of them in place of those it had.
    func publish(_ statistics: DayStatistics, _ quality: Quality, of date: CalendarDate) throws(RunFailure) {
        let rows = statistics.rows.map { DailyRow(date: date, table: $0.table, key: $0.key, counts: $0.counts) }
        var contents: [(name: String, bytes: [UInt8])] = [("quality.json", JSONFile.bytes(of: quality))]
        // No file of a header alone: who reads a year of them at once would have its columns guessed from it.
        if !rows.isEmpty { contents.append(("statistics.csv", StatisticsFile.bytes(of: rows))) }
        if options.audits { contents.insert(("bots.csv", auditBytes(statistics.audit)), at: 0) }
        _ = try self.files { () throws(FileError) in try state.publish(contents, as: state.statistics(on: date)) }
    }

    /// Whether an earlier run counted anyone on a day.
    func hasRows(on date: CalendarDate) throws(RunFailure) -> Bool {
        try statisticsFile(of: date).map { !$0.rows.isEmpty } ?? false
    }

    /// What is said of a day's log, with the checks against the tables that served it. A table whose shares cannot be known
    /// only costs the check of those it served.
    func quality(
        _ statistics: DayStatistics, _ tally: LogTally, extent: CountedExtent?, of date: CalendarDate,
        into outcome: inout NightOutcome
    ) throws(RunFailure) -> Quality {
        let shares = ServedShares(state, history: try journal().history)
        var faults: [ServedSharesError] = []
        let experiments = configuration.experiments.map(\.experiment)
        let slots = experiments.map(\.key)
        let checks = slots.compactMap {
            SampleRatioCheck(experiment: $0, rows: statistics.rows, shares: shares, faults: &faults)
        }
        for fault in faults {
            if case .unreadable(let error) = fault { throw .file(error) }
            warn(.sharesUnknown(date, fault), in: &outcome)
        }
        return Quality(
            date: date, timezone: configuration.timeZone.identifier, tally: tally, statistics: statistics,
            extent: extent, sampleRatio: checks,
            propensities: slots.compactMap {
                StatedPropensities(experiment: $0, rows: statistics.rows, shares: shares)
            },
            undeclared: Quality.Undeclared(statistics.undeclared, experiments: experiments) {
                nearestName($0, among: $1)
            },
            experiments: Quality.ExperimentCounts.of(experiments, statistics), ownFiles: try ownFiles(of: date, tally))
    }

    /// What was read of files whose paths name the day alone.
    private func ownFiles(of date: CalendarDate, _ tally: LogTally) throws(RunFailure) -> Quality.OwnFiles? {
        var names: Set<String> = []
        for path in configuration.events.paths {
            let template = PathTemplate(path)
            guard template.isOfDayAlone else { continue }
            names.formUnion(try files { () throws(FileError) in try FileSystem.glob(template.resolved(for: date)) })
        }
        guard !names.isEmpty else { return nil }
        let (lines, outside) = tally.lines { names.contains($0) }
        return Quality.OwnFiles(lines: lines, outsideDay: outside)
    }

    /// The declared name that one of the log may be meant for: the same but for white space or Unicode normalization, or nearly the
    /// same.
    func nearestName(_ name: String, among declared: [String]) -> String? {
        func plain(_ text: String) -> String {
            String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()).lowercased()
        }
        // Strings are equal here when only their normalization differs.
        return declared.first { plain($0) == plain(name) } ?? nearest(name, among: declared)
    }

    /// `bots.csv`. An id that a spreadsheet would run as a formula gets an apostrophe in front, which makes it text.
    private func auditBytes(_ bots: [DayStatistics.Bot]) -> [UInt8] {
        var writer = CSVWriter()
        writer.write(["visitor", "events", "rules"])
        for bot in bots {
            let visitor = (bot.visitor.runsAsFormula ? "'" : "") + bot.visitor.string
            writer.write([visitor, String(bot.events), bot.rules.names.joined(separator: " ")])
        }
        return writer.bytes
    }
}
