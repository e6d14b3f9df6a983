import Domain
import Foundation
import TestSupport
import Testing

/// A night of more segments than are told apart: nobody is lost, and it is said.
@Suite struct SegmentsTests {
    private func rows(_ shop: Shop) throws -> [DailyRow] {
        try StatisticsFile.rows(Array(try shop.directory.text("state/statistics/date=2026-03-01/statistics.csv").utf8))
    }

    private func visitors(_ rows: [DailyRow]) -> [Name: Int64] {
        var sums: [Name: Int64] = [:]
        for row in rows where row.key.slot == "hero" { sums[row.key.segment, default: 0] += row.counts.visitors }
        return sums
    }

    @Test func thoseBeyondTheBoundCountAsEveryone() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        #expect(try shop.run("2026-03-01").status == 0)
        let all = visitors(try rows(shop))
        let (pune, kochi) = (all["Pune"] ?? 0, all["Kochi"] ?? 0)
        #expect(pune > 0 && kochi > 0 && pune != kochi)
        let greater: Name = pune > kochi ? "Pune" : "Kochi"

        try shop.configure(extra: "statistics: { segments: { atMost: 1 } },")
        let bounded = try shop.run("2026-03-01")
        #expect(bounded.status == 0)
        #expect(bounded.errors.contains("web/hero (1 of \(min(pune, kochi)) visitors)"), "\(bounded.errors)")
        #expect(bounded.errors.contains("[segments-folded]"))
        #expect(visitors(try rows(shop)) == [greater: max(pune, kochi), "*": min(pune, kochi)])
        #expect(try shop.directory.text("state/statistics/date=2026-03-01/quality.json").contains("folded_segments"))

        // Of segments that are not declared there is no warning.
        try shop.configure(extra: #"statistics: { segments: { declared: ["Pune"] } },"#)
        let declared = try shop.run("2026-03-01")
        #expect(declared.status == 0 && !declared.errors.contains("segments-folded"))
        #expect(visitors(try rows(shop)) == ["Pune": pune, "*": kochi])
    }
}
