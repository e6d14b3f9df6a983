import EventLog
import Synchronization

/// The segments seen, numbered for all workers.
final class SegmentNames: Sendable {
    /// The number of everyone's segment, `*`.
    static let everyone: UInt32 = 0

    private let names: Mutex<TextTable>

    init(hash: KeyedHash) {
        var table = TextTable(hash: hash)
        withUnsafeBytes(of: UInt8(ascii: "*")) { _ = table.number(of: ByteText($0.bindMemory(to: UInt8.self))) }
        names = Mutex(table)
    }

    /// The number of a name, which is added when new.
    func number(of name: ByteText) -> UInt32 {
        names.withLock { UInt32($0.number(of: name)) }
    }

    /// Whether one segment's name comes before another's in byte order.
    func isLess(_ left: UInt32, _ right: UInt32) -> Bool {
        names.withLock { $0[Int(left)] < $0[Int(right)] }
    }

    /// The place of each number's name among all names in byte order. O(n log n) comparisons.
    var ranks: [UInt32] {
        names.withLock { names in
            var ranks = [UInt32](repeating: 0, count: names.count)
            for (rank, number) in (0..<names.count).sorted(by: { names[$0] < names[$1] }).enumerated() {
                ranks[number] = UInt32(rank)
            }
            return ranks
        }
    }

    func string(_ number: UInt32) -> String {
        names.withLock { $0[Int(number)].string }
    }
}

/// One worker's memory of segments' numbers, bounded: a log of ever new segments, or of long ones, starts it afresh.
struct SegmentCache: ~Copyable {
    private static let limit = 1 << 14
    private static let byteLimit = 1 << 20

    private let names: SegmentNames
    private let hash: KeyedHash
    private var known: TextTable
    private var numbers = Pool<UInt32>()
    /// Places of names found lately, and 1, by their ends; 0 for none. Most names are found here, without being hashed.
    private var recent = Pool<UInt32>()
    private static let recentCount = 256

    init(_ names: SegmentNames, hash: KeyedHash) {
        self.names = names
        self.hash = hash
        known = TextTable(hash: hash)
        for _ in 0..<SegmentCache.recentCount { recent.append(0) }
    }

    @inline(__always)
    mutating func number(of name: ByteText) -> UInt32 {
        if name.isEmpty { return SegmentNames.everyone }
        let ends =
            Int(name.start[0]) &* 29 &+ Int(name.start[name.count / 2]) &* 7 &+ Int(name.start[name.count - 1]) &* 13
            &+ name.count
        let place = ends & (SegmentCache.recentCount - 1)
        let latest = Int(recent[place]) - 1
        if latest >= 0, known[latest] == name { return numbers[latest] }
        let found = self.place(of: name)
        recent[place] = UInt32(found + 1)
        return numbers[found]
    }

    @inline(never)
    private mutating func place(of name: ByteText) -> Int {
        if numbers.count >= SegmentCache.limit || known.byteCount >= SegmentCache.byteLimit {
            known = TextTable(hash: hash)
            numbers.removeAll()
            for place in 0..<SegmentCache.recentCount { recent[place] = 0 }
        }
        let place = known.number(of: name)
        if place == numbers.count { numbers.append(names.number(of: name)) }
        return place
    }
}
