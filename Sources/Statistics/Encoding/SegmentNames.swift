import Domain
import EventLog
import Synchronization

/// The segments seen, numbered for all workers.
final class SegmentNames: Sendable {
    /// The number of everyone's segment, `*`.
    static let everyone: UInt32 = 0

    private let names: Mutex<InternTable>

    init(hash: KeyedHash) {
        var table = InternTable(hash: hash)
        withUnsafeBytes(of: UInt8(ascii: "*")) { _ = table.number(of: ByteText($0.bindMemory(to: UInt8.self))) }
        names = Mutex(table)
    }

    /// The number of a name, which is added when new.
    func number(of name: ByteText) -> UInt32 {
        names.withLock { UInt32($0.number(of: name)) }
    }

    var count: Int { names.withLock { $0.count } }

    /// The numbers of those of `wanted` that were seen.
    func numbers(of wanted: Set<Name>) -> Set<UInt32> {
        guard !wanted.isEmpty else { return [] }
        return Set((0..<UInt32(count)).filter { wanted.contains(Name(string($0))) })
    }

    /// Whether one segment's name comes before another's in byte order.
    func isLess(_ left: UInt32, _ right: UInt32) -> Bool {
        names.withLock { $0[Int(left)] < $0[Int(right)] }
    }

    /// The rank of each number's name among all names in byte order. O(n log n) comparisons.
    var ranks: [UInt32] {
        names.withLock { names in
            var ranks = [UInt32](repeating: 0, count: names.count)
            for (rank, number) in (0..<names.count).sorted(by: { names[$0] < names[$1] }).enumerated() {
                ranks[number] = UInt32(rank)
            }
            return ranks
        }
    }

    func string(_ number: UInt32) -> String { withName(of: number) { $0.string } }

    /// Calls `body` with a name, which is valid during the call.
    func withName<Result>(of number: UInt32, _ body: (ByteText) -> Result) -> Result {
        names.withLock { body($0[Int(number)]) }
    }
}

/// The numbers of segments that one worker has seen lately, found without a lock.
struct SegmentCache: ~Copyable {
    private static let samples = 256

    private let names: SegmentNames
    private var numbers: TextMemo<UInt32>

    init(_ names: SegmentNames, hash: KeyedHash) {
        self.names = names
        numbers = TextMemo(
            hash: hash, limit: 1 << 14, byteLimit: 1 << 20, samples: SegmentCache.samples, blank: SegmentNames.everyone)
    }

    @inline(__always)
    mutating func number(of name: ByteText) -> UInt32 {
        if name.isEmpty { return SegmentNames.everyone }
        // Most names differ in their first, middle or last byte.
        let ends =
            Int(name.start[0]) &* 29 &+ Int(name.start[name.count / 2]) &* 7 &+ Int(name.start[name.count &- 1]) &* 13
            &+ name.count
        let sample = ends & (SegmentCache.samples - 1)
        return numbers.recentValue(of: name, sample: sample) ?? remembered(name, sample)
    }

    @inline(never)
    private mutating func remembered(_ name: ByteText, _ sample: Int) -> UInt32 {
        let names = self.names
        return numbers.value(of: name, sample: sample) { names.number(of: $0) }
    }
}
