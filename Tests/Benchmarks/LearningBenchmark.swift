import Domain
import Learning
import TestSupport

/// Times the step from daily rows to posteriors, on one core.
enum LearningBenchmark {
    static func run() throws {
        try learn(days: 28, experiments: 20, segments: 0, arms: 10)
        try learn(days: 28, experiments: 1, segments: 1_000, arms: 10)
    }

    private static func learn(days: Int, experiments: Int, segments: Int, arms: Int) throws {
        let learners = (0..<experiments).map { number in
            let experiment = Experiment(
                key: SlotKey(platform: "web", slot: Name("slot-\(number)")),
                variants: (0..<arms).map { Name("banner-\($0)") })
            let learner = ExperimentLearner(experiment: experiment, settings: LearningSettings())
            return (learner, LearningBenchmark.rows(experiment, days: days, segments: segments))
        }
        var groups = 0
        let time = try leastTime(batches: 5) {
            groups = 0
            for (learner, rows) in learners { groups += try learner.learn(rows).count }
        }
        let count = learners.reduce(0) { $0 + $1.1.count }
        print("learn \(days) days, \(experiments) experiments, \(arms) arms, \(count) rows, \(groups) groups: \(time)")
    }

    /// Rows of every arm and day, in each segment or, without any, of everyone.
    private static func rows(_ experiment: Experiment, days: Int, segments: Int) -> [DailyRow] {
        var generator = SplitMix64(seed: 1)
        let names: [Name] = segments == 0 ? [.everyone] : (0..<segments).map { Name("segment-\($0)") }
        var rows: [DailyRow] = []
        for day in 0..<days {
            for segment in names {
                for variant in experiment.arms {
                    var counts = ArmCounts()
                    counts.visitors = Int64.random(in: 100...1_000, using: &generator)
                    counts.views = 3 * counts.visitors
                    counts.clickers = Int64.random(in: counts.visitors / 25...counts.visitors / 15, using: &generator)
                    counts.clicks = counts.clickers
                    let key = ArmKey(
                        platform: experiment.key.platform, slot: experiment.key.slot, segment: segment,
                        variant: variant)
                    rows.append(DailyRow(date: CalendarDate(dayNumber: 20_000 + day), key: key, counts: counts))
                }
            }
        }
        return rows
    }
}
