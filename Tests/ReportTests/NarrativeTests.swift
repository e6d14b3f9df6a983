import Allocation
import Domain
import Foundation
import Learning
import Report
import StateGenerator
import Testing

/// What the page and the terminal say of tables written by hand.
@Suite struct NarrativeTests {
    @Test("An arm that is new does not lead, whatever its prior says, and nothing is foreseen beside it")
    func newArm() throws {
        let state = try TabledState()
        try state.table(1, [TabledState.known("x", 0.7, best: 0.8, more: 50), TabledState.known("y", 0.3, best: 0.2)])
        try state.table(
            2,
            [
                TabledState.new("n", 0.333333, best: 0.96), TabledState.known("x", 0.5, best: 0.03, more: 50),
                TabledState.known("y", 0.166667, best: 0.01),
            ])
        let summary = try state.summary()
        #expect(summary.leader == 1)
        #expect(summary.reference == 1)
        #expect(summary.forecast == nil)
        let narrative = try state.narrative()
        #expect(narrative.hasPrefix("x leads with a probability of 3.0 % of being best; n is new, nothing known yet"))

        #expect(try state.terminal().split(separator: "\n").contains { $0.hasPrefix("  *  x ") })
    }

    @Test("While all arms are new none leads and none is called capped")
    func allNew() throws {
        let state = try TabledState()
        try state.table(unlearned: 1, (0..<100).map { TabledState.new(Name("arm\(100 + $0)"), 0.01, best: 0.01) })
        #expect(try state.summary().leader == nil)
        #expect(try state.narrative() == "No arm has had a visitor yet. This is its first table.")
        #expect(Warnings.list(try state.history()).contains { $0.contains("is learned from nothing") })
    }

    @Test("Many new arms beside one that is not are one clause")
    func manyNew() throws {
        let state = try TabledState()
        let new = (1...9).map { TabledState.new(Name("n\($0)"), 0.05, best: 0.1) }
        try state.table(1, [TabledState.known("a", 0.55, best: 0.1)] + new)
        #expect(try state.narrative().contains("; n1, n2, n3, n4 and 5 others are new, nothing known yet"))
    }

