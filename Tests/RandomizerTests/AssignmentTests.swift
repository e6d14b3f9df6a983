import Foundation
import Randomizer
import TestSupport
import Testing

@Suite struct AssignmentTests {
    /// The choice straight from the formulas: every logarithm taken, all scores sorted.
    static func slowChoice(_ shares: Shares, visitor: String) -> String? {
        let salt = SlowXXH64.hash(Array("web\u{1F}home-hero".utf8), seed: 0)
        let unit = SlowXXH64.hash(Array(visitor.utf8), seed: salt)
        let scores = shares.enumerated().filter { $0.element > 0 }.map { arm, share in
            let name = TestTable.name(arm)
            var generator = unit ^ SlowXXH64.hash(Array(name.utf8), seed: 0)
            generator = (generator ^ (generator >> 30)) &* 0xBF58_476D_1CE4_E5B9
            generator = (generator ^ (generator >> 27)) &* 0x94D0_49BB_1331_11EB
            generator ^= generator >> 31
            let uniform = (Double(generator >> 11) + 0.5) * Foundation.pow(2, -53)
            return (score: -Foundation.log(uniform) / (Double(share) / 1_000_000), name: name)
        }
        return scores.sorted { ($0.score, $0.name) < ($1.score, $1.name) }.first?.name
    }

    @Test(arguments: [1, 2, 3, 10, 60])
    func agreesWithSlowTwin(arms: Int) throws {
        var generator = SplitMix64(seed: UInt64(arms))
        for _ in 0..<10 {
            let shares = TestTable.randomShares(arms, using: &generator)
            let table = try TestTable.table(shares)
            for _ in 0..<(600 / arms + 40) {
                let visitor = String(generator.next(), radix: 36)
                #expect(TestTable.assign(table, visitor) == Self.slowChoice(shares, visitor: visitor))
            }
        }
    }

    /// Skipping a logarithm must never skip a winner: checked next to the bound and at the ends of the unit interval.
    @Test func skippedArmsCouldNotWin() {
        var generator = SplitMix64(seed: 11)
        var skipped = 0
        for _ in 0..<200_000 {
            let traffic = Double(Int.random(in: 1...1_000_000, using: &generator)) / 1_000_000
            let near = Double.random(in: 0...1, using: &generator)
            let uniform = [near, 1 - near * 0x1p-30, 1 - 0x1p-53, 1, 0x1p-54][Int.random(in: 0..<5, using: &generator)]
            let score = RendezvousHash.score(uniform: uniform, traffic: traffic)
            let factor = 1 + Double.random(in: -4...4, using: &generator) * 0x1p-48
            for least in [
                score, score.nextUp, score.nextDown, score * factor, (1 - uniform) / traffic * factor, .infinity,
            ] {
                guard RendezvousHash.cannotWin(uniform: uniform, traffic: traffic, against: least) else { continue }
                skipped += 1
                #expect(score >= least)
            }
        }
        #expect(skipped > 10_000)
    }

    /// χ² of the frequencies against the shares, at the 99.9 % level on fixed seeds (df 4, 9: 18.467, 27.877).
    @Test(arguments: [
        ([200_000, 200_000, 200_000, 200_000, 200_000] as Shares, 18.467),
        ([900_000, 50_000, 30_000, 15_000, 5_000], 18.467),
        ([500_000, 200_000, 100_000, 50_000, 50_000, 40_000, 30_000, 20_000, 5_000, 5_000], 27.877),
    ])
    func frequenciesAreTheShares(shares: Shares, critical: Double) throws {
        let table = try TestTable.table(shares)
        let visitors = 40_000
        var counts: [String: Int] = [:]
        for visitor in 0..<visitors { counts[TestTable.assign(table, "v\(visitor)") ?? "", default: 0] += 1 }
        var statistic = 0.0
        for (arm, share) in shares.enumerated() {
            let expected = Double(share) / 1_000_000 * Double(visitors)
            let excess = Double(counts[TestTable.name(arm), default: 0]) - expected
            statistic += excess * excess / expected
        }
        #expect(statistic < critical)
        #expect(statistic > 0)
    }

