import Foundation
import Randomizer
import TestExpectations
import TestSupport
import Testing

/// The control, which is decided before the others by a number of the holdout's own.
@Suite(.slow) struct HoldoutTests {
    /// The choice straight from the specification: the number of the holdout, then every logarithm taken, all scores sorted.
    static func slowChoice(
        _ shares: Shares, control: Int, visitor: String, slot: String = "home-hero", holdout: String? = nil
    ) -> Int? {
        let salt = SlowXXH64.hash(Array("web\u{1F}\(slot)".utf8), seed: 0)
        func uniform(_ seed: UInt64, _ name: String) -> Double {
            let unit = SlowXXH64.hash(Array(visitor.utf8), seed: seed)
            let random = mix64(unit ^ SlowXXH64.hash(Array(name.utf8), seed: 0))
            return (Double(random >> 11) + 0.5) * Foundation.pow(2, -53)
        }
        let seed = holdout.map { SlowXXH64.hash(Array($0.utf8), seed: 0) } ?? salt
        let share = Double(shares[control]) / 1_000_000
        if uniform(seed, "control") < share || share == 1 { return control }
        let others = shares.indices.filter { $0 != control && shares[$0] > 0 }
        let scores = others.map { arm in
            (-Foundation.log(uniform(salt, TestTable.name(arm))) / (Double(shares[arm]) / 1_000_000), arm)
        }
        return scores.min { $0 < $1 }?.1
    }

    static func holdout(_ slot: String, _ name: String) -> Manifest.Holdout {
        Manifest.Holdout(platform: "web", slot: slot, name: name)
    }

