import Domain
import Foundation
import TestSupport
import Testing

/// Counts of a warehouse in the place of logs.
@Suite("sluice import")
struct ImportTests {
    private static let counts = """
        day,platform,slot,variant,users,users_clicked,revenue,revenue_squared
        2026-11-18,web,hero,a,1000,50,,
        2026-11-18,web,hero,b,1000,80,,
        2026-11-19,web,hero,b,1000,82,,
        2026-11-19,web,hero,a,1000,51,,

        """
    private static let columns = "--columns=date=day,visitors=users,clickers=users_clicked"

    private func run(_ site: OneSlotSite, _ words: String...) throws -> Binary.Result {
        try Binary.sluice(
            ["import", "counts.csv", "--config", "p.json5", "--state", "state"] + words, in: site.directory.path)
    }

    @Test func countsAreLearnedFrom() throws {
        let site = try OneSlotSite()
        try site.directory.write(Self.counts, to: "counts.csv")
        let result = try run(site, Self.columns)
        #expect(result.status == 0, "\(result.errors)")
        let row = try #require(try site.rows("2026-11-19")["b"])
        #expect(row.visitors == 1_000 && row.views == 1_000 && row.clickers == 82 && row.clicks == 82)
        #expect(try site.quality("2026-11-19", "imported") as? String == "counts.csv")
        let allocated = try site.run("2026-11-19", command: "allocate")
        #expect(allocated.status == 0, "\(allocated.errors)")
        #expect(try #require(try site.probability("2026-11-20", "b")) > 0.99)

        let before = try site.directory.files(below: "state/statistics")
        #expect(try run(site, Self.columns).status == 0)
        #expect(try site.directory.files(below: "state/statistics") == before)
    }

    @Test(arguments: [
        ("2026-11-18,web,hero,a,1000,1001,,", "users_clicked is '1001', expected at most visitors, 1000"),
        (
            "2026-11-18,web,hera,a,1000,1,,",
            "slot is 'hera', expected the slot of an experiment of web; did you mean 'hero'?"
        ),
        ("2026-11-18,web,hero,A,1000,1,,", "did you mean 'a'?"),
        ("2026-11-18,web,hero,b,1000,1,,", "stands on line 3 already"),
        ("18.11.2026,web,hero,b,1000,1,,", "expected a date like 2026-11-20"),
        ("2026-11-20,web,hero,b,1000,x,,", "expected a count"),
        ("2026-11-20,web,hero,b,-1,0,,", "expected a count"),
        ("2099-11-20,web,hero,b,1000,1,,", "day is '2099-11-20', expected a day that has begun"),
        ("2026-11-20,web,hero,b,1000,1,100,9.99", "revenue_squared is '9.99', expected at least the square of revenue"),
    ])
    func rowsThatCannotBeAreRefused(row: String, text: String) throws {
        let site = try OneSlotSite()
        try site.directory.write(Self.counts + row + "\n", to: "counts.csv")
        let result = try run(site, Self.columns)
        #expect(result.status == 65, "\(result.errors)")
        #expect(result.errors.contains("counts.csv:6: ") && result.errors.contains(text), "\(result.errors)")
        #expect(!site.directory.exists("state/statistics"))
    }

