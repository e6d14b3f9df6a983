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
    /// Bytes that visitors may take. When they do not fit, the log is read more often, each time for some of them.
    package var memory = Int.max

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
    package enum Failure: Error {
        case log(LogError)
        case overflow(CountOverflow)
        /// Not even the least part of the visitors fits in the memory.
        case memory
    }

    /// Reads the files and computes the day's statistics. The result does not depend on the number of workers, nor on the
    /// memory, nor on the order of files or lines (but for the line numbers of samples).
    ///
    /// Time is linear in the bytes of the log, times the passes that the memory makes necessary.
    package func run(_ files: [LogFile]) throws(Failure) -> (statistics: DayStatistics, tally: LogTally) {
        guard let arena = Arena(limit: memory) else { throw .memory }
        let hash = KeyedHash.random()
        let segments = SegmentNames(hash: hash)
        let places = DeclaredArms(experiments, hash: hash).places
        var reader = reader
        reader.spool = StreamSpool()
        var slices = PassSlices()
        var total = Evaluation.Part(attribution: Attribution(places: places, mixedUnits: mixedUnits))
        var firstTally: LogTally?
        while let attempt = slices.next {
            let plan = GatheringPlan(
                experiments: experiments, policy: policy, day: reader.day.range, hash: hash, segments: segments,
                shards: Shards(attempt, count: shardCount, arena: arena, minutesOfDay: minutesOfDay))
            let collectors = (0..<max(1, workers)).map { _ in EventCollector(plan) }
            let tally = try read(files, by: reader, into: collectors, after: firstTally)
            if firstTally == nil {
                firstTally = tally
                total.statistics.formulaSegments = collectors.reduce(0) { $0 + $1.gathering.formulaSegments }
                // One reading is progress enough to show.
                reader.progress = nil
            }
            let evaluation = Evaluation(plan, places: places, mixedUnits: mixedUnits, audits: audits)
            do throws(CountOverflow) {
                try total.add(try evaluation.result())
            } catch {
                throw .overflow(error)
            }
            guard slices.finish(plan.shards) else { throw .memory }
        }
        return (statistics(total, segments), firstTally ?? LogTally())
    }

    /// Enough shards that workers rarely wait for one another and that dropping one is a small step, but no more than can fill
    /// some chunks of memory each.
    private var shardCount: Int {
        max(1, min(max(32, workers * 8), 1024, memory / (4 * Arena.chunkBytes)))
    }

    private var minutesOfDay: Int { GatheringPlan.minutes(of: reader.day.range) }

    /// Reads all files once. Every time but the first they must be what they were.
    private func read(
        _ files: [LogFile], by reader: LogReader, into collectors: [EventCollector], after first: LogTally?
    ) throws(Failure) -> LogTally {
        do throws(LogError) {
            let tally = try reader.read(files, into: collectors)
            if let first, first.lines != tally.lines || first.bytes != tally.bytes || first.events != tally.events {
                throw LogError(file: files.map(\.name).joined(separator: ", "), problem: .changed)
            }
            return tally
        } catch {
            throw .log(error)
        }
    }

    private func statistics(_ total: Evaluation.Part, _ segments: SegmentNames) -> DayStatistics {
        var result = total.statistics
        result.mixedUnits = total.attribution.mixedCount
        result.rows = rows(total.attribution.counts, segments)
        result.audit.sort { $0.visitor < $1.visitor }
        return result
    }

    /// The rows of all arms with a unit, in byte order of their keys.
    private func rows(_ counts: ArmCountTable, _ segments: SegmentNames) -> [(key: ArmKey, counts: ArmCounts)] {
        let arms = experiments.map(\.arms)
        var rows: [(key: ArmKey, counts: ArmCounts)] = []
        rows.reserveCapacity(counts.count)
        counts.forEach { arm, segment, counts in
            let slot = experiments[arm.experiment].key
            let key = ArmKey(
                platform: slot.platform, slot: slot.slot, segment: Name(segments.string(segment)),
                variant: arms[arm.experiment][arm.arm])
            rows.append((key, counts))
        }
        return rows.sorted { $0.key < $1.key }
    }
}
