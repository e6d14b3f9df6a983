import BotFilter
import Configuration
package import Domain
import EventLog
package import State
import Statistics

extension NightlyRun {
    /// The most parts that a log is split into.
    package static let maximumParts = PartBlock.maximumParts

    /// What standard input holds of a file, for whoever reads it piece by piece.
    package struct Piece: Sendable {
        /// The file's name, as quality.json should have it.
        package var file: String
        /// Where in the file it begins, in bytes.
        package var offset: Int64

        package init(file: String, offset: Int64) {
            self.file = file
            self.offset = offset
        }
    }

    /// Sends the lines of a day's logs to parts by visitor.
    ///
    /// - Parameter output: takes blocks, each for its part; called from any worker, by several at once. False when no more is wanted.
    /// - Returns: what was read, and what could not be placed.
    package func split(
        _ date: CalendarDate, into parts: Int, piece: Piece? = nil,
        to output: @escaping @Sendable (Int, UnsafeRawBufferPointer) -> Bool
    ) throws(RunFailure) -> TallyFile {
        let log = DayLog(
            files: try logFiles(of: date), day: DayClock(timeZone: configuration.timeZone).day(date),
            policy: BotPolicy(BotSettings()))
        let reader = job(for: log, reading: [log], served: ServingHistory()).reader
        let job = SplitJob(
            experiments: configuration.experiments.map(\.experiment), reader: reader, workers: options.workers,
            parts: parts, output: output)
        do throws(LogError) {
            let result = try job.run(log.files)
            var tally = result.tally
            if let piece { tally.rename(tally.files.map { _ in piece.file }) }
            return TallyFile(
                date: date, configuration: digest(configurationBytes), parts: parts, sent: result.sent,
                offset: piece?.offset ?? 0, tally: LogTally.joined([LogTally.Stretch(tally)]))
        } catch {
            throw .log(error)
        }
    }
}