    /// χ² of independence of one visitor's variants in two slots, at the 99.9 % level on a fixed seed (df 4: 18.467).
    @Test func slotsAreIndependent() throws {
        let arms = [("a", "0.5"), ("b", "0.3"), ("c", "0.2")]
        let table = try TestTable.table(
            ["left", "right"].flatMap { slot in arms.map { TestRow($0.0, $0.1, slot: slot) } })
        var joint: [String: Double] = [:]
        let visitors = 20_000
        for visitor in 0..<visitors {
            let left = table.assign(platform: "web", slot: "left", visitor: "\(visitor)")?.variant ?? ""
            let right = table.assign(platform: "web", slot: "right", visitor: "\(visitor)")?.variant ?? ""
            joint[left + right, default: 0] += 1
        }
        var statistic = 0.0
        for left in ["a", "b", "c"] {
            for right in ["a", "b", "c"] {
                let row = ["a", "b", "c"].reduce(0) { $0 + joint[left + $1, default: 0] }
                let column = ["a", "b", "c"].reduce(0) { $0 + joint[$1 + right, default: 0] }
                let expected = row * column / Double(visitors)
                statistic +=
                    (joint[left + right, default: 0] - expected) * (joint[left + right, default: 0] - expected)
                    / expected
            }
        }
        #expect(statistic < 18.467)
    }

    @Test func armWithoutTrafficIsNeverChosen() throws {
        let table = try TestTable.table([0, 1_000_000, 0])
        for visitor in 0..<2_000 { #expect(TestTable.assign(table, "\(visitor)") == "arm-01") }
    }

    @Test func segmentsFallBackToEveryone() throws {
        let table = try TestTable.table([
            TestRow("a", "1"), TestRow("b", "0"), TestRow("a", "0", segment: "delhi"),
            TestRow("b", "1", segment: "delhi"),
        ])
        let own = try #require(table.assign(platform: "web", slot: "home-hero", segment: "delhi", visitor: "7"))
        expectOnlyArm("b", own: true, own)
        for segment in ["*", "", "mumbai", "delhi ", "Delhi", "a string much longer than fifteen bytes"] {
            let other = try #require(table.assign(platform: "web", slot: "home-hero", segment: segment, visitor: "7"))
            expectOnlyArm("a", own: false, other)
        }
        expectOnlyArm("a", own: false, table.assign(platform: "web", slot: "home-hero", visitor: "7"))
    }

    @Test func segmentIsNotHashed() throws {
        let arms = [("a", "0.4"), ("b", "0.6")]
        let table = try TestTable.table(
            ["*", "delhi"].flatMap { name in arms.map { TestRow($0.0, $0.1, segment: name) } })
        for visitor in 0..<500 {
            #expect(TestTable.assign(table, "\(visitor)") == TestTable.assign(table, "\(visitor)", segment: "delhi"))
        }
    }

    @Test func unknownExperimentAnswersNil() throws {
        let table = try TestTable.table([1_000_000])
        #expect(table.assign(platform: "web", slot: "other", visitor: "7") == nil)
        #expect(table.assign(platform: "app", slot: "home-hero", segment: "delhi", visitor: "7") == nil)
        #expect(table.assign(platform: "", slot: "", visitor: "") == nil)
        #expect(table.experiment(platform: "home-hero", slot: "web") == nil)
        #expect(table.explain(platform: "web", slot: "webhome-hero", visitor: "7") == nil)
    }

    @Test func canonicallyEquivalentNamesStayApart() throws {
        let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
        #expect(composed == decomposed)
        let table = try TestTable.table([
            TestRow("one", "1", platform: composed), TestRow("two", "1", platform: decomposed),
            TestRow(composed, "0.5", slot: "variants"), TestRow(decomposed, "0.5", slot: "variants"),
            TestRow("one", "1", slot: "segments"), TestRow("two", "1", segment: composed, slot: "segments"),
        ])
        #expect(table.assign(platform: composed, slot: "home-hero", visitor: "7")?.variant == "one")
        #expect(table.assign(platform: decomposed, slot: "home-hero", visitor: "7")?.variant == "two")
        let shown = Set(
            (0..<100).compactMap { visitor in
                table.assign(platform: "web", slot: "variants", visitor: "\(visitor)").map { Array($0.variant.utf8) }
            })
        #expect(shown == [Array(composed.utf8), Array(decomposed.utf8)])
        #expect(table.assign(platform: "web", slot: "segments", segment: composed, visitor: "7")?.variant == "two")
        #expect(table.assign(platform: "web", slot: "segments", segment: decomposed, visitor: "7")?.variant == "one")
    }

    @Test func allWaysInAgree() throws {
        let arms = (0..<20).map { (TestTable.name($0), "0.05") }
        let table = try TestTable.table(
            ["*", "delhi"].flatMap { name in arms.map { TestRow($0.0, $0.1, segment: name) } })
        let experiment = try #require(table.experiment(platform: "web", slot: "home-hero"))
        let (platform, slot, segment) = (Array("web".utf8), Array("home-hero".utf8), Array("delhi".utf8))
        for number in 0..<200 {
            let visitor = "visitor-\(number)"
            let bytes = Array(visitor.utf8)
            let expected = table.assign(platform: "web", slot: "home-hero", segment: "delhi", visitor: visitor)
            #expect(expected?.hasOwnGroup == true)
            let spans = table.assign(
                platform: platform.span, slot: slot.span, segment: segment.span, visitor: bytes.span)
            #expect(spans == expected)
            #expect(experiment.assign(visitor, segment: "delhi") == expected)
            #expect(experiment.assign("x\(visitor)".dropFirst(), segment: "delhis".dropLast()) == expected)
            #expect(experiment.assign(bytes.span, segment: segment.span) == expected)
            #expect(experiment.explain(visitor, segment: "delhi").assignment == expected)
            #expect(experiment.assign(visitor).variant == expected?.variant)
            #expect(bytes.withUnsafeBytes { experiment.assign($0) } == experiment.assign(visitor))
        }
    }

    @Test func explanationRanksAllArms() throws {
        let shares: Shares = [0, 600_000, 400_000, 0]
        let table = try TestTable.table(shares)
        for visitor in 0..<100 {
            let explanation = try #require(
                table.explain(platform: "web", slot: "home-hero", segment: "x", visitor: "\(visitor)"))
            #expect(explanation.segment == "*")
            #expect(explanation.candidates.first?.variant == explanation.assignment.variant)
            #expect(explanation.candidates.map(\.score) == explanation.candidates.map(\.score).sorted())
            #expect(explanation.candidates.suffix(2).map(\.variant) == ["arm-00", "arm-03"])
            #expect(explanation.candidates.suffix(2).allSatisfy { $0.score == .infinity })
            #expect(explanation.candidates.allSatisfy { $0.uniform > 0 && $0.uniform <= 1 })
        }
    }

