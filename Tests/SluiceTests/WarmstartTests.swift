import TestSupport
import Testing

/// Priors from past displays as whoever begins with them sees it.
@Suite struct WarmstartTests {
    private static let history = """
        platform,slot,segment,variant,views,clicks
        web,hero,Pune,a,20000,1000
        web,hero,Kochi,a,90,2
        web,hero,,b,15000,1800
        web,hero,,c,100,4
        """

    @Test func theFirstTableFollowsThePast() throws {
        let shop = try Shop()
        try shop.directory.write(Self.history, to: "displays.csv")
        let printed = try shop.sluice("warmstart", "--history", "displays.csv")
        #expect(printed.status == 0 && printed.output.hasPrefix("platform,slot,segment,variant,successes,failures\n"))
        #expect(printed.errors.contains("35,190 views") && printed.errors.contains("5 priors: 3 held to 200"))
        let written = try shop.sluice("warmstart", "--history", "displays.csv", "--output", "priors.csv", "--quiet")
        #expect(written.status == 0 && written.output.isEmpty && written.errors.isEmpty)
        #expect(try shop.directory.text("priors.csv") == printed.output)

        // Without a day of data the shares are those that the past speaks for.
        try shop.configure(
            extra: #"learning: { priors: "priors.csv", segments: { minimumVisitors: 150 } },"#, learning: "")
        #expect(try shop.sluice("check", "--config", "shop.json5").status == 0)
        #expect(try shop.run("2026-03-01").status == 66)
        let table = try shop.table("2026-03-02")
        let shares = table.mapValues { Double($0.traffic) ?? 0 }
        let leader = try #require(shares["hero * b"])
        let other = try #require(shares["hero * a"])
        #expect(leader > other && other >= 0.02)
        // Little is known of c: it is drawn towards its slot, and takes no more than that is worth.
        #expect(try #require(shares["hero * c"]) < leader)
    }

    @Test(arguments: [
        (["--history", "displays.csv", "--weight", "none"], 64, "--weight"), ([], 64, "--history"),
        (["--history", "nowhere.csv"], 74, "nowhere.csv"), (["--history", "bad.csv"], 65, "bad.csv:2"),
    ])
    func wrongWordsAndFiles(words: [String], status: Int32, hint: String) throws {
        let directory = try ScratchDirectory()
        try directory.write(Self.history, to: "displays.csv")
        try directory.write("platform,slot,segment,variant,views,clicks\nweb,hero,,a,1,2\n", to: "bad.csv")
        let result = try Binary.sluice(["warmstart"] + words, in: directory.path)
        #expect(result.status == status && result.errors.contains(hint) && result.output.isEmpty, "\(result.errors)")
    }

    @Test func littleMemoryChangesNoByte() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        #expect(try shop.run("2026-03-01").status == 0)
        let table = try shop.directory.text("state/allocations/date=2026-03-02/allocation.csv")
        #expect(try shop.run("2026-03-01", "--memory", "64M", "--workers", "3").status == 0)
        #expect(try shop.directory.text("state/allocations/date=2026-03-02/allocation.csv") == table)
        for size in ["1M", "much", "-5G", "0"] {
            let result = try shop.run("2026-03-01", "--memory=\(size)")
            #expect(result.status == 64 && result.errors.contains("at least"), "\(result.errors)")
        }
    }
}
