import Foundation
import TestSupport
import Testing

/// Conversion windows as whoever runs the nights sees them.
@Suite struct WindowTests {
    private func shop() throws -> Shop {
        let shop = try Shop()
        try shop.configure(extra: #"statistics: { conversionWindow: "36h" },"#)
        for (index, date) in Shop.dates.enumerated() { try shop.log(date, seed: UInt64(index)) }
        return shop
    }

    private func quality(_ date: String, _ shop: Shop) throws -> [String: Any] {
        let text = try shop.directory.text("state/statistics/date=\(date)/quality.json")
        return try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func aNightCountsTheDaysBeforeAgain() throws {
        let shop = try shop()
        #expect(try shop.run("2026-03-01").status == 0)
        #expect(try quality("2026-03-01", shop)["mature"] as? Bool == false)
        let result = try shop.run("2026-03-02..2026-03-03", "--json")
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("2026-03-03: counted 2026-03-01 to 2026-03-02 again"))
        let summary = try #require(
            JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        let nights = try #require(summary["nights"] as? [[String: Any]])
        #expect(
            nights.map { $0["recounted_days"] as? [String] } == [["2026-03-01"], ["2026-03-01", "2026-03-02"]])
        #expect(try quality("2026-03-01", shop)["mature"] as? Bool == true)
        #expect(try quality("2026-03-01", shop)["through"] as? String == "2026-03-03")
        #expect(try quality("2026-03-03", shop)["mature"] as? Bool == false)
    }

    /// The visitors of a day are the same with and without a window; their purchases are more.
    @Test func moreIsCountedOfTheSameVisitors() throws {
        let shop = try shop()
        try shop.run("2026-03-01..2026-03-03")
        let windowed = try counts("2026-03-01", shop)
        try shop.configure()
        try shop.directory.remove("state")
        try shop.run("2026-03-01..2026-03-03")
        let plain = try counts("2026-03-01", shop)
        #expect(windowed.visitors == plain.visitors && windowed.views == plain.views)
        #expect(windowed.purchases > plain.purchases)
    }

    private func counts(_ date: String, _ shop: Shop) throws -> (visitors: Int, views: Int, purchases: Int) {
        let rows = try shop.directory.text("state/statistics/date=\(date)/statistics.csv").split(separator: "\n")
            .dropFirst().map { $0.split(separator: ",").map { Int($0) ?? 0 } }
        return (
            rows.reduce(0) { $0 + $1[5] }, rows.reduce(0) { $0 + $1[6] }, rows.reduce(0) { $0 + $1[8] }
        )
    }

    @Test func statisticsAloneCountTheSame() throws {
        let shop = try shop()
        try shop.run("2026-03-01..2026-03-03")
        let whole = try shop.directory.files(below: "state/statistics").filter { $0.key.hasSuffix(".csv") }
        try shop.directory.remove("state")
        for date in Shop.dates.reversed() {
            #expect(try shop.sluice("statistics", "--config", "shop.json5", "--date", date).status == 0)
        }
        #expect(try shop.directory.files(below: "state/statistics").filter { $0.key.hasSuffix(".csv") } == whole)
    }

    @Test func checkSaysWhatAWindowCosts() throws {
        let shop = try shop()
        let result = try shop.sluice("check", "--config", "shop.json5")
        #expect(result.status == 0)
        #expect(result.errors.contains("36h after the exposure") && result.errors.contains("reads 3 log days"))
        try shop.configure(extra: #"statistics: { conversionWindow: "40d" },"#)
        let refused = try shop.sluice("check", "--config", "shop.json5")
        #expect(refused.status == 78)
        #expect(refused.errors.contains("statistics.conversionWindow") && refused.errors.contains("31d"))
    }
}
