import BotFilter
import CSV
import Configuration
import Domain
import EventLog
import State
import Statistics

extension NightlyRun {
    /// Counts the day, from its logs or from parts, and writes its statistics, and under a conversion window those of the days
    /// whose windows are open. Without anything to count, what an earlier run wrote stays.
    func gatherStatistics(of date: CalendarDate, into outcome: inout NightOutcome) throws(RunFailure) {
        let night =
            if let parts = options.parts {
                try addedParts(parts, of: date, into: &outcome)
            } else {
                try countedLogs(of: date, into: &outcome)
            }
        for (day, counted) in night.days { try refuseTooManyRejected(counted.tally, of: day) }
        guard let own = night[date] else { return }
        try refuseDayToCome(date, own.statistics)
        let extent = try publishOtherDays(of: night, date, into: &outcome)
        try conclude(own, extent: extent, of: date, into: &outcome)
    }

    /// Reads the logs that the night is about.
    private func countedLogs(of date: CalendarDate, into outcome: inout NightOutcome) throws(RunFailure) -> CountedNight
    {
        if let window = configuration.statistics.conversionWindow {
            return try countedLogs(of: date, window: window, into: &outcome)
        }
        let found = try foundLogs(of: date)
        let log = DayLog(
            files: found.files,
            day: DayClock(timeZone: configuration.timeZone).day(
                date, localTimes: configuration.events.timesWithoutOffset),
            policy: try policy(on: date))
        var job = job(for: log, reading: [log], served: try journal().history)
        job.folding = try segmentFolding()
        let (statistics, tally) = try counted(on: date, by: job) { () throws(DailyJob.Failure) in
            try job.run(log.files)
        }
        return CountedNight(
            days: [
                (
                    date,
                    CountedDay(
                        statistics: statistics, tally: tally, hasLog: !log.files.isEmpty, found: found)
                )
            ])
    }

    /// Stops the run of a day that is still to come and has no data: an empty day in the state would be its newest for long.
    func refuseDayToCome(_ date: CalendarDate, _ statistics: DayStatistics) throws(RunFailure) {
        guard !statistics.hasData, date > options.today, try !hasRows(on: date) else { return }
        throw .notBegun(date)
    }

