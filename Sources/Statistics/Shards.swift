import Synchronization

/// The visitors of a pass in shards by hash, which all workers fill, each shard under a lock of its own.
///
/// When the arena's limit is reached, the highest shard is dropped with all that it holds, to make room for the lower ones: its
/// visitors are for a later pass.
///
///     kept ──────────────┐
///     ▓▓▓▓ ▓▓▓▓ ▓▓▓▓ ▓▓▓▓│ dropped …
final class Shards: Sendable {
    /// One shard; its table is nil once it has been dropped.
    final class Shard: Sendable {
        let table: Mutex<VisitorTable?>

        init(_ table: consuming VisitorTable) {
            self.table = Mutex(table)
        }
    }

    let partition: HashSlices.Partition
    let shards: [Shard]
    private let keptCount: Atomic<Int>

    init(_ slices: HashSlices, count: Int, arena: Arena, minutesOfDay: Int) {
        let partition = HashSlices.Partition(slices, shards: count)
        self.partition = partition
        shards = (0..<partition.shards).map { _ in Shard(VisitorTable(arena, minutesOfDay: minutesOfDay)) }
        keptCount = Atomic(partition.shards)
    }

    /// The number of shards that have not been dropped: the first ones.
    var kept: Int { keptCount.load(ordering: .relaxed) }

    /// Drops the highest shard, to make room for `holder`, whose lock the caller has; false when `holder` is the highest: then
    /// it is for the caller to drop it.
    ///
    /// A lock is only ever waited for by who holds the lock of a lower shard, so there is no deadlock.
    func dropHighest(for holder: Int) -> Bool {
        while true {
            let kept = keptCount.load(ordering: .relaxed)
            let highest = kept - 1
            if highest < holder { return false }
            guard keptCount.compareExchange(expected: kept, desired: highest, ordering: .relaxed).exchanged else {
                continue
            }
            if highest == holder { return false }
            shards[highest].table.withLock { $0 = nil }
            return true
        }
    }
}
