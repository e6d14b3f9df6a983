import Foundation
import Randomizer
import TestSupport
import Testing

/// The choice that estimates scores against the formula, which takes all logarithms.
@Suite struct ChoiceTests {
    /// The place of the least −ln(u)/traffic, by the formula alone; of equal scores the first.
    static func slowChoice(_ shares: Shares, unit: UInt64) -> Int {
        var scores: [(score: Double, arm: Int)] = []
        for (arm, share) in shares.enumerated() where share > 0 {
            let random = mix64(unit ^ XXH64.hash(TestTable.name(arm)))
            let uniform = (Double(random >> 11) + 0.5) * Foundation.pow(2, -53)
            scores.append((-Foundation.log(uniform) / (Double(share) / 1_000_000), arm))
        }
        return scores.min { ($0.score, $0.arm) < ($1.score, $1.arm) }?.arm ?? -1
    }

    static func group(_ shares: Shares) throws -> AllocationTable.Group {
        try TestTable.table(shares).experiments[0].groups[0]
    }

    /// The visitor's hash that gives an arm these random bits.
    static func unit(giving random: UInt64, arm: Int) -> UInt64 {
        unit(giving: random, name: TestTable.name(arm))
    }

    static func unit(giving random: UInt64, name: String) -> UInt64 {
        func unshift(_ value: UInt64, _ bits: UInt64) -> UInt64 {
            var result = value
            for _ in 0..<(64 / bits) { result = value ^ (result >> bits) }
            return result
        }
        func inverse(_ odd: UInt64) -> UInt64 {
            (0..<6).reduce(odd) { result, _ in result &* (2 &- odd &* result) }
        }
        var value = unshift(random, 31) &* inverse(0x94D0_49BB_1331_11EB)
        value = unshift(value, 27) &* inverse(0xBF58_476D_1CE4_E5B9)
        return unshift(value, 30) ^ XXH64.hash(name)
    }

    /// Shares of every kind: even, a winner far ahead, floors, the least share there is, none.
    static func shares(_ arms: Int, using generator: inout SplitMix64) -> Shares {
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: return TestTable.randomShares(arms, using: &generator)
        case 1:
            var shares = (0..<arms).map { _ in UInt32.random(in: 0...3, using: &generator) }
            let winner = Int.random(in: 0..<arms, using: &generator)
            shares[winner] += 1_000_000 - shares.reduce(0, +)
            return shares
        default:
            var shares = Shares(repeating: 1_000_000 / UInt32(arms), count: arms)
            shares[arms - 1] += 1_000_000 - shares.reduce(0, +)
            return shares
        }
    }

    @Test(arguments: [1, 2, 3, 10, 50])
    func agreesWithTheFormula(arms: Int) throws {
        var generator = SplitMix64(seed: UInt64(arms))
        for _ in 0..<30 {
            let shares = Self.shares(arms, using: &generator)
            let group = try Self.group(shares)
            var differences = 0
            for _ in 0..<(8_000 / arms) {
                let unit = generator.next()
                if group.arm(unit: unit) != Self.slowChoice(shares, unit: unit) { differences += 1 }
            }
            #expect(differences == 0)
        }
    }

    /// Two arms whose scores are as near as shares in millionths allow, with a third that takes what is left.
    @Test func nearTiesAgreeWithTheFormula() throws {
        var generator = SplitMix64(seed: 3)
        var (near, differences) = (0, 0)
        while near < 4_000 {
            let unit = generator.next()
            let logarithms = (0..<2).map { arm in
                -Foundation.log(RendezvousHash.uniform(unit: unit, arm: XXH64.hash(TestTable.name(arm))))
            }
            let first = Double(Int.random(in: 1...900_000, using: &generator))
            let second = (first * logarithms[1] / logarithms[0]).rounded()
            guard second >= 1, first + second <= 1_000_000 else { continue }
            for step in [-1.0, 0, 1] where second + step >= 1 && first + second + step <= 1_000_000 {
                let pair = [UInt32(first), UInt32(second + step)]
                let shares = pair + [1_000_000 - pair[0] - pair[1]]
                if try Self.group(shares).arm(unit: unit) != Self.slowChoice(shares, unit: unit) { differences += 1 }
                near += 1
            }
        }
        #expect(differences == 0)
    }

    /// Random bits at the ends and at the borders of the estimate's pieces, for each arm in turn.
    @Test func extremesAgreeWithTheFormula() throws {
        var generator = SplitMix64(seed: 4)
        let bits = (0..<64).flatMap { [UInt64(1) << $0, ~(UInt64(1) << $0), UInt64.max >> $0, ~(UInt64.max >> $0)] }
        let borders = (0..<256).flatMap { [UInt64($0) << 56, (UInt64($0) << 56) &- 1] }
        for arms in [1, 2, 7] {
            for _ in 0..<4 {
                let shares = Self.shares(arms, using: &generator)
                let group = try Self.group(shares)
                for random in bits + borders {
                    for arm in 0..<arms {
                        let unit = Self.unit(giving: random, arm: arm)
                        #expect(mix64(unit ^ XXH64.hash(TestTable.name(arm))) == random)
                        #expect(group.arm(unit: unit) == Self.slowChoice(shares, unit: unit))
                    }
                }
            }
        }
    }

    /// u rounds to 1: the score is 0, and the arm wins with the least share and against every other.
    @Test func certainArmWins() throws {
        let group = try Self.group([999_999, 1, 0])
        #expect(group.arm(unit: Self.unit(giving: .max, arm: 1)) == 1)
        #expect(group.arm(unit: Self.unit(giving: .max, arm: 0)) == 0)
        #expect(group.arm(unit: Self.unit(giving: .max, arm: 2)) != 2)
    }

    /// The two inequalities that the choice stands on, at random bits, borders of pieces and both ends.
    @Test func estimatesKeepTheirBounds() {
        let estimate = ScoreEstimate()
        var generator = SplitMix64(seed: 5)
        var tried = (0..<200_000).map { _ in generator.next() }
        tried += (0..<200_000).map { _ in ~(generator.next() >> UInt64.random(in: 0...36, using: &generator)) }
        for piece in UInt64(0)..<256 {
            tried += [piece << 56, piece << 56 | 1, (piece << 56) &- 1, piece << 56 | 1 << 55]
        }
        tried += (0..<64).map { UInt64.max >> $0 }
        var worst = 0.0
        var broken = 0
        for random in tried where 1 - (Double(random >> 11) + 0.5) * 0x1p-53 >= 0x1p-36 {
            let exact = -Foundation.log((Double(random >> 11) + 0.5) * 0x1p-53)
            let (estimated, tolerance) = (estimate(random), ScoreEstimate.tolerance)
            if estimated > exact * (1 + tolerance) { broken += 1 }
            guard estimated < ScoreEstimate.limit else { continue }
            if exact > estimated * (1 + tolerance / 512) { broken += 1 }
            worst = max(worst, estimated / exact - 1)
        }
        #expect(broken == 0)
        // As tight as the tolerance says: a coarser table would be a wrong number and a finer one a missed chance.
        #expect(worst > 0.9 * ScoreEstimate.tolerance)
    }
}
