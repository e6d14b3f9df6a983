import Domain
import EventLog
import Synchronization

/// A job at work: the logs are read once for all visitors or, when those do not fit in memory, several times, each time for
/// some of them.
///
///     pass 1   day 1 ─► day 2 ─► … ─► counts of the visitors of shards that were kept
///     pass 2   day 1 ─► day 2 ─► … ─► counts of the next visitors
struct JobPasses {
    private let job: DailyJob
    private let days: [DayLog]
    private let window: ConversionWindow?
    private let arena: Arena
    private let hash = KeyedHash.random()
    private let segments: SegmentNames
    private let places: [PurchasePlace]
    /// The tables that served during the days together, and during each.
    private let tables: ServingTables
    private let tablesOfDays: [ServingTables.Day]
    /// Where the units of a day go instead of being counted into rows.
    private let output: (units: UnitOutput, names: UnitNames)?
    /// Keeps what comes through pipes.
    private let spool = StreamSpool()
    private var totals: [DayPart]
    /// What was read of each day, as the first pass found it.
    private var tallies: [LogTally] = []

    init(
        _ job: DailyJob, _ days: [DayLog], window: ConversionWindow?, output: UnitOutput? = nil
    ) throws(DailyJob.Failure) {
        guard let arena = Arena(limit: job.memory) else { throw .memory }
        self.job = job
        self.days = days
        self.window = window
        self.arena = arena
        let segments = SegmentNames(hash: hash)
        self.segments = segments
        let start = days.first?.day.range.lowerBound ?? 0
        let tables = ServingTables(
            job.servingHistory, during: start..<max(start, days.last?.day.range.upperBound ?? 0))
        self.tables = tables
        tablesOfDays = days.map { tables.during($0.day.range) }
        self.output = output.map { ($0, UnitNames(job.experiments, segments: segments, tables: tables)) }
        places = DeclaredArms(job.experiments, hash: hash).places
        totals = days.map { _ in DayPart() }
    }

    mutating func run() throws(DailyJob.Failure) -> [(statistics: DayStatistics, tally: LogTally)] {
        var slices = PassSlices()
        while let attempt = slices.next {
            let shards = Shards(attempt, count: shardCount, arena: arena)
            var parts: [[DayPart?]] = []
            for number in days.indices { parts.append(try read(number, into: shards)) }
            do throws(CountOverflow) {
                try add(&parts, of: shards)
            } catch {
                throw .overflow(error)
            }
            guard slices.finish(shards) else { throw .memory }
        }
        do throws(CountOverflow) {
            return try tallies.indices.map { number throws(CountOverflow) in
                (try takeStatistics(of: number), tallies[number])
            }
        } catch {
            throw .overflow(error)
        }
    }

    /// Enough shards that workers rarely wait for one another and that dropping one is a small step, but no more than can fill
    /// some chunks of memory each.
    private var shardCount: Int {
        max(1, min(max(16, job.workers * 8), 1024, job.memory / (4 * Arena.chunkBytes)))
    }

    /// Reads a day's log, and returns what each shard contributes to the day.
    private mutating func read(_ number: Int, into shards: Shards) throws(DailyJob.Failure) -> [DayPart?] {
        let log = days[number]
        let plan = ShardInsertionPlan(
            experiments: job.experiments, policy: log.policy, day: log.day.range, hash: hash, segments: segments,
            shards: shards, workers: job.workers, keepsClicks: window != nil,
            tellsCopies: job.reader.schema.hasEventIDs)
        shards.beginDay(minutes: ShardInsertionPlan.minutes(of: log.day.range), experiments: job.experiments.count)
        let collectors = (0..<max(1, job.workers)).map { EventCollector(plan, worker: $0) }
        let tally = try read(log, into: collectors, shards, isFirst: number == tallies.count)
        if number == tallies.count {
            tallies.append(tally)
            if let output, !output.units.accepts(number, tally) { throw .refused(day: number, tally) }
            totals[number].statistics.note(collectors)
        } else if shards.kept > 0, !tally.isOfSameLog(as: tallies[number]) {
            throw .log(LogError(file: log.files.map(\.name).joined(separator: ", "), problem: .changed))
        }
        let attribution = Attribution(
            places: places, mixedUnits: job.mixedUnits, revenueCap: job.revenueCap, dayStart: log.day.range.lowerBound,
            tables: tablesOfDays[number])
        let reduction = DayReduction(
            plan: plan, audits: job.audits, sketches: job.sketches, attribution: attribution, output: output,
            windowAttribution: window.map {
                WindowAttribution(day: number, dayStart: log.day.range.lowerBound, window: $0)
            })
        do throws(CountOverflow) {
            return try reduction.parts()
        } catch {
            throw .overflow(error)
        }
    }