    /// Says what was found of the night's own day, and writes it.
    func conclude(
        _ counted: CountedDay, extent: CountedExtent?, of date: CalendarDate, into outcome: inout NightOutcome
    ) throws(RunFailure) {
        let statistics = counted.statistics
        let quality = try quality(
            statistics, counted.tally, extent: extent, of: date, from: counted.found, into: &outcome)
        outcome.quality = quality
        report(.dayRead(date, quality))
        for event in RunEvent.remarks(onFilesOf: date, counted.found, quality) { warn(event, in: &outcome) }
        try warnOfAbsentSources(counted.tally, of: date, in: &outcome)
        if statistics.hasData, let undeclared = quality.undeclared, undeclared.asksForALook(lines: quality.lines) {
            warn(.undeclaredNames(date, undeclared), in: &outcome)
        }
        for check in quality.sampleRatio where check.isSuspicious { warn(.sampleRatio(date, check), in: &outcome) }
        if !statistics.hasData {
            outcome.hasData = false
            let reason =
                counted.hasLog ? RunEvent.NoDataReason.noEvent(instead: quality.namesThatCountNowhere) : .noFile
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
        let rows = try folded(statistics, of: date).rows
        let contents = dayFiles(rows, statistics, quality)
        _ = try self.files { () throws(FileError) in try state.publish(contents, as: state.statistics(on: date)) }
    }

    /// What a day's rows tell apart before it is checked: segments with shares of their own in tables that served too.
    func segmentFolding() throws(RunFailure) -> SegmentFolding {
        let shares = ServedShares(state, history: try journal().history)
        let slots = configuration.experiments.map(\.experiment.key)
        return SegmentFolding(configuration.statistics.segments) { tables in
            // What cannot be read is said where the day is checked.
            tables.reduce(into: []) { served, table in
                for slot in slots {
                    if let groups = try? shares.groups(table: table, slot: slot) { served.formUnion(groups.keys) }
                }
            }
        }
    }

    /// The day's rows in the segments that are told apart, and what is not.
    private func folded(
        _ statistics: DayStatistics, of date: CalendarDate
    ) throws(RunFailure) -> (rows: [DailyRow], folded: [SegmentBound.Folded]) {
        do throws(CountOverflow) {
            let (rows, folded) = try configuration.statistics.segments.folding(statistics.rows(of: date))
            return (rows, try SegmentBound.Folded.joined(statistics.folded + folded))
        } catch {
            throw .overflow(date: date)
        }
    }

    /// The files of a day's folder.
    func dayFiles(
        _ rows: [DailyRow], _ statistics: DayStatistics, _ quality: Quality
    ) -> [(name: String, bytes: [UInt8])] {
        var contents: [(name: String, bytes: [UInt8])] = [("quality.json", JSONFile.bytes(of: quality))]
        // No file of a header alone: who reads a year of them at once would have its columns guessed from it.
        if !rows.isEmpty { contents.append(("statistics.csv", StatisticsFile.bytes(of: rows))) }
        if options.audits { contents.insert(("bots.csv", auditBytes(statistics.audit)), at: 0) }
        return contents
    }

    /// Whether an earlier run counted anyone on a day.
    func hasRows(on date: CalendarDate) throws(RunFailure) -> Bool {
        try statisticsFile(of: date).map { !$0.rows.isEmpty } ?? false
    }

    /// What is said of a day's log, with the checks against the tables that served it. A table whose shares cannot be known
    /// only costs the check of those it served.
    func quality(
        _ statistics: DayStatistics, _ tally: LogTally, extent: CountedExtent?, of date: CalendarDate,
        from found: FoundLogs, into outcome: inout NightOutcome
    ) throws(RunFailure) -> Quality {
        let shares = ServedShares(state, history: try journal().history)
        var faults: [ServedSharesError] = []
        let slots = configuration.experiments.map(\.experiment.key)
        let checks = slots.compactMap {
            SampleRatioCheck(experiment: $0, rows: statistics.rows, shares: shares, faults: &faults)
        }
        for fault in faults {
            if case .unreadable(let error) = fault { throw .file(error) }
            warn(.sharesUnknown(date, fault), in: &outcome)
        }
        let propensities = slots.compactMap {
            StatedPropensities(experiment: $0, rows: statistics.rows, shares: shares)
        }
        var quality = self.quality(
            statistics, tally, extent: extent, of: date, sampleRatio: checks, propensities: propensities)
        let folded = try self.folded(statistics, of: date).folded
        if !folded.isEmpty { quality.foldedSegments = folded.map { Quality.FoldedSegments($0) } }
        let beyond = folded.filter(\.isBeyond)
        if !beyond.isEmpty {
            warn(.segmentsFolded(date, beyond, atMost: configuration.statistics.segments.atMost), in: &outcome)
        }
        if !found.repeated.isEmpty { quality.repeatedFiles = found.repeated }
        return quality
    }

    /// What is said of a day's log, after such checks.
    func quality(
        _ statistics: DayStatistics, _ tally: LogTally, extent: CountedExtent?, of date: CalendarDate,
        sampleRatio: [SampleRatioCheck], propensities: [StatedPropensities]
    ) -> Quality {
        let experiments = configuration.experiments.map(\.experiment)
        // Of parts it was told where they were read.
        var tally = tally
        if options.parts == nil { markOwnFiles(of: date, in: &tally) }
        return Quality(
            date: date, timezone: configuration.timeZone.identifier, tally: tally, statistics: statistics,
            extent: extent, sampleRatio: sampleRatio, propensities: propensities,
            undeclared: Quality.Undeclared(statistics.undeclared, experiments: experiments) {
                nearestName($0, among: $1)
            },
            experiments: Quality.ExperimentCounts.of(experiments, statistics), ownFiles: ownFiles(tally))
    }

    /// Tells a tally which of its files have paths that name the day alone: those of the configuration, those given in their place,
    /// and what comes through standard input where that is said.
    func markOwnFiles(of date: CalendarDate, in tally: inout LogTally) {
        let paths = configuration.events.paths + (options.paths ?? [])
        let patterns = paths.map { PathTemplate($0) }.filter(\.isOfDayAlone).flatMap { $0.paths(for: date) }
        tally.setOwnFiles { file in
            options.inputIsOfDayAlone && file == options.inputName
                || patterns.contains { FileSystem.matches(file, pattern: $0) }
        }
    }

    /// What was read of files whose paths name the day alone.
    private func ownFiles(_ tally: LogTally) -> Quality.OwnFiles? {
        guard !tally.ownFiles.isEmpty else { return nil }
        let (lines, outside) = tally.linesOfOwnFiles
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

extension DayStatistics {
    /// The rows as they stand in the day's file.
    func rows(of date: CalendarDate) -> [DailyRow] {
        rows.map { DailyRow(date: date, table: $0.table, key: $0.key, counts: $0.counts) }
    }
}
