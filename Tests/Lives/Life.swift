package import Allocation
import CLibrary
package import Domain
package import Learning
import Numerics
import TestSupport

/// An experiment that lives for some nights under Sluice's own learner, evidence and allocator, on counts drawn from a known truth.
///
/// What verdicts, intervals and shares promise is about such lives: whether it ever fails in one.
package struct Life: Sendable {
    package struct Arm: Sendable {
        /// Successes per visitor at level 1.
        package var rate: Double
        /// The first day it is declared.
        package var joins = 0
        /// The first day it is blacklisted.
        package var leaves = Int.max

        package init(rate: Double, joins: Int = 0, leaves: Int = .max) {
            self.rate = rate
            self.joins = joins
            self.leaves = leaves
        }
    }

    /// What a purchaser pays.
    package enum Orders: Sendable {
        /// Mean 30, with this standard deviation of the logarithm.
        case logNormal(Double)
        /// Mean 30; P(above x) falls as x^−index.
        case pareto(Double)
        /// Log-normal of standard deviation 1, and three in a thousand pay sixty times as much.
        case whales

        package var mean: Double {
            switch self {
            case .logNormal, .pareto: 30
            case .whales: 30 * (1 + 0.003 * 59)
            }
        }
    }

    package var arms: [Arm]
    package var nights = 180
    package var visitors = 5_000.0
    /// Levels of equally large cities; one alone: no segments.
    package var levels = [1.0]
    /// By city and arm, what the rate is multiplied by beside the level.
    package var tastes: [[Double]] = []
    /// ±, by the day of the week.
    package var weeklySwing = 0.0
    /// Of a day's visitors those before the day's table takes over, and the rate there beside that of the rest.
    package var early: (visitors: Double, rate: Double)?
    /// Whether the last arm is a control with a tenth of all traffic.
    package var hasControl = false
    /// Nil: clicks; else purchases and what they bring, of which the reward may be either.
    package var orders: Orders?
    /// Whether shares are even on every day, and nothing is allocated.
    package var isEven = false
    /// Whether every night's lifts are compared with the truth.
    package var checksLifts = false
    package var learning = LearningSettings()
    package var allocation = AllocationSettings()

    package init(_ rates: [Double]) {
        arms = rates.map { Arm(rate: $0) }
        allocation.floor = 0.02
    }

    /// What came of a life.
    package struct Record: Sendable {
        /// The first night that names a winner, from 1.
        package var verdictNight: Int?
        /// Whether some night named an arm the winner beside another that is no worse.
        package var isFalse = false
        /// The same of some city's own group.
        package var isFalseInCity = false
        /// Nights on which a lift's interval missed the truth.
        package var missedLifts = 0
        /// Rewards lost against the best arm of each city, in rewards of a day.
        package var regret = 0.0
        /// The same with the winner shown to everyone from its verdict on.
        package var shippedRegret = 0.0
        /// The groups as learned after the last night, and its rows.
        package var groups: [LearnedGroup] = []
        package var rows: [AllocationRow] = []
        package var history: [DailyRow] = []
    }

    package static let key = SlotKey(platform: "web", slot: "hero")
    package var names: [Name] { arms.indices.map { Name("arm\($0)") } }
    package func segment(_ city: Int) -> Name { levels.count == 1 ? .everyone : Name("city\(city)") }

    /// The experiment as it is declared for the table of a day.
    package func experiment(_ day: Int) -> Experiment {
        let declared = arms.indices.filter { arms[$0].joins <= day }
        let control = hasControl ? arms.count - 1 : nil
        return Experiment(
            key: Life.key, variants: declared.filter { $0 != control }.map { names[$0] },
            control: control.map { Experiment.Control(variant: names[$0], traffic: 0.1) })
    }

    /// An arm's mean reward per visitor in a city: successes, or money.
    package func mean(_ arm: Int, city: Int) -> Double {
        rate(arm, city: city) * (learning.reward == .revenue ? orders?.mean ?? 1 : 1)
    }

    func rate(_ arm: Int, city: Int) -> Double {
        min(1, arms[arm].rate * levels[city] * (tastes.isEmpty ? 1 : tastes[city][arm]))
    }

    /// Lives once. All randomness comes from the seed.
    package func live(seed: UInt64) throws -> Record {
        var generator = SplitMix64(seed: seed)
        // Seeds next to each other are not to have much in common.
        for _ in 0..<4 { _ = generator.next() }
        var record = Record()
        var rows: [DailyRow] = []
        var night = try table(1, rows, day: 0)
        var before = night.shares
        var shipped: Int?
        for day in 0..<nights {
            for part in parts(day, before, night.shares) {
                let level = part.rate * (1 + weeklySwing * ([1, 1, 0.4, 0, -0.4, -1, -1][day % 7]))
                rows += draw(day, part.table, visitors * part.visitors, level, part.shares, using: &generator)
            }
            addRegret(night.shares, shipped, to: &record)
            before = night.shares
            if isEven, day + 1 < nights { continue }
            night = try table(day + 1, rows, day: day + 1)
            if checksLifts, misses(night.rows) { record.missedLifts += 1 }
            for (city, winner) in night.winners {
                let rivals = arms.indices.filter { $0 != winner && competes($0, day + 1) }
                if rivals.contains(where: { rate($0, city: city) >= rate(winner, city: city) }) {
                    record.isFalseInCity = true
                }
            }
            if let winner = night.winner {
                if record.verdictNight == nil {
                    record.verdictNight = day + 1
                    shipped = winner
                }
                let rivals = arms.indices.filter { $0 != winner && competes($0, day + 1) }
                if rivals.contains(where: { arms[$0].rate >= arms[winner].rate }) { record.isFalse = true }
            }
        }
        (record.groups, record.rows, record.history) = (night.groups, night.rows, rows)
        return record
    }

    private func competes(_ arm: Int, _ day: Int) -> Bool {
        arms[arm].joins <= day && arms[arm].leaves > day && !(hasControl && arm == arms.count - 1)
    }

    /// Visitors of one table.
    private struct Part {
        /// Of the day's.
        var visitors: Double
        var rate: Double
        var shares: [[Double]]
        /// The day it was made for.
        var table: Int
    }

    private func parts(_ day: Int, _ before: [[Double]], _ shares: [[Double]]) -> [Part] {
        guard let early else { return [Part(visitors: 1, rate: 1, shares: shares, table: day)] }
        return [
            Part(visitors: early.visitors, rate: early.rate, shares: before, table: day - 1),
            Part(visitors: 1 - early.visitors, rate: 1, shares: shares, table: day),
        ]
    }

    // MARK: A night

    private struct Night {
        var rows: [AllocationRow] = []
        var groups: [LearnedGroup] = []
        /// By city, then by arm.
        var shares: [[Double]]
        var winner: Int?
        /// Of cities' own groups, by city.
        var winners: [Int: Int] = [:]
    }

    /// The table of a day.
    private func table(_ night: Int, _ rows: [DailyRow], day: Int) throws -> Night {
        let experiment = experiment(day)
        let competing = Set(arms.indices.filter { competes($0, day) }.map { names[$0] })
        // Even among all that are shown, the control too.
        let shown = competing.union(hasControl ? [names[arms.count - 1]] : [])
        let even = names.map { shown.contains($0) ? 1 / Double(shown.count) : 0 }
        if rows.isEmpty { return Night(shares: levels.map { _ in even }) }
        let groups = try ExperimentLearner(experiment: experiment, settings: learning).learn(rows)
        let evidence = EvidenceLearner(experiment: experiment, reward: learning.reward).evidence(
            rows, groups: groups.map { .init(segment: $0.segment, competing: competing) })
        let outside = Dictionary(
            uniqueKeysWithValues: experiment.variants.filter { !competing.contains($0) }
                .map { ($0, ArmStatus.blacklisted) })
        let allocator = GroupAllocator(experiment: experiment, settings: allocation)
        var all: [AllocationRow] = []
        var shares: [Name: [Double]] = [:]
        for (number, group) in groups.enumerated() {
            let own = try allocator.allocate(
                group: group, outside: outside, date: CalendarDate(dayNumber: day), seed: UInt64(number),
                reward: learning.reward, objective: learning.objective, evidence: evidence[number],
                showsLifts: checksLifts && number == 0)
            shares[group.segment] = names.map { name in
                own.first { $0.key.variant == name }.map { Double($0.traffic) / 1e6 } ?? 0
            }
            all += own
        }
        func winner(_ evidence: GroupEvidence) -> Int? {
            evidence.winner.flatMap { names.firstIndex(of: evidence.arms[$0]) }
        }
        var result = Night(
            rows: all, groups: groups,
            shares: levels.indices.map { isEven ? even : shares[segment($0)] ?? shares[.everyone] ?? even },
            winner: winner(evidence[0]))
        for evidence in evidence.dropFirst() {
            guard let city = levels.indices.first(where: { segment($0) == evidence.segment }) else { continue }
            result.winners[city] = winner(evidence)
        }
        return result
    }

    /// Whether the interval of some lift over everyone leaves out what is true.
    private func misses(_ rows: [AllocationRow]) -> Bool {
        let everyone = rows.filter { $0.key.segment == .everyone }
        let leader = everyone.max { ($0.probabilityBest ?? -1) < ($1.probabilityBest ?? -1) }
        let named = hasControl ? names.last : leader?.key.variant
        guard let reference = named.flatMap({ names.firstIndex(of: $0) }) else { return false }
        return everyone.contains { row in
            guard let arm = names.firstIndex(of: row.key.variant), arm != reference,
                row.liftLow != nil || row.liftHigh != nil
            else { return false }
            let lift = arms[arm].rate / arms[reference].rate - 1
            return lift < (row.liftLow ?? -1) || lift > (row.liftHigh ?? .infinity)
        }
    }

    private func addRegret(_ shares: [[Double]], _ shipped: Int?, to record: inout Record) {
        var (lost, lostShipped, best) = (0.0, 0.0, 0.0)
        for city in levels.indices {
            let means = arms.indices.map { mean($0, city: city) }
            let greatest = means.max() ?? 0
            best += greatest
            for arm in arms.indices { lost += shares[city][arm] * (greatest - means[arm]) }
            if let shipped { lostShipped += greatest - means[shipped] }
        }
        record.regret += lost / best
        record.shippedRegret += (shipped == nil ? lost : lostShipped) / best
    }

    // MARK: A day

    private func draw(
        _ day: Int, _ table: Int, _ visitors: Double, _ level: Double, _ shares: [[Double]],
        using generator: inout SplitMix64
    ) -> [DailyRow] {
        var rows: [DailyRow] = []
        for city in levels.indices {
            let total = Draw.poisson(
                mean: visitors / Double(levels.count), uniform: Draw.uniform(using: &generator))
            let byArm = Draw.multinomial(
                trials: total, weights: shares[city], uniforms: arms.map { _ in Draw.uniform(using: &generator) })
            for arm in arms.indices where byArm[arm] > 0 {
                let successes = Draw.binomial(
                    trials: byArm[arm], probability: min(1, rate(arm, city: city) * level),
                    uniform: Draw.uniform(using: &generator))
                var counts = ArmCounts()
                counts.visitors = byArm[arm]
                counts.views = byArm[arm]
                if let orders {
                    counts.purchases = successes
                    counts.purchasers = successes
                    for _ in 0..<successes {
                        let amount = Int128((Life.amount(orders, using: &generator) * 1e6).rounded())
                        counts.revenue += amount
                        counts.revenueSquared += amount * amount
                    }
                } else {
                    counts.clicks = successes
                    counts.clickers = successes
                }
                rows.append(
                    DailyRow(
                        date: CalendarDate(dayNumber: 20_000 + day), table: CalendarDate(dayNumber: 20_000 + table),
                        key: ArmKey(
                            platform: Life.key.platform, slot: Life.key.slot, segment: segment(city),
                            variant: names[arm]), counts: counts))
            }
        }
        return rows
    }

    private static func amount(_ orders: Orders, using generator: inout SplitMix64) -> Double {
        switch orders {
        case .logNormal(let deviation):
            return Draw.logNormal(mean: 30, spread: deviation, using: &generator)
        case .pareto(let index):
            return 30 * (index - 1) / index * pow(Draw.uniform(using: &generator), -1 / index)
        case .whales:
            let amount = Draw.logNormal(mean: 30, spread: 1, using: &generator)
            return Draw.uniform(using: &generator) < 0.003 ? 60 * amount : amount
        }
    }
}
