import Allocation
import Domain
import Foundation
import Learning
import TestSupport
import Testing

@Suite struct GroupAllocatorTests {
    let date = CalendarDate(dayNumber: 20_778)

    func experiment(_ variants: [Name], control: Double? = nil) -> Experiment {
        Experiment(
            key: SlotKey(platform: "web", slot: "hero"), variants: variants,
            control: control.map { .init(variant: "plain", traffic: $0) })
    }

    func group(_ arms: [(Name, Int, Int)]) -> LearnedGroup {
        LearnedGroup(
            segment: "*",
            arms: arms.map { name, successes, visitors in
                LearnedArm(
                    variant: name,
                    posterior: .beta(alpha: 1 + Double(successes), beta: 1 + Double(visitors - successes)),
                    visitors: Int64(visitors), successes: Int128(successes))
            }.sorted { $0.variant < $1.variant })
    }

    func allocate(
        _ experiment: Experiment, _ group: LearnedGroup, blacklisted: Set<Name> = [], reward: Reward = .click,
        _ change: (inout AllocationSettings) -> Void = { _ in }
    ) throws -> [AllocationRow] {
        var settings = AllocationSettings()
        change(&settings)
        return try GroupAllocator(experiment: experiment, settings: settings)
            .allocate(
                group: group, outside: Dictionary(uniqueKeysWithValues: blacklisted.map { ($0, .blacklisted) }),
                date: date, seed: 7, reward: reward)
    }

