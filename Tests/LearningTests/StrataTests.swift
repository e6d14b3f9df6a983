import Domain
import Learning
import TestSupport
import Testing

/// Rates are told apart by day and table, while windows and half-lives count days.
@Suite struct StrataTests {
    private let experiment = Experiment(key: slot, variants: ["a", "b", "c"])

    private func learn(
        _ rows: [DailyRow], _ change: (inout LearningSettings) -> Void = { _ in }
    ) throws -> [LearnedGroup] {
        try ExperimentLearner(experiment: experiment, settings: settings(change)).learn(rows)
    }

    /// Days that one, two or three tables served, or none that is known.
    private func history(_ seed: UInt64) -> [DailyRow] {
        var generator = SplitMix64(seed: seed)
        var rows: [DailyRow] = []
        for day in 0..<7 {
            let tables: [Int?] = [[nil], [day], [day - 1, day], [day - 2, day, nil]].randomElement(using: &generator)!
            for table in tables {
                for segment in ["*", "delhi", "pune"] as [Name] {
                    for variant in experiment.arms where Int.random(in: 0..<6, using: &generator) > 0 {
                        let paid = (0..<Int.random(in: 1...400, using: &generator)).map { _ in
                            Bool.random(using: &generator) ? Int.random(in: 1...40, using: &generator) : 0
                        }
                        var row = revenueRow(day, variant, paid, segment: segment)
                        row.counts.clickers = row.counts.purchasers / 2
                        row.table = table.map { CalendarDate(dayNumber: 20_000 + $0) }
                        rows.append(row)
                    }
                }
            }
        }
        return rows
    }

    @Test(
        "They are as many days of their own, where no day weighs more than another",
        arguments: Reward.allCases, Seasonality.allCases)
    func daysOfTheirOwn(reward: Reward, seasonality: Seasonality) throws {
        for seed in 1...5 as ClosedRange<UInt64> {
            let rows = history(seed)
            // In the order of strata: by date, then no table, then the older.
            let relabelled = rows.map { row in
                var row = row
                let table = row.table.map { 4 + $0.dayNumber - row.date.dayNumber } ?? 0
                row.date = CalendarDate(dayNumber: 10 * row.date.dayNumber + table)
                row.table = nil
                return row
            }
            #expect(Set(relabelled.map(\.date)).count > Set(rows.map(\.date)).count)
            let change = { (settings: inout LearningSettings) in
                settings.reward = reward
                settings.seasonality = seasonality
            }
            let groups = try learn(rows, change)
            #expect(try groups == learn(relabelled, change))
            #expect(groups.count == 3)
        }
    }

    @Test("The result depends on no order of the rows", arguments: Reward.allCases)
    func orderOfRows(reward: Reward) throws {
        var rows = history(9)
        var generator = SplitMix64(seed: 3)
        let change = { (settings: inout LearningSettings) in
            settings.reward = reward
            settings.halfLife = 3
            settings.window = 5
        }
        let groups = try learn(rows, change)
        for _ in 0..<5 {
            rows.shuffle(using: &generator)
            #expect(try learn(rows, change) == groups)
        }
    }

    /// What halves a day's weight halves its counts: with even counts the halves are counts too.
    @Test("Every stratum of a day has the day's weight, and a window takes whole days")
    func weights() throws {
        func rows(_ day: Int, _ scale: Int64) -> [DailyRow] {
            let counted: [(Int, [Int64])] = [(day - 1, [400, 40, 80, 4]), (day, [80, 10, 1_200, 200])]
            return counted.flatMap { table, counts -> [DailyRow] in
                let counts = counts.map { $0 * scale }
                return [
                    row(day, "a", visitors: counts[0], clickers: counts[1], table: table),
                    row(day, "b", visitors: counts[2], clickers: counts[3], table: table),
                ]
            }
        }
        let decayed = try learn(rows(0, 8) + rows(1, 8) + rows(2, 8)) {
            $0.halfLife = 1
            $0.window = 2
        }
        let counted = try learn(rows(1, 4) + rows(2, 8))
        for (left, right) in zip(decayed[0].arms, counted[0].arms) {
            #expect(left.posterior == right.posterior)
        }
        // Of two days, all four strata.
        #expect(decayed[0].arms[0].visitors == 7_680)
    }

    @Test("An arm that had more of the night's poor hours is not taken for a poorer one")
    func simpson() throws {
        var rows: [DailyRow] = []
        for day in 0..<6 {
            // Until the day's table comes rates are half of the day's; a had most then and has little now.
            rows += [
                row(day, "a", visitors: 900, clickers: 45, table: day - 1),
                row(day, "b", visitors: 100, clickers: 5, table: day - 1),
                row(day, "a", visitors: 400, clickers: 40, table: day),
                row(day, "b", visitors: 3_600, clickers: 360, table: day),
            ]
        }
        func lead(_ rows: [DailyRow]) throws -> Double {
            let arms = try learn(rows)[0].arms
            return arms[0].posterior.mean / arms[1].posterior.mean - 1
        }
        let byDay = rows.map { row in
            var row = row
            row.table = nil
            return row
        }
        #expect(try lead(byDay) < -0.3)
        #expect(try abs(lead(rows)) < 0.01)
    }
}
