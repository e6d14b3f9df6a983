import Allocation
import Configuration
import Domain
import Foundation
import Learning
import Randomizer
import Report
import State
import StateGenerator
import TestSupport
import TestExpectations
import Testing

@Suite struct ExperimentSummaryTests {
    private static func experiment(_ number: Int, _ history: StateHistory) -> ExperimentHistory {
        ExperimentHistory(history.experiments[number], in: history)
    }

    @Test(
        "Reward, floors and posteriors are those that the table's manifest has, however many days are shown",
        arguments: [9, 4])
    func facts(days: Int) throws {
        let synthetic = SyntheticState(days: 9, experiments: 3, arms: 3, segments: 2)
        let written = try WrittenState(synthetic)
        let history = try written.history(days: days)
        #expect((0..<3).map { Self.experiment($0, history).reward } == [.click, .click, .revenue])
        for number in 0..<3 {
            let summary = try #require(ExperimentSummary(Self.experiment(number, history)))
            for arm in summary.arms {
                guard let arm, let posterior = arm.posterior?.posterior else {
                    Issue.record("an arm without posterior")
                    continue
                }
                // The row has 9 decimals of them.
                #expect(abs(posterior.mean - arm.row.mean) < 1e-9)
                #expect(abs(posterior.quantile(0.025) - (arm.row.meanLow ?? .nan)) < 1e-9)
                #expect(abs(posterior.quantile(0.975) - (arm.row.meanHigh ?? .nan)) < 1e-9)
            }
        }
    }

    @Test("A night without data is carried over, and no other")
    func carriedOver() throws {
        let synthetic = SyntheticState(days: 12, experiments: 2, arms: 4)
        let history = try WrittenState(synthetic).history()
        let experiment = Self.experiment(1, history)
        let dates = experiment.dates.indices.filter { experiment.isCarriedOver[$0] }.map { experiment.dates[$0] }
        #expect(dates == [try #require(synthetic.outage).advanced(by: 1)])
        #expect(try WrittenState(synthetic).page().contains("class=carried"))
    }

    @Test("Who leads, who is out since when, and who stands at the floor")
    func arms() throws {
        let synthetic = SyntheticState(days: 30, experiments: 2, arms: 5)
        let written = try WrittenState(synthetic)
        let summary = try #require(ExperimentSummary(Self.experiment(0, try written.history())))
        let rows = summary.arms.compactMap { $0?.row }
        let leader = try #require(summary.leader)
        #expect(summary.arms[leader]?.row.probabilityBest == rows.compactMap(\.probabilityBest).max())
        #expect(summary.reference == rows.firstIndex { $0.status == .control })
        let out = try #require(summary.arms.compactMap { $0 }.first { $0.row.status == .blacklisted })
        #expect(out.since == synthetic.first.advanced(by: 30 * 3 / 5 + 1))
        #expect(out.sinceIsKnown)
        for (index, arm) in summary.arms.enumerated() {
            guard let arm, arm.row.probabilityBest != nil else { continue }
            // Three arms compete beside a control: the default floor is 2 %.
            #expect(arm.isAtFloor == (arm.row.traffic == 20_000), "\(index)")
        }
        let story = Narrative.text(summary)
        #expect(story.hasPrefix("\(Isolation.around(summary.history.arms[leader])) leads with a probability of "))
        #expect(story.contains("\(Isolation.around("banner-2")) is blacklisted since \(out.since)"))
    }

    @Test("An arm that comes late is told of on its day")
    func lateArm() throws {
        let synthetic = SyntheticState(days: 12, experiments: 2, arms: 3)
        let events = Narrative.events(Self.experiment(1, try WrittenState(synthetic).history()))
        let first = try #require(events.first)
        let name = Isolation.around("banner-2")
        #expect(first.text == "\(name) joins as active" || first.text == "\(name) joins as new")
        #expect(synthetic.first.advanced(by: first.day) == synthetic.first.advanced(by: 12 * 2 / 3))
    }

    @Test("Traffic that moved is half the sum of all changes")
    func moved() throws {
        let experiment = Self.experiment(
            1, try WrittenState(SyntheticState(days: 6, experiments: 2, arms: 4)).history())
        let days = try #require(experiment.latest.flatMap { latest in experiment.previous.map { ($0, latest) } })
        let gains = experiment.arms.indices.reduce(0) { sum, arm in
            sum + max(0, (experiment.rows[days.1][arm]?.traffic ?? 0) - (experiment.rows[days.0][arm]?.traffic ?? 0))
        }
        // All shares add up to one, so what some gain the others lose.
        #expect(abs(try #require(experiment.movedTraffic) - Double(gains) / 1e6) < 1e-9)
    }

    @Test("What is damaged is named, left out, and nothing else suffers")
    func damage() throws {
        let written = try WrittenState(SyntheticState(days: 6, experiments: 2, arms: 3))
        let dates = try written.state.allocationDates()
        let table = written.state.allocation(on: dates[2]) + "/allocation.csv"
        try FileSystem.write(Array(try FileSystem.read(table).dropLast()), to: table)
        try FileSystem.write(Array("{".utf8), to: written.state.statistics(on: dates[0]) + "/quality.json")
        try FileSystem.write(Array("x".utf8), to: written.state.statistics(on: dates[1]) + "/statistics.csv")
        try FileSystem.remove(written.state.allocation(on: dates[3]))
        let history = try written.history()
        #expect(history.faults.map(\.subject) == [.quality, .statistics, .table])
        #expect(history.days.count { $0.table != nil } == 4)
        let warnings = Warnings.list(history)
        #expect(warnings.contains { $0.contains("allocation.csv") && $0.contains("\(dates[2])") })
        #expect(warnings.contains { $0.contains("There is no table of \(dates[3])") })
        try written.state.setCurrent(dates[4])
        #expect(Warnings.list(try written.history()).first?.contains("The table of \(dates[4]) is served") == true)
    }

    @Test("The terminal's narrative has a line for each arm, and in ASCII nothing else", .slow)
    func terminal() throws {
        let history = try WrittenState(hostile: ()).history()
        func text(ascii: Bool) -> String {
            TerminalNarrative(history, ascii: ascii).text { cells, _ in
                cells.map { $0.joined(separator: " | ") + "\n" }.joined()
            }
        }
        #expect(text(ascii: false).contains("█"))
        #expect(text(ascii: true).utf8.allSatisfy { $0 == 10 || (32...126).contains($0) })
        #expect(
            text(ascii: false).unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
        #expect(text(ascii: false).contains("missing or damaged: table of "))
    }
}
