import Domain
import Evaluation
import Report
import State
import Testing

@Suite struct WhatIfTests {
    private func whatIf(_ state: TabledState) throws -> WhatIf {
        let history = try state.history()
        return WhatIf(
            ExperimentHistory(TabledState.key, in: history, settings: nil),
            try StateEvidence(state.state, options: StateEvidence.Options()))
    }

    private func page(_ state: TabledState) throws -> String {
        Page(
            try state.history(), evidence: try StateEvidence(state.state, options: StateEvidence.Options())
        ).html()
    }

    private func counts(_ visitors: Int64, _ clickers: Int64) -> ArmCounts {
        var counts = ArmCounts()
        (counts.visitors, counts.views, counts.clicks, counts.clickers) = (visitors, visitors, clickers, clickers)
        return counts
    }

    /// Three days at 80 and 20 %, with visitors in these shares; `good` earns twice what `poor` does.
    private func twoArms(visitors: Int64 = 10_000) throws -> TabledState {
        let state = try TabledState()
        for day in 1...3 {
            try state.table(
                day, [TabledState.known("good", 0.2, best: 0.9), TabledState.known("poor", 0.8, best: 0.1)])
            try state.counts(
                day,
                [
                    "good": counts(visitors / 5, visitors / 50),
                    "poor": counts(visitors * 4 / 5, visitors / 25),
                ])
        }
        return state
    }

    /// Where every day has the same rates the estimates are those rates: an even split earns 7.5 % in place of 6 %.
    @Test func valuesAreThoseOfTheArms() throws {
        let state = try twoArms()
        let answers = try whatIf(state).answers
        let values = answers.map { ($0.policy, $0.evaluation?.recommended?.value ?? .nan) }
        for (policy, expected) in [
            (WhatIf.Policy.even, 0.075), (.always("good"), 0.1), (.always("poor"), 0.05),
            (.table(TabledState.first.advanced(by: 3)), 0.06),
        ] {
            let value = try #require(values.first { $0.0 == policy }).1
            #expect(abs(value - expected) < 1e-12, "\(policy)")
        }
        let even = try #require(answers.first { $0.policy == .even }?.change)
        #expect(abs(even.value - 0.25) < 1e-12 && even.low > 0)
        #expect(answers.filter { $0.isWhatServed }.map(\.policy).count == 3)
        let page = try page(state)
        #expect(page.contains("An even split would have earned 25.0 % more"))
        #expect(page.contains("The same as what served: the table of"))
    }

    /// Too little to tell: neither interval nor p, but the reason.
    @Test func whatIsNotReliableHasNoInterval() throws {
        let state = try twoArms(visitors: 100)
        let answers = try whatIf(state).answers
        #expect(answers.allSatisfy { $0.change == nil && $0.difference == nil })
        let page = try page(state)
        #expect(page.contains("not reliable: fewer than 30 visitors with a reward"))
        #expect(!page.contains("data-chart=whatif"))
    }

    /// An arm that came on the third day is judged on that day alone, the others on all three.
    @Test func aLateArmTakesNoDayFromOthers() throws {
        let state = try twoArms()
        let rows = [
            TabledState.known("good", 0.2, best: 0.8), TabledState.known("poor", 0.7, best: 0.1),
            TabledState.known("late", 0.1, best: 0.1),
        ]
        try state.table(4, rows)
        try state.counts(
            4,
            [
                "good": counts(2_000, 200), "poor": counts(7_000, 350),
                "late": counts(1_000, 50),
            ])
        let answers = try whatIf(state).answers
        func answer(_ policy: WhatIf.Policy) throws -> WhatIf.Answer {
            try #require(answers.first { $0.policy == policy })
        }
        #expect(try answer(.always("late")).evaluation?.visitors == 10_000)
        #expect(try answer(.always("late")).leftOut == 30_000)
        #expect(try answer(.always("good")).evaluation?.visitors == 40_000)
        #expect(try answer(.even).leftOut == 0)
    }

    @Test func withoutVisitorsOnDaysWithATableThereIsASentence() throws {
        let state = try TabledState()
        try state.table(1, [TabledState.known("good", 0.5, best: 0.9), TabledState.known("poor", 0.5, best: 0.1)])
        #expect(try whatIf(state).absence == .noVisitors)
        #expect(try page(state).contains("no visitors were counted on days with a table"))
    }
}
