import Domain
import EventLog
import Foundation
import Statistics
import TestSupport
import Testing

@Suite("The daily job")
struct DailyJobTests {
    private let day = SlowStatistics(
        experiments: [
            Experiment(key: SlotKey(platform: "web", slot: "hero"), variants: ["autumn", "winter"]),
            Experiment(key: SlotKey(platform: "web", slot: "cart"), variants: ["big", "small"]),
            Experiment(key: SlotKey(platform: "app", slot: "hero"), variants: ["autumn"]),
        ], timeZone: .gmt, date: CalendarDate("2026-11-20") ?? CalendarDate(dayNumber: 0))

    /// The rows as `platform/slot/segment/variant visitors views clicks purchases clickers purchasers revenue squared`.
    private func rows(_ lines: [String], _ day: SlowStatistics) throws -> [String] {
        let scratch = try ScratchDirectory()
        let path = try scratch.write(Array(lines.joined(separator: "\n").utf8), to: "log.jsonl")
        return try day.findings([WrittenFile(name: path, content: [])]).rows.map { row in
            let (key, counts) = (row.key, row.counts)
            return "\(key.platform)/\(key.slot)/\(key.segment)/\(key.variant) \(counts.visitors) \(counts.views) "
                + "\(counts.clicks) \(counts.purchases) \(counts.clickers) \(counts.purchasers) \(counts.revenue) "
                + "\(counts.revenueSquared)"
        }
    }

    private func line(_ clock: String, _ type: String, _ visitor: String, _ place: String = "", _ more: String = "")
        -> String
    {
        let parts = place.split(separator: "/", omittingEmptySubsequences: false)
        let keys = ["platform", "slot", "variant", "segment"]
        let members = zip(keys, parts).filter { !$1.isEmpty }.map { ",\"\($0)\":\"\($1)\"" }.joined()
        return "{\"ts\":\"2026-11-20T\(clock)Z\",\"type\":\"\(type)\",\"visitor\":\"\(visitor)\"\(members)\(more)}"
    }

    @Test("counts a day that can be counted by hand")
    func byHand() throws {
        let lines = [
            // Anna sees autumn before winter, whatever the order of lines: a mixed unit of autumn and Berlin.
            line("10:00:00", "view", "anna", "web/hero/winter/paris"),
            line("09:00:00", "view", "anna", "web/hero/autumn/berlin"),
            line("09:00:00", "click", "anna", "web/hero/autumn"),
            // One order, told of twice; it names no slot, so it counts in each that she was exposed to before.
            line("11:00:00", "purchase", "anna", "web", #","order":7,"revenue":"2.50""#),
            line("11:00:01", "purchase", "anna", "web", #","order":"7","revenue":"2.50""#),
            line("12:00:00", "view", "anna", "web/cart/small"),
            // Ben clicks and buys before his exposure: his click is counted, but makes no clicker.
            line("08:00:00", "click", "ben", "web/hero/autumn"),
            line("08:30:00", "purchase", "ben", "web/hero", #","revenue":9"#),
            line("09:00:00", "view", "ben", "web/hero/autumn/berlin"),
            // Cleo gives back on no platform in particular; Dora never sees anything.
            line("09:00:00", "view", "cleo", "app/hero/autumn"),
            line("09:00:00", "view", "cleo", "web/hero/winter"),
            line("09:00:00", "purchase", "cleo", "", #","revenue":-0.0000015"#),
            line("09:00:00", "purchase", "dora", "web", #","revenue":1"#),
        ]
        #expect(
            try rows(lines, day) == [
                "app/hero/*/autumn 1 1 0 0 0 0 -2 4",
                "web/cart/*/small 1 1 0 0 0 0 0 0",
                "web/hero/*/winter 1 1 0 0 0 0 -2 4",
                "web/hero/berlin/autumn 2 3 2 1 1 1 2500000 6250000000000",
            ])
        var strict = day
        strict.leavesOutMixed = true
        #expect(try rows(lines, strict).last == "web/hero/berlin/autumn 1 1 1 0 0 0 0 0")
    }

    @Test("reads two fields from one key")
    func sharedKey() throws {
        var day = day
        day.schema[.segment] = .keys(["city"])
        day.schema[.slot] = .keys(["place", "city"])
        let lines = [
            line("09:00:00", "view", "a", "web//autumn", #","city":"hero""#),
            line("09:00:00", "view", "b", "web//big", #","city":"rome","place":"cart""#),
        ]
        #expect(try rows(lines, day) == ["web/cart/rome/big 1 1 0 0 0 0 0 0", "web/hero/hero/autumn 1 1 0 0 0 0 0 0"])
    }

    /// Keys are joined by U+001F: a log that holds it meets no other experiment.
    @Test("does not confuse names that hold a separator")
    func separator() throws {
        let lines = [
            line("09:00:00", "view", "a", #"web\u001fhero/autumn/x"#),
            line("09:00:00", "view", "a", #"web/hero\u001fautumn/x"#),
            line("09:00:00", "view", "a", #"web\u001f/hero/autumn"#),
            line("09:00:00", "view", "a", #"web/hero/autumn\u0000"#),
        ]
        #expect(try rows(lines, day).isEmpty)
    }

    /// A unit's revenue is squared in 128 bits, which hold that of 130 purchases of 10¹¹.
    @Test("stops when money leaves 128 bits", arguments: [(130, true), (131, false)])
    func overflow(purchases: Int, fits: Bool) throws {
        let buys = (0..<purchases).map { _ in line("10:00:00", "purchase", "a", "web/hero", #","revenue":1e11"#) }
        let lines = [line("09:00:00", "view", "a", "web/hero/autumn")] + buys
        if fits {
            #expect(
                try rows(lines, day).first?.hasSuffix(
                    "1 1 0 130 0 1 13000000000000000000 169\(String(repeating: "0", count: 36))") == true)
        } else {
            #expect(throws: DailyJob.Failure.self) { try rows(lines, day) }
        }
    }

    @Test("names the file that cannot be read")
    func missingFile() throws {
        let scratch = try ScratchDirectory()
        let path = scratch.path + "/absent.jsonl"
        let error = #expect(throws: DailyJob.Failure.self) { try day.job().run([.path(path)]) }
        guard case .log(let problem)? = error else {
            Issue.record("not a fault of the log: \(String(describing: error))")
            return
        }
        #expect(problem.description.hasPrefix(path + ": cannot open"))
    }

    @Test("has no data in an empty log")
    func emptyLog() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write([], to: "empty.jsonl")
        let (statistics, tally) = try day.job(Machinery(workers: 4)).run([.path(path)])
        #expect(!statistics.hasData && tally.lines == 0 && tally.bytes == 0 && tally.rejected.isEmpty)
        #expect(try !day.job().run([]).statistics.hasData)
    }
}
