import Synchronization

/// The visitors of a pass in shards by hash, which all workers fill, each shard under a lock of its own.
///
/// When the arena's limit is reached, the highest shard is dropped with all that it holds, to make room for the lower ones: its
/// visitors are for a later pass.
///
///     kept ──────────────┐
///     ▓▓▓▓ ▓▓▓▓ ▓▓▓▓ ▓▓▓▓│ dropped …
final class Shards: Sendable {
    /// What a shard holds; nothing once it has been dropped.
    struct Content {
        /// The visitors of the day being read.
        var visitors: Owned<VisitorTable>?
        /// Their units of this day and the days before it, under a conversion window.
        var exposures: Owned<ExposureTable>?
    }

    final class Shard: Sendable {
        let content = Mutex(Content())
    }

    let partition: HashSlices.Partition
    let shards: [Shard]
    let arena: Arena
    private let keptCount: Atomic<Int>

    init(_ slices: HashSlices, count: Int, arena: Arena) {
        let partition = HashSlices.Partition(slices, shards: count)
        self.partition = partition
        self.arena = arena
        shards = (0..<partition.shards).map { _ in Shard() }
        keptCount = Atomic(partition.shards)
    }

    /// The number of shards that have not been dropped: the first ones.
    var kept: Int { keptCount.load(ordering: .relaxed) }

    /// Gives every shard an empty table for a day of so many minutes and this number of experiments.
    func beginDay(minutes: Int, experiments: Int) {
        for shard in shards[..<kept] {
            shard.content.withLock {
                $0.visitors = Owned(VisitorTable(arena, minutesOfDay: minutes, experiments: experiments))
            }
        }
    }

    /// Drops the highest shard to make room for `holder`, whose lock the caller has; false when `holder` itself is the highest: then
    /// the caller must drop it.
    ///
    /// Whoever waits for a shard's lock here holds only the lock of a lower one, so there is no deadlock.
    func dropHighest(for holder: Int) -> Bool {
        while true {
            let kept = keptCount.load(ordering: .relaxed)
            let highest = kept - 1
            if highest < holder { return false }
            guard keptCount.compareExchange(expected: kept, desired: highest, ordering: .relaxed).exchanged else {
                continue
            }
            if highest == holder { return false }
            shards[highest].content.withLock { $0 = Content() }
            return true
        }
    }
}
