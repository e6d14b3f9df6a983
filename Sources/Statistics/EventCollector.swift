import BotFilter
import EventLog
import Vocabulary

/// One worker's sink.
///
/// Used by one thread at a time, which is what makes it safe to hand over.
final class EventCollector: EventSink, @unchecked Sendable {
    var gathering: Gathering

    init(experiments: [Experiment], policy: BotPolicy, dayStart: Int64, hash: KeyedHash) {
        gathering = Gathering(experiments: experiments, policy: policy, dayStart: dayStart, hash: hash)
    }

    func consume(_ events: UnsafeMutableBufferPointer<Event>) {
        gathering.add(events)
    }
}
