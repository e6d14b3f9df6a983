/// The visitors of one worker in shards by hash, so that tables can be added up and evaluated side by side.
final class Shards {
    /// A power of two; enough that threads rarely wait for the largest.
    static let count = 16

    let tables: UnsafeMutablePointer<VisitorTable>

    init(hash: KeyedHash) {
        tables = .allocate(capacity: Shards.count)
        for shard in 0..<Shards.count { (tables + shard).initialize(to: VisitorTable(hash: hash)) }
    }

    deinit {
        tables.deinitialize(count: Shards.count)
        tables.deallocate()
    }

    /// The shard of a visitor: the upper bits of its hash, of which tables use the lower ones.
    static func number(ofHash hash: UInt64) -> Int {
        Int(hash >> 60)
    }
}
