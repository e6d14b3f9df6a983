import Allocation
import Domain
import Learning
import Randomizer
import TestSupport

/// How many visitors move from one night's table to the next: 28 nights of an experiment that learns from what its own
/// tables served, and cumulative ranges over the same shares.
enum ChurnBenchmark {
    private static let nights = 28
    private static let visitors = (0..<20_000).map { "visitor-\($0)" }

    static func run() throws {
        for (name, best) in [("one arm 10 % better", 1.1), ("equal arms", 1.0)] {
            let tables = try tables(best: best)
            var (moved, movedOfRanges, distance, bound) = (0, 0, 0.0, 0.0)
            for (old, new) in zip(tables, tables.dropFirst()) {
                let (before, after) = (old.experiments[0].groups[0], new.experiments[0].groups[0])
                let ranges = (CumulativeRanges(before.arms), CumulativeRanges(after.arms))
                for visitor in visitors {
                    if before.arm(of: visitor) != after.arm(of: visitor) { moved += 1 }
                    if ranges.0.place(visitor) != ranges.1.place(visitor) { movedOfRanges += 1 }
                }
                let variation = zip(before.arms, after.arms).reduce(0) { $0 + abs($1.0.traffic - $1.1.traffic) } / 2
                distance += variation
                bound += 2 * variation / (1 + variation)
            }
            let pairs = Double(tables.count - 1)
            let share = 1 / pairs / Double(visitors.count)
            print(
                "churn a night, 10 arms, \(name): \(percent(Double(moved) * share)) move, cumulative ranges "
                    + "\(percent(Double(movedOfRanges) * share)), TV \(percent(distance / pairs)), "
                    + "bound 2·TV/(1+TV) \(percent(bound / pairs))")
        }
    }

    private static func percent(_ share: Double) -> String {
        "\((share * 10_000).rounded() / 100) %"
    }

    /// The nightly tables: 20,000 visitors a day, clicks at 5 % (the sixth arm's times `best`), a swing of ±30 % a week.
    private static func tables(best: Double) throws -> [AllocationTable] {
        let variants = (0..<10).map { Name("banner-\($0)") }
        let experiment = Experiment(key: SlotKey(platform: "web", slot: "hero"), variants: variants)
        let learner = ExperimentLearner(experiment: experiment, settings: LearningSettings())
        let allocator = GroupAllocator(experiment: experiment, settings: AllocationSettings())
        var generator = SplitMix64(seed: 28)
        var shares = [Double](repeating: 0.1, count: 10)
        var rows: [DailyRow] = []
        var tables: [AllocationTable] = []
        for night in 0..<nights {
            let date = CalendarDate(dayNumber: 20_778 + night)
            let swing = [0.7, 0.9, 1, 1.1, 1.2, 1.3, 0.8][night % 7]
            for (arm, variant) in variants.enumerated() {
                var counts = ArmCounts()
                counts.visitors = Int64((shares[arm] * 20_000).rounded())
                counts.views = counts.visitors
                let rate = 0.05 * swing * (arm == 5 ? best : 1)
                for _ in 0..<counts.visitors where Double.random(in: 0..<1, using: &generator) < rate {
                    counts.clickers += 1
                }
                counts.clicks = counts.clickers
                let key = ArmKey(platform: "web", slot: "hero", segment: .everyone, variant: variant)
                rows.append(DailyRow(date: date, key: key, counts: counts))
            }
            let allocation = try allocator.allocate(
                group: try learner.learn(rows)[0], date: date.advanced(by: 1), seed: 1, reward: .click)
            shares = allocation.map { Double($0.traffic) / 1_000_000 }
            tables.append(try AllocationTable(csv: AllocationFile.bytes(allocation)))
        }
        return tables
    }
}
