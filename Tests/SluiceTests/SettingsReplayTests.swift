import TestExpectations
import TestSupport
import Testing

/// `sluice evaluate --policy NAME=settings:FILE` against nights that really ran with those settings.
@Suite struct SettingsReplayTests {
    private static let dates = (1...8).map { "2026-03-0\($0)" }

    /// Each table that served is made anew by `allocate` from a copy of the state that ends before it; all of them together are a
    /// policy for `table:`, whose figures must be those of `settings:` in every digit.
    @Test("Other settings are what `allocate` makes of the state cut off before each table", .slow)
    func settingsAreReplayed() throws {
        let shop = try Shop()
        for (number, date) in Self.dates.enumerated() {
            try shop.log(date, seed: UInt64(number))
            let night = try shop.sluice(
                "run", "--config", "shop.json5", "--date", date, "--now", "\(date)T20:00:00Z", "--quiet")
            #expect(night.status == 0, "\(night.errors)")
        }
        let served = try shop.directory.text("shop.json5")
        let other = served.replacing(
            "learning: { segments: { minimumVisitors: 150 } },",
            with:
                "learning: { window: 3, halfLife: 2, seasonality: \"none\", segments: { minimumVisitors: 300, pooling: 50 } },"
        ).replacing("floor: 0.02", with: "floor: 0.05")
        #expect(other != served)
        try shop.directory.write(other, to: "other.json5")

        var table: [String] = []
        for (number, date) in Self.dates.enumerated() {
            for earlier in Self.dates[...number] {
                let folder = "statistics/date=\(earlier)/"
                for file in ["statistics.csv", "quality.json"] {
                    try shop.directory.write(
                        try shop.directory.text("state/" + folder + file), to: "cut-\(number)/" + folder + file)
                }
            }
            let night = try shop.sluice(
                "allocate", "--config", "other.json5", "--state", "cut-\(number)", "--date", date, "--now",
                "\(date)T20:00:00Z", "--quiet")
            #expect(night.status == 0, "\(night.errors)")
            let rows = try shop.directory.text("cut-\(number)/current/allocation.csv").split(separator: "\n")
            table += rows.dropFirst(table.isEmpty ? 0 : 1).map(String.init)
        }
        try shop.directory.write(table.joined(separator: "\n") + "\n", to: "replay.csv")
        let result = try shop.sluice(
            "evaluate", "--platform", "web", "--slot", "hero", "--policy", "own=settings:other.json5", "--policy",
            "replay=table:replay.csv", "--csv", "--exact")
        #expect(result.status == 0, "\(result.errors)")
        let lines = result.output.split(separator: "\n").map(String.init)
        let own = lines.filter { $0.contains(",own,") }
        #expect(own.count == 4)
        #expect(own.map { $0.replacing(",own,", with: ",replay,") } == lines.filter { $0.contains(",replay,") })
        #expect(own.map { $0.replacing(",own,", with: ",served,") } != lines.filter { $0.contains(",served,") })
    }
}
