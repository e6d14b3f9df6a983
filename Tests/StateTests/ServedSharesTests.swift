import Domain
import State
import TestSupport
import Testing

@Suite struct ServedSharesTests {
    @Test func segmentsFallBackToEveryone() throws {
        let site = try StateSite()
        try site.publish(1, ["*": ["a": 300_000, "b": 700_000], "Pune": ["a": 900_000, "b": 100_000]])
        let shares = site.shares()
        let table = StateSite.date(1)
        #expect(try shares.share(table: table, StateSite.key("a", "Pune")) == 900_000)
        #expect(try shares.share(table: table, StateSite.key("a", "Kochi")) == 300_000)
        #expect(try shares.share(table: table, StateSite.key("a")) == 300_000)
        #expect(try shares.share(table: table, StateSite.key("c")) == nil)
        let group = try #require(try shares.group(table: table, slot: StateSite.slot, segment: "Pune"))
        #expect(group.segment == "Pune" && group.arms.map(\.variant) == ["a", "b"])
        let other = SlotKey(platform: "web", slot: "cart")
        #expect(try shares.group(table: table, slot: other, segment: "*") == nil)
    }

    @Test func whatCannotBeKnownIsAnErrorWithItsFile() throws {
        let site = try StateSite()
        let digest = try site.publish(1, ["*": ["a": 300_000, "b": 700_000]])
        func entry(_ day: Int, _ digest: String) -> ServingHistory.Entry {
            ServingHistory.Entry(since: Int64(day), table: StateSite.date(day), digest: digest)
        }
        func error(_ day: Int, _ entries: [ServingHistory.Entry] = []) -> ServedSharesError? {
            let shares = site.shares(entries)
            return #expect(throws: ServedSharesError.self) {
                try shares.share(table: StateSite.date(day), StateSite.key("a"))
            }
        }
        #expect(error(2)?.description.contains("/allocations/date=\(StateSite.date(2))") == true)
        #expect(try site.shares([entry(1, digest)]).share(table: StateSite.date(1), StateSite.key("a")) == 300_000)
        // Another version served, or two did.
        for entries in [
            [entry(1, "0")], [entry(1, "0"), ServingHistory.Entry(since: 9, table: StateSite.date(1), digest: digest)],
        ] {
            guard case .replaced = error(1, entries) else {
                Issue.record("shares that did not serve were given")
                return
            }
        }
        let name = "state/allocations/date=\(StateSite.date(1))/allocation.csv"
        try site.scratch.write(try site.scratch.text(name).replacing("0.3", with: "0.4"), to: name)
        guard case .damaged = error(1) else {
            Issue.record("a damaged table was read")
            return
        }
        #expect(error(1)?.description.contains("allocation.csv") == true)
    }

    /// Tables are read once: what happens to the file later does not matter.
    @Test func tablesAreKept() throws {
        let site = try StateSite()
        try site.publish(1, ["*": ["a": 300_000, "b": 700_000]])
        let shares = site.shares()
        #expect(try shares.share(table: StateSite.date(1), StateSite.key("a")) == 300_000)
        try site.scratch.remove("state/allocations")
        #expect(try shares.share(table: StateSite.date(1), StateSite.key("b")) == 700_000)
    }
}
