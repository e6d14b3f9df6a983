package import Configuration
package import Domain
import Essentials
package import State

/// The nightly job: a day's logs to statistics, all statistics to tomorrow's table.
///
/// Everything it writes is a function of the files it reads, so running a night again writes the same bytes.
package struct NightlyRun: Sendable {
    /// The halves of the job.
    package enum Step: String, Sendable {
        case statistics
        case allocation
    }

    package struct Options: Sendable {
        package var steps: Set<Step> = [.statistics, .allocation]
        /// Threads that read and allocate.
        package var workers = ProcessInfo.processInfo.activeProcessorCount
        /// Bytes that the whole process may take.
        package var memory = ProcessMemory.standard
        /// The day it is in the pipeline's timezone: a later one has no night to run.
        package var today = CalendarDate(dayNumber: .max / 2)
        /// What the journal takes the time of a published table from.
        package var clock = Clock.system
        /// Whether to publish a table that guards would hold.
        package var accepts = false
        /// Whether the state is a copy that nobody serves, so that nothing is published.
        package var isDryRun = false
        /// The words that run a night of this pipeline, but for its day: what messages tell people to type.
        package var arguments = ""
        /// Whether to say what the tables brought, where that is new.
        package var saysWhatTablesBrought = false
        /// Whether to write `bots.csv`.
        package var audits = false
        /// Where the logs are, in place of the configuration's paths.
        package var paths: [String]?
        /// What file comes through standard input, where that is known.
        package var inputName: String?
        /// Whether the path of that file names its day alone, whatever the configuration's paths are.
        package var inputIsOfDayAlone = false
        /// The journal of served tables, in place of the state directory's.
        package var journal: String?
        /// What the statistics are added up from, in place of logs.
        package var parts: PartPaths?
        /// Called from any thread with the bytes read so far and the bytes there are (0: unknown).
        package var progress: (@Sendable (Int64, Int64) -> Void)?

        package init() {}
    }

    package let configuration: Configuration
    /// Where the configuration came from, with its bytes: their digest goes into the manifest.
    package let configurationBytes: [UInt8]
    package let state: StateDirectory
    package let options: Options
    package let report: @Sendable (RunEvent) -> Void

    package init(
        configuration: Configuration, configurationBytes: [UInt8], state: StateDirectory, options: Options,
        report: @escaping @Sendable (RunEvent) -> Void
    ) {
        self.configuration = configuration
        self.configurationBytes = configurationBytes
        self.state = state
        self.options = options
        self.report = report
    }

    /// Runs the nights that end these days, oldest first. The caller holds the lock.
    ///
    /// - Parameter finished: called with the outcome of each night.
    /// - Throws: ``RunFailure`` of the first night that fails: nothing was published for it, and no later night is run.
    package func run(
        _ dates: ClosedRange<CalendarDate>, finished: (NightOutcome) -> Void
    ) throws(RunFailure) {
        try refuseOtherPipeline()
        try files { () throws(FileError) in try state.removeLeftovers() }
        try mendJournal()
        if options.steps.contains(.allocation) {
            for event in try inputsWithoutEffect() { report(event) }
        }
        var changed = false
        var held = options.steps.contains(.allocation) ? heldDays() : [:]
        for dayNumber in dates.lowerBound.dayNumber...dates.upperBound.dayNumber {
            let date = CalendarDate(dayNumber: dayNumber)
            var outcome = NightOutcome(date: date)
            try take(.statistics, into: &outcome) { outcome throws(RunFailure) in
                try gatherStatistics(of: date, into: &outcome)
            }
            try take(.allocation, into: &outcome) { outcome throws(RunFailure) in
                warnOfHeldDays(held, before: date, into: &outcome)
                let history = try publishAllocation(after: date, held: Set(held.keys), into: &outcome)
                changed = changed || outcome.tableChanged
                if date == dates.upperBound { try findStaleTables(after: date, changed: changed, into: &outcome) }
                if options.saysWhatTablesBrought, date == dates.upperBound, outcome.table != nil {
                    sayWhatTablesBrought(history, since: dates.lowerBound, by: date, into: &outcome)
                }
            }
            held[date] = outcome.isHeld ? outcome.heldBy : nil
            finished(outcome)
        }
    }

    /// Takes a step, if it is asked for, and notes how long it took.
    private func take(
        _ step: Step, into outcome: inout NightOutcome, _ body: (inout NightOutcome) throws(RunFailure) -> Void
    ) throws(RunFailure) {
        guard options.steps.contains(step) else { return }
        let start = Date()
        try body(&outcome)
        outcome.secondsByStep[step.rawValue] = (Date().timeIntervalSince(start) * 1000).rounded() / 1000
    }

    /// Sets right what a crash left in the journal of served tables, and says so.
    private func mendJournal() throws(RunFailure) {
        var journal = try journal()
        let mendings = try files { () throws(FileError) in try journal.mend(state) }
        for mending in mendings { report(.journalMended(path: journal.path, mending)) }
    }

    /// Does what touches files; their errors become the run's.
    func files<Value>(_ body: () throws(FileError) -> Value) throws(RunFailure) -> Value {
        do throws(FileError) {
            return try body()
        } catch {
            throw .file(error)
        }
    }

    func warn(_ event: RunEvent, in outcome: inout NightOutcome) {
        outcome.warnings.append(event.text)
        report(event)
    }
}
