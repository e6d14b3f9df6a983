import Allocation
import Domain
import Foundation
import TestSupport
import Testing

@Suite struct RoundingTests {
    /// Largest remainder by repeated search, on shares given exactly in trillionths.
    static func searched(_ trillionths: [Int], _ names: [Name], total: Int) -> [Int] {
        var micro = trillionths.map { $0 / 1_000_000 }
        while micro.reduce(0, +) < total {
            var best = 0
            for arm in trillionths.indices {
                let lost = trillionths[arm] - micro[arm] * 1_000_000
                let bestLost = trillionths[best] - micro[best] * 1_000_000
                if lost > bestLost || (lost == bestLost && names[arm] < names[best]) { best = arm }
            }
            micro[best] += 1
        }
        return micro
    }

    @Test(arguments: 0..<6)
    func agreesWithRepeatedSearch(seed: Int) {
        var generator = SplitMix64(seed: UInt64(seed))
        for _ in 0..<200 {
            let total = Bool.random(using: &generator) ? 1_000_000 : Int.random(in: 0...1_000_000, using: &generator)
            var trillionths = randomShares(using: &generator).map { Int($0 * Double(total) * 1e6) }
            trillionths[0] += total * 1_000_000 - trillionths.reduce(0, +)
            let names = trillionths.indices.map { Name("arm\($0)") }.shuffled(using: &generator)
            let micro = Rounding.microShares(
                trillionths.map { Double($0) / 1e12 }, names: names, floors: trillionths.map { _ in 0 }, total: total)
            #expect(micro == RoundingTests.searched(trillionths, names, total: total))
        }
    }

    @Test func servesTiesByName() {
        let third = 1.0 / 3
        let micro = Rounding.microShares(
            [third, third - 1e-16, third + 1e-16], names: ["c", "a", "b"], floors: [0, 0, 0], total: 1_000_000)
        #expect(micro == [333_333, 333_334, 333_333])
    }

    @Test(arguments: 0..<8)
    func keepsSumFloorsAndOrder(seed: Int) throws {
        var generator = SplitMix64(seed: UInt64(200 + seed))
        for round in 0..<300 {
            let shares = randomShares(using: &generator)
            let floors = randomFloors(shares.count, single: round % 2 == 0, using: &generator)
            let raised = try #require(Floors.apply(shares, floors: floors))
            let names = raised.indices.map { Name("arm\($0)") }.shuffled(using: &generator)
            let micro = Rounding.microShares(raised, names: names, floors: floors, total: 1_000_000)
            #expect(micro.reduce(0, +) == 1_000_000)
            let least = floors.map { Int(($0 * 1e6).rounded()) }
            if least.reduce(0, +) <= 1_000_000 { #expect(zip(micro, least).allSatisfy { $0 >= $1 }) }
            #expect(zip(micro, raised).allSatisfy { abs(Double($0) - $1 * 1e6) < Double(1 + micro.count) })
            for (left, high) in zip(raised, micro) {
                for (right, low) in zip(raised, micro) where left > right + 1e-11 { #expect(high >= low) }
            }
        }
    }

    /// Floors of 7 decimals that round up must not leave an arm one micro-share under them.
    @Test func keepsFloorsThatRoundUp() {
        let floors = Array(repeating: 0.0000006, count: 5)
        let micro = Rounding.microShares(
            [0.9999970, 0.0000006, 0.0000006, 0.0000006, 0.0000012], names: ["a", "b", "c", "d", "e"], floors: floors,
            total: 1_000_000)
        #expect(micro == [999_996, 1, 1, 1, 1])
    }

    @Test func roundsPlainlyWhenFloorsCannotHold() {
        let sixth = Array(repeating: 1.0 / 6, count: 6)
        let names: [Name] = ["f", "e", "d", "c", "b", "a"]
        let micro = Rounding.microShares(sixth, names: names, floors: sixth, total: 1_000_000)
        #expect(micro == [166_666, 166_666, 166_667, 166_667, 166_667, 166_667])
    }
}

@Suite struct NewVariantCapTests {
    @Test func givesWhatIsAboveToTheOthersInProportion() {
        let capped = NewVariantCap.apply(
            [0.01, 0.03, 0.96], isNew: [false, false, true], weights: [0.01, 0.03, 0.96])
        #expect(zip(capped, [1.0 / 6, 0.5, 1.0 / 3]).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    @Test func leavesNewArmsBelowTheCap() {
        let shares = [0.2, 0.1, 0.7]
        #expect(NewVariantCap.apply(shares, isNew: [true, true, false], weights: shares) == shares)
    }

    @Test func leavesEverythingWhenNoneIsNew() {
        let shares = [0.9, 0.1]
        #expect(NewVariantCap.apply(shares, isNew: [false, false], weights: shares) == shares)
    }

    /// Uncapped, a fresh arm beside two of 99 visitors would take 92 %.
    @Test func sharesEvenlyWhenAllAreNew() {
        #expect(NewVariantCap.apply([0.9, 0.1], isNew: [true, true], weights: [0.9, 0.1]) == [0.5, 0.5])
    }

    @Test func sharesEquallyWithoutWeights() {
        #expect(
            NewVariantCap.apply([0, 0, 1, 0], isNew: [false, false, true, true], weights: [0, 0, 1, 0])
                == [0.375, 0.375, 0.25, 0])
    }
}
