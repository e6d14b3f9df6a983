import Foundation
import Testing
import TestSupport

/// The report and the history as a user runs them, after real nights.
@Suite struct ReportCommandTests {
    private static func shop() throws -> Shop {
        let shop = try Shop()
        for (index, date) in Shop.dates.enumerated() { try shop.log(date, seed: UInt64(index)) }
        try shop.run("2026-03-01..2026-03-03")
        return shop
    }

    @Test func thePageIsWrittenWhereItIsAsked() throws {
        let shop = try Self.shop()
        let result = try shop.sluice("report")
        #expect(result.status == 0 && result.output.isEmpty)
        #expect(result.errors.contains("report.html"))
        let page = try shop.directory.text("report.html")
        #expect(page.contains("<bdi>shop</bdi>") && page.contains("web/cart") && page.hasSuffix("</html>\n"))
        let other = try shop.sluice("report", "--output", "-", "--quiet")
        #expect(other.output == page && other.errors.isEmpty)
        let beside = try FileManager.default.contentsOfDirectory(atPath: shop.directory.path)
        #expect(!beside.contains { $0.hasSuffix(".new") })
    }

    @Test func aLinkIsFollowedAndAPipeIsWrittenTo() throws {
        let shop = try Self.shop()
        let path = shop.directory.path
        try FileManager.default.createDirectory(atPath: path + "/www", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: path + "/link.html", withDestinationPath: "www/page.html")
        for _ in 0..<2 { #expect(try shop.sluice("report", "--output", "link.html").status == 0) }
        let page = try shop.directory.text("www/page.html")
        #expect(page.hasSuffix("</html>\n"))
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path + "/link.html") == "www/page.html")
        #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/www") == ["page.html"])

        #expect(mkfifo(path + "/pipe", 0o600) == 0)
        let reader = Process()
        reader.executableURL = URL(fileURLWithPath: "/bin/sh")
        reader.arguments = ["-c", "exec cat '\(path)/pipe' > '\(path)/read.html'"]
        try reader.run()
        #expect(try shop.sluice("report", "--output", "pipe").status == 0)
        reader.waitUntilExit()
        #expect(try shop.directory.text("read.html") == page)
    }

    @Test func aDirectoryIsRefusedAndNothingIsLeftBeside() throws {
        let shop = try Self.shop()
        try FileManager.default.createDirectory(
            atPath: shop.directory.path + "/pages", withIntermediateDirectories: true)
        let before = try FileManager.default.contentsOfDirectory(atPath: shop.directory.path).sorted()
        let result = try shop.sluice("report", "--output", "pages")
        #expect(result.status == 74 && result.errors.contains("pages"), "\(result.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: shop.directory.path).sorted() == before)
    }

    @Test func theConfigurationSaysWhatTablesOfVersion1DoNot() throws {
        let shop = try Self.shop()
        let page = try shop.sluice("report", "--output", "-").output
        #expect(page.contains("The reward is click.") && page.contains("The reward is revenue."))
        #expect(page.contains("Posteriors today") && !page.contains("does not say how it was made"))
        #expect(try shop.sluice("report", "--output", "-", "--config", "shop.json5").output == page)

        for date in ["2026-03-02", "2026-03-03", "2026-03-04"] {
            let file = "state/allocations/date=\(date)/manifest.json"
            var manifest = try #require(
                try JSONSerialization.jsonObject(with: Data(try shop.directory.text(file).utf8)) as? [String: Any])
            manifest["format"] = "sluice-allocation/1"
            manifest["experiments"] = nil
            try shop.directory.write(try JSONSerialization.data(withJSONObject: manifest), to: file)
        }
        let unknown = try shop.sluice("report", "--output", "-").output
        #expect(unknown.contains("does not say how it was made") && !unknown.contains("The reward is"))
        let told = try shop.sluice("report", "--output", "-", "--config", "shop.json5").output
        #expect(told.contains("The reward is click.") && told.contains("The reward is revenue."))
        #expect(told.contains("curves are not known") && !told.contains("Posteriors today"))
    }

    @Test(arguments: [
        (["--days", "0"], "--days"), (["--days", "many"], "--days"), (["--output", ""], "--output"),
        (["--output", "-", "--open"], "--open"), (["--state", "nowhere"], "nowhere"),
    ])
    func wrongWordsAreUsageErrors(words: [String], hint: String) throws {
        let directory = try ScratchDirectory()
        let result = try Binary.sluice(["report"] + words, in: directory.path)
        #expect(result.status == 64)
        #expect(result.errors.contains(hint), "\(result.errors)")
    }

    @Test func aPlaceThatCannotBeWrittenIsNamed() throws {
        let result = try Self.shop().sluice("report", "--output", "nowhere/page.html")
        #expect(result.status == 74)
        #expect(result.errors.contains("nowhere/page.html"))
    }

    /// What is damaged is named on the page, and said by the command that leaves it out.
    @Test func whatIsLeftOutIsSaid() throws {
        let shop = try Self.shop()
        try shop.directory.write("no statistics", to: "state/statistics/date=2026-03-01/statistics.csv")
        let result = try shop.sluice("report", "--quiet")
        #expect(result.status == 0)
        #expect(
            result.errors.contains("warning: state/statistics/date=2026-03-01/statistics.csv:1: "), "\(result.errors)")
        // A zone of the system that the machine cannot read is no fault of the configuration.
        guard FileManager.default.fileExists(atPath: "/proc/self/mem") else { return }
        try shop.directory.write("", to: "zones/Asia/none")
        try FileManager.default.createSymbolicLink(
            atPath: shop.directory.path + "/zones/Asia/Kolkata", withDestinationPath: "/proc/self/mem")
        let check = try Binary.sluice(
            ["check", "--config", "shop.json5"], in: shop.directory.path,
            environment: ["TZDIR": shop.directory.path + "/zones"])
        #expect(check.status == 74 && check.errors.contains("Asia/Kolkata cannot be read"), "\(check.errors)")
    }

    @Test func theHistoryTellsEachExperiment() throws {
        let shop = try Self.shop()
        let narrative = try shop.sluice("history", "--ascii").output
        #expect(narrative.contains("shop: table of 2026-03-04, learned through 2026-03-03"))
        #expect(narrative.contains("web/hero") && narrative.contains("web/cart") && narrative.contains(" leads with "))
        #expect(narrative.utf8.allSatisfy { $0 < 128 })
        // Every arm of both experiments has a line that ends with its status.
        let lines = narrative.split(separator: "\n").filter { $0.contains(" % ") && !$0.contains("leads") }
        #expect(lines.count { $0.hasSuffix("control") } == 1)
        #expect(lines.count { $0.contains("active") } == 5)
    }

    @Test func theHistoryTakesWhatTheConfigurationSays() throws {
        let shop = try Self.shop()
        let short = try shop.sluice("history", "--days", "1")
        #expect(short.status == 0 && short.output.contains("1 night ") && !short.output.contains("not known"))
        #expect(try shop.sluice("history", "--config", "shop.json5").status == 0)
        #expect(try shop.sluice("history", "--config", "nowhere.json5").status != 0)
    }
}
