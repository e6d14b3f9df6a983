import TestSupport
import Testing

/// `sluice evaluate` on a state directory, by the real program.
@Suite struct EvaluateStateTests {
    /// Three nights at half past one, so that every visitor of the second and third day was under a table that is known.
    private static func shop() throws -> Shop {
        let shop = try Shop()
        for (number, date) in Shop.dates.enumerated() {
            try shop.log(date, seed: UInt64(number))
            let night = try shop.sluice(
                "run", "--config", "shop.json5", "--date", date, "--now", "\(date)T20:00:00Z", "--quiet")
            #expect(night.status == 0, "\(night.errors)")
        }
        return shop
    }

    /// The fields of CSV, by policy and estimator, then column.
    private static func rows(_ text: String) throws -> [String: [String: String]] {
        let lines = text.split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let header = try #require(lines.first)
        var rows: [String: [String: String]] = [:]
        for line in lines.dropFirst() {
            let row = Dictionary(uniqueKeysWithValues: zip(header, line))
            rows["\(row["policy"] ?? "") \(row["estimator"] ?? "")"] = row
        }
        return rows
    }

    @Test("Daily rows and units give the same figures by ips and snips, to the digit")
    func unitsAgree() throws {
        let shop = try Self.shop()
        let days = try shop.sluice(
            "evaluate", "--platform", "web", "--slot", "cart", "--date", "2026-03-02..2026-03-03", "--reward",
            "purchase",
            "--policy", "even=even", "--strata", "none", "--csv")
        #expect(days.status == 0, "\(days.errors)")
        let units = try shop.sluice(
            "units", "--config", "shop.json5", "--date", "2026-03-02..2026-03-03", "--platform", "web", "--slot",
            "cart",
            "--quiet")
        #expect(units.status == 0, "\(units.errors)")
        // Without the visitors' names rows are independent, as daily rows take them.
        let lines = units.output.split(separator: "\n").map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).dropFirst().joined(separator: ",")
        }
        try shop.directory.write(lines.joined(separator: "\n") + "\n", to: "units.csv")
        let log = try shop.sluice(
            "evaluate", "--log", "units.csv", "--reward", "purchase", "--policy", "even=even", "--csv")
        #expect(log.status == 0, "\(log.errors)")
        let (daily, single) = (try Self.rows(days.output), try Self.rows(log.output))
        for estimator in ["ips", "snips"] {
            let (left, right) = (try #require(daily["even \(estimator)"]), try #require(single["even \(estimator)"]))
            for column in ["value", "se", "visitors", "ess", "max_weight", "mean_weight", "rewarded"] {
                #expect(left[column] == right[column], "\(estimator) \(column)")
            }
        }
        #expect(daily["served ips"]?["value"] == single["served ips"]?["value"])
    }

    @Test("The settings that served would have published what served, by every estimator")
    func ownSettings() throws {
        let shop = try Self.shop()
        let result = try shop.sluice(
            "evaluate", "--platform", "web", "--slot", "hero", "--policy", "own=settings:shop.json5", "--csv")
        #expect(result.status == 0, "\(result.errors)")
        let rows = try Self.rows(result.output)
        for estimator in ["ips", "snips", "dm", "dr"] {
            let row = try #require(rows["own \(estimator)"])
            #expect(row["difference"] == "0" && row["difference_se"] == "" && row["difference_p"] == "")
            #expect(row["value"] == rows["served \(estimator)"]?["value"])
        }
    }

    @Test("The reward is the manifest's where nothing else says it")
    func rewardOfManifest() throws {
        let shop = try Self.shop()
        func evaluate(_ words: [String]) throws -> String {
            let own = ["evaluate", "--platform", "web", "--slot", "cart", "--policy", "even=even", "--csv"]
            return try Binary.sluice(own + words, in: shop.directory.path).output
        }
        let plain = try evaluate([])
        let revenue = try evaluate(["--reward", "revenue"])
        let purchase = try evaluate(["--reward", "purchase"])
        #expect(plain == revenue && plain != purchase)
    }

    @Test(
        "What cannot be evaluated is refused, with the code and the remedy",
        arguments: [
            (["--policy", "x=always:winter"], 65, "it has a, b, c, plain"),
            (["--policy", "x=night:2020-01-01"], 65, "there is no table of 2020-01-01"),
            (["--policy", "x=table:nowhere.csv"], 65, "nowhere.csv: no such file"),
            (["--policy", "x=evn"], 64, "did you mean 'even'?"),
            (["--policy", "served=even"], 64, "give yours another"),
            (["--policy", "x=even", "--policy", "x=current"], 64, "two policies are called 'x'"),
            (["--handover", "2"], 64, "from 0 to 1"),
            (["--support", "dorp"], 64, "did you mean 'drop'?"),
            (["--by", "city"], 64, "--by goes with --log"),
            (["--date", "2020-01-01..2020-01-02"], 66, "no visitors on days with a table"),
        ])
    func refusals(words: [String], status: Int32, text: String) throws {
        let shop = try Self.shop()
        let result = try Binary.sluice(
            ["evaluate", "--platform", "web", "--slot", "hero"] + words, in: shop.directory.path)
        #expect(result.status == status && result.errors.contains(text), "\(result.status): \(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test("A damaged table is named, and left out when asked")
    func damagedTable() throws {
        let shop = try Self.shop()
        let path = "state/allocations/date=2026-03-03/allocation.csv"
        try shop.directory.write(try shop.directory.text(path).replacing("0", with: "1"), to: path)
        let words = ["evaluate", "--platform", "web", "--slot", "hero", "--policy", "even=even", "--csv"]
        let refused = try Binary.sluice(words, in: shop.directory.path)
        #expect(refused.status == 74 && refused.errors.contains("2026-03-03"), "\(refused.errors)")
        let skipped = try Binary.sluice(words + ["--skip-damaged"], in: shop.directory.path)
        #expect(skipped.status == 0 && skipped.errors.contains("1 day left out, damaged"), "\(skipped.errors)")
    }
}
