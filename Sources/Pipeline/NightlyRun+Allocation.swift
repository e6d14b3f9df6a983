import Allocation
import CSV
import Configuration
import Dispatch
import Domain
import Learning
import Randomizer
import State
import Synchronization

extension NightlyRun {
    /// What goes into a table.
    private struct Draft {
        var rows: [AllocationRow] = []
        var facts: [ExperimentFacts] = []
        var rewards: [RewardsFile.Part] = []
    }

    /// Learns from all days up to `date` and publishes the table of the day after, unless a guard holds it.
    ///
    /// - Parameter held: days that guards held, which no night is compared with.
    /// - Returns: what it learned from.
    func publishAllocation(
        after date: CalendarDate, held: Set<CalendarDate>, into outcome: inout NightOutcome
    ) throws(RunFailure) -> History {
        let tableDate = date.advanced(by: 1)
        let history = try history(through: date)
        if history.dates.last != date {
            outcome.hasData = false
            guard date <= options.today else { throw .notBegun(date) }
            if !options.steps.contains(.statistics) {
                warn(.noStatistics(date), in: &outcome)
            }
        }
        let inputs = try allocationInputs()
        let before = try tableBefore(tableDate)
        let results = decide(history, inputs, before, try stoppedArms(before), on: tableDate)
        var draft = Draft()
        for (configured, result) in zip(configuration.experiments, results) {
            let key = configured.experiment.key
            switch result {
            case .success(let own):
                draft.rows += own.rows
                draft.facts.append(own.facts)
                draft.rewards.append(own.rewards)
                tell(own, of: key, before, date, into: &outcome)
            case .failure(.overflow):
                throw .overflow(date: date)
            case .failure(.allocation(let error)) where error.problem == .noEligibleArm:
                leaveOut(key, because: error, date, into: &outcome)
            case .failure(.allocation(let error)):
                let last = try carryOver(
                    configured.experiment, inputs.blacklist, to: tableDate, because: error, into: &outcome)
                draft.rows += last.rows
                draft.facts += last.facts
            }
        }
        guard !draft.rows.isEmpty || !outcome.leftOut.isEmpty else {
            warn(.nothingAllocated(date), in: &outcome)
            return history
        }
        let current = try files { () throws(FileError) in try state.currentDate() }
        // Before it is replaced.
        let inForce = tableInForce(current, into: &outcome)
        let movements = inForce.map { self.movements(from: $0, to: draft.rows) }
        let findings = try guardFindings(
            on: date, history, held: held, inForce: inForce, movements: movements ?? [],
            hasData: history.dates.last == date)
        if options.isDryRun { outcome.movements = movements ?? [] }
        guard mayPublish(despite: findings, on: date, current: current, into: &outcome) else { return history }
        try publish(draft, on: tableDate, history: history, inputs: inputs, current: current, into: &outcome)
        if let inForce, let movements, outcome.table?.isCurrent == true {
            sayWhatMoves(movements, since: inForce.date, by: date, into: &outcome)
        }
        if let current, current > tableDate {
            warn(.currentIsLater(date, table: tableDate, current: current), in: &outcome)
        }
        return history
    }

    /// The results of all experiments, in their order.
    private func decide(
        _ history: History, _ inputs: AllocationInputs, _ before: (date: CalendarDate, rows: [AllocationRow])?,
        _ stopped: [SlotKey: Set<Name>], on tableDate: CalendarDate
    ) -> [Result<ExperimentNight.Result, ExperimentNight.Failure>] {
        let experiments = configuration.experiments
        let isMature = maturity(on: tableDate.advanced(by: -1))
        let results = Mutex(
            [Result<ExperimentNight.Result, ExperimentNight.Failure>?](repeating: nil, count: experiments.count))
        DispatchQueue.concurrentPerform(iterations: experiments.count) { index in
            let configured = experiments[index]
            let key = configured.experiment.key
            // A day too far ahead is a slip: a new beginning is due when its day comes, not now.
            if let since = configured.learning.since, since > tableDate,
                before?.rows.contains(where: { $0.key.slotKey == key }) ?? false
            {
                let error = AllocationError(experiment: key, segment: .everyone, problem: .notBegun(since: since))
                results.withLock { $0[index] = .failure(.allocation(error)) }
                return
            }
            let night = ExperimentNight(
                configured: configured, pipeline: configuration.pipeline,
                rows: history.rows[configured.experiment.key] ?? [], isMature: isMature,
                priors: configured.learning.priors.flatMap { inputs.priors[$0] } ?? PriorCounts(),
                blacklist: inputs.blacklist, date: tableDate, stoppedBefore: stopped[key] ?? [])
            let result = Result { () throws(ExperimentNight.Failure) in try night.result() }
            results.withLock { $0[index] = result }
        }
        return results.withLock { $0 }.compactMap(\.self)
    }

