import Foundation
import TestSupport
import Testing

/// The real program among files, names and dates that are not what they should be.
@Suite struct HostileFilesTests {
    @Test func theLastDayOfTheCalendarHasNoTable() throws {
        let shop = try Shop()
        let result = try shop.run("9999-12-31")
        #expect(result.status == 64 && result.errors.contains("no date of four digits"), "\(result.errors)")
        #expect(!shop.directory.exists("state/statistics"))
    }

    @Test func aPipeInPlaceOfAFileIsRefused() throws {
        let shop = try Shop()
        try shop.log(Shop.dates[0])
        try shop.directory.remove("blacklist.csv")
        #expect(mkfifo(shop.directory.path + "/blacklist.csv", 0o644) == 0)
        let night = try shop.run(Shop.dates[0])
        #expect(night.status == 78 && night.errors.contains("it is a pipe"), "\(night.errors)")
        try shop.directory.remove("blacklist.csv")
        try shop.blacklist([])
        #expect(try shop.run(Shop.dates[0]).status == 0)
        let manifest = "state/allocations/date=2026-03-02/manifest.json"
        try shop.directory.remove(manifest)
        #expect(mkfifo(shop.directory.path + "/" + manifest, 0o644) == 0)
        let assigned = try shop.sluice("assign", "--table", "state", "--platform", "web", "--slot", "hero", "v")
        #expect(assigned.status == 74 && assigned.errors.contains("a pipe"), "\(assigned.errors)")
    }

    @Test func nothingThatATerminalObeysIsPrinted() throws {
        let shop = try Shop()
        let name = "esc\u{1B}]0;owned\u{07}\u{1B}[2J.json5"
        let result = try shop.sluice("check", "--config", name)
        #expect(result.status == 78 && !result.errors.contains("\u{1B}") && !result.errors.contains("\u{07}"))
    }

    @Test func aLongFieldIsQuotedInPart() throws {
        let shop = try Shop()
        try shop.blacklist(["web,hero,*,a,\(String(repeating: "x", count: 100_000)),why"])
        try shop.log(Shop.dates[0])
        let result = try shop.run(Shop.dates[0])
        #expect(result.status == 78 && result.errors.utf8.count < 5_000, "\(result.errors.utf8.count)")
        #expect(result.errors.contains("blacklist.csv:2: until is 'xxx") && result.errors.contains("(100000 bytes)"))
    }

    @Test func visitorsThatAreFormulasBecomeText() throws {
        let shop = try Shop()
        try shop.log(Shop.dates[0])
        #expect(try shop.run(Shop.dates[0]).status == 0)
        let result = try shop.sluice(
            "assign", "--table", "state", "--platform", "web", "--slot", "hero", input: "=1+1\nplain\n")
        let lines = result.output.split(separator: "\n")
        #expect(lines[1].hasPrefix("'=1+1,") && lines[2].hasPrefix("plain,"))
        #expect(result.errors.contains("1 visitor id would run as a formula"))
    }

    /// The first run is killed, as it were, after it has published: the second finds its files there, and has to say the same.
    @Test func tablesThatAreStaleAreNamedAgain() throws {
        let shop = try Shop()
        for date in Shop.dates {
            try shop.log(date)
            #expect(try shop.run(date).status == 0)
        }
        #expect(try !shop.run(Shop.dates[0]).errors.contains("tables-stale"))
        try shop.log(Shop.dates[0], seed: 9)
        for _ in 1...2 {
            let again = try shop.run(Shop.dates[0])
            #expect(again.status == 0 && again.errors.contains("tables-stale"), "\(again.errors)")
        }
        for date in Shop.dates.dropFirst() { try shop.run(date) }
        #expect(try !shop.run(Shop.dates[0]).errors.contains("tables-stale"))
    }
}
