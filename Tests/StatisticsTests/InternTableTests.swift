import BotFilter
import EventLog
import Synchronization
import TestSupport
import Testing

@testable import Statistics

@Suite("InternTable")
struct InternTableTests {
    private func withText<Result>(_ bytes: [UInt8], _ body: (ByteText) -> Result) -> Result {
        bytes.withUnsafeBufferPointer { body(ByteText($0)) }
    }

    @Test("numbers texts in the order they come", arguments: [UInt64(0), 1, 0xDEAD_BEEF])
    func numbers(key: UInt64) {
        var random = SplitMix64(seed: key)
        // Fixed keys, the zero key among them: equality must not lean on the hash.
        var table = InternTable(hash: KeyedHash(keys: (key, key, key)))
        var expected: [[UInt8]: Int] = [:]
        for _ in 0..<6_000 {
            // Few letters: many repeats, prefixes of one another, and the empty text.
            let length = Int.random(in: 0...(random.chance(0.1) ? 40 : 7), using: &random)
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...2, using: &random) }
            #expect(withText(bytes) { table.find($0) } == expected[bytes])
            let number = withText(bytes) { table.number(of: $0) }
            #expect(number == expected[bytes, default: expected.count])
            expected[bytes] = number
        }
        #expect(table.count == expected.count)
        for (bytes, number) in expected { #expect(table[number].bytes.elementsEqual(bytes)) }
    }

    @Test("hashes texts of equal length apart by any byte")
    func hash() {
        var random = SplitMix64(seed: 5)
        let hash = KeyedHash(keys: (random.next(), random.next(), random.next()))
        for length in 1...40 {
            var seen: Set<UInt64> = []
            for position in 0..<length {
                for byte in [UInt8(1), 0x80, 0xFF] {
                    var bytes = [UInt8](repeating: 0, count: length)
                    bytes[position] = byte
                    seen.insert(withText(bytes) { hash($0) })
                }
            }
            #expect(seen.count == length * 3)
        }
    }

    /// The first of a sample moves to the place beside it when a second comes, and goes when a third does.
    @Test("remembers two texts of a sample, and mistakes none for another")
    func samples() {
        var memo = TextMemo<Int>(
            hash: KeyedHash(keys: (1, 2, 3)), limit: 100, byteLimit: 1_000, samples: 8, blank: -1)
        func recent(_ text: String, _ sample: Int) -> Int? {
            withText(Array(text.utf8)) { memo.recentValue(of: $0, sample: sample) }
        }
        func add(_ text: String, _ sample: Int, _ value: Int) {
            #expect(withText(Array(text.utf8)) { memo.value(of: $0, sample: sample) { _ in value } } == value)
        }
        add("one", 3, 1)
        #expect(recent("two", 3) == nil)
        add("two", 3, 2)
        #expect(recent("one", 3) == 1 && recent("two", 3) == 2 && recent("six", 3) == nil)
        add("ten", 5, 10)
        add("four", 4, 4)
        #expect(recent("ten", 5) == 10 && recent("four", 4) == 4)
        add("six", 3, 6)
        #expect(recent("six", 3) == 6 && recent("two", 3) == 2 && recent("one", 3) == nil)
    }

    @Test("keeps verdicts, and stays bounded")
    func verdicts() {
        let asked = Mutex(0)
        var cache = VerdictCache(hash: KeyedHash(keys: (1, 2, 3))) { agent in
            asked.withLock { $0 += 1 }
            return agent.count % 2 == 0 ? .bot : .person
        }
        func verdict(on agent: String) -> Bool {
            withText(Array(agent.utf8)) { cache.verdict(on: $0) == .bot }
        }
        for _ in 0..<3 { #expect(verdict(on: "even") && !verdict(on: "odd")) }
        #expect(asked.withLock { $0 } == 2)
        for number in 0..<70_000 where verdict(on: "agent \(number)") != ("agent \(number)".utf8.count % 2 == 0) {
            Issue.record("a wrong verdict on agent \(number)")
        }
        #expect(verdict(on: "even"))
    }
}
