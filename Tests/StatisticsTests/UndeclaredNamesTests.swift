import Domain
import EventLog
import TestSupport
import Testing

@testable import Statistics

@Suite("Names that are not declared")
struct UndeclaredNamesTests {
    /// What some workers count of these variants, each told some of them, with room for so many names.
    private func counted(_ variants: [String], workers: Int, limit: Int, using random: inout SplitMix64)
        -> UndeclaredNames
    {
        var shares = Array(repeating: [String](), count: workers)
        for variant in variants { shares[Int.random(in: 0..<workers, using: &random)].append(variant) }
        var sum = UndeclaredNames(limit: limit)
        for share in shares {
            var tally = UndeclaredTally(hash: .random(), limit: limit)
            for variant in share {
                let (platform, slot, variant) = (Array("web".utf8), Array("hero".utf8), Array(variant.utf8))
                platform.withUnsafeBufferPointer { platform in
                    slot.withUnsafeBufferPointer { slot in
                        variant.withUnsafeBufferPointer {
                            tally.count(platform: ByteText(platform), slot: ByteText(slot), variant: ByteText($0))
                        }
                    }
                }
            }
            sum.add(tally.names)
        }
        return sum
    }

    /// The contract: of the names that are not too long the shortest, and the count of all others.
    private func expected(_ variants: [String], limit: Int) -> (names: [[Name]: Int64], others: Int64) {
        var counts: [Name: Int64] = [:]
        for variant in variants { counts[Name(variant), default: 0] += 1 }
        let short = counts.filter {
            $0.key.string.utf8.count + 9 <= UndeclaredNames.longest && !$0.key.string.contains("\u{1F}")
        }
        let kept = short.keys.sorted {
            let (left, right) = ($0.string.utf8.count, $1.string.utf8.count)
            return left == right ? $0 < $1 : left < right
        }.prefix(limit)
        let names = Dictionary(uniqueKeysWithValues: kept.map { (["web", "hero", $0], short[$0] ?? 0) })
        return (names, Int64(variants.count) - names.values.reduce(0, +))
    }

    @Test("are the same whoever reads which line, with little room too", arguments: 0..<60)
    func bounded(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let alphabet = ["a", "b", "\u{E9}", "e\u{301}", "z"]
        let variants = (0..<Int.random(in: 0...400, using: &random)).map { _ -> String in
            if random.chance(0.02) { return String(repeating: "x", count: Int.random(in: 240...260, using: &random)) }
            if random.chance(0.02) { return "a\u{1F}b" }
            return (0...Int.random(in: 0...3, using: &random)).map { _ in random.pick(alphabet) }.joined()
        }
        for limit in [1, 7, 50, 4_096] {
            let wanted = expected(variants, limit: limit)
            for workers in 1...4 {
                let found = counted(variants, workers: workers, limit: limit, using: &random)[.variant]
                #expect(found.events == wanted.names, "limit \(limit), \(workers) workers")
                #expect(found.otherEvents == wanted.others)
            }
        }
    }
}
