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
    /// Keeps what comes through pipes.
    private let spool = StreamSpool()
    private var totals: [DayPart]
    /// What was read of each day, as the first pass found it.
    private var tallies: [LogTally] = []

    init(_ job: DailyJob, _ days: [DayLog], window: ConversionWindow?) throws(DailyJob.Failure) {
        guard let arena = Arena(limit: job.memory) else { throw .memory }
        self.job = job
        self.days = days
        self.window = window
        self.arena = arena
        segments = SegmentNames(hash: hash)
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
                try add(parts, of: shards)
            } catch {
                throw .overflow(error)
            }
            guard slices.finish(shards) else { throw .memory }
        }
        return zip(totals, tallies).map { (statistics($0), $1) }
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
            shards: shards, workers: job.workers, keepsClicks: window != nil)
        shards.beginDay(minutes: ShardInsertionPlan.minutes(of: log.day.range), experiments: job.experiments.count)
        let collectors = (0..<max(1, job.workers)).map { EventCollector(plan, worker: $0) }
        let tally = try read(log, into: collectors, shards, isFirst: number == tallies.count)
        if number == tallies.count {
            tallies.append(tally)
            totals[number].statistics.formulaSegments = collectors.reduce(0) { $0 + $1.gathering.formulaSegments }
        } else if shards.kept > 0, !tally.isOfSameLog(as: tallies[number]) {
            throw .log(LogError(file: log.files.map(\.name).joined(separator: ", "), problem: .changed))
        }
        let evaluation = DayReduction(
            plan: plan, audits: job.audits, attribution: Attribution(places: places, mixedUnits: job.mixedUnits),
            windowAttribution: window.map {
                WindowAttribution(day: number, dayStart: log.day.range.lowerBound, window: $0, places: places)
            })
        do throws(CountOverflow) {
            return try evaluation.parts()
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
    private mutating func add(_ parts: [[DayPart?]], of shards: Shards) throws(CountOverflow) {
        for shard in 0..<shards.kept {
            for number in days.indices {
                if let part = parts[number][shard] { try totals[number].add(part) }
            }
            guard let exposures = shards.shards[shard].content.withLock({ $0.exposures.take() }) else { continue }
            defer { withExtendedLifetime(exposures) {} }
            try exposures.pointer.pointee.forEachUnit { unit throws(CountOverflow) in
                guard !(unit.pointee.isMixed && job.mixedUnits == .exclude) else { return }
                try totals[Int(unit.pointee.day)].counts.add(
                    ArmCounts(unit.pointee), arm: unit.pointee.arm, segment: unit.pointee.segment)
            }
        }
    }

    private func statistics(_ total: DayPart) -> DayStatistics {
        var result = total.statistics
        result.rows = rows(total.counts)
        result.audit.sort { $0.visitor < $1.visitor }
        return result
    }

    /// The rows of all arms with a unit, in byte order of their keys.
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
        var found: [(arm: ArmNumber, segment: UInt32, counts: ArmCounts)] = []
        var order: [(rank: UInt64, index: Int)] = []
        found.reserveCapacity(counts.count)
        order.reserveCapacity(counts.count)
        counts.forEach { arm, segment, counts in
            let ofSegment = slotRanks[arm.experiment] << 32 | UInt64(segmentRanks[Int(segment)])
            order.append((ofSegment << 16 | UInt64(arm.arm), found.count))
            found.append((arm, segment, counts))
        }
        order.sort { $0.rank < $1.rank }
        return order.map { _, index in
            let (arm, segment, counts) = found[index]
            let slot = slots[arm.experiment]
            let key = ArmKey(
                platform: slot.platform, slot: slot.slot, segment: Name(segments.string(segment)),
                variant: arms[arm.experiment][arm.arm])
            return DayStatistics.Row(key: key, counts: counts)
        }
    }
}

extension LogTally {
    /// Whether as much was read, and the same kinds of events.
    fileprivate func isOfSameLog(as other: LogTally) -> Bool {
        lines == other.lines && bytes == other.bytes && events == other.events
    }
}