    @Test(arguments: 0..<8)
    func keepsItsPromisesForAnyGroup(seed: Int) throws {
        var generator = SplitMix64(seed: UInt64(seed))
        for _ in 0..<25 {
            let variants = (0..<Int.random(in: 1...7, using: &generator)).map { Name("arm\($0)") }
            let control = Bool.random(using: &generator) ? Double.random(in: 0.01...0.5, using: &generator) : nil
            let experiment = experiment(variants, control: control)
            let group = group(
                experiment.arms.map { name in
                    let visitors = Bool.random(using: &generator) ? Int.random(in: 0...5000, using: &generator) : 0
                    return (name, Int(Double(visitors) * .random(in: 0...0.1, using: &generator)), visitors)
                })
            let blacklisted = Set(experiment.arms.filter { _ in Int.random(in: 0..<5, using: &generator) == 0 })
            let eligible = variants.filter { !blacklisted.contains($0) }
            let count = Double(eligible.count)
            let rows: [AllocationRow]
            do {
                rows = try allocate(experiment, group, blacklisted: blacklisted) {
                    $0.method = Bool.random(using: &generator) ? .exact : .sampling
                    $0.draws = 500
                }
            } catch let error as AllocationError {
                #expect(eligible.isEmpty && (control == nil || blacklisted.contains("plain")))
                #expect(error.problem == .noEligibleArm)
                continue
            }
            let controlShare = blacklisted.contains("plain") ? 0 : eligible.isEmpty ? 1 : control ?? 0
            let floor = min(0.02, 0.5 / count)
            #expect(rows.map(\.key.variant) == experiment.arms)
            #expect(rows.reduce(0) { $0 + $1.traffic } == 1_000_000)
            for row in rows {
                let name = row.key.variant
                let (low, high) = (try #require(row.meanLow), try #require(row.meanHigh))
                #expect([row.mean, low, high].allSatisfy { (0...1).contains($0) })
                #expect(low <= row.mean && row.mean <= high)
                #expect((row.probabilityBest == nil) == (row.valueRemaining == nil))
                switch row.status {
                case .blacklisted:
                    #expect(row.traffic == 0 && blacklisted.contains(name) && row.probabilityBest == nil)
                case .control:
                    #expect(row.traffic == Int((controlShare * 1e6).rounded()) && row.probabilityBest == nil)
                case .new:
                    #expect(row.visitors < 100)
                    let isCapped = rows.contains { $0.status == .active }
                    if isCapped { #expect(row.traffic <= Int((max(1 / count, floor) * 1e6).rounded(.up))) }
                    #expect(row.traffic >= Int((floor * 1e6).rounded()))
                case .scheduled, .ended, .stopped: Issue.record("\(row)")
                case .active:
                    #expect(row.visitors >= 100 && eligible.contains(name))
                    #expect(row.traffic >= Int((floor * 1e6).rounded()))
                }
            }
            let active = rows.filter { $0.status == .active }
            for better in active {
                for worse in active where (better.probabilityBest ?? 0) > (worse.probabilityBest ?? 0) {
                    #expect(better.traffic >= worse.traffic)
                }
            }
            let bytes = AllocationFile.bytes(rows)
            #expect(try AllocationFile.rows(bytes, file: "allocation.csv") == rows)
        }
    }

    @Test func capsNewArmsAndMarksThem() throws {
        let rows = try allocate(experiment(["a", "b", "c"]), group([("a", 40, 1000), ("b", 10, 1000), ("c", 0, 99)]))
        #expect(rows.map(\.status) == [.active, .active, .new])
        let fresh = try allocate(experiment(["a", "b", "c"]), group([("a", 40, 1000), ("b", 38, 1000), ("c", 0, 0)]))
        #expect(fresh[2].traffic == 333_333)
        #expect(try #require(fresh[2].probabilityBest) > 0.9)
    }

    /// Against ten arms without data the two that have some are hardly ever best: their own duel decides between them.
    @Test func sharesAmongMatureArmsByTheirOwnDuel() throws {
        let fresh = (0..<40).map { (Name("n\($0)"), 0, 0) }
        let variants = fresh.map(\.0) + ["a", "b"]
        let rows = try allocate(experiment(variants), group([("a", 20, 10_000), ("b", 60, 10_000)] + fresh)) {
            $0.floor = 0
        }
        let traffic = Dictionary(uniqueKeysWithValues: rows.map { ($0.key.variant, $0.traffic) })
        #expect(try #require(traffic["b"]) > 40_000)
        #expect(try #require(traffic["a"]) < 100)
    }

    @Test func sharesEquallyWithoutData() throws {
        let rows = try allocate(
            experiment(["c", "a", "b"], control: 0.1), group([("a", 0, 0), ("b", 0, 0), ("c", 0, 0), ("plain", 0, 0)]))
        #expect(rows.map(\.traffic) == [300_000, 300_000, 300_000, 100_000])
        #expect(rows.map(\.status) == [.new, .new, .new, .control])
    }

    @Test func givesALoneArmEverything() throws {
        let rows = try allocate(
            experiment(["a", "b"], control: 0.05), group([("a", 9, 100), ("b", 5, 100), ("plain", 3, 50)]),
            blacklisted: ["b"])
        #expect(rows.map(\.traffic) == [950_000, 0, 50_000])
        #expect(rows[0].probabilityBest == 1)
        #expect(rows[0].valueRemaining == 0)
        #expect(rows[1].probabilityBest == nil)
        #expect(rows[1].visitors == 100)
        #expect(rows[1].successes == 5_000_000)
    }

    @Test func givesTheShareOfABlacklistedControlToTheOthers() throws {
        let rows = try allocate(
            experiment(["a"], control: 0.05), group([("a", 9, 100), ("plain", 3, 50)]), blacklisted: ["plain"])
        #expect(rows.map(\.traffic) == [1_000_000, 0])
        #expect(rows.map(\.status) == [.active, .blacklisted])
    }

    @Test func takesFloorsAsSharesOfAllTraffic() throws {
        let rows = try allocate(
            experiment(["a", "b", "c"], control: 0.5),
            group([("a", 900, 10_000), ("b", 100, 10_000), ("c", 100, 10_000), ("plain", 0, 0)])
        ) {
            $0.floor = 0.05
            $0.floors = ["c": 0.1]
        }
        // b and c have nothing of their own: b is raised to 0.05, c to 0.1 of all.
        #expect(rows[2].traffic == 100_000)
        #expect((50_000...100_000).contains(rows[1].traffic))
        #expect(rows[0].traffic >= 300_000)
        #expect(rows.reduce(0) { $0 + $1.traffic } == 1_000_000)
    }

    @Test func refusesFloorsAboveWhatTheControlLeaves() {
        #expect {
            try allocate(experiment(["a", "b"], control: 0.5), group([("a", 1, 10), ("b", 1, 10), ("plain", 0, 0)])) {
                $0.floor = 0.3
            }
        } throws: { error in
            guard case .floorsExceedTraffic(let floors, let available) = (error as? AllocationError)?.problem else {
                return false
            }
            return floors == 0.6 && available == 0.5
        }
    }

    @Test(arguments: [-0.1, .nan, .infinity])
    func refusesAFloorThatIsNoShare(floor: Double) {
        #expect(throws: AllocationError.self) {
            try allocate(experiment(["a", "b"]), group([("a", 1, 10), ("b", 1, 10)])) { $0.floors = ["a": floor] }
        }
    }