    /// Which days' conversions are all in on the night after `date`.
    func maturity(on date: CalendarDate) -> @Sendable (CalendarDate) -> Bool {
        guard let window = configuration.statistics.conversionWindow else { return { _ in true } }
        let clock = DayClock(timeZone: configuration.timeZone)
        return { clock.closing(of: $0, after: window) <= date }
    }

    /// The rows of the newest table before a date; nil without one.
    private func tableBefore(
        _ date: CalendarDate
    ) throws(RunFailure) -> (date: CalendarDate, rows: [AllocationRow])? {
        let dates = try files { () throws(FileError) in try state.allocationDates() }
        guard let last = dates.last(where: { $0 < date }) else { return nil }
        do throws(RunFailure) {
            return (last, try readTable(of: last))
        } catch {
            // A table that cannot be read is needed only for what it stopped.
            guard configuration.experiments.contains(where: { !$0.learning.guardrails.isEmpty }) else { return nil }
            throw error
        }
    }

    /// By experiment with guardrails, the arms that its newest rows before tonight's have as stopped, unless what those were learned
    /// from is forgotten. A night that had to leave an experiment out has no rows of it: then an earlier table tells.
    private func stoppedArms(
        _ before: (date: CalendarDate, rows: [AllocationRow])?
    ) throws(RunFailure) -> [SlotKey: Set<Name>] {
        guard let before else { return [:] }
        let earliest = Dictionary(
            uniqueKeysWithValues: configuration.experiments.lazy.filter { !$0.learning.guardrails.isEmpty }
                .map { ($0.experiment.key, $0.learning.since) })
        var stopped: [SlotKey: Set<Name>] = [:]
        func take(_ rows: [AllocationRow], of date: CalendarDate) {
            let found = Dictionary(grouping: rows, by: \.key.slotKey)
            for (key, since) in earliest where stopped[key] == nil {
                if let since, date <= since {
                    stopped[key] = []
                } else if let rows = found[key] {
                    stopped[key] = Set(rows.lazy.filter { $0.status == .stopped }.map(\.key.variant))
                }
            }
        }
        take(before.rows, of: before.date)
        guard stopped.count < earliest.count else { return stopped }
        for date in try files({ () throws(FileError) in try state.allocationDates() }).reversed()
        where date < before.date && stopped.count < earliest.count {
            // An old table that cannot be read any more is no reason to publish nothing.
            if let rows = try? readTable(of: date) { take(rows, of: date) }
        }
        return stopped
    }

    /// Tells what is new: arms stopped, a winner named.
    private func tell(
        _ result: ExperimentNight.Result, of key: SlotKey, _ before: (date: CalendarDate, rows: [AllocationRow])?,
        _ date: CalendarDate, into outcome: inout NightOutcome
    ) {
        for stop in result.stops {
            warn(
                .armStopped(date, key, arm: stop.arm, guardrail: stop.guardrail, liftHigh: stop.liftHigh), in: &outcome)
        }
        let alone = result.rows.filter { $0.status == .control && $0.traffic == 1_000_000 }
        if !alone.isEmpty { warn(.controlAlone(date, key, segments: alone.map(\.key.segment)), in: &outcome) }
        func winner(_ rows: [AllocationRow]) -> Name? {
            rows.first { $0.key.slotKey == key && $0.key.segment == .everyone && $0.verdict == .winner }?.key.variant
        }
        if let arm = winner(result.rows), arm != before.flatMap({ winner($0.rows) }) {
            report(.winnerNamed(date, key, arm: arm))
        }
    }

    private func leaveOut(
        _ experiment: SlotKey, because error: AllocationError, _ date: CalendarDate, into outcome: inout NightOutcome
    ) {
        outcome.leftOut.append("\(experiment.platform)/\(experiment.slot)")
        warn(.experimentLeftOut(date, error, experiment), in: &outcome)
    }

