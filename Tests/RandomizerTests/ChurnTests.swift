import Randomizer
import TestSupport
import Testing

/// What moves when the shares do.
@Suite struct ChurnTests {
    static let visitors = 4_000

    static func pair(_ seed: UInt64) -> (old: Shares, new: Shares) {
        var generator = SplitMix64(seed: seed)
        let arms = Int.random(in: 2...8, using: &generator)
        let old = TestTable.randomShares(arms, using: &generator)
        if seed % 2 == 0 { return (old, TestTable.randomShares(arms, using: &generator)) }
        // A small step, as between two nights: one arm gives to another.
        var new = old
        let (giver, taker) = (Int.random(in: 0..<arms, using: &generator), Int.random(in: 0..<arms, using: &generator))
        let gift = UInt32.random(in: 0...new[giver], using: &generator) / 4
        new[giver] -= gift
        new[taker] += gift
        return (old, new)
    }

    /// P(move) ≤ 2·TV / (1 + TV); a frequency may exceed it by 4 standard errors (a chance of 3·10⁻⁵ a pair).
    @Test(arguments: 1...16)
    func fewMove(seed: Int) throws {
        let (old, new) = Self.pair(UInt64(seed))
        let (before, after) = (try TestTable.table(old), try TestTable.table(new))
        var moved = 0
        for visitor in 0..<Self.visitors {
            let (from, to) = (TestTable.assign(before, "v\(visitor)"), TestTable.assign(after, "v\(visitor)"))
            guard from != to else { continue }
            moved += 1
            let (left, right) = (try arm(from), try arm(to))
            #expect(new[left] < old[left] || new[right] > old[right], "neither lost nor gained")
        }
        let distance = zip(old, new).reduce(0) { $0 + abs(Double($1.0) - Double($1.1)) } / 2_000_000
        let bound = 2 * distance / (1 + distance)
        let slack = 4 * (bound * (1 - bound) / Double(Self.visitors)).squareRoot()
        let share = Double(moved) / Double(Self.visitors)
        #expect(share <= bound + slack)
        // No scheme moves fewer than the distance itself.
        #expect(share >= distance - 4 * (distance * (1 - distance) / Double(Self.visitors)).squareRoot())
    }

    /// An arm that is new or gone moves only the visitors it takes or leaves.
    @Test func otherArmsKeepTheirVisitors() throws {
        let (before, after) = (
            try TestTable.table([500_000, 500_000, 0]), try TestTable.table([400_000, 400_000, 200_000])
        )
        for visitor in 0..<Self.visitors {
            let (from, to) = (TestTable.assign(before, "\(visitor)"), TestTable.assign(after, "\(visitor)"))
            #expect(from == to || to == "arm-02")
        }
    }

    private func arm(_ name: String?) throws -> Int {
        try #require(Int((name ?? "").dropFirst(4)))
    }
}
