import Allocation
import Domain
import Learning
import TestSupport
import Testing

/// Top-two shares, arms that must not be shown, and counts of any size.
@Suite struct VerdictRulesTests {
    private let experiment = Experiment(
        key: SlotKey(platform: "web", slot: "hero"), variants: ["a", "b"],
        control: .init(variant: "plain", traffic: 0.1))
    private let date = CalendarDate(dayNumber: 20_000)

    /// By hand: q[v] ∝ p[v]·(0.7 + 0.3·Σ p[w]/(1 − p[w])).
    @Test(
        "Top-two shares",
        arguments: [
            ([0.7, 0.2, 0.1], [0.5658333333333333, 0.2866666666666667, 0.1475]),
            ([0.999999, 1e-6, 0], [0.6999996, 0.3000004, 0]), ([1, 0, 0], [0.7, 0.15, 0.15]),
            ([0.6, 0.4], [0.54, 0.46]), ([0.25, 0.25, 0.25, 0.25], [0.25, 0.25, 0.25, 0.25]), ([1], [1]), ([], []),
        ])
    func topTwo(probabilities: [Double], expected: [Double]) {
        let shares = TopTwoSampling.shares(probabilities)
        #expect(shares.count == expected.count)
        for (share, expected) in zip(shares, expected) { #expect(abs(share - expected) < 1e-7) }
    }

    @Test("Why an arm is outside: stopped before blacklisted before its dates")
    func standing() {
        var experiment = experiment
        experiment.variants = ["a", "b", "c", "d", "e"]
        experiment.periods = [
            "a": .init(from: date.advanced(by: 1)), "b": .init(from: date, until: date),
            "c": .init(until: date.advanced(by: -1)), "d": .init(from: date.advanced(by: 9)),
        ]
        let key = ArmKey(platform: "web", slot: "*", segment: "*", variant: "d")
        let outside = Blacklist([Blacklist.Entry(key: key)])
            .outside(of: experiment, segment: "*", on: date, stopped: ["e", "c", "gone"])
        #expect(outside == ["a": .scheduled, "c": .stopped, "d": .blacklisted, "e": .stopped])
    }

    private func row(_ variant: Name, _ traffic: Int, _ status: ArmStatus) -> AllocationRow {
        AllocationRow(
            date: date, key: ArmKey(platform: "web", slot: "hero", segment: "*", variant: variant), traffic: traffic,
            status: status, probabilityBest: 0.5, mean: 0, meanLow: 0, meanHigh: 1, visitors: 0, successes: 0,
            valueRemaining: 0)
    }

    @Test("What is blacklisted is never carried over: the others have its traffic, at last the control")
    func carriedOver() throws {
        let rows = [
            row("a", 600_000, .active), row("b", 200_000, .active), row("c", 100_000, .new),
            row("p", 100_000, .control),
        ]
        func traffic(_ outside: [Name: ArmStatus]) -> [Int]? {
            CarriedRows.withoutTraffic(of: outside, rows)?.map(\.traffic)
        }
        #expect(traffic([:]) == [600_000, 200_000, 100_000, 100_000])
        #expect(traffic(["a": .blacklisted]) == [0, 600_000, 300_000, 100_000])
        #expect(traffic(["a": .blacklisted, "b": .ended, "c": .blacklisted]) == [0, 0, 0, 1_000_000])
        #expect(traffic(["a": .blacklisted, "b": .ended, "c": .blacklisted, "p": .blacklisted]) == nil)
        #expect(traffic(["p": .blacklisted]) == [666_667, 222_222, 111_111, 0])
        let first = try #require(CarriedRows.withoutTraffic(of: ["a": .stopped], rows)).first
        #expect(first?.status == .stopped && first?.probabilityBest == nil)
    }

    /// 0 to 2⁵³ visitors, all or none or any successful, money to ±10¹⁵: finite columns and whole shares.
    @Test(arguments: 0..<40 as Range<UInt64>, Reward.allCases)
    func extremeCounts(seed: UInt64, reward: Reward) throws {
        var generator = SplitMix64(seed: seed)
        let arms = Int.random(in: 1...5, using: &generator)
        var experiment = experiment
        experiment.variants = (0..<arms).map { Name("v\($0)") }
        if seed.isMultiple(of: 3) { experiment.control = nil }
        var rows: [DailyRow] = []
        for day in 0..<Int.random(in: 1...3, using: &generator) {
            for variant in experiment.arms {
                var counts = ArmCounts()
                counts.visitors = [0, 1, 10, 1 << 20, 1 << 40, 1 << 53, (1 << 53) - 1].randomElement(using: &generator)!
                counts.clickers = [0, counts.visitors, counts.visitors / 2, min(1, counts.visitors)]
                    .randomElement(using: &generator)!
                counts.purchasers = counts.clickers
                let millions =
                    [0, 1, -1, 1_000_000].randomElement(using: &generator)! * Int128(min(1, counts.clickers))
                counts.revenue = millions * 1_000_000_000_000
                counts.revenueSquared =
                    counts.revenue * counts.revenue / Int128(max(1, counts.clickers)) + Int128(abs(millions))
                rows.append(
                    DailyRow(
                        date: date.advanced(by: day),
                        key: ArmKey(platform: "web", slot: "hero", segment: "*", variant: variant), counts: counts))
            }
        }
        var learning = LearningSettings()
        learning.reward = reward
        let groups = try ExperimentLearner(experiment: experiment, settings: learning).learn(rows)
        let evidence = EvidenceLearner(experiment: experiment, reward: reward)
            .evidence(rows, groups: [.init(segment: "*", competing: Set(experiment.variants))])[0]
        let allocated = try GroupAllocator(experiment: experiment, settings: AllocationSettings()).allocate(
            group: groups[0], date: date, seed: 1, reward: reward, evidence: evidence)
        #expect(allocated.reduce(0) { $0 + $1.traffic } == 1_000_000)
        for row in allocated {
            let numbers = [
                row.probabilityBest, row.mean, row.meanLow, row.meanHigh, row.valueRemaining, row.evidence, row.liftLow,
                row.liftHigh,
            ]
            #expect(numbers.allSatisfy { $0?.isFinite ?? true }, "\(row)")
        }
        #expect(try AllocationFile.rows(AllocationFile.bytes(allocated), file: "") == allocated)
    }
}
