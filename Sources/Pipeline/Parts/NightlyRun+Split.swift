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
        reader.surveysKeys = true
        let job = SplitJob(
            experiments: configuration.experiments.map(\.experiment), reader: reader, workers: options.workers,
            parts: parts, output: output)
        do throws(LogError) {
            var result = try job.run(log.files)
            if let bytes { result.tally.replaceBytes(bytes) }
            markOwnFiles(of: date, in: &result.tally)
            return TallyFile(
                date: date, configuration: digest(configurationBytes), parts: parts, sent: result.sent,
                offset: offset, tally: LogTally.joined([LogTally.Stretch(result.tally)]),
                found: found)
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
    /// Of a log: whether its path names the log day alone.
    package var isOfDayAlone = false
}

/// What a night reads, for whoever ships it to other machines.
package struct NightInputs: Sendable {
    /// The log days, ascending; those without files too.
    package var days: [CalendarDate] = []
    package var files: [NightInput] = []
    /// A tally of each log day for ``NightlyRun/Options/parts``, in which nothing was read: how the files were found.
    package var tallies: [TallyFile] = []
}

extension NightlyRun {
    /// The log days of a night, and the files that it reads for each but the configuration and the state directory. As on one machine,
    /// a log is not read of a day that is needed only if an earlier one has a log, nor of one whose list of the bot filter is gone.
    ///
    /// - Parameter parts: how many parts the lines are to be split into.
    package func inputs(of date: CalendarDate, parts: Int) throws(RunFailure) -> NightInputs {
        var inputs = NightInputs()
        inputs.days =
            try configuration.statistics.conversionWindow.map { window throws(RunFailure) in
                try plan(of: date, window: window) { day throws(RunFailure) in
                    try !matchedFiles(of: day).files.isEmpty
                }.logDays
            } ?? [date]
        for day in inputs.days {
            let found = try foundLogs(of: day)
            if try missingList(on: day, night: date) == nil {
                var named = LogTally()
                named.rename(found.files.map(\.name))
                markOwnFiles(of: day, in: &named)
                for (index, file) in found.files.enumerated() {
                    inputs.files.append(
                        NightInput(
                            date: day, kind: .log, path: file.name, isOfDayAlone: named.ownFiles.contains(index)))
                }
            }
            inputs.files += denyLists(on: day).map { NightInput(date: day, kind: .list, path: $0) }
            inputs.tallies.append(
                TallyFile(
                    date: day, configuration: digest(configurationBytes), parts: parts, sent: [:], offset: 0,
                    tally: LogTally(), found: found))
        }
        return inputs
    }
}
