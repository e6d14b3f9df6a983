import Domain
import Foundation
import Report
import State
import StateGenerator
import Testing

@Suite struct WarningsTests {
    @Test("Days that visitors did not come in the table's shares are one warning, however old they are")
    func sampleRatios() throws {
        // The synthetic state has such a day every 17 days.
        let history = try WrittenState(SyntheticState(days: 40, experiments: 2, arms: 3)).history()
        let days = history.days.filter { $0.quality?.sampleRatio.contains(where: \.isSuspicious) ?? false }.map(\.date)
        #expect(days.count >= 2 && days.last != history.days.last { $0.quality != nil }?.date)
        let warnings = Warnings.list(history).filter { $0.contains("did not come in the shares") }
        #expect(warnings.count == 1)
        for day in days { #expect(warnings.first?.contains("\(day)") == true) }
        #expect(warnings.first?.contains("least p < 0.0001") == true)
    }

    @Test("Statistics of a day that is far away hide nothing and are named")
    func stray() throws {
        let written = try WrittenState(SyntheticState(days: 6, experiments: 1, arms: 3))
        let before = try written.history()
        let stray = SyntheticState(days: 1, experiments: 1, arms: 1).last.advanced(by: 300)
        let (good, bad) = (
            written.state.statistics(on: try #require(before.days.first?.date)), written.state.statistics(on: stray)
        )
        try FileManager.default.copyItem(atPath: good, toPath: bad)
        let history = try written.history()
        #expect(history.days.map(\.date) == before.days.map(\.date))
        #expect(history.beyond == [stray])
        #expect(Warnings.list(history).contains { $0.contains("Statistics of \(stray) lie beyond the newest table") })
        #expect(TerminalNarrative(history, ascii: true).text { _, _ in "" }.contains("statistics of \(stray)"))
    }
}