    @Test("Arms of one P(best) lead together")
    func tie() throws {
        let state = try TabledState()
        try state.table(
            1,
            [
                TabledState.known("a", 0.4, best: 0.4), TabledState.known("b", 0.4, best: 0.4),
                TabledState.known("c", 0.2, best: 0.2),
            ])
        #expect(try state.summary().leaders == [0, 1])
        #expect(
            try state.narrative().hasPrefix("a and b lead together, each with a probability of 40.0 % of being best."))
        // What the evidence says of all of them is said of a tie too.
        let rows = [TabledState.known("a", 0.5, best: 0.5), TabledState.known("b", 0.5, best: 0.5)]
        var facts = TabledState.facts(rows)
        facts.conclusion = .nothingLeft
        try state.table(2, rows, facts: facts)
        #expect(try state.narrative().contains("of being best; there is nothing left to find worth 1 %."))
    }

    @Test("A first table carries nothing over; one after it that learned nothing does")
    func firstTable() throws {
        let state = try TabledState()
        let rows = [TabledState.known("a", 0.5, best: 0.5), TabledState.known("b", 0.5, best: 0.5)]
        // Statistics are older than any table.
        try state.table(2, rows, through: 0)
        #expect(try state.summary().history.isCarriedOver == [false])
        try state.table(3, rows, through: 0)
        #expect(try state.summary().history.isCarriedOver == [false, true])
        #expect(try state.narrative().hasSuffix("Since the table of 2024-10-06: nothing new was learned."))
        let cut = try state.history(days: 1)
        #expect(ExperimentHistory(TabledState.key, in: cut).isCarriedOver == [true])
    }

    @Test("What moved is told with its P(best) then and now, and what else changed")
    func movement() throws {
        let state = try TabledState()
        try state.table(
            1,
            [
                TabledState.known("a", 0.6, best: 0.6), TabledState.known("b", 0.3, best: 0.3),
                TabledState.known("c", 0.1, best: 0.1),
            ])
        var out = TabledState.known("c", 0, best: 0)
        (out.status, out.probabilityBest, out.valueRemaining) = (.blacklisted, nil, nil)
        try state.table(
            2, [TabledState.known("a", 0.75, best: 0.8, more: 20), TabledState.known("b", 0.25, best: 0.2), out],
            configuration: "b")
        #expect(
            try state.narrative().hasSuffix(
                "Since the table of 2024-10-05: a gained 15.00 points of traffic (P(best) from 60.0 % to 80.0 %) and c lost "
                    + "10.00 points of traffic; c becomes blacklisted; the configuration changed."))
    }

    @Test("Above the mark is not called settled, and a small remainder is no certainty")
    func promises() throws {
        let state = try TabledState()
        try state.counts(0, ["a": ArmCounts(), "b": ArmCounts()])
        try state.table(
            1, [TabledState.known("a", 0.97, best: 0.97, more: 60), TabledState.known("b", 0.03, best: 0.03)])
        #expect(
            try state.narrative().hasPrefix("a leads with a probability of 97.0 % of being best."))
    }

    @Test("A forecast minds what was forgotten")
    func memory() throws {
        let state = try TabledState()
        var day = ArmCounts()
        (day.visitors, day.views, day.clicks, day.clickers) = (1000, 1000, 50, 50)
        for number in 0..<10 { try state.counts(number, ["a": day, "b": day]) }
        try state.table(10, [TabledState.known("a", 0.8, best: 0.8, more: 20), TabledState.known("b", 0.2, best: 0.2)])
        #expect(try state.narrative().contains(" more nights like the last would bring it above 95 %"))
        let rows = [TabledState.known("a", 0.8, best: 0.8, more: 20), TabledState.known("b", 0.2, best: 0.2)]
        try state.table(10, rows, facts: TabledState.facts(rows) { $0.window = 10 })
        #expect(try state.summary().forecast == .beyondLimit)
        #expect(try state.narrative().contains("a year of nights like the last would not bring it above 95 %"))
    }

    @Test("An arm is at its floor when the table's manifest says so")
    func floors() throws {
        let state = try TabledState()
        let rows = [
            TabledState.known("a", 0.96, best: 0.999, more: 60), TabledState.known("b", 0.02, best: 0.001),
            TabledState.known("c", 0.02, best: 0),
        ]
        try state.table(1, rows)
        #expect(try state.summary().arms.map { $0?.isAtFloor } == [false, true, true])
        #expect(try state.terminal().contains("active, at its floor"))
        try state.table(1, rows, facts: TabledState.facts(rows) { $0.floors = ["a": 0.02, "b": 0.02, "c": 0.01] })
        #expect(try state.summary().arms.map { $0?.isAtFloor } == [false, true, false])
        // What the table says goes before what the configuration does.
        let settings = ExperimentSettings(reward: .revenue, floors: ["a": 0.99])
        #expect(try state.summary(settings).arms.map { $0?.isAtFloor } == [false, true, false])
        #expect(try state.summary(settings).history.reward == .click)
    }

    @Test("Of a table of version 1 the rows are shown, and what is not known is said")
    func version1() throws {
        let state = try TabledState()
        var day = ArmCounts()
        (day.visitors, day.views, day.clicks, day.clickers) = (1000, 1000, 50, 50)
        for number in 0..<10 { try state.counts(number, ["a": day, "b": day]) }
        try state.table(
            version1: 10, [TabledState.known("a", 0.98, best: 0.8), TabledState.known("b", 0.02, best: 0.2)])
        let summary = try state.summary()
        #expect(summary.history.reward == nil && summary.forecast == nil)
        #expect(summary.arms.allSatisfy { $0?.posterior == nil && $0?.isAtFloor == false })
        let terminal = try state.terminal()
        #expect(terminal.contains("0.050090") && !terminal.contains("5.009 %"), "\(terminal)")
        #expect(terminal.contains("the floors and the posteriors' curves are not known; --config says the first two"))
        let page = Page(try state.history()).html()
        #expect(page.contains("the floors and the posteriors&#39; curves are not known"))
        #expect(!page.contains("Posteriors today") && !page.contains("\"reward\""))
        #expect(page.contains("0.050090"))

        let settings = ExperimentSettings(reward: .click, floors: ["a": 0.02, "b": 0.02])
        #expect(try state.summary(settings).arms.map { $0?.isAtFloor } == [false, true])
        let told = Page(try state.history(), settings: [TabledState.key: settings]).html()
        #expect(told.contains("5.009 %") && told.contains("the posteriors&#39; curves are not known"))
        #expect(!told.contains("Posteriors today") && told.contains("\"reward\":\"click\""))
    }

    @Test("Money is shown as money when the manifest says that it is")
    func money() throws {
        let state = try TabledState()
        let posterior = Posterior.logStudentT(location: log(2.8), scale: 0.1, degreesOfFreedom: 900)
        let rows = [TabledState.row("a", 1, best: 1, posterior, visitors: 1000, successes: 2_800_000_000)]
        let facts = TabledState.facts(rows) {
            $0.reward = .revenue
            $0.groups[0].arms[0].posterior = posterior
        }
        try state.table(1, rows, facts: facts)
        #expect(try state.summary().history.reward == .revenue)
        #expect(try state.summary().arms[0]?.posterior == KnownPosterior(posterior))
        #expect(try state.terminal().contains("2.8000"))
        #expect(Page(try state.history()).html().contains("exp t(1.02962, 0.10000, 900 degrees)"))
    }
}
