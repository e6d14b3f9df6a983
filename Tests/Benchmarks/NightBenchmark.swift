import Allocation
import Domain
import Learning
import TestSupport

/// Times what a night does with statistics once they are read, by its parts, on one core: posteriors, evidence, shares and lifts of
/// one experiment with ten arms, fifty segments and a year of days, and of its neighbours.
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
        let clock = ContinuousClock()
        let learning = try clock.measure { groups = try learner.learn(rows) }
        var evidence: [GroupEvidence] = []
        let judging = clock.measure {
            evidence = EvidenceLearner(experiment: experiment, reward: .click)
                .evidence(rows, groups: groups.map { .init(segment: $0.segment, competing: competing) })
        }
        let allocator = GroupAllocator(experiment: experiment, settings: AllocationSettings())
        let allocation = try clock.measure {
            for (group, evidence) in zip(groups, evidence) {
                _ = try allocator.allocate(
                    group: group, date: CalendarDate(dayNumber: 0), seed: 1, reward: .click, evidence: evidence)
            }
        }
        let whole = learning + judging + allocation
        print(
            "night of \(size.arms) arms, \(size.segments) segments, \(size.days) days, \(rows.count) rows: learn "
                + "\(text(learning)), judge \(text(judging)), allocate \(text(allocation)); 1,000 of them on two cores "
                + "\(text(whole * 500))")
    }

    private static func text(_ duration: Duration) -> String {
        let seconds = duration.seconds
        return seconds < 1 ? "\((seconds * 1e4).rounded() / 10) ms" : "\((seconds * 10).rounded() / 10) s"
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
