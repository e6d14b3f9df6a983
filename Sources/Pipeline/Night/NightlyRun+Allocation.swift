import Allocation
import CSV
import Dispatch
import Learning
import Randomizer
import Synchronization
import Vocabulary

extension NightlyRun {
    /// Learns from all days up to `date` and publishes the table of the day after.
    func publishAllocation(after date: CalendarDate, into outcome: inout NightOutcome) throws(RunFailure) {
        let tableDate = date.advanced(by: 1)
        let history = try history(through: date)
        if history.dates.last != date {
            outcome.hasData = false
            if !options.steps.contains(.statistics) {
                warn("\(date): no statistics; shares stay as they are", in: &outcome)
            }
        }
        let inputs = try allocationInputs()
        var rows: [AllocationRow] = []
        for experiment in configuration.experiments {
            do throws(AllocationError) {
                rows += try allocate(experiment, history: history, inputs: inputs, on: tableDate)
            } catch {
                let name = "\(experiment.experiment.key.platform)/\(experiment.experiment.key.slot)"
                let carried = try lastRows(of: experiment.experiment.key, before: tableDate)
                outcome.carriedOver.append(name)
                let consequence =
                    carried.isEmpty
                    ? "there is no earlier table to take its rows from: it is left out"
                    : "its rows are taken over from the table of \(carried[0].date)"
                warn("\(name): \(error); \(consequence)", in: &outcome)
                rows += carried.map { row in
                    var row = row
                    row.date = tableDate
                    return row
                }
            }
        }
        guard !rows.isEmpty else {
            warn("\(date): no experiment could be allocated: no table is published", in: &outcome)
            return
        }
        try publish(rows, on: tableDate, history: history, inputs: inputs, into: &outcome)
    }

    private func allocate(
        _ configured: ExperimentConfiguration, history: History, inputs: AllocationInputs, on date: CalendarDate
    ) throws(AllocationError) -> [AllocationRow] {
        let experiment = configured.experiment
        let groups = ExperimentLearner(
            experiment: experiment, settings: configured.learning,
            priors: inputs.priors[configured.learning.priors ?? ""]?.counts ?? PriorCounts()
        ).learn(history.rows[experiment.key] ?? [])
        let allocator = GroupAllocator(experiment: experiment, settings: configured.allocation)
        let results = Mutex([Result<[AllocationRow], AllocationError>?](repeating: nil, count: groups.count))
        DispatchQueue.concurrentPerform(iterations: groups.count) { index in
            let group = groups[index]
            let blacklisted = experiment.arms.filter { variant in
                let key = ArmKey(
                    platform: experiment.key.platform, slot: experiment.key.slot, segment: group.segment, variant: variant)
                return inputs.blacklist.contains(key, on: date)
            }
            let result = Result { () throws(AllocationError) in
                try allocator.allocate(
                    group: group, blacklisted: Set(blacklisted), date: date, seed: seed(experiment.key, group.segment),
                    reward: configured.learning.reward)
            }
            results.withLock { $0[index] = result }
        }
        var rows: [AllocationRow] = []
        for result in results.withLock({ $0 }) { rows += try result?.get() ?? [] }
        return rows
    }

    /// The seed of the sampling method: a function of pipeline and group, not of the date, so that nothing moves without data.
    private func seed(_ experiment: SlotKey, _ segment: Name) -> UInt64 {
        let parts = [configuration.pipeline, experiment.platform.string, experiment.slot.string, segment.string]
        let text = parts.joined(separator: "\u{1F}")
        return Array(text.utf8).withUnsafeBytes { XXH64.hash($0, seed: 0) }
    }

    private func publish(
        _ rows: [AllocationRow], on date: CalendarDate, history: History, inputs: AllocationInputs,
        into outcome: inout NightOutcome
    ) throws(RunFailure) {
        let bytes = AllocationFile.bytes(of: rows)
        let manifest = TableManifest(
            date: date.description, statisticsThrough: history.dates.last?.description, rows: rows.count,
            bytes: bytes.count, xxh64: digest(bytes), pipeline: configuration.pipeline,
            configuration: digest(configurationBytes), blacklist: inputs.blacklistDigest,
            priors: inputs.priors.mapValues(\.digest),
            partitions: Dictionary(uniqueKeysWithValues: history.digests.map { ($0.key.description, $0.value) }))
        let directory = state.allocation(on: date)
        let files: [(name: String, bytes: [UInt8])] = [
            ("allocation.csv", bytes), ("manifest.json", JSONFile.bytes(of: manifest)),
        ]
        let current = state.currentDate()
        let moves = current.map { $0 <= date } ?? true
        outcome.staleTables = try self.files { () throws(FileError) in
            try state.publish(files, as: directory)
            if moves { try state.setCurrent(date) }
            return try state.allocationDates().filter { $0 > date }.map(\.description)
        }
        outcome.table = PublishedTable(date: date.description, path: directory, rows: rows.count, isCurrent: moves)
        report(.information("\(date): published \(directory) with \(Text.count(Int64(rows.count), "row"))"))
        if let first = outcome.staleTables.first, let last = outcome.staleTables.last {
            let through = CalendarDate(last)?.advanced(by: -1).description ?? last
            warn(
                "later tables (\(first) to \(last)) were made before this run and are stale; "
                    + "`--date \(date)..\(through)` brings them up to date",
                in: &outcome)
        }
    }

    /// The rows of an experiment in the newest table before a date.
    private func lastRows(of experiment: SlotKey, before date: CalendarDate) throws(RunFailure) -> [AllocationRow] {
        let dates = try files { () throws(FileError) in try state.allocationDates() }
        guard let last = dates.last(where: { $0 < date }) else { return [] }
        return try readTable(of: last).filter { $0.key.slotKey == experiment }
    }
}
