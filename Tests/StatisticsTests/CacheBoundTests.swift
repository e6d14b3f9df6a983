import BotFilter
import EventLog
import Synchronization
import TestExpectations
import Testing

@testable import Statistics

@Suite("Caches of names")
struct CacheBoundTests {
    private let hash = KeyedHash(keys: (1, 2, 3))

    private func withText<Result>(_ text: String, _ body: (ByteText) -> Result) -> Result {
        Array(text.utf8).withUnsafeBufferPointer { body(ByteText($0)) }
    }

    /// Two agents are judged once; between them so many bytes of others come by that the cache must have let go.
    @Test("let go of user agents that take too many bytes", arguments: [(1_000, 3), (100_000, 100)])
    func agents(length: Int, others: Int) {
        let count = Mutex(0)
        var cache = VerdictCache(hash: hash) { bytes in
            count.withLock { $0 += 1 }
            return bytes.last == UInt8(ascii: "!") ? .bot : .person
        }
        var judged: Int { count.withLock { $0 } }
        func verdict(_ agent: String) -> Bool { withText(agent) { cache.verdict(on: $0) == .bot } }
        let padding = String(repeating: "x", count: length)
        #expect(verdict("bot!") && !verdict("person") && verdict("bot!") && judged == 2)
        for number in 0..<others {
            #expect(verdict("\(number)\(padding)!") && !verdict("\(number)\(padding)"))
        }
        let before = judged
        #expect(before == 2 + 2 * others)
        #expect(verdict("bot!") && !verdict("person"))
        let isLarge = length * others > 5_000_000
        #expect(judged == (isLarge ? before + 2 : before))
    }

    @Test("number segments the same after letting go of them", .slow, arguments: [5, 200])
    func segments(length: Int) {
        let names = SegmentNames(hash: hash)
        let caches = [SegmentCacheBox(names, hash), SegmentCacheBox(names, hash)]
        let padding = String(repeating: "y", count: length)
        var known: [String: UInt32] = ["*": SegmentNames.everyone]
        var wrong = 0
        for round in 0..<2 {
            for number in 0..<17_000 {
                let name = number % 1_000 == 0 ? "*" : "\(number)\(padding)"
                let found = withText(name) { caches[(number + round) % 2].cache.number(of: $0) }
                if let before = known.updateValue(found, forKey: name), before != found { wrong += 1 }
                if names.string(found) != name { wrong += 1 }
            }
        }
        #expect(wrong == 0 && known.count == 17_000 - 17 + 1 && Set(known.values).count == known.count)
    }
}

/// A place for a cache in an array.
private final class SegmentCacheBox {
    var cache: SegmentCache

    init(_ names: SegmentNames, _ hash: KeyedHash) {
        cache = SegmentCache(names, hash: hash)
    }
}
