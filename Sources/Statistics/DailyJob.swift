package import BotFilter
package import EventLog
package import Vocabulary

/// Logs of a day to its statistics: events are gathered by visitor, robots dropped, the rest attributed.
package struct DailyJob: Sendable {
    package var experiments: [Experiment]
    package var policy: BotPolicy
    package var mixedUnits: MixedUnits
    package var reader: LogReader
    package var workers: Int
    /// Whether to name the robots.
    package var audits = false

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
    package enum Failure: Error, CustomStringConvertible {
        case log(LogError)
        case overflow(CountOverflow)

        package var description: String {
            switch self {
            case .log(let error): error.description
            case .overflow(let error): error.description
            }
        }
    }

    /// Reads the files and computes the day's statistics. The result does not depend on the number of workers, nor on the
    /// order of files or lines (but for the line numbers of samples).
    package func run(_ files: [LogFile]) throws(Failure) -> (statistics: DayStatistics, tally: LogTally) {
        let hash = KeyedHash.random()
        let collectors = (0..<max(1, workers)).map { _ in
            EventCollector(
                experiments: experiments, policy: policy, dayStart: reader.day.range.lowerBound, hash: hash)
        }
        let tally: LogTally
        do throws(LogError) {
            tally = try reader.read(files, into: collectors)
        } catch {
            throw .log(error)
        }
        do throws(CountOverflow) {
            let evaluation = Evaluation(job: self, hash: hash, collectors: collectors)
            return (try evaluation.statistics(), tally)
        } catch {
            throw .overflow(error)
        }
    }
}
