import Foundation
import TestSupport
import Testing

/// Which table served when: the journal as the real program keeps it.
@Suite struct JournalTests {
    /// Runs a night at half past one of the morning after.
    private func night(_ shop: Shop, _ date: String, now: String? = nil, _ more: [String] = []) throws -> Binary.Result
    {
        let morning = "2026-03-0\((Int(date.suffix(1)) ?? 0) + 1)T01:30:00+05:30"
        return try Binary.sluice(
            ["run", "--config", "shop.json5", "--date", date, "--now", now ?? morning] + more, in: shop.directory.path)
    }

    private func parts(_ shop: Shop) throws -> [[String]] {
        try shop.journal().map { $0.split(separator: ",").prefix(2).map(String.init) }
    }

    @Test func everyMoveOfCurrentIsALine() throws {
        let shop = try Shop()
        for (index, date) in Shop.dates.enumerated() { try shop.log(date, seed: UInt64(index)) }
        for date in Shop.dates { #expect(try night(shop, date).status == 0) }
        #expect(try shop.sluice("rollback", "--now", "2026-03-04T09:00:00+05:30").status == 0)
        let lines = [
            ["2026-03-01T20:00:00Z", "2026-03-02"], ["2026-03-02T20:00:00Z", "2026-03-03"],
            ["2026-03-03T20:00:00Z", "2026-03-04"], ["2026-03-04T03:30:00Z", "2026-03-03"],
        ]
        #expect(try parts(shop) == lines)
        // The last one is the table that serves, by its digest.
        let manifest = try shop.directory.text("state/current/manifest.json")
        let last = try #require(try shop.journal().last)
        #expect(manifest.contains("\"xxh64\": \"\(last.split(separator: ",")[2])\""))
        // Where it is already, and a night again with the same bytes, move nothing.
        #expect(try shop.sluice("rollback", "--to", "2026-03-03").status == 0)
        #expect(try night(shop, Shop.dates[1], now: "2026-03-04T10:00:00Z").status == 0)
        #expect(try parts(shop) == lines)
        let history = try shop.sluice("history", "--tables").output
        #expect(history.contains("2026-03-02T20:00:00Z, 2026-03-04T03:30:00Z"))
    }

    @Test func theServedTableWrittenAnewIsALine() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        try #require(try night(shop, "2026-03-01").status == 0)
        try shop.blacklist(["web,hero,*,c,,broken"])
        let result = try shop.sluice(
            "allocate", "--config", "shop.json5", "--date", "2026-03-01", "--now", "2026-03-02T12:00:00+05:30")
        #expect(result.status == 0)
        #expect(
            try parts(shop) == [["2026-03-01T20:00:00Z", "2026-03-02"], ["2026-03-02T06:30:00Z", "2026-03-02"]])
        #expect(Set(try shop.journal().map { $0.suffix(16) }).count == 2)
        // Another table than the one that serves does not serve.
        try shop.log("2026-03-02")
        try #require(try night(shop, "2026-03-02").status == 0)
        try shop.blacklist([])
        #expect(try night(shop, "2026-03-01", now: "2026-03-03T12:00:00Z").status == 0)
        #expect(try parts(shop).count == 3)
    }

    @Test(arguments: ["run", "allocate", "rollback", "statistics"])
    func whatACrashLeftIsMendedByTheNextCommand(command: String) throws {
        let shop = try Shop()
        for (index, date) in Shop.dates.enumerated() { try shop.log(date, seed: UInt64(index)) }
        for date in Shop.dates.dropLast() { try #require(try night(shop, date).status == 0) }
        // Killed with a line on the disk and one half written, before `current` moved.
        let name = "state/allocations/served.csv"
        let before = try shop.directory.text(name)
        try shop.directory.write(
            before + "2026-03-03T20:00:00Z,2026-03-04,0123456789abcdef\n2026-03-03T2", to: name)
        let words =
            command == "rollback" ? ["--to", "2026-03-02"] : ["--config", "shop.json5", "--date", "2026-03-02"]
        let result = try Binary.sluice(
            [command] + words + ["--now", "2026-03-04T00:00:00Z"], in: shop.directory.path)
        #expect(result.status == 0, "\(result.errors)")
        for code in ["journal-line-torn", "journal-corrected"] {
            #expect(result.errors.components(separatedBy: code).count == 2, "said once: \(result.errors)")
        }
        let lines = try parts(shop)
        #expect(lines[2...3] == [["2026-03-03T20:00:00Z", "2026-03-04"], ["2026-03-03T20:00:00Z", "2026-03-03"]])
        #expect(lines.count == (command == "rollback" ? 5 : 4))
        let again = try shop.sluice("rollback", "--to", "2026-03-02")
        #expect(!again.errors.contains("journal"))
    }

    @Test(arguments: ["run", "rollback", "history"])
    func aJournalThatCannotBeReadStopsTheCommand(command: String) throws {
        let shop = try Shop()
        for (index, date) in Shop.dates.enumerated() { try shop.log(date, seed: UInt64(index)) }
        for date in Shop.dates.dropLast() { try #require(try night(shop, date).status == 0) }
        let name = "state/allocations/served.csv"
        let text = try shop.directory.text(name)
        try shop.directory.write(text.replacing("2026-03-01T20:00:00Z", with: "last night"), to: name)
        let before = try shop.state()
        let words = [
            "run": ["run", "--config", "shop.json5", "--date", "2026-03-03"], "rollback": ["rollback"],
            "history": ["history", "--tables"],
        ]
        let result = try Binary.sluice(words[command] ?? [], in: shop.directory.path)
        #expect(result.status == 74)
        #expect(result.errors.contains("state/allocations/served.csv:2: since is 'last night'"), "\(result.errors)")
        #expect(try shop.state() == before)
        #expect(try shop.current() == "allocations/date=2026-03-03")
    }

    @Test func theEarlierLinkIsMovedByTheFirstPublish() throws {
        let shop = try Shop()
        for (index, date) in Shop.dates.enumerated() { try shop.log(date, seed: UInt64(index)) }
        for date in Shop.dates.dropLast() { try #require(try night(shop, date).status == 0) }
        try shop.directory.remove("state/current")
        try shop.directory.remove("state/allocations/served.csv")
        let earlier = shop.directory.path + "/state/allocations/current"
        try FileManager.default.createSymbolicLink(atPath: earlier, withDestinationPath: "date=2026-03-03")
        #expect(try shop.sluice("history", "--tables").output.contains("*  2026-03-03"))
        #expect(
            try shop.sluice("assign", "--table", "state/allocations", "--platform", "web", "--slot", "cart", "v").status
                == 0)
        // An older night publishes too, and serves nothing else.
        #expect(try night(shop, Shop.dates[0], now: "2026-03-03T22:00:00Z").status == 0)
        #expect(try shop.current() == "allocations/date=2026-03-03")
        #expect(throws: (any Error).self) { try FileManager.default.destinationOfSymbolicLink(atPath: earlier) }
        #expect(!shop.directory.exists("state/allocations/served.csv"))
        #expect(try night(shop, Shop.dates[2], now: "2026-03-03T23:00:00Z").status == 0)
        #expect(try parts(shop) == [["2026-03-03T23:00:00Z", "2026-03-04"]])
    }

    @Test func theClockIsTheOptionsThenTheEnvironments() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        func run(_ environment: String, _ words: String...) throws -> Binary.Result {
            try Binary.sluice(
                ["run", "--config", "shop.json5"] + words, in: shop.directory.path,
                environment: ["SLUICE_NOW": environment]
            )
        }
        // Yesterday by the clock.
        #expect(try run("2026-03-01T20:00:00Z").status == 0)
        #expect(try shop.current() == "allocations/date=2026-03-02")
        #expect(try run("2026-03-01T20:00:00Z", "--now", "2026-03-03T01:00:00+05:30").status == 66)
        #expect(try shop.current() == "allocations/date=2026-03-03")
        #expect(try run("", "--date", "2026-03-01").status == 0)
        for text in ["2026-03-01", "soon", "2026-03-01T20:00:00"] {
            let result = try run(text)
            #expect(result.status == 64 && result.errors.contains("SLUICE_NOW is '\(text)'"))
            #expect(try run("", "--now", text).status == 64)
            #expect(try shop.sluice("rollback", "--now", text).status == 64)
        }
        // A day that has not begun by the clock is none.
        #expect(try run("2026-02-01T00:00:00Z", "--date", "2026-03-05").status == 64)
    }
}
