import Domain
import Foundation
import State
import Statistics
import TestExpectations
import TestSupport
import Testing

/// Units against the shares that served them, on numbers that were worked out by hand and on drawn ones.
@Suite(.slow) struct SampleRatioCheckTests {
    private typealias Site = StateSite

    private func expectations(_ check: SampleRatioCheck) -> [String: Double] {
        Dictionary(uniqueKeysWithValues: check.arms.map { ($0.variant, ($0.expected * 10).rounded() / 10) })
    }

    /// The table takes over at half past one: 25 visitors came before, in the shares of the one before.
    @Test func unitsAreExpectedByTheTableThatServedThem() throws {
        let site = try StateSite()
        try site.publish(1, ["*": ["a": 500_000, "b": 500_000]])
        try site.publish(2, ["*": ["a": 20_000, "b": 980_000]])
        let check = try #require(
            site.check([
                Site.row("a", 13, table: 1), Site.row("b", 12, table: 1), Site.row("a", 8, table: 2),
                Site.row("b", 367, table: 2),
            ]))
        #expect(expectations(check) == ["a": 20, "b": 380])
        #expect(check.arms.map(\.visitors) == [21, 379])
        #expect(!check.isSuspicious)
        // χ² = 1/20 + 1/380, and p = erfc(√(χ²/2)).
        #expect(abs(check.chiSquare - (1.0 / 20 + 1.0 / 380)) < 1e-8)
        #expect(abs((check.pValue ?? 0) - erfc((check.chiSquare / 2).squareRoot())) < 1e-8)
        // Against the new table alone the same visitors would raise an alarm.
        let wrong = try #require(site.check([Site.row("a", 21, table: 2), Site.row("b", 379, table: 2)]))
        #expect(wrong.isSuspicious)
    }

    /// At noon c runs out: its visitors fall to the others, and the log says with which share.
    @Test func anArmThatRanOutRaisesNoAlarm() throws {
        let site = try StateSite()
        try site.publish(1, ["*": ["a": 333_334, "b": 333_333, "c": 333_333]])
        let stated: [(String, Int64, [Int64: Int64])] = [
            ("a", 167, [333_334_000: 67, 500_000_750: 100]), ("b", 166, [333_333_000: 66, 499_999_250: 100]),
            ("c", 67, [333_333_000: 67]),
        ]
        let check = try #require(
            site.check(stated.map { Site.row($0, $1, table: 1, stated: $2) }))
        #expect(expectations(check) == ["a": 166.7, "b": 166.7, "c": 66.7])
        #expect(check.expectedOfOthers == nil)
        #expect(!check.isSuspicious && (check.pValue ?? 0) > 0.9)
        // Propensities as a log with six decimals has them make the same states.
        let rounded: [(String, Int64, [Int64: Int64])] = [
            ("a", 167, [333_334_000: 67, 500_001_000: 100]), ("b", 166, [333_333_000: 66, 499_999_000: 100]),
            ("c", 67, [333_333_000: 67]),
        ]
        let same = try #require(site.check(rounded.map { Site.row($0, $1, table: 1, stated: $2) }))
        #expect(expectations(same) == expectations(check))
        // Without them the same visitors look wrong.
        let silent = try #require(site.check(stated.map { arm, units, _ in Site.row(arm, units, table: 1) }))
        #expect(silent.isSuspicious && expectations(silent) == ["a": 133.3, "b": 133.3, "c": 133.3])
    }

    /// While c is away, the log loses half of b.
    @Test func lostUnitsAreFoundWhileAnArmIsAway() throws {
        let site = try StateSite()
        try site.publish(1, ["*": ["a": 400_000, "b": 400_000, "c": 200_000]])
        let check = try #require(
            site.check([
                Site.row("a", 400 + 500, table: 1, stated: [400_000_000: 400, 500_000_000: 500]),
                Site.row("b", 400 + 250, table: 1, stated: [400_000_000: 400, 500_000_000: 250]),
                Site.row("c", 200, table: 1, stated: [200_000_000: 200]),
            ]))
        #expect(check.isSuspicious)
        #expect(expectations(check) == ["a": 775, "b": 775, "c": 200])
    }

    /// An arm that was there by what the others state, and of which nothing came, is missed.
    @Test func whatTheOthersLeaveIsExpectedOfOthers() throws {
        let site = try StateSite()
        try site.publish(1, ["*": ["a": 400_000, "b": 300_000, "c": 200_000, "d": 100_000]])
        // d has run out: 4/9, 3/9, 2/9; the log lost all of c.
        let check = try #require(
            site.check([
                Site.row("a", 400, table: 1, stated: [444_444_444: 400]),
                Site.row("b", 300, table: 1, stated: [333_333_333: 300]),
            ]))
        #expect(abs((check.expectedOfOthers ?? 0) - 700.0 * 2 / 9) < 0.001)
        #expect(check.isSuspicious)
        // With the table's own shares it is known of whom: c and d are missed by name.
        let named = try #require(
            site.check([
                Site.row("a", 400, table: 1, stated: [400_000_000: 400]),
                Site.row("b", 300, table: 1, stated: [300_000_000: 300]),
            ]))
        #expect(expectations(named) == ["a": 280, "b": 210, "c": 140, "d": 70])
        #expect(named.expectedOfOthers == nil && named.isSuspicious)
    }

    @Test func unitsOfNoKnownTableTakeNoPart() throws {
        let site = try StateSite()
        try site.publish(1, ["*": ["a": 500_000, "b": 500_000]])
        #expect(site.check([Site.row("a", 900, table: nil), Site.row("b", 100, table: nil)]) == nil)
        let check = try #require(
            site.check([
                Site.row("a", 900, table: nil), Site.row("a", 50, table: 1), Site.row("b", 50, table: 1),
            ]))
        #expect(check.arms.map(\.visitors) == [50, 50])
    }

    @Test func smallCellsArePooled() throws {
        let site = try StateSite()
        try site.publish(1, ["*": ["a": 980_000, "b": 10_000, "c": 10_000]])
        // Expected: 98, 1, 1. The two small ones make 2, so that a joins them, and one cell is no test.
        let small = try #require(
            site.check([Site.row("a", 90, table: 1), Site.row("b", 10, table: 1)]))
        #expect(small.pValue == nil && !small.isSuspicious && small.degreesOfFreedom == 0)
        #expect(small.arms.map(\.variant) == ["a", "b", "c"])
        // 980, 10, 10: none is small.
        let large = try #require(
            site.check([Site.row("a", 980, table: 1), Site.row("b", 12, table: 1), Site.row("c", 8, table: 1)]))
        #expect(large.degreesOfFreedom == 2)
        // 392, 4, 4: the small ones together have 8 expected.
        let pooled = try #require(
            site.check([Site.row("a", 391, table: 1), Site.row("b", 9, table: 1)]))
        #expect(pooled.degreesOfFreedom == 1)
        #expect(abs(pooled.chiSquare - (1.0 / 392 + 1.0 / 8)) < 1e-8)
    }

    @Test func armsWithoutTrafficAreReportedApart() throws {
        let site = try StateSite()
        try site.publish(1, ["*": ["a": 1_000_000, "b": 0]])
        let check = try #require(site.check([Site.row("a", 90, table: 1), Site.row("b", 10, table: 1)]))
        #expect(check.pValue == nil)
        #expect(check.withoutTraffic.map(\.variant) == ["b"] && check.withoutTraffic.map(\.visitors) == [10])
    }

    @Test func segmentsAreExpectedByTheirGroup() throws {
        let site = try StateSite()
        try site.publish(1, ["*": ["a": 500_000, "b": 500_000], "Pune": ["a": 900_000, "b": 100_000]])
        let check = try #require(
            site.check([
                Site.row("a", 90, table: 1, segment: "Pune"), Site.row("b", 10, table: 1, segment: "Pune"),
                Site.row("a", 100, table: 1, segment: "Kochi"), Site.row("b", 100, table: 1),
            ]))
        #expect(expectations(check) == ["a": 190, "b": 110])
        #expect(check.pValue == 1)
    }

    /// A table that is gone costs the check of its units alone, and is named once.
    @Test func aTableThatIsGoneIsNamed() throws {
        let site = try StateSite()
        try site.publish(1, ["*": ["a": 500_000, "b": 500_000]])
        let rows = [
            Site.row("a", 50, table: 1), Site.row("b", 50, table: 1), Site.row("a", 900, table: 2),
            Site.row("b", 1, table: 2),
        ]
        var faults: [ServedSharesError] = []
        let check = SampleRatioCheck(
            experiment: Site.slot, rows: rows, shares: site.shares(), faults: &faults)
        #expect(check?.arms.map(\.visitors) == [50, 50])
        #expect(faults.count == 1)
        guard case .missing(let table, _) = faults[0] else {
            Issue.record("another fault than a missing table")
            return
        }
        #expect(table == Site.date(2))
    }

    // MARK: Drawn units

    /// Serves units that find arms available by chance, and logs their propensities, rounded to `unit` billionths.
    private func served(
        _ count: Int, shares: [Int], outages: Int, unit: Int64, lost: Double, using random: inout SplitMix64
    ) -> [DayStatistics.Row] {
        let names = ["a", "b", "c", "d"]
        var tallies = [[Int64: Int64]](repeating: [:], count: shares.count)
        for index in 0..<count {
            // Arms run out one after another as the day goes by.
            let away = Set((0..<outages).filter { index * (outages + 1) / count > $0 }.map { shares.count - 1 - $0 })
            let rest = shares.indices.filter { !away.contains($0) }
            let total = rest.reduce(0) { $0 + shares[$1] }
            var drawn = Int.random(in: 0..<total, using: &random)
            guard
                let arm = rest.first(where: {
                    drawn -= shares[$0]; return drawn < 0
                })
            else { continue }
            if arm == 1, Double.random(in: 0..<1, using: &random) < lost { continue }
            let exact = Double(shares[arm]) / Double(total) * 1e9
            let propensity = max(unit, Int64((exact / Double(unit)).rounded()) * unit)
            tallies[arm][propensity, default: 0] += 1
        }
        return tallies.enumerated().filter { !$1.isEmpty }.map { arm, tally in
            Site.row(names[arm], tally.values.reduce(0, +), table: 1, stated: tally)
        }
    }

    /// p is below 5 % in no more than 5 % of days on which all is well, arms running out or not, and below the threshold on
    /// most days on which a fifth of an arm is lost.
    @Test(arguments: [(0, 1), (1, 1), (2, 1), (1, 1_000), (2, 1_000), (2, 1_000_000)] as [(Int, Int64)])
    func alarmsAreAsRareAsTheySay(outages: Int, unit: Int64) throws {
        let site = try StateSite()
        let shares = [437_219, 312_781, 180_000, 70_000]
        try site.publish(1, ["*": ["a": shares[0], "b": shares[1], "c": shares[2], "d": shares[3]]])
        var random = SplitMix64(seed: UInt64(outages) * 7 + UInt64(unit))
        var (low, found) = (0, 0)
        let days = 400
        for _ in 0..<days {
            let good = served(2_000, shares: shares, outages: outages, unit: unit, lost: 0, using: &random)
            let check = try #require(site.check(good))
            if try #require(check.pValue) < 0.05 { low += 1 }
            let bad = served(4_000, shares: shares, outages: outages, unit: unit, lost: 0.2, using: &random)
            if try #require(site.check(bad)).isSuspicious { found += 1 }
        }
        // 20 are expected at most; more than 38 come with a chance below 0.01 %.
        #expect(low <= 38)
        #expect(found > days * 8 / 10, "\(found)")
    }

    /// With ever new propensities the sums decide: as rare, and they find what is lost.
    @Test func manyPropensitiesAreCheckedBySums() throws {
        let site = try StateSite()
        try site.publish(1, ["*": ["a": 500_000, "b": 500_000]])
        var random = SplitMix64(seed: 11)
        var (low, found) = (0, 0)
        let days = 400
        for _ in 0..<days {
            for lost in [0, 0.3] {
                var tallies = [PropensityTally(), PropensityTally()]
                for _ in 0..<2_000 {
                    let share = Int64.random(in: 200_000_000...800_000_000, using: &random)
                    let first = Int64.random(in: 0..<1_000_000_000, using: &random) < share
                    if !first, Double.random(in: 0..<1, using: &random) < lost { continue }
                    tallies[first ? 0 : 1].add(first ? share : 1_000_000_000 - share)
                }
                let rows = zip(["a", "b"], tallies).map { variant, tally in
                    var row = Site.row(variant, tally.units, table: 1)
                    row.propensities = tally
                    return row
                }
                #expect(rows.filter { $0.propensities.hasTooMany }.count == 2)
                let check = try #require(site.check(rows))
                if lost == 0, try #require(check.pValue) < 0.05 { low += 1 }
                if lost > 0, check.isSuspicious { found += 1 }
            }
        }
        #expect(low <= 38)
        #expect(found > days * 8 / 10, "\(found)")
    }

    // MARK: Stated and served

    @Test func statedPropensitiesAreCompared() throws {
        let site = try StateSite()
        try site.publish(1, ["*": ["a": 300_000, "b": 700_000]])
        let rows = [
            Site.row("a", 10, table: 1, stated: [300_000_000: 4, 300_001_000: 1, 300_001_001: 2]),
            Site.row("b", 10, table: 1, stated: [699_998_999: 3]), Site.row("b", 5, table: nil, stated: [1: 5]),
        ]
        let stated = try #require(
            StatedPropensities(experiment: Site.slot, rows: rows, shares: site.shares()))
        #expect(stated.stated == 15 && stated.differing == 5 && stated.incomparable == 5 && stated.notStated == 10)
        #expect(
            StatedPropensities(experiment: Site.slot, rows: [Site.row("a", 9, table: 1)], shares: site.shares()) == nil)
    }
}
