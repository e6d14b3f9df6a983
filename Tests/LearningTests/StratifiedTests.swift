import Domain
import Learning
import TestSupport
import Testing

/// Days that are told apart by segment, where everyone is learned from.
@Suite struct StratifiedTests {
    private let experiment = Experiment(key: slot, variants: ["a", "b", "c"])
    private let segments: [Name] = ["*", "delhi", "pune", "rare"]

    private func learn(_ rows: [DailyRow], _ change: (inout LearningSettings) -> Void) throws -> [LearnedGroup] {
        try ExperimentLearner(experiment: experiment, settings: settings(change)).learn(rows)
    }

    @Test("Without a segment that has shares of its own it is the same as adjusted")
    func withoutSegments() throws {
        var generator = SplitMix64(seed: 1)
        let rows = randomHistory(
            days: 9, variants: ["a", "b", "c"], segments: segments, using: &generator)
        let all = try [Seasonality.adjusted, .stratified].map { seasonality in
            try learn(rows) {
                $0.seasonality = seasonality
                $0.minimumVisitors = 1_000_000
                $0.halfLife = 4
            }
        }
        #expect(all[0] == all[1] && all[0].count == 1)
    }

    /// What says the same in other words: every segment's days are days of their own, and nobody has a segment.
    @Test("It is the adjustment of as many days as there are days and segments", arguments: [Reward.click, .revenue])
    func daysOfTheirOwn(reward: Reward) throws {
        var generator = SplitMix64(seed: 2)
        var rows: [DailyRow] = []
        for day in 0..<8 {
            for (index, segment) in segments.enumerated() {
                for variant in experiment.arms {
                    let size = segment == "rare" ? 3 : 300 * (index + 1)
                    let paid = (0..<Int.random(in: 1...size, using: &generator)).map { _ in
                        Bool.random(using: &generator) ? Int.random(in: 1...40, using: &generator) : 0
                    }
                    var row = revenueRow(day, variant, paid, segment: segment)
                    row.counts.clickers = row.counts.purchasers
                    rows.append(row)
                }
            }
        }
        let groups = try learn(rows) {
            $0.seasonality = .stratified
            $0.reward = reward
            $0.minimumVisitors = 500
        }
        #expect(groups.map(\.segment) == ["*", "delhi", "pune"])
        // The rare segment has no shares of its own: it belongs to the rest.
        let stratum: [Name: Int] = ["*": 0, "rare": 0, "delhi": 1, "pune": 2]
        let relabelled = rows.map { row in
            var row = row
            row.date = CalendarDate(dayNumber: row.date.dayNumber + 100 * stratum[row.key.segment]!)
            row.key.segment = "*"
            return row
        }
        let twin = try learn(relabelled) { $0.reward = reward }[0]
        for (arm, expected) in zip(groups[0].arms, twin.arms) {
            #expect(arm.visitors == expected.visitors && arm.successes == expected.successes)
            let own = try #require(arm.posterior.betaParameters ?? arm.posterior.studentParameters)
            let other = try #require(expected.posterior.betaParameters ?? expected.posterior.studentParameters)
            for (left, right) in zip(own, other) { #expect(abs(left - right) < 1e-8 * max(1, abs(right))) }
        }
    }

    @Test("Segments learn what they do under adjusted when nothing is pooled")
    func segmentsThemselves() throws {
        var generator = SplitMix64(seed: 3)
        let rows = randomHistory(days: 9, variants: ["a", "b", "c"], segments: segments, using: &generator)
        let all = try [Seasonality.adjusted, .stratified].map { seasonality in
            try learn(rows) {
                $0.seasonality = seasonality
                $0.pooling = .visitors(0)
            }
        }
        #expect(all[0].count > 1)
        #expect(all[0].dropFirst() == all[1].dropFirst())
        #expect(all[0][0] != all[1][0])
    }

    /// a is shown where people click more, b where they click less; both are clicked alike.
    @Test("An arm that is shown more where rates are higher is not taken for a better one")
    func simpson() throws {
        var rows: [DailyRow] = []
        for day in 0..<5 {
            for (segment, rate, shares) in [("delhi", 10, [9, 1, 5]), ("pune", 2, [1, 9, 5])]
                as [(Name, Int64, [Int64])]
            {
                for (variant, share) in zip(experiment.arms, shares) {
                    rows.append(
                        row(
                            day, variant, visitors: 1_000 * share, clickers: 10 * share * rate, segment: segment))
                }
            }
        }
        func lead(_ seasonality: Seasonality) throws -> Double {
            let arms = try learn(rows) { $0.seasonality = seasonality }[0].arms
            return arms[0].posterior.mean / arms[1].posterior.mean - 1
        }
        #expect(try lead(.adjusted) > 1)
        #expect(try abs(lead(.stratified)) < 0.01)
    }
}
