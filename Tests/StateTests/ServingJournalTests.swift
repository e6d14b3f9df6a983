import Domain
import Foundation
import State
import TestSupport
import Testing

/// The journal, and every state that a crash leaves it in.
@Suite struct ServingJournalTests {
    let site: StateSite
    let digests: [String]
    static let header = "since,date,xxh64\n"

    init() throws {
        let site = try StateSite()
        self.site = site
        digests = try (0...3).map { day in
            try site.publish(day, ["*": ["a": 500_000 + day, "b": 500_000 - day]])
        }
    }

    private func line(_ since: Int64, _ day: Int) -> String {
        "\(RFC3339.text(since)),\(StateSite.date(day)),\(digests[day])\n"
    }

    private func entry(_ since: Int64, _ day: Int) -> ServingHistory.Entry {
        ServingHistory.Entry(since: since, table: StateSite.date(day), digest: digests[day])
    }

    private func text() throws -> String { try site.scratch.text("state/allocations/served.csv") }

    private func write(_ text: String) throws { try site.scratch.write(text, to: "state/allocations/served.csv") }

    @Test func linesAreAddedWhenAnotherTableServes() throws {
        var journal = try ServingJournal(site.state)
        #expect(journal.entries.isEmpty)
        for (since, day) in [(100, 1), (200, 2), (250, 2), (300, 1)] as [(Int64, Int)] {
            try journal.record(StateSite.date(day), digest: digests[day], at: since)
        }
        // The same table with other bytes.
        try journal.record(StateSite.date(1), digest: digests[3], at: 400)
        let expected =
            Self.header + line(100, 1) + line(200, 2) + line(300, 1)
            + "\(RFC3339.text(400)),\(StateSite.date(1)),\(digests[3])\n"
        #expect(try text() == expected)
        #expect(try ServingJournal(site.state).entries == journal.entries)
        #expect(journal.history.entry(at: 250_000_000)?.table == StateSite.date(2))
        #expect(journal.history.entry(at: 99_999_999) == nil)
    }

    /// A line that was being written when the machine stopped, cut at every byte, the header too.
    @Test func aTornLineIsTakenOut() throws {
        let whole = Self.header + line(100, 1)
        let next = line(200, 2)
        for count in 1..<next.utf8.count {
            try write(whole + String(next.prefix(count)))
            try site.state.setCurrent(StateSite.date(1))
            var journal = try ServingJournal(site.state)
            #expect(journal.history.entries == [entry(100, 1)])
            #expect(try journal.mend(site.state) == [.tornLine(String(next.prefix(count)))])
            #expect(try text() == whole)
            #expect(try journal.mend(site.state).isEmpty)
            try journal.record(StateSite.date(2), digest: digests[2], at: 300)
            #expect(try text() == whole + line(300, 2))
        }
        for count in 1..<whole.utf8.count {
            try write(String(whole.prefix(count)))
            var journal = try ServingJournal(site.state)
            #expect(try journal.mend(site.state).count == (count == Self.header.utf8.count ? 0 : 1))
            try journal.record(StateSite.date(2), digest: digests[2], at: 300)
            #expect(try text() == Self.header + line(300, 2))
        }
    }

    /// A file system may have given the file its length, and not its bytes.
    @Test func zeroesAreATornLine() throws {
        try write(Self.header + line(100, 1) + String(repeating: "\0", count: 40))
        try site.state.setCurrent(StateSite.date(1))
        var journal = try ServingJournal(site.state)
        #expect(try journal.mend(site.state).count == 1)
        #expect(try text() == Self.header + line(100, 1))
    }

    /// Killed after the line and before `current` moved: the table of before went on serving all the time.
    @Test func aTableThatNeverServedIsCorrected() throws {
        try write(Self.header + line(100, 1) + line(200, 2))
        try site.state.setCurrent(StateSite.date(1))
        var journal = try ServingJournal(site.state)
        let mendings = try journal.mend(site.state)
        #expect(mendings == [.correctedLine(recorded: entry(200, 2), serving: entry(200, 1))])
        #expect(try text() == Self.header + line(100, 1) + line(200, 2) + line(200, 1))
        for instant in [150, 200, 900] as [Int64] {
            #expect(journal.history.entry(at: instant * 1_000_000)?.table == StateSite.date(1))
        }
        #expect(try journal.mend(site.state).isEmpty)
    }

    /// Killed while the served table was written anew: `current` leads to the bytes of before.
    @Test func bytesThatNeverServedAreCorrected() throws {
        try write(Self.header + line(100, 1) + "\(RFC3339.text(200)),\(StateSite.date(1)),\(digests[3])\n")
        try site.state.setCurrent(StateSite.date(1))
        var journal = try ServingJournal(site.state)
        #expect(try journal.mend(site.state).count == 1)
        #expect(journal.entries.last == entry(200, 1))
        #expect(try site.shares(journal.history.entries).share(table: StateSite.date(1), StateSite.key("a")) == 500_001)
    }

    /// Nobody serves a table that is not as its manifest says, so it did not take over.
    @Test func aDamagedTableIsNoCorrection() throws {
        try write(Self.header + line(100, 1))
        try site.state.setCurrent(StateSite.date(1))
        let name = "state/allocations/date=\(StateSite.date(1))/allocation.csv"
        try site.scratch.write(try site.scratch.text(name).replacing("hero", with: "hera"), to: name)
        var journal = try ServingJournal(site.state)
        #expect(try journal.mend(site.state).isEmpty)
    }

    @Test(arguments: [
        ("since,table,xxh64\n", 1), ("since,date,xxh64\nyesterday,2026-11-20,0123456789abcdef\n", 2),
        (
            "since,date,xxh64\n2026-11-20T01:30:00Z,2026-11-20,0123456789abcdef\n2026-11-21T01:30:00Z,x,0123456789abcdef\n",
            3
        ),
        ("since,date,xxh64\n2026-11-20T01:30:00Z,2026-11-20,0123\n", 2), ("since,date,xxh64\na,b\n", 2), ("\n", 1),
    ])
    func aLineThatIsNoneIsAnError(text: String, line: Int) throws {
        try write(text)
        let error = #expect(throws: StateError.self) { try ServingJournal(site.state) }
        let description = try #require(error).description
        #expect(description.contains("allocations/served.csv:\(line): "), "\(description)")
        #expect(description.contains("restore"))
    }
}
