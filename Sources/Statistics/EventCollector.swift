import EventLog

/// One worker's sink.
///
/// Used by one thread at a time, which is what makes it safe to hand over.
final class EventCollector: EventSink, @unchecked Sendable {
    private(set) var gathering: ShardInserter

    init(_ plan: ShardInsertionPlan, worker: Int) {
        gathering = ShardInserter(plan, worker: worker)
    }

    func consume(_ events: UnsafeBufferPointer<Event>, ignored: UnsafeMutableBufferPointer<IgnoredReason?>) {
        gathering.add(events, ignored)
    }
}