    @Test(arguments: [1, 2, 3, 10, 60], [nil, "site"])
    func agreesWithSlowTwin(arms: Int, holdout: String?) throws {
        var generator = SplitMix64(seed: UInt64(arms))
        for _ in 0..<10 {
            let shares = TestTable.randomShares(arms, using: &generator)
            let control = Int.random(in: shares.indices, using: &generator)
            let table = try TestTable.table(
                TestTable.rows(shares, control: control),
                holdouts: holdout.map { [Self.holdout("home-hero", $0)] } ?? [])
            let group = table.experiments[0].groups[0]
            #expect(group.control == TestTable.name(control))
            #expect(table.experiments[0].holdout == holdout)
            for _ in 0..<(600 / arms + 40) {
                let visitor = String(generator.next(), radix: 36)
                #expect(
                    group.arm(of: visitor)
                        == Self.slowChoice(shares, control: control, visitor: visitor, holdout: holdout))
            }
        }
    }

    /// Random bits around the control's share and at both ends of the interval, for each place that a control can have.
    @Test(arguments: [1, 50_000, 333_333, 999_999, 1_000_000])
    func borderIsTheShare(millionths: UInt32) throws {
        let share = Double(millionths) / 1_000_000
        let cell = UInt64(share * 0x1p53)
        for control in 0..<3 {
            var shares: Shares = [0, 0, 0]
            shares[(control + 1) % 3] = 1_000_000 - millionths
            shares[control] = millionths
            let group = try TestTable.table(shares, control: control).experiments[0].groups[0]
            let last: UInt64 = (1 << 53) - 1
            let numbers: [UInt64] = [0, 1, cell - 2, cell - 1, cell, cell + 1, last]
            for number in numbers where number <= last {
                let random = number << 11 | 0x2AA
                let unit = ChoiceTests.unit(giving: random, name: "control")
                let isHeld = (Double(number) + 0.5) * Foundation.pow(2, -53) < share || millionths == 1_000_000
                #expect((group.arm(unit: unit) == control) == isHeld)
            }
        }
    }

    @Test func constantIsTheHashOfItsName() {
        #expect(RendezvousHash.control == SlowXXH64.hash(Array("control".utf8), seed: 0))
        #expect(RendezvousHash.control == XXH64.hash(RendezvousHash.controlName))
    }

    /// The shares of four others, drawn anew, beside a control at place 1.
    static func wandering(_ control: UInt32, using generator: inout SplitMix64) -> Shares {
        var shares = TestTable.randomShares(4, using: &generator).map {
            UInt32(Double($0) * (1 - Double(control) / 1e6))
        }
        shares[0] += 1_000_000 - control - shares.reduce(0, +)
        shares.insert(control, at: 1)
        return shares
    }

    /// With 5 % for the control nobody moves into it or out of it in 28 nights, whatever becomes of the others.
    @Test func controlKeepsItsVisitors() throws {
        let visitors = 200_000
        let share = 0.05
        let salt = XXH64.hash("web\u{1F}home-hero")
        let units = (0..<visitors).map { XXH64.hash("visitor-\($0)", seed: salt) }
        var generator = SplitMix64(seed: 28)
        var before: [Bool] = []
        var (moved, others) = (0, Set<Int>())
        for night in 0..<28 {
            let shares = Self.wandering(50_000, using: &generator)
            let group = try TestTable.table(shares, control: 1).experiments[0].groups[0]
            let shown = units.map { group.arm(unit: $0) }
            let held = shown.map { $0 == 1 }
            if night == 0 {
                for visitor in 0..<1_000 { #expect(group.arm(of: "visitor-\(visitor)") == shown[visitor]) }
            } else {
                moved += zip(before, held).count { $0 != $1 }
            }
            others.insert(shown[0])
            before = held
        }
        #expect(moved == 0)
        // The others did wander: one visitor saw several of them.
        #expect(others.count > 1)
        let error = (share * (1 - share) / Double(visitors)).squareRoot()
        #expect(abs(Double(before.count { $0 }) / Double(visitors) - share) < 4 * error)
    }

    /// A control that grows or shrinks takes or leaves the difference; who is in neither holdout stays.
    @Test(arguments: [(100_000, 250_000), (250_000, 100_000)])
    func changedControlMovesTheDifference(old: UInt32, new: UInt32) throws {
        func table(_ control: UInt32) throws -> AllocationTable.Group {
            let rest = 1_000_000 - control
            let shares = [control, rest / 5, rest - rest / 5]
            return try TestTable.table(shares, control: 0).experiments[0].groups[0]
        }
        let (before, after) = (try table(old), try table(new))
        let visitors = 40_000
        var moved = 0
        for visitor in 0..<visitors {
            let (from, to) = (before.arm(of: "\(visitor)"), after.arm(of: "\(visitor)"))
            guard from != to else { continue }
            moved += 1
            #expect(new > old ? to == 0 : from == 0)
        }
        let share = abs(Double(new) - Double(old)) / 1_000_000
        let error = (share * (1 - share) / Double(visitors)).squareRoot()
        #expect(abs(Double(moved) / Double(visitors) - share) < 4 * error)
    }

    /// P(move) ≤ 2·TV / (1 + TV) of those outside the holdout, by the others' shares of what the control leaves. A frequency may
    /// exceed it by 4 standard errors (a chance of 3·10⁻⁵ a pair).
    @Test(arguments: 1...12)
    func fewOthersMove(seed: Int) throws {
        var generator = SplitMix64(seed: UInt64(seed))
        let control = UInt32.random(in: 10_000...600_000, using: &generator)
        let (old, new) = (
            Self.wandering(control, using: &generator), Self.wandering(control, using: &generator)
        )
        let before = try TestTable.table(old, control: 1).experiments[0].groups[0]
        let after = try TestTable.table(new, control: 1).experiments[0].groups[0]
        let (visitors, rest) = (4_000, 1_000_000 - Double(control))
        var (outside, moved) = (0, 0)
        for visitor in 0..<visitors {
            let (from, to) = (before.arm(of: "\(visitor)"), after.arm(of: "\(visitor)"))
            #expect((from == 1) == (to == 1))
            if from != 1 { outside += 1 }
            guard from != to else { continue }
            moved += 1
            #expect(new[from] < old[from] || new[to] > old[to], "neither lost nor gained")
        }
        let distance = zip(old, new).reduce(0) { $0 + abs(Double($1.0) - Double($1.1)) } / rest / 2
        let bound = 2 * distance / (1 + distance)
        let slack = 4 * (bound * (1 - bound) / Double(outside)).squareRoot()
        #expect(Double(moved) / Double(outside) <= bound + slack)
    }

    /// χ² of a million fixed visitors against the shares, at the 99.9 % level (df 4, 9: 18.467, 27.877).
    @Test(
        arguments: [
            ([50_000, 700_000, 200_000, 49_000, 1_000] as Shares, 0, nil, 18.467),
            ([200_000, 200_000, 200_000, 200_000, 200_000], 2, "site", 18.467),
            ([300_000, 200_000, 100_000, 50_000, 50_000, 40_000, 30_000, 20_000, 10_000, 200_000], 9, nil, 27.877),
        ] as [(Shares, Int, String?, Double)])
    func frequenciesAreTheShares(shares: Shares, control: Int, holdout: String?, critical: Double) throws {
        let group = try TestTable.table(shares, control: control).experiments[0].groups[0]
        let salt = XXH64.hash("web\u{1F}home-hero")
        let visitors = 1_000_000
        var counts = [Double](repeating: 0, count: shares.count)
        for visitor in 0..<visitors {
            let id = "v\(visitor)"
            let holdoutUnit = holdout.map { XXH64.hash(id, seed: XXH64.hash($0)) }
            counts[group.arm(unit: XXH64.hash(id, seed: salt), holdoutUnit: holdoutUnit)] += 1
        }
        let statistic = zip(counts, shares).reduce(0) { sum, arm in
            let expected = Double(arm.1) / 1_000_000 * Double(visitors)
            return sum + (arm.0 - expected) * (arm.0 - expected) / expected
        }
        #expect(statistic > 0)
        #expect(statistic < critical)
    }

    /// Experiments that name one holdout hold the same visitors; of others a visitor's holdouts are independent: χ² of the four
    /// combinations, at the 99.9 % level (df 3: 16.266).
    @Test func namedHoldoutIsShared() throws {
        let shares: [Shares] = [[200_000, 500_000, 300_000], [200_000, 0, 800_000], [200_000, 800_000, 0]]
        let slots = ["hero", "tile", "footer"]
        let table = try TestTable.table(
            zip(slots, shares).flatMap { TestTable.rows($1, control: 0, slot: $0) },
            holdouts: [Self.holdout("hero", "site"), Self.holdout("tile", "site")])
        let groups = try slots.map { try #require(table.experiment(platform: "web", slot: $0)).groups[0] }
        let visitors = 40_000
        var (different, counts) = (0, [0.0, 0, 0, 0])
        for visitor in 0..<visitors {
            let held = groups.map { $0.arm(of: "visitor-\(visitor)") == 0 }
            if held[0] != held[1] { different += 1 }
            counts[(held[0] ? 2 : 0) + (held[2] ? 1 : 0)] += 1
        }
        #expect(different == 0)
        let expected = [0.64, 0.16, 0.16, 0.04].map { $0 * Double(visitors) }
        let statistic = zip(counts, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) / $1.1 }
        #expect(statistic > 0)
        #expect(statistic < 16.266)
    }

    @Test func segmentsHaveTheirOwnControl() throws {
        let table = try TestTable.table([
            TestRow("a", "0.5"), TestRow("plain", "0.5", status: "control"),
            TestRow("a", "0.5", segment: "pune"), TestRow("plain", "0.5", segment: "pune"),
        ])
        let groups = table.experiments[0].groups
        #expect(groups.map(\.control) == ["plain", nil])
        #expect((0..<200).contains { groups[0].arm(of: "\($0)") != groups[1].arm(of: "\($0)") })
    }

    @Test(arguments: ["active", "new", "blacklisted", "Control", "control ", "controls", ""])
    func otherStatusesAreNoControl(status: String) throws {
        let table = try TestTable.table([TestRow("a", "0.5", status: status), TestRow("b", "0.5")])
        #expect(table.experiments[0].groups[0].control == nil)
    }

    @Test func controlsThatCannotBeAreRefused() throws {
        let two = [TestRow("a", "0.5", status: "control"), TestRow("b", "0.5", status: "control")]
        let twice = #expect(throws: TableError.self) { try TestTable.table(two) }
        #expect(twice?.line == 3)
        #expect(twice?.problem.contains("has a control on line 2 already") == true)
        let namesake = [
            TestRow("a", "0.5"), TestRow("control", "0.3"), TestRow("plain", "0.2", status: "control"),
        ]
        let refused = #expect(throws: TableError.self) { try TestTable.table(namesake) }
        #expect(refused?.line == 3)
        #expect(refused?.problem.contains("a variant beside the control 'plain'") == true)
        // The number of a holdout with a name is another one, and a control may be called so.
        _ = try TestTable.table(namesake, holdouts: [Self.holdout("home-hero", "site")])
        _ = try TestTable.table([TestRow("a", "0.5"), TestRow("control", "0.5", status: "control")])
    }
}
