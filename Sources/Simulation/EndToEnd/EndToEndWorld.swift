import Configuration
import Domain
import EventLog
package import Pipeline
package import State

/// A world simulated day by day, end to end: visitors are assigned by the real `Randomizer` from the table in force, what they do is written as
/// a real log, and the real nightly run reads it and publishes the table of the next day. Nothing is shortcut.
///
///     OUTPUT/world.json5  pipeline.json5  blacklist.csv
///     OUTPUT/events/date=…/events.jsonl[.gz|.zst]
///     OUTPUT/state/                                    as any pipeline leaves it
///
/// Day 0 is served by a table of the priors alone: `allocate` is run for the day before, and publishes as day 0 begins. Every
/// later table is published on the morning of its day, at the hour that the world names; until then the one before serves. The
/// same world makes the same bytes,
/// whatever the number of threads. Memory: some 70 bytes for each event of the busiest day, and four
/// for every person who was ever there.
package struct EndToEndWorld {
    package let file: WorldFile
    /// The directory that everything is written to.
    package let output: String
    package var compression = LogCompression.none
    /// Threads of the nightly run; nil: the machine's.
    package var workers: Int?

    /// By experiment.
    let truths: [Truth]

    package init(file: WorldFile, output: String) {
        self.file = file
        self.output = output
        let world = file.world
        truths = world.experiments.enumerated().map { number, experiment in
            Truth(experiment, number: number, seed: world.seed, days: world.days)
        }
    }

    package var state: StateDirectory { StateDirectory(path: output + "/state") }

    /// Simulates all days of the world. The output directory must hold no state.
    ///
    /// - Parameters:
    ///   - report: what the nights say.
    ///   - finished: called after each night.
    /// - Throws: what stops a night other than a broken log, and errors of files.
    package func run(
        report: @escaping @Sendable (RunEvent) -> Void, finished: (EndToEndNight) -> Void
    ) throws {
        let world = file.world
        let pipeline = NightPipeline(file: file, output: output)
        let clock = DayClock(timeZone: file.timeZone)
        var audiences = world.experiments.map { _ in Audience() }
        let lock = try StateLock(state)
        defer { withExtendedLifetime(lock) {} }
        var serving = ServingTables()
        let first = clock.day(world.start).range.lowerBound / 1_000_000
        try runNight(before: 0, of: pipeline, at: first, steps: [.allocation]) { _ in }
        try serving.follow(state, file)
        for day in 0..<world.days {
            let date = world.start.advanced(by: day)
            let microseconds = clock.day(date).range
            let range = microseconds.lowerBound / 1_000..<microseconds.upperBound / 1_000
            let simulated = SimulatedDay(
                day, range, of: world, truths: truths, tables: serving.serving(in: range), audiences: &audiences)
            var lines = 0
            if !world.outages.contains(day) {
                lines = try LogWriter(world: world, compression: compression).write(
                    simulated, day, in: pipeline.events(on: date))
            }
            let before = serving.tables.last?.table
            let ending = try end(day, pipeline, at: publishing(on: date.advanced(by: 1), clock), report)
            try serving.follow(state, file)
            var served = simulated.served
            if let before, let next = serving.tables.last?.table {
                for (number, experiment) in world.experiments.enumerated() {
                    served[number].churn = before.moved(to: next, experiment: experiment, number: number)
                }
            }
            finished(
                EndToEndNight(
                    day: day, date: date, served: served, bots: simulated.bots, lines: lines, ending: ending))
        }
    }

    /// The instant of a day at which a table is published, in seconds since the epoch.
    private func publishing(on date: CalendarDate, _ clock: DayClock) -> Int64 {
        let day = clock.day(date)
        let instant = day.localTime.instant(local: Int64(date.dayNumber) * 86_400 + Int64(file.world.publishAt) * 60)
        return max(instant, day.range.lowerBound / 1_000_000)
    }

    /// Runs the night after a day. A log that is too broken is part of the world; anything else is an error.
    private func end(
        _ day: Int, _ pipeline: NightPipeline, at instant: Int64, _ report: @escaping @Sendable (RunEvent) -> Void
    ) throws -> EndToEndNight.Ending {
        do {
            let outcome = try runNight(
                before: day + 1, of: pipeline, at: instant, steps: [.statistics, .allocation], report: report)
            let failed = outcome.carriedOver + outcome.leftOut
            if !failed.isEmpty { return .carriedOver(failed) }
            return outcome.hasData ? .published : .noData
        } catch let failure as RunFailure {
            guard case .tooManyRejected = failure else { throw failure }
            report(.nightStopped(file.world.start.advanced(by: day), failure))
            return .stopped(failure)
        }
    }

    /// Runs the night that makes the table of a day.
    @discardableResult
    private func runNight(
        before day: Int, of pipeline: NightPipeline, at instant: Int64, steps: Set<NightlyRun.Step>,
        report: @escaping @Sendable (RunEvent) -> Void
    ) throws -> NightOutcome {
        let date = file.world.start.advanced(by: day - 1)
        let bytes = pipeline.configuration(forTableOf: day)
        try FileSystem.write(bytes, to: pipeline.configurationPath)
        try FileSystem.write(pipeline.blacklist(forTableOf: day), to: pipeline.blacklistPath)
        let configuration = try Configuration.from(bytes: bytes, file: pipeline.configurationPath)
        var options = NightlyRun.Options()
        options.steps = steps
        // A world has no operator: what guards say is said, and the next night comes.
        options.accepts = true
        options.clock = .fixed(at: instant)
        if let workers { options.workers = workers }
        var outcome = NightOutcome(date: date)
        try NightlyRun(
            configuration: configuration, configurationBytes: bytes, state: state, options: options, report: report
        ).run(date...date) { outcome = $0 }
        return outcome
    }
}