    /// Writes counts as Python writes them, imports nothing; then prints the rows that the state has of the same arms, in its words.
    private static let script = #"""
        import csv, glob, random, sys
        if sys.argv[1] == "write":
            separator, r = sys.argv[2], random.Random(7)
            names = ["note", "date", "platform", "slot", "variant", "segment", "visitors", "clickers", "revenue"]
            segments = ["Pune", "Goa, north", "a;b", "a|b", "a\tb", "a \"b\""]
            with open("counts.csv", "w", newline="", encoding="utf-8-sig") as file, open("told", "w") as told:
                writer = csv.writer(file, delimiter=separator, lineterminator=r.choice(["\n", "\r\n"]))
                writer.writerow(names)
                for segment in segments:
                    for variant in "ab":
                        visitors = r.randint(10, 99)
                        row = ["2026-11-18", "web", "hero", variant, segment, str(visitors), str(r.randint(0, 9)), "12.5"]
                        writer.writerow(["one, two; three|four"] + row)
                        told.write(repr(row) + "\n")
        else:
            with open("state/statistics/date=2026-11-18/statistics.csv", newline="", encoding="utf-8") as file:
                found = {repr([row[name] for name in ["date", "platform", "slot", "variant", "segment", "visitors", "clickers",
                                                      "revenue"]]) for row in csv.DictReader(file)}
            assert found == set(open("told").read().splitlines()), found
        """#

    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "needs python3"),
        arguments: [",", ";", "\t", "|"])
    func separatorsOfLogsAreThoseOfCounts(separator: String) throws {
        let site = try OneSlotSite()
        try site.directory.write(Self.script, to: "counts.py")
        let path = site.directory.path
        let written = try Binary.shell("/usr/bin/python3 counts.py write '\(separator)'", in: path)
        #expect(written.status == 0, "\(written.errors)")
        let result = try run(site)
        #expect(result.status == 0, "\(result.errors)")
        let compared = try Binary.shell("/usr/bin/python3 counts.py compare", in: path)
        #expect(compared.status == 0, "\(compared.errors)")
    }

    @Test func decimalCommasAreRefusedAndMissingColumnsNamedByTheLikeliestSeparator() throws {
        let site = try OneSlotSite()
        try site.directory.write(
            "date;platform;slot;variant;visitors;clickers;revenue\n2026-11-18;web;hero;a;100;4;12,50\n",
            to: "counts.csv")
        let decimal = try run(site)
        #expect(
            decimal.status == 65
                && decimal.errors.contains("counts.csv:2: revenue is '12,50', expected a plain decimal"))
        #expect(decimal.errors.contains("12.50"), "\(decimal.errors)")
        try site.directory.write("date;platform;slot;arm;visitors, all;clickers\n", to: "counts.csv")
        let missing = try run(site)
        #expect(
            missing.status == 65 && missing.errors.contains("no column 'variant' among date,platform,slot,arm,"),
            "\(missing.errors)")
        #expect(!site.directory.exists("state/statistics"))
    }

    @Test func daysOfLogsStay() throws {
        let site = try OneSlotSite()
        try site.log("2026-11-19", views: OneSlotSite.visitors(5))
        #expect(try site.run("2026-11-19").status == 0)
        try site.directory.write(Self.counts, to: "counts.csv")
        let refused = try run(site, Self.columns)
        #expect(refused.status == 65 && refused.errors.contains("2026-11-19"), "\(refused.errors)")
        #expect(!site.directory.exists("state/statistics/date=2026-11-18"))
        #expect(try run(site, Self.columns, "--replace").status == 0)
        #expect(try site.rows("2026-11-19")["a"]?.visitors == 1_000)
    }

    @Test func ordersWithoutSquaresAreTakenToBeAlike() throws {
        let site = try OneSlotSite()
        try site.directory.write(
            "date,platform,slot,variant,visitors,purchasers,revenue\n2026-11-18,web,hero,a,100,4,200\n",
            to: "counts.csv")
        let result = try run(site)
        #expect(result.status == 0 && result.errors.contains("warning"), "\(result.errors)")
        #expect(try site.rows("2026-11-18")["a"]?.revenueSquared == 10_000 * 1_000_000_000_000)
    }

    @Test func moneyOfNobodyIsRefusedAndAMissingRewardSaid() throws {
        let site = try OneSlotSite()
        try site.directory.write(
            "date,platform,slot,variant,visitors,purchasers,revenue\n2026-11-18,web,hero,a,100,0,200\n",
            to: "counts.csv")
        let refused = try run(site)
        #expect(refused.status == 65 && refused.errors.contains("counts.csv:2: "), "\(refused.errors)")
        #expect(!site.directory.exists("state/statistics"))
        // The experiment decides by clicks, of which the file has none.
        try site.directory.write(
            "date,platform,slot,variant,visitors,purchasers\n2026-11-18,web,hero,a,100,4\n", to: "counts.csv")
        let warned = try run(site)
        #expect(
            warned.status == 0 && warned.errors.contains("web/hero decides by click, and there is no column clickers"))
    }

    @Test(
        "What no visitors can have done is refused by its column",
        arguments: [
            ("views", "100,50,0,0,0,0", "at least as many as visitors"),
            ("revenue_squared", "100,100,0,5,50,499.9", "square of revenue divided by purchasers"),
            ("visitors", "0,3,0,0,0,0", "at least 1"),
        ])
    func impossible(column: String, counts: String, text: String) throws {
        let site = try OneSlotSite()
        try site.directory.write(
            "date,platform,slot,variant,visitors,views,clickers,purchasers,revenue,revenue_squared\n"
                + "2026-11-18,web,hero,a,\(counts)\n", to: "counts.csv")
        let result = try run(site)
        #expect(
            result.status == 65 && result.errors.contains("counts.csv:2: ") && result.errors.contains(text),
            "\(result.errors)")
        #expect(result.errors.contains("'\(column)'") || result.errors.contains(column))
    }

    @Test func segmentsAreBoundAndNamesToldApart() throws {
        let site = try OneSlotSite(#"statistics: { segments: { atMost: 3 } },"#)
        let rows = (0..<9).map { "2026-11-18,web,hero,a,city\($0),\(10 + $0),1\n" }
        try site.directory.write(
            "date,platform,slot,variant,segment,visitors,clickers\n" + rows.joined(), to: "counts.csv")
        let result = try run(site)
        #expect(result.status == 0 && result.errors.contains("[segments-folded]"), "\(result.errors)")
        let text = try site.directory.text("state/statistics/date=2026-11-18/statistics.csv")
        #expect(text.split(separator: "\n").count == 5 && text.contains("web,hero,*,,a,75,"), "\(text)")
        let twice = try run(site, "--columns", "visitors=users,visitors=x")
        #expect(twice.status == 64 && twice.errors.contains("twice"))
        try site.directory.write(
            "date,platform,slot,variant,visitors,clickers\n2026-11-18,Web,hero,a,10,1\n", to: "counts.csv")
        let other = try run(site)
        #expect(other.errors.contains("platform") && other.errors.contains("did you mean 'web'?"), "\(other.errors)")
    }

    @Test func statisticsThatWereEditedAreRefused() throws {
        let site = try OneSlotSite()
        try site.log("2026-11-19", views: OneSlotSite.visitors(5))
        #expect(try site.run("2026-11-19").status == 0)
        let path = "state/statistics/date=2026-11-19/statistics.csv"
        let text = try site.directory.text(path)
        let lines = text.split(separator: "\n").map(String.init)
        for broken in [
            text + lines[1] + "\n", text.replacing(",5,5,0,0,0,0,0,0", with: ",5,5,15,0,15,0,0,0"),
            text.replacing(",5,5,0,0,0,0,0,0", with: ",5,5,0,1,0,1,100,0"),
        ] {
            try site.directory.write(broken, to: path)
            let result = try site.run("2026-11-19", command: "allocate")
            #expect(result.status == 74 && result.errors.contains("\(path):"), "\(result.errors)")
            #expect(result.errors.contains("[statistics-or-table-damaged]"))
        }
    }

    @Test(arguments: [Int64(0), 1, 10, 1 << 31, 1 << 53]) func extremeCountsTrapNowhere(visitors: Int64) throws {
        for successes in [0, 1, visitors / 2, visitors] where successes <= visitors {
            let site = try OneSlotSite(#"learning: { reward: "revenue" },"#)
            let money = successes > 0 ? "\(successes)" : "0"
            try site.directory.write(
                """
                date,platform,slot,variant,visitors,clickers,purchasers,revenue,revenue_squared
                2026-11-18,web,hero,a,\(visitors),\(successes),\(successes),\(money),\(money)
                2026-11-18,web,hero,b,10,1,1,5,25

                """, to: "counts.csv")
            #expect(try run(site).status == 0)
            let result = try site.run("2026-11-18", command: "allocate")
            #expect(result.status == 0, "\(visitors), \(successes): \(result.errors)")
        }
    }
}
