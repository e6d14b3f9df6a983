import Allocation
import CMeasurement
import Domain
import Learning
import TestSupport

/// Processor time of what a night does with statistics, by its parts: reading them, posteriors of all three rewards, evidence, shares and
/// lifts of one experiment with ten arms, fifty segments and a year of days, and of its neighbours.
enum NightBenchmark {
    private struct Size {
        var arms = 10
        var segments = 50
        var days = 365
    }

    static func run() throws {
        try time(Size())
        try time(Size(days: 91))
        try time(Size(segments: 10))
        try time(Size(arms: 5))
    }

    private static func time(_ size: Size) throws {
        let experiment = Experiment(
            key: SlotKey(platform: "web", slot: "hero"), variants: (0..<size.arms).map { Name("banner-\($0)") })
        let rows = rows(experiment, size)
        let competing = Set(experiment.variants)
        let learner = ExperimentLearner(experiment: experiment, settings: LearningSettings())
        var groups: [LearnedGroup] = []
        let texts = Dictionary(grouping: rows, by: \.date).sorted { $0.key < $1.key }.map {
            StatisticsFile.bytes(of: $0.value)
        }
        let reading = try nanoseconds { for text in texts { _ = try StatisticsFile.rows(text) } }
        let learning = try nanoseconds {
            groups = try learner.learn(rows, rewards: Set(Reward.allCases))[.click] ?? []
        }
        var evidence: [GroupEvidence] = []
        let judging = nanoseconds {
            evidence = EvidenceLearner(experiment: experiment, reward: .click)
                .evidence(rows, groups: groups.map { .init(segment: $0.segment, competing: competing) })
        }
        let allocator = GroupAllocator(experiment: experiment, settings: AllocationSettings())
        let allocation = try nanoseconds {
            for (group, evidence) in zip(groups, evidence) {
                _ = try allocator.allocate(
                    group: group, date: CalendarDate(dayNumber: 0), seed: 1, reward: .click, evidence: evidence)
            }
        }
        let whole = learning + judging + allocation
        print(
            "night of \(size.arms) arms, \(size.segments) segments, \(size.days) days, \(rows.count) rows: read "
                + "\(text(reading)), learn \(text(learning)), judge \(text(judging)), allocate \(text(allocation)); of 1,000 of them, on two "
                + "cores, reading takes \(text(reading * 500)), all else \(text(whole * 500))")
    }

    /// The least of three.
    private static func nanoseconds(_ body: () throws -> Void) rethrows -> Double {
        var least = Double.infinity
        for _ in 0..<3 {
            let start = measurement_thread_nanoseconds()
            try body()
            least = min(least, Double(measurement_thread_nanoseconds() - start))
        }
        return least
    }

    private static func text(_ nanoseconds: Double) -> String {
        nanoseconds < 1e9 ? "\((nanoseconds / 1e5).rounded() / 10) ms" : "\((nanoseconds / 1e8).rounded() / 10) s"
    }

    /// Rows of every arm, day and segment, about 40 visitors each.
    private static func rows(_ experiment: Experiment, _ size: Size) -> [DailyRow] {
        var generator = SplitMix64(seed: 1)
        let segments = (0..<size.segments).map { Name("segment-\($0)") }.sorted()
        var rows: [DailyRow] = []
        rows.reserveCapacity(size.days * size.segments * size.arms)
        for day in 0..<size.days {
            let date = CalendarDate(dayNumber: 20_000 + day)
            for segment in segments {
                for variant in experiment.arms {
                    var counts = ArmCounts()
                    counts.visitors = Int64.random(in: 20...60, using: &generator)
                    counts.views = counts.visitors
                    counts.clickers = Int64.random(in: 0...4, using: &generator)
                    counts.clicks = counts.clickers
                    counts.purchasers = Int64.random(in: 0...2, using: &generator)
                    counts.purchases = counts.purchasers
                    for _ in 0..<counts.purchasers {
                        let amount = Int128.random(in: 500...9999, using: &generator) * 10_000
                        counts.revenue += amount
                        counts.revenueSquared += amount * amount
                    }
                    rows.append(
                        DailyRow(
                            date: date, table: date,
                            key: ArmKey(
                                platform: experiment.key.platform, slot: experiment.key.slot, segment: segment,
                                variant: variant), counts: counts))
                }
            }
        }
        return rows
    }
}
