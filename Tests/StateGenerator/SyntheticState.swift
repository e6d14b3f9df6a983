import Allocation
package import Domain
import Foundation
package import Learning
import Randomizer
package import State
import TestSupport

/// A state directory of many nights, made by the project's own allocator and writers from drawn counts, without any log.
///
/// Every experiment's later arms do a little better; the first experiment has a control, the third is paid by revenue. On
/// the way an arm comes late, one is blacklisted, and one day has no data.
package struct SyntheticState {
    package var days: Int
    package var experiments: Int
    package var arms: Int
    package var segments: Int
    package var visitors = 4000
    package var seed: UInt64 = 1
    /// What a purchase brings, in hundredths of the currency's unit.
    package var prices = 100...9_900
    /// The name of an arm, a platform and so on; the kind is a letter.
    package var name: @Sendable (_ kind: Character, _ index: Int) -> String
    package var last = CalendarDate(dayNumber: 20_778)

    package init(days: Int, experiments: Int, arms: Int, segments: Int = 0) {
        self.days = days
        self.experiments = experiments
        self.arms = arms
        self.segments = segments
        name = { kind, index in "\(kind == "v" ? "banner" : kind == "s" ? "slot" : "city")-\(index + 1)" }
    }

    /// The day without data; nil in states of few days.
    package var outage: CalendarDate? { days >= 8 ? first.advanced(by: days / 2) : nil }
    /// The first day of counts. The first table is of the day after.
    package var first: CalendarDate { last.advanced(by: 1 - days) }

    package func key(_ experiment: Int) -> SlotKey { SlotKey(platform: "web", slot: Name(name("s", experiment))) }

    package func reward(_ experiment: Int) -> Reward { experiment % 5 == 2 ? .revenue : .click }

    /// Writes the directory; an earlier one at the path is extended or overwritten.
    package func write(to state: StateDirectory) throws {
        var generator = SplitMix64(seed: seed)
        var sums: [ArmKey: ArmCounts] = [:]
        var table: [AllocationRow] = []
        var learnedThrough: CalendarDate?
        for offset in 0..<days {
            let date = first.advanced(by: offset)
            if date != outage {
                let rows = try counts(on: date, by: table, using: &generator)
                for row in rows { try sums[row.key, default: ArmCounts()].add(row.counts) }
                try state.publish(
                    [("quality.json", try quality(date, rows)), ("statistics.csv", StatisticsFile.bytes(of: rows))],
                    as: state.statistics(on: date))
                learnedThrough = date
            }
            let facts: [ExperimentFacts]
            (table, facts) = try allocation(on: date.advanced(by: 1), sums)
            let bytes = AllocationFile.bytes(table)
            var manifest = Manifest(date: date.advanced(by: 1).description, rows: table.count, table: bytes)
            manifest.statisticsThrough = learnedThrough?.description
            manifest.pipeline = name("p", 0)
            manifest.configuration = offset < days * 3 / 4 ? "0123456789abcdef" : "fedcba9876543210"
            try state.publish(
                [
                    (AllocationFormat.tableFile, bytes),
                    (AllocationFormat.manifestFile, manifest.json(experiments: facts.map(\.json))),
                ],
                as: state.allocation(on: date.advanced(by: 1)))
        }
        try state.setCurrent(last.advanced(by: 1))
    }

    private func exists(_ arm: Int, _ experiment: Int, on date: CalendarDate) -> Bool {
        !(experiment % 4 == 1 && arm == 1 && date < first.advanced(by: days * 2 / 3))
    }

    private func isBlacklisted(_ arm: Int, _ experiment: Int, on date: CalendarDate) -> Bool {
        experiment % 4 == 0 && arm == 1 && arms > 3 && date > first.advanced(by: days * 3 / 5)
    }

    private func variant(_ arm: Int) -> Name { Name(name("v", arm)) }

    private func segmentNames() -> [Name] { segments == 0 ? ["*"] : (0..<segments).map { Name(name("g", $0)) } }

    /// Counts in the shares of the table in force, or in equal shares.
    private func counts(
        on date: CalendarDate, by table: [AllocationRow], using generator: inout SplitMix64
    ) throws -> [DailyRow] {
        var shares: [ArmKey: Double] = [:]
        for row in table where row.key.segment == .everyone { shares[row.key] = Double(row.traffic) / 1e6 }
        let weekday = date.dayNumber % 7
        var rows: [DailyRow] = []
        for experiment in 0..<experiments {
            let key = key(experiment)
            for arm in 0..<arms where exists(arm, experiment, on: date) {
                let everyone = ArmKey(platform: key.platform, slot: key.slot, segment: "*", variant: variant(arm))
                let share = table.isEmpty ? 1 / Double(arms) : shares[everyone] ?? 0
                for segment in segmentNames() {
                    let expected = Double(visitors) * share / Double(segmentNames().count)
                    let noise = 1 + 0.1 * (Double.random(in: 0...1, using: &generator) - 0.5)
                    var counts = ArmCounts()
                    counts.visitors = Int64((expected * noise * (weekday < 2 ? 0.7 : 1)).rounded())
                    guard counts.visitors > 0 else { continue }
                    let rate = (0.04 + 0.0015 * Double(arm)) * (weekday < 2 ? 1.2 : 1)
                    counts.clickers = successes(counts.visitors, rate, &generator)
                    counts.purchasers = successes(counts.visitors, rate / 4, &generator)
                    counts.views = counts.visitors * 2
                    counts.clicks = counts.clickers
                    counts.purchases = counts.purchasers
                    for _ in 0..<counts.purchasers {
                        let money = Int128(Int.random(in: prices, using: &generator)) * 10_000
                        counts.revenue += money
                        counts.revenueSquared += money * money
                    }
                    rows.append(
                        DailyRow(
                            date: date,
                            key: ArmKey(
                                platform: key.platform, slot: key.slot, segment: segment, variant: variant(arm)),
                            counts: counts))
                }
            }
        }
        return rows
    }

    /// About normal, which is all that a picture needs.
    private func successes(_ visitors: Int64, _ rate: Double, _ generator: inout SplitMix64) -> Int64 {
        let sum = (0..<12).reduce(-6.0) { total, _ in total + Double.random(in: 0...1, using: &generator) }
        let mean = Double(visitors) * rate
        return max(0, min(visitors, Int64((mean + sum * (mean * (1 - rate)).squareRoot()).rounded())))
    }

    private func allocation(
        on date: CalendarDate, _ sums: [ArmKey: ArmCounts]
    ) throws -> ([AllocationRow], [ExperimentFacts]) {
        var rows: [AllocationRow] = []
        var facts: [ExperimentFacts] = []
        for experiment in 0..<experiments {
            let key = key(experiment)
            let present = (0..<arms).filter { exists($0, experiment, on: date) }
            let control = experiment == 0 && arms > 2 ? variant(0) : nil
            let competing = present.map(variant).filter { $0 != control }
            let declared = Experiment(
                key: key, variants: competing, control: control.map { Experiment.Control(variant: $0, traffic: 0.05) })
            let allocator = GroupAllocator(experiment: declared, settings: AllocationSettings())
            let blacklisted = Dictionary(
                uniqueKeysWithValues: present.filter { isBlacklisted($0, experiment, on: date) }
                    .map { (variant($0), ArmStatus.blacklisted) })
            let groups = segments == 0 ? ["*"] : ["*"] + segmentNames()
            var learned: [LearnedGroup] = []
            var own: [AllocationRow] = []
            for segment in groups {
                let arms = present.map(variant).sorted().map { variant in
                    learnedArm(variant, segment, key, sums, reward(experiment))
                }
                learned.append(LearnedGroup(segment: segment, arms: arms))
                own += try allocator.allocate(
                    group: learned[learned.count - 1], outside: blacklisted, date: date, seed: 1,
                    reward: reward(experiment))
            }
            var learning = LearningSettings()
            learning.reward = reward(experiment)
            facts.append(
                ExperimentFacts(
                    experiment: declared, learning: learning, allocation: AllocationSettings(), groups: learned,
                    rows: own))
            rows += own
        }
        return (rows, facts)
    }

    private func learnedArm(
        _ variant: Name, _ segment: Name, _ key: SlotKey, _ sums: [ArmKey: ArmCounts], _ reward: Reward
    ) -> LearnedArm {
        var total = ArmCounts()
        for counted in segment == .everyone ? segmentNames() : [segment] {
            let arm = ArmKey(platform: key.platform, slot: key.slot, segment: counted, variant: variant)
            try? total.add(sums[arm] ?? ArmCounts())
        }
        let visitors = Double(total.visitors)
        switch reward {
        case .click, .purchase:
            return LearnedArm(
                variant: variant,
                posterior: .beta(
                    alpha: 1 + Double(total.clickers), beta: 1 + Double(total.visitors - total.clickers)),
                visitors: total.visitors, successes: Int128(total.clickers))
        case .revenue:
            let mean = (Double(total.revenue) / 1e6 + 0.5) / (visitors + 1)
            guard mean > 0 else {
                // Refunds above sales: arms are compared by purchases, and of the mean no interval is known.
                var arm = LearnedArm(
                    variant: variant,
                    posterior: .beta(
                        alpha: 1 + Double(total.purchasers), beta: 1 + Double(total.visitors - total.purchasers)),
                    visitors: total.visitors, successes: total.revenue)
                arm.mean = mean
                arm.interval = nil
                return arm
            }
            let square = (Double(total.revenueSquared) / 1e12 + 25) / (visitors + 1)
            let variance = max(1e-6 * mean * mean, (square - mean * mean) / (visitors + 1))
            return LearnedArm(
                variant: variant,
                posterior: .logStudentT(
                    location: log(mean), scale: variance.squareRoot() / mean, degreesOfFreedom: visitors + 1),
                visitors: total.visitors, successes: total.revenue)
        }
    }
}