    @Test func refusesAGroupWithoutEligibleArm() {
        #expect {
            try allocate(experiment(["a"]), group([("a", 1, 10)]), blacklisted: ["a"])
        } throws: { error in
            (error as? AllocationError)?.problem == .noEligibleArm
        }
    }

    @Test("With no arm to show the control has all traffic, and nobody else any")
    func controlAlone() throws {
        let rows = try allocate(
            experiment(["a", "b"], control: 0.1), group([("a", 1, 10), ("b", 1, 10), ("plain", 0, 0)]),
            blacklisted: ["a", "b"])
        #expect(rows.map(\.traffic) == [0, 0, 1_000_000])
        #expect(rows.map(\.status) == [.blacklisted, .blacklisted, .control])
        #expect(rows.allSatisfy { $0.probabilityBest == nil })
        #expect(throws: AllocationError.self) {
            try allocate(
                experiment(["a"], control: 0.1), group([("a", 1, 10), ("plain", 0, 0)]), blacklisted: ["a", "plain"])
        }
    }

    @Test("Arms that are all new share evenly, whatever their posteriors say")
    func allNew() throws {
        let rows = try allocate(experiment(["a", "b", "c"]), group([("a", 4, 99), ("b", 2, 99), ("c", 0, 0)]))
        #expect(rows.map(\.traffic) == [333_334, 333_333, 333_333])
        #expect(rows.map(\.status) == [.new, .new, .new])
    }

    @Test func showsRevenueInMajorUnits() throws {
        let arms = [("a", 12_500_000), ("b", 0)].map { name, revenue in
            LearnedArm(
                variant: Name(name), posterior: .logStudentT(location: 0.25, scale: 0.1, degreesOfFreedom: 200),
                visitors: 200, successes: Int128(revenue))
        }
        let rows = try allocate(experiment(["a", "b"]), LearnedGroup(segment: "x", arms: arms), reward: .revenue)
        #expect(rows.map(\.successes) == [12_500_000, 0])
        #expect(abs(rows[0].mean - exp(0.25)) < 1e-9)
        // t with 200 degrees of freedom: 97.5 % at 1.97190.
        #expect(abs(try #require(rows[0].meanHigh) - exp(0.25 + 0.197190)) < 1e-5)
        #expect(rows[0].key.segment == "x")
    }

    /// From rows of revenue to shares: nobody paid yet, then one arm pays, then a new arm comes along.
    @Test func allocatesRevenueFromTheFirstDay() throws {
        let experiment = experiment(["a", "b", "c"])
        func row(_ variant: Name, visitors: Int64, revenue: Int128) -> DailyRow {
            var counts = ArmCounts()
            counts.visitors = visitors
            counts.purchasers = revenue > 0 ? visitors / 10 : 0
            counts.revenue = revenue * 1_000_000
            // Every tenth visitor paid, all of them the same.
            counts.revenueSquared = revenue > 0 ? revenue * revenue * 1_000_000_000_000 / Int128(visitors / 10) : 0
            let key = ArmKey(platform: "web", slot: "hero", segment: "*", variant: variant)
            return DailyRow(date: date.advanced(by: -1), key: key, counts: counts)
        }
        var settings = LearningSettings()
        settings.reward = .revenue
        func traffic(_ rows: [DailyRow]) throws -> [Int] {
            let groups = try ExperimentLearner(experiment: experiment, settings: settings).learn(rows)
            return try allocate(experiment, groups[0], reward: .revenue).map(\.traffic)
        }
        // Without a sale arms compete by purchases: that of fewer failures leads, and the new one has an equal share.
        let nothing = try traffic([row("a", visitors: 900, revenue: 0), row("b", visitors: 500, revenue: 0)])
        #expect(nothing[2] == 333_333 && nothing[1] > nothing[0] && nothing[0] > 100_000)
        let paying = try traffic([
            row("a", visitors: 900, revenue: 9000), row("b", visitors: 900, revenue: 0),
            row("c", visitors: 900, revenue: 0),
        ])
        #expect(paying == [960_000, 20_000, 20_000])
        let joined = try traffic([row("a", visitors: 900, revenue: 9000), row("b", visitors: 900, revenue: 10_000)])
        #expect(joined.reduce(0, +) == 1_000_000)
        #expect((20_000...333_334).contains(joined[2]))
        #expect(joined[1] > joined[0])
    }
}