    private func read(
        _ log: DayLog, into collectors: [EventCollector], _ shards: Shards, isFirst: Bool
    ) throws(DailyJob.Failure) -> LogTally {
        var reader = job.reader
        reader.day = log.day
        reader.spool = spool
        if !isFirst {
            // One reading is progress enough to show, and one must be whole.
            reader.progress = nil
            reader.isAbandoned = { shards.kept == 0 }
        }
        do throws(LogError) {
            return try reader.read(log.files, into: collectors)
        } catch {
            throw .log(error)
        }
    }

    /// Adds what the shards that were kept to the end have found.
    private mutating func add(_ parts: inout [[DayPart?]], of shards: Shards) throws(CountOverflow) {
        for shard in 0..<shards.kept {
            for number in days.indices {
                guard let part = parts[number][shard] else { continue }
                parts[number][shard] = nil
                try totals[number].add(part)
            }
            guard let exposures = shards.shards[shard].content.withLock({ $0.exposures.take() }) else { continue }
            defer { withExtendedLifetime(exposures) {} }
            try add(exposures.pointer.pointee)
        }
    }

    /// Counts units under a conversion window, or gives them out.
    private mutating func add(_ exposures: borrowing ExposureTable) throws(CountOverflow) {
        let excludesMixed = job.mixedUnits == .exclude
        var batches = output.map { UnitBatches($0.units, $0.names) }
        var purchases = PurchaseList()
        try exposures.forEachOwner { visitor, owner throws(CountOverflow) in
            if let window {
                WindowAttribution.settle(owner, in: exposures, window: window, places: places, &purchases) {
                    totals[$0].statistics.orders.cancelledOrders += 1
                }
            }
            try exposures.forEachUnit(of: owner) { unit throws(CountOverflow) in
                guard !(unit.pointee.flags.contains(.mixed) && excludesMixed) else { return }
                let day = Int(unit.pointee.day)
                var outcome = UnitOutcome(unit, of: visitor, in: exposures, tablesOfDays[day])
                if outcome.bound(by: job.revenueCap) { totals[day].statistics.orders.cappedUnits += 1 }
                if let output {
                    if day == output.units.day { batches?.take(outcome) }
                } else {
                    try totals[day].counts.take(outcome)
                }
            }
        }
        batches?.flush()
    }

    /// A day's statistics, of which nothing is kept here.
    private mutating func takeStatistics(of number: Int) throws(CountOverflow) -> DayStatistics {
        var (result, counts) = (totals[number].statistics, totals[number].counts)
        totals[number] = DayPart()
        if let folding = job.folding {
            (counts, result.folded) = try counts.folded(
                folding, experiments: job.experiments.map(\.key), segments: segments, date: tables.date)
        }
        result.rows = rows(counts)
        result.audit.sort { $0.visitor < $1.visitor }
        return result
    }

    /// The rows of all arms with a unit, in the order of ``DailyRow/isBefore(_:_:)``.
    ///
    /// There may be as many as segments in the log: they are sorted by ranks, where names would be compared again and again.
    private func rows(_ counts: ArmCountTable) -> [DayStatistics.Row] {
        let arms = job.experiments.map(\.arms)
        let slots = job.experiments.map(\.key)
        var slotRanks = [UInt64](repeating: 0, count: slots.count)
        for (rank, slot) in slots.indices.sorted(by: { slots[$0] < slots[$1] }).enumerated() {
            slotRanks[slot] = UInt64(rank)
        }
        let segmentRanks = segments.ranks
        var order: [(ofSegment: UInt64, inSegment: UInt64, index: Int)] = []
        order.reserveCapacity(counts.count)
        for index in 0..<counts.count {
            let row = counts[index]
            order.append(
                (
                    slotRanks[row.arm.experiment] << 32 | UInt64(segmentRanks[Int(row.segment)]),
                    UInt64(row.table) << 16 | UInt64(row.arm.arm), index
                ))
        }
        order.sort { ($0.ofSegment, $0.inSegment) < ($1.ofSegment, $1.inSegment) }
        return order.map { _, _, index in
            let row = counts[index]
            let slot = slots[row.arm.experiment]
            let key = ArmKey(
                platform: slot.platform, slot: slot.slot, segment: Name(segments.string(row.segment)),
                variant: arms[row.arm.experiment][row.arm.arm])
            return DayStatistics.Row(
                table: tables.date(of: row.table), key: key, counts: row.counts, propensities: row.propensities)
        }
    }
}

extension DayStatistics {
    /// Takes over what collectors found in the whole log of the day.
    fileprivate mutating func note(_ collectors: [EventCollector]) {
        formulaSegments = collectors.reduce(0) { $0 + $1.inserter.formulaSegments }
        unreadableAddresses = collectors.reduce(0) { $0 + $1.inserter.unreadableAddresses }
        for collector in collectors {
            unreadableAddressSamples.add(collector.inserter.unreadableAddressSamples)
            libraryNames.add(collector.inserter.libraryNames)
            undeclared.add(collector.inserter.undeclared)
        }
    }
}

extension LogTally {
    /// Whether as much was read, and the same kinds of events.
    fileprivate func isOfSameLog(as other: LogTally) -> Bool {
        lines == other.lines && bytes == other.bytes && events == other.events
    }
}