    /// The experiment's rows in the newest table before a date, under that date, and how they were made, where that table says so.
    ///
    /// What must not be shown tonight, and arms that are declared no longer, are never carried over.
    private func carryOver(
        _ declared: Experiment, _ blacklist: Blacklist, to date: CalendarDate, because error: AllocationError,
        into outcome: inout NightOutcome
    ) throws(RunFailure) -> (rows: [AllocationRow], facts: [ExperimentFacts]) {
        let experiment = declared.key
        outcome.carriedOver.append("\(experiment.platform)/\(experiment.slot)")
        let dates = try files { () throws(FileError) in try state.allocationDates() }
        var rows: [AllocationRow] = []
        var facts: [ExperimentFacts] = []
        if let last = dates.last(where: { $0 < date }) {
            // Verified against its manifest: a damaged table must not live on under a new date.
            let directory = state.allocation(on: last)
            let manifest = directory + "/" + AllocationFormat.manifestFile
            do throws(TableError) {
                _ = try AllocationTable(path: directory)
            } catch {
                throw .table(error)
            }
            let bytes = try readFile(manifest)
            do throws(TableError) {
                facts = try ExperimentFacts.read(bytes, file: manifest).filter { $0.key == experiment }
            } catch {
                throw .table(error)
            }
            rows = try readTable(of: last).filter { $0.key.slotKey == experiment }
        }
        warn(
            .experimentCarriedOver(date.advanced(by: -1), error, experiment, from: rows.first?.date), in: &outcome)
        for index in rows.indices { rows[index].date = date }
        var shown: [AllocationRow] = []
        let arms = Set(declared.arms)
        for (segment, group) in Dictionary(grouping: rows, by: \.key.segment) {
            var outside = blacklist.outside(of: declared, segment: segment, on: date)
            // Who took an arm out of the configuration does not want it shown.
            for row in group where !arms.contains(row.key.variant) { outside[row.key.variant] = .ended }
            guard let left = CarriedRows.withoutTraffic(of: outside, group) else {
                let error = AllocationError(experiment: experiment, segment: segment, problem: .noEligibleArm)
                leaveOut(experiment, because: error, date.advanced(by: -1), into: &outcome)
                return ([], [])
            }
            shown += left.filter { arms.contains($0.key.variant) }
        }
        return (shown, facts)
    }

    private func publish(
        _ draft: Draft, on date: CalendarDate, history: History, inputs: AllocationInputs, current: CalendarDate?,
        into outcome: inout NightOutcome
    ) throws(RunFailure) {
        let rows = draft.rows
        let bytes = AllocationFile.bytes(rows)
        let directory = state.allocation(on: date)
        do throws(TableError) {
            // Without rows no experiment may show anything.
            if !rows.isEmpty {
                _ = try AllocationTable(csv: bytes, file: directory + "/" + AllocationFormat.tableFile)
            }
        } catch {
            throw .table(error)
        }
        var manifest = Manifest(date: date.description, rows: rows.count, table: bytes)
        manifest.statisticsThrough = history.dates.last?.description
        manifest.pipeline = configuration.pipeline
        manifest.configuration = digest(configurationBytes)
        manifest.blacklist = inputs.blacklistDigest
        manifest.priors = inputs.priorsDigest
        manifest.partitions = Dictionary(
            uniqueKeysWithValues: history.digests.map { ($0.key.description, $0.value) })
        // In the table's order.
        let experiments = draft.facts.sorted { $0.key < $1.key }.map(\.json)
        let files: [(name: String, bytes: [UInt8])] = [
            (AllocationFormat.tableFile, bytes),
            (AllocationFormat.manifestFile, manifest.json(experiments: experiments)),
            (RewardsFile.name, RewardsFile.bytes(draft.rewards, date: date)),
        ]
        let moves = current.map { $0 <= date } ?? true
        var journal = try journal()
        outcome.tableChanged = try self.files { () throws(FileError) in
            // Where the served table itself is written anew, that is the instant at which other shares begin to serve.
            if date == current { try journal.record(date, digest: digest(bytes), at: options.clock.now) }
            let changed = try state.publish(files, as: directory)
            if moves { try journal.record(date, digest: digest(bytes), at: options.clock.now) }
            if let serving = moves ? date : current { try state.setCurrent(serving) }
            return changed
        }
        outcome.table = PublishedTable(
            date: date.description, path: directory, rows: rows.count, xxh64: digest(bytes), isCurrent: moves)
        let night = date.advanced(by: -1)
        report(
            options.isDryRun
                ? .dryRun(by: night, table: date, rows: rows.count)
                : .tablePublished(by: night, directory: directory, rows: rows.count))
    }
}
