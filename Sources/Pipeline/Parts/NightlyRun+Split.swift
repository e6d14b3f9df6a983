import BotFilter
import Configuration
package import Domain
import EventLog
package import State
import Statistics

extension NightlyRun {
    /// The most parts that a log is split into.
    package static let maximumParts = PartBlock.maximumParts

    /// Sends the lines of a day's logs to parts by visitor.
    ///
    /// - Parameters:
    ///   - offset: where in its file standard input begins, in bytes.
    ///   - bytes: how many bytes of the file it stands for; nil: as many as come.
    ///   - output: takes blocks, each for its part; called from any worker, by several at once. False when
    ///     no more is wanted.
    /// - Returns: what was read, and what could not be placed.
    package func split(
        _ date: CalendarDate, into parts: Int, offset: Int64 = 0, bytes: Int64? = nil,
        to output: @escaping @Sendable (Int, UnsafeRawBufferPointer) -> Bool
    ) throws(RunFailure) -> TallyFile {
        let found = try foundLogs(of: date)
        let log = DayLog(
            files: found.files,
            day: DayClock(timeZone: configuration.timeZone).day(
                date, localTimes: configuration.events.timesWithoutOffset),
            policy: BotPolicy(BotSettings()))
        var reader = job(for: log, reading: [log], served: ServingHistory()).reader
        reader.isPiece = offset > 0
        let job = SplitJob(
            experiments: configuration.experiments.map(\.experiment), reader: reader, workers: options.workers,
            parts: parts, output: output)
        do throws(LogError) {
            var result = try job.run(log.files)
            if let bytes { result.tally.replaceBytes(bytes) }
            return TallyFile(
                date: date, configuration: digest(configurationBytes), parts: parts, sent: result.sent,
                offset: offset, tally: LogTally.joined([LogTally.Stretch(result.tally)]),
                repeatedFiles: found.repeatedFiles)
        } catch {
            throw .log(error)
        }
    }
}

/// A file that a night reads.
package struct NightInput: Equatable, Sendable {
    package enum Kind: String, Sendable {
        case log
        /// A list of the bot filter.
        case list
    }

    /// The log day that it is read for.
    package var date: CalendarDate
    package var kind: Kind
    package var path: String
}

extension NightlyRun {
    /// The log days of a night, and the files that it reads for each but the configuration and the state directory: who ships them
    /// to other machines asks for them.
    package func inputs(of date: CalendarDate) throws(RunFailure) -> (days: [CalendarDate], files: [NightInput]) {
        let days =
            try configuration.statistics.conversionWindow.map { window throws(RunFailure) in
                try plan(of: date, window: window) { _ in true }.logDays
            } ?? [date]
        var files: [NightInput] = []
        for day in days {
            files += try logFiles(of: day).map { NightInput(date: day, kind: .log, path: $0.name) }
            files += denyLists(on: day).map { NightInput(date: day, kind: .list, path: $0) }
        }
        return (days, files)
    }
}
