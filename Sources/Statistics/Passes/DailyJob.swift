package import BotFilter
package import Domain
package import EventLog

/// Logs of a day to its statistics: events are sorted by visitor, bots dropped, the rest attributed.
package struct DailyJob: Sendable {
    package var experiments: [Experiment]
    package var policy: BotPolicy
    package var mixedUnits: MixedUnits
    /// The most that a unit's revenue may be above or below 0, in millionths of the major unit; nil: no bound.
    package var revenueCap: Int64?
    package var reader: LogReader
    package var workers: Int
    /// Whether to list the bots by name.
    package var audits = false
    /// Whether to keep a sketch of the visitors, for parts to be compared by.
    package var sketches = false
    /// Which table served when: what tells the rows of a day apart, and the units.
    package var servingHistory = ServingHistory()
    /// Which segments rows tell apart; nil: all.
    package var folding: SegmentFolding?
    /// Bytes that visitors may take. When they do not fit, the log is read more often, each time for some of them.
    package var memory = Int.max

    package init(
        experiments: [Experiment], policy: BotPolicy, mixedUnits: MixedUnits, reader: LogReader, workers: Int
    ) {
        self.experiments = experiments
        self.policy = policy
        self.mixedUnits = mixedUnits
        self.reader = reader
        self.workers = workers
    }

    /// What stopped a job.
    package enum Failure: Error {
        case log(LogError)
        case overflow(CountOverflow)
        /// Not even the least part of the visitors fits in the memory.
        case memory
        /// ``UnitOutput`` did not accept the log of a day.
        case refused(day: Int, LogTally)
    }

    /// Reads the files and computes the day's statistics. The result does not depend on the number of workers, nor on the
    /// memory, nor on the order of files or lines (but for the line numbers of samples).
    ///
    /// Time is linear in the bytes of the log, times the passes that the memory makes necessary.
    package func run(_ files: [LogFile]) throws(Failure) -> (statistics: DayStatistics, tally: LogTally) {
        let log = DayLog(files: files, day: reader.day, policy: policy)
        var passes = try JobPasses(self, [log], window: nil)
        return try passes.run()[0]
    }

    /// The statistics of each of `days` (ascending), conversions counted for `window` after each exposure as far as `days`
    /// go. The job's own `reader.day` and `policy` are not used.
    package func run(
        _ days: [DayLog], window: ConversionWindow
    ) throws(Failure) -> [(statistics: DayStatistics, tally: LogTally)] {
        var passes = try JobPasses(self, days, window: window)
        return try passes.run()
    }

    /// Gives out the units of one of `days` (ascending), and returns what was read of each. They add up to the rows that
    /// ``run(_:)`` or ``run(_:window:)`` finds, whatever the workers and the memory.
    ///
    /// Memory is that of a run for rows. What fails may have given out some units before: they are of no use.
    package func run(
        _ days: [DayLog], window: ConversionWindow?, to output: UnitOutput
    ) throws(Failure) -> [LogTally] {
        var passes = try JobPasses(self, days, window: window, output: output)
        return try passes.run().map(\.tally)
    }
}

/// How long after its exposure a unit's clicks and purchases count, in microseconds.
package struct ConversionWindow: Equatable, Sendable {
    package var microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }
}

/// One day's log.
package struct DayLog: Sendable {
    package var files: [LogFile]
    package var day: LogDay
    package var policy: BotPolicy

    package init(files: [LogFile], day: LogDay, policy: BotPolicy) {
        self.files = files
        self.day = day
        self.policy = policy
    }
}