    @Test func listsExperimentsInByteOrder() throws {
        // Segments before `*` in byte order still follow it, and rows may come in any order.
        let table = try TestTable.table([
            TestRow("b", "0.25", segment: "#new"), TestRow("x", "1", platform: "app"), TestRow("b", "0.5"),
            TestRow("a", "0.5"), TestRow("a", "0.75", segment: "#new"), TestRow("c", "1", segment: "delhi", slot: "a"),
            TestRow("c", "1", slot: "a"),
        ])
        #expect(table.experiments.map(\.platform) == ["app", "web", "web"])
        #expect(table.experiments.map(\.slot) == ["home-hero", "a", "home-hero"])
        #expect(table.experiments.map(\.segments) == [["*"], ["*", "delhi"], ["*", "#new"]])
        let groups = table.experiments[2].groups
        #expect(groups.map { $0.arms.map(\.variant) } == [["a", "b"], ["a", "b"]])
        #expect(groups.map { $0.arms.map(\.traffic) } == [[0.5, 0.5], [0.75, 0.25]])
        #expect(groups.map(\.segment) == ["*", "#new"])
    }

    /// The index is checked with as many names as make it grow and collide.
    @Test func findsEachOfManyNames() throws {
        var rows: [TestRow] = []
        for experiment in 0..<120 {
            for segment in ["*"] + (0..<8).map({ "s\($0)" }) {
                rows.append(
                    TestRow(
                        "\(experiment)-\(segment)", "1", segment: segment, platform: "p\(experiment % 7)",
                        slot: "\(experiment)"))
            }
        }
        var generator = SplitMix64(seed: 9)
        let table = try TestTable.table(rows.shuffled(using: &generator))
        for row in rows {
            let assignment = table.assign(platform: row.platform, slot: row.slot, segment: row.segment, visitor: "7")
            expectOnlyArm(row.variant, own: row.segment != "*", assignment)
        }
    }
}

/// The expected answer of a group with one arm.
func expectOnlyArm(_ variant: String, own: Bool, _ assignment: Assignment?) {
    #expect(assignment?.variant == variant)
    #expect(assignment?.propensity == 1)
    #expect(assignment?.date == TestTable.date)
    #expect(assignment?.hasOwnGroup == own)
}
