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
    /// Learns from all days up to `date` and publishes the table of the day after.
    func publishAllocation(after date: CalendarDate, into outcome: inout NightOutcome) throws(RunFailure) {
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
        var rows: [AllocationRow] = []
        var facts: [ExperimentFacts] = []
        for experiment in configuration.experiments {
            let groups = try learn(experiment, from: history, inputs, for: date)
            do throws(AllocationError) {
                let own = try allocate(experiment, groups, blacklist: inputs.blacklist, on: tableDate)
                rows += own
                facts.append(
                    ExperimentFacts(
                        experiment: experiment.experiment, learning: experiment.learning,
                        allocation: experiment.allocation, groups: groups, rows: own))
            } catch {
                let last = try carryOver(experiment.experiment.key, to: tableDate, because: error, into: &outcome)
                rows += last.rows
                facts += last.facts
            }
        }
        guard !rows.isEmpty else {
            warn(.nothingAllocated(date), in: &outcome)
            return
        }
        try publish(rows, facts, on: tableDate, history: history, inputs: inputs, into: &outcome)
    }

    private func learn(
        _ configured: ExperimentConfiguration, from history: History, _ inputs: AllocationInputs,
        for date: CalendarDate
    ) throws(RunFailure) -> [LearnedGroup] {
        let priors = configured.learning.priors.flatMap { inputs.priors[$0] } ?? PriorCounts()
        let learner = ExperimentLearner(
            experiment: configured.experiment, settings: configured.learning, priors: priors)
        var groups: [LearnedGroup]
        do throws(CountOverflow) {
            groups = try learner.learn(history.rows[configured.experiment.key] ?? [])
        } catch {
            throw .overflow(date: date)
        }
        // A segment that the blacklist names is served by everyone's posteriors less what is blocked there.
        guard let everyone = groups.first else { return groups }
        let named = inputs.blacklist.segments(of: configured.experiment, on: date.advanced(by: 1))
        for segment in named.subtracting(groups.map(\.segment)) {
            groups.append(LearnedGroup(segment: segment, arms: everyone.arms))
        }
        return groups
    }

    private func allocate(
        _ configured: ExperimentConfiguration, _ groups: [LearnedGroup], blacklist: Blacklist, on date: CalendarDate
    ) throws(AllocationError) -> [AllocationRow] {
        let experiment = configured.experiment
        let allocator = GroupAllocator(experiment: experiment, settings: configured.allocation)
        let results = Mutex([Result<[AllocationRow], AllocationError>?](repeating: nil, count: groups.count))
        DispatchQueue.concurrentPerform(iterations: groups.count) { index in
            let group = groups[index]
            let result = Result { () throws(AllocationError) in
                try allocator.allocate(
                    group: group, blacklisted: blacklist.variants(of: experiment, segment: group.segment, on: date),
                    date: date, seed: seed(experiment.key, group.segment), reward: configured.learning.reward)
            }
            results.withLock { $0[index] = result }
        }
        var rows: [AllocationRow] = []
        for result in results.withLock({ $0 }) { rows += try result?.get() ?? [] }
        return rows
    }

    /// The experiment's rows in the newest table before a date, under that date, and how they were made, where that table says so.
    private func carryOver(
        _ experiment: SlotKey, to date: CalendarDate, because error: AllocationError, into outcome: inout NightOutcome
    ) throws(RunFailure) -> (rows: [AllocationRow], facts: [ExperimentFacts]) {
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
        return (rows, facts)
    }

    /// The seed of the sampling method: a function of pipeline and group, not of the date, so that nothing moves without data.
    private func seed(_ experiment: SlotKey, _ segment: Name) -> UInt64 {
        let parts = [configuration.pipeline, experiment.platform.string, experiment.slot.string, segment.string]
        let text = parts.joined(separator: "\u{1F}")
        return Array(text.utf8).withUnsafeBytes { XXH64.hash($0, seed: 0) }
    }

    private func publish(
        _ rows: [AllocationRow], _ facts: [ExperimentFacts], on date: CalendarDate, history: History,
        inputs: AllocationInputs,
        into outcome: inout NightOutcome
    ) throws(RunFailure) {
        let bytes = AllocationFile.bytes(rows)
        let directory = state.allocation(on: date)
        do throws(TableError) {
            _ = try AllocationTable(csv: bytes, file: directory + "/" + AllocationFormat.tableFile)
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
        let experiments = facts.sorted { $0.key < $1.key }.map(\.json)
        let files: [(name: String, bytes: [UInt8])] = [
            (AllocationFormat.tableFile, bytes),
            (AllocationFormat.manifestFile, manifest.json(experiments: experiments)),
        ]
        let current = try self.files { () throws(FileError) in try state.currentDate() }
        let moves = current.map { $0 <= date } ?? true
        // Before it is replaced.
        let inForce = moves ? tableInForce(current, into: &outcome) : nil
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
        report(.tablePublished(by: night, directory: directory, rows: rows.count))
        if let inForce { sayWhatMoves(from: inForce, to: rows, by: night, into: &outcome) }
        if let current, !moves { warn(.currentIsLater(night, table: date, current: current), in: &outcome) }
    }
}
