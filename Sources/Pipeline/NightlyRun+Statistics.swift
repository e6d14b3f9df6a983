import Allocation
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
        let job = job(for: log, reading: [log])
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
        let quality = Quality(
            date: date, tally: tally, statistics: statistics, extent: extent,
            sampleRatio: try sampleRatioChecks(statistics, on: date, into: &outcome))
        outcome.quality = quality
        report(.information(summary(quality, date)))
        for check in quality.sampleRatio where check.isSuspicious {
            warn(
                "\(date): \(check.platform)/\(check.slot): visitors did not come in the table's shares "
                    + "(p = \(check.pValue ?? 0)): look for lost or doubled events before trusting this day",
                in: &outcome)
        }
        if !statistics.hasData {
            outcome.hasData = false
            let reason = hasLog ? "no countable event in the logs" : "no log file matches events.paths"
            if try hasRows(on: date) {
                warn("\(date): \(reason); the statistics of an earlier run are kept", in: &outcome)
                return
            }
            warn("\(date): \(reason); shares stay as they are", in: &outcome)
        }
        try publish(statistics, quality, of: date)
    }

    /// Puts a day's statistics and what is said of them in place of those it had.
    func publish(_ statistics: DayStatistics, _ quality: Quality, of date: CalendarDate) throws(RunFailure) {
        let rows = statistics.rows.map { DailyRow(date: date, table: $0.table, key: $0.key, counts: $0.counts) }
        var contents: [(name: String, bytes: [UInt8])] = [
            ("quality.json", JSONFile.bytes(of: quality)), ("statistics.csv", StatisticsFile.bytes(of: rows)),
        ]
        if options.audits { contents.insert(("bots.csv", auditBytes(statistics.audit)), at: 0) }
        _ = try self.files { () throws(FileError) in try state.publish(contents, as: state.statistics(on: date)) }
    }

    /// Whether an earlier run counted anyone on a day.
    func hasRows(on date: CalendarDate) throws(RunFailure) -> Bool {
        let path = state.statistics(on: date) + "/statistics.csv"
        guard FileSystem.exists(path) else { return false }
        return try !statisticsRows(try readFile(path), path, of: date).isEmpty
    }

    /// The checks against the table that served the day. One that cannot be read only costs the check.
    func sampleRatioChecks(
        _ statistics: DayStatistics, on date: CalendarDate, into outcome: inout NightOutcome
    ) throws(RunFailure) -> [SampleRatioCheck] {
        let table: [AllocationRow]
        do {
            table = try readTable(of: date)
        } catch {
            warn("\(date): no sample-ratio check: \(error)", in: &outcome)
            return []
        }
        return configuration.experiments.compactMap {
            SampleRatioCheck(experiment: $0.experiment.key, statistics: statistics, table: table)
        }
    }

    private func summary(_ quality: Quality, _ date: CalendarDate) -> String {
        "\(date): read \(Text.count(Int64(quality.files.count), "file")), \(Text.count(quality.lines, "line")): "
            + "\(Text.count(quality.rejected.total)) rejected, \(Text.count(quality.ignored.total)) ignored; "
            + "\(Text.count(quality.visitors, "visitor")), \(Text.count(quality.bots.visitors, "bot")) dropped, "
            + "\(Text.count(quality.units, "unit")) counted, \(Text.count(quality.mixedUnits)) mixed"
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
