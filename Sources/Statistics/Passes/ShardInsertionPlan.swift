import BotFilter
import Domain
import EventLog

/// What the workers of a pass share.
final class ShardInsertionPlan: Sendable {
    let experiments: [Experiment]
    let policy: BotPolicy
    let day: Range<Int64>
    let hash: KeyedHash
    let segments: SegmentNames
    let shards: Shards
    let workers: Int
    /// Whether the time of every click is kept, for a conversion window to judge.
    let keepsClicks: Bool
    /// Whether copies of events are told by the events' ids.
    let tellsCopies: Bool

    init(
        experiments: [Experiment], policy: BotPolicy, day: Range<Int64>, hash: KeyedHash, segments: SegmentNames,
        shards: Shards, workers: Int, keepsClicks: Bool, tellsCopies: Bool
    ) {
        self.experiments = experiments
        self.policy = policy
        self.day = day
        self.hash = hash
        self.segments = segments
        self.shards = shards
        self.workers = workers
        self.keepsClicks = keepsClicks
        self.tellsCopies = tellsCopies
    }

    /// ⌊time / 60 s⌋ of the day's first instant.
    var firstMinute: Int64 { ShardInsertionPlan.minute(of: day.lowerBound) }

    /// The minutes of the clock that the day touches.
    static func minutes(of day: Range<Int64>) -> Int {
        Int(minute(of: day.upperBound - 1) - minute(of: day.lowerBound)) + 1
    }

    /// ⌊time / 60 s⌋, before 1970 too.
    static func minute(of time: Int64) -> Int64 {
        (time - (time % 60_000_000 + 60_000_000) % 60_000_000) / 60_000_000
    }
}

/// One worker's sink.
///
/// Used by one thread at a time, which is what makes it safe to hand over.
final class EventCollector: EventSink, @unchecked Sendable {
    private(set) var inserter: ShardInserter

    init(_ plan: ShardInsertionPlan, worker: Int) {
        inserter = ShardInserter(plan, worker: worker)
    }

    func consume(_ events: UnsafeBufferPointer<Event>, ignored: UnsafeMutableBufferPointer<IgnoredReason?>) {
        inserter.add(events, ignored)
    }
}
