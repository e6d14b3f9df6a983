import Foundation
import TestSupport
import Testing

/// What operators read: metrics, status, the last line, codes, times, and what prune leaves.
@Suite struct OperationTests {
    private func shop(nights: ClosedRange<Int> = 1...2) throws -> Shop {
        let shop = try Shop()
        for day in nights { try shop.log("2026-03-0\(day)", seed: UInt64(day)) }
        for day in nights {
            #expect(try shop.run("2026-03-0\(day)", "--now", "2026-03-0\(day)T20:00:00Z").status == 0)
        }
        return shop
    }

    private func json(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    /// The samples of a metric: the text of the labels, and the value.
    private func samples(_ shop: Shop, _ path: String, _ name: String) throws -> [String: Double] {
        let lines = try shop.directory.text(path).split(separator: "\n").filter { $0.hasPrefix(name + "{") }
        return Dictionary(
            uniqueKeysWithValues: lines.map { line in
                let parts = line.dropFirst(name.count).split(separator: "}")
                return (parts[0] + "}", Double(parts[1].dropFirst()) ?? .nan)
            })
    }

    // MARK: - The last line

    @Test func theLastLineSaysWhatMovedAndWhy() throws {
        let shop = try shop(nights: 1...1)
        try shop.log("2026-03-02", seed: 2)
        let result = try shop.run("2026-03-02", "--json")
        let last = try #require(result.errors.split(separator: "\n").last)
        #expect(last.hasSuffix("[traffic-moved]"), "\(result.errors)")
        #expect(last.contains("% of visitors change") && last.contains("(P(best)"))
        // The figures are those of the two tables, and the moved share is that of real assignments.
        let night = try #require((try json(result.output)["nights"] as? [[String: Any]])?.first)
        let movements = try #require(night["movements"] as? [[String: Any]])
        let cart = try #require(movements.first { $0["slot"] as? String == "cart" })
        let (old, new) = (try shop.table("2026-03-02"), try shop.table("2026-03-03"))
        for arm in try #require(cart["arms"] as? [[String: Any]]) {
            let name = try #require(arm["variant"] as? String)
            #expect(arm["before"] as? Double == Double(old["cart * \(name)"]?.traffic ?? ""))
            #expect(arm["after"] as? Double == Double(new["cart * \(name)"]?.traffic ?? ""))
        }
        for movement in movements {
            let slot = try #require(movement["slot"] as? String)
            let expected = try #require(movement["visitors_moved"] as? Double)
            let moved = try self.moved(shop, slot, from: "2026-03-02", to: "2026-03-03")
            // Six standard errors of 20,000 visitors at most.
            #expect(abs(moved - expected) < 6 * (0.25 / 20_000).squareRoot(), "\(slot): \(moved) and \(expected)")
        }
        #expect(movements.contains { ($0["visitors_moved"] as? Double ?? 0) > 0.01 })
    }

    /// The share of visitors whom two tables show different variants; half of them in each of the log's cities, as in the log.
    private func moved(_ shop: Shop, _ slot: String, from: String, to: String) throws -> Double {
        let visitors = (0..<10_000).map { "visitor-\($0)" }.joined(separator: "\n")
        var changes = 0
        for segment in ["Pune", "Kochi"] {
            let answers = try [from, to].map { date in
                try shop.sluice(
                    "assign", "--table", "state/allocations/date=\(date)", "--platform", "web", "--slot", slot,
                    "--segment",
                    segment, "-", input: visitors
                ).output.split(separator: "\n").dropFirst().map { $0.split(separator: ",")[1] }
            }
            #expect(answers[0].count == 10_000)
            changes += zip(answers[0], answers[1]).count { $0 != $1 }
        }
        return Double(changes) / 20_000
    }

    @Test func aNightThatMovesNothingSaysSo() throws {
        let shop = try shop()
        let again = try shop.run("2026-03-02")
        #expect(again.errors.split(separator: "\n").last?.contains("no share moves") == true, "\(again.errors)")
        let empty = try shop.run("2026-03-03")
        #expect(empty.status == 66)
        #expect(empty.errors.split(separator: "\n").last?.hasSuffix("[traffic-stays]") == true)
        #expect(empty.errors.contains("no data to learn from"))
    }

    @Test func whatIsBlacklistedOrGoneIsSaid() throws {
        let shop = try shop()
        try shop.blacklist(["web,hero,*,c,,broken"])
        let result = try shop.sluice("allocate", "--config", "shop.json5", "--date", "2026-03-02")
        #expect(result.errors.contains("→ 0 % (now blacklisted)"), "\(result.errors)")
    }

    // MARK: - Times, codes, strict

    @Test func linesBeginWithTheTimeUnlessTheJournalHasIt() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        let result = try shop.run("2026-03-01")
        #expect(!result.errors.isEmpty)
        for line in result.errors.split(separator: "\n") {
            #expect(line.firstMatch(of: #/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ sluice: .+ \[[a-z-]+\]$/#) != nil, "\(line)")
        }
        // A variable that names another file than standard error does not count.
        let other = try Binary.sluice(
            ["run", "--config", "shop.json5", "--date", "2026-03-01"], in: shop.directory.path,
            environment: ["JOURNAL_STREAM": "1:1"])
        #expect(other.errors.hasPrefix("20"))
        let script = """
            exec 2> errors.txt
            JOURNAL_STREAM="$(stat --dereference --format %d:%i errors.txt)" \
            "\(try Binary.location().path)" run --config shop.json5 --date 2026-03-01
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script]
        process.currentDirectoryURL = URL(fileURLWithPath: shop.directory.path)
        try process.run()
        process.waitUntilExit()
        #expect(try shop.directory.text("errors.txt").hasPrefix("sluice: "))
    }

    @Test func strictTurnsAWarningIntoAnExitCode() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        #expect(try shop.run("2026-03-01", "--strict").status == 0)
        try shop.blacklist(["web,hero,*,carrot,,misspelled"])
        #expect(try shop.run("2026-03-01").status == 0)
        #expect(try shop.run("2026-03-01", "--strict").status == 1)
        #expect(try shop.current() == "allocations/date=2026-03-02")
        // What is worse stays what it is.
        #expect(try shop.run("2026-03-02", "--strict").status == 66)
    }

    @Test func codesAreTheSameEverywhere() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        try shop.blacklist(["web,hero,*,carrot,,misspelled"])
        let result = try shop.run("2026-03-01", "--now", "2026-03-01T20:00:00Z", "--json", "--metrics", "shop.prom")
        let inText = result.errors.matches(of: #/\[([a-z-]+)\]\n/#).map { String($0.output.1) }
        let inJSON = (try json(result.output)["messages"] as? [[String: Any]] ?? []).compactMap {
            $0["code"] as? String
        }
        #expect(inText == inJSON && inText.contains("input-without-effect"))
        let record = try json(try shop.directory.text("state/runs/2026-03-01T20-00-00Z.json"))
        #expect((record["warnings_by_code"] as? [String: Int])?.keys.sorted() == ["input-without-effect"])
        let counted = try samples(shop, "shop.prom", "sluice_run_messages_total").keys
            .compactMap { $0.firstMatch(of: #/code="([a-z-]+)"/#).map { String($0.output.1) } }
        #expect(Set(counted) == Set(inText))
    }

    // MARK: - Metrics

    @Test func metricsHaveTheVerdicts() throws {
        let shop = try shop()
        #expect(try shop.run("2026-03-01", "--now", "2026-03-01T20:00:00Z", "--metrics", "shop.prom").status == 0)
        let text = try shop.directory.text("shop.prom")
        for arm in ["a", "b", "c"] {
            let labels = "platform=\"web\",slot=\"hero\",variant=\"\(arm)\""
            #expect(text.contains("sluice_arm_verdict{") && text.contains(labels + ",verdict=\"open\"} 1"), "\(text)")
            #expect(
                text.split(separator: "\n").contains {
                    $0.hasPrefix("sluice_arm_exclusion_evidence{") && $0.contains(labels)
                })
        }
    }

    @Test func metricsSayWhatTheRunSays() throws {
        let shop = try Shop()
        try shop.log("2026-03-01")
        let result = try shop.run("2026-03-01", "--now", "2026-03-01T20:00:00Z", "--json", "--metrics", "shop.prom")
        let night = try #require((try json(result.output)["nights"] as? [[String: Any]])?.first)
        let quality = try #require(night["quality"] as? [String: Any])
        func one(_ name: String) throws -> Double? { try samples(shop, "shop.prom", "sluice_" + name).values.first }
        #expect(try one("run_lines_total") == quality["lines"] as? Double)
        #expect(try one("run_visitors_total") == 400)
        #expect(try one("run_exit_code") == 0)
        #expect(try one("table_date_timestamp_seconds") == 1_772_409_600)
        #expect(try one("table_serving_since_timestamp_seconds") == 1_772_395_200)
        #expect(try one("last_success_timestamp_seconds") == 1_772_395_200)
        let traffic = try samples(shop, "shop.prom", "sluice_arm_traffic_ratio")
        #expect(traffic.count == 6)
        let table = try shop.table("2026-03-02")
        for (labels, value) in traffic {
            let words = labels.matches(of: #/(\w+)="([^"]*)"/#).map { String($0.output.2) }
            #expect(words[0] == "shop")
            #expect(Double(table["\(words[2]) * \(words[3])"]?.traffic ?? "") == value)
        }
        // After a failure: the code of the exit, and the state as it is.
        try shop.directory.write("{", to: "shop.json5")
        #expect(try shop.run("2026-03-02", "--now", "2026-03-02T20:00:00Z", "--metrics", "shop.prom").status == 78)
        #expect(try samples(shop, "shop.prom", "sluice_run_exit_code") == [#"{pipeline="shop",command="run"}"#: 78])
        #expect(try one("last_success_timestamp_seconds") == 1_772_395_200)
        #expect(try samples(shop, "shop.prom", "sluice_arm_traffic_ratio") == traffic)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: shop.directory.path).filter { $0.hasSuffix(".new") }
                == [])
    }

    /// Nobody may read it: the night must end all the same.
    @Test func metricsIntoAPipeAreRefused() throws {
        let shop = try shop()
        #expect(mkfifo(shop.directory.path + "/pipe", 0o600) == 0)
        let result = try shop.run("2026-03-01", "--now", "2026-03-01T20:00:00Z", "--metrics", "pipe")
        #expect(result.status == 0 && result.errors.contains("this is a pipe; give a file"), "\(result.errors)")
    }

    /// A monitor that reads a file must not go on reading that of the run before.
    @Test func wordsThatMakeNoSenseAreInTheMetrics() throws {
        let shop = try shop()
        for words in [
            ["--workerz", "3"], ["--date", "tomorrow"], ["--date", "2026-03-01", "--date", "2026-03-02"], ["extra"],
            ["--now", "noon"],
            ["--json", "--print"], ["--memory", "x"], ["--state", ""], ["--config"],
        ] {
            try shop.directory.write("old\n", to: "shop.prom")
            let result = try Binary.sluice(
                ["run", "--metrics=shop.prom", "--config", "shop.json5"] + words, in: shop.directory.path)
            #expect(result.status == 64, "\(words): \(result.errors)")
            let text = try shop.directory.text("shop.prom")
            #expect(text.contains("code=\"usage\"") && !text.contains("old"), "\(words): \(text)")
        }
    }

    /// What a slip of the pen names as an output is no file of the state's, nor the configuration.
    @Test func outputsReplaceNoFilesOfTheStateOrInputs() throws {
        let shop = try shop()
        let files = [
            "state/current/allocation.csv", "state/current/manifest.json", "shop.json5", "state/allocations/served.csv",
        ]
        let before = try files.map { try shop.directory.text($0) }
        for file in files {
            let run = try shop.run("2026-03-02", "--now", "2026-03-02T20:00:00Z", "--metrics", file)
            #expect(run.status == 0 && run.errors.contains("[metrics-not-written]"), "\(run.errors)")
            let report = try shop.sluice("report", "--output", file, "--config", "shop.json5")
            #expect(report.status == 74 && report.errors.contains(file), "\(report.errors)")
        }
        #expect(try files.map { try shop.directory.text($0) } == before)
        #expect(try shop.sluice("status", "--now", "2026-03-03T04:00:00Z").status == 0)
        #expect(try shop.sluice("report", "--output", "state/report.html").status == 0)
    }

    /// What cannot be known is not said to be well.
    @Test func statusSaysWhatItCannotRead() throws {
        let shop = try shop()
        func status() throws -> Binary.Result {
            try Binary.sluice(["status", "--now", "2026-03-03T04:00:00Z"], in: shop.directory.path)
        }
        #expect(try status().status == 0)
        let records = try FileManager.default.contentsOfDirectory(atPath: shop.directory.path + "/state/runs").sorted()
        for name in records {
            let path = "state/runs/\(name)"
            let text = try shop.directory.text(path)
            try shop.directory.write("{", to: path)
            let result = try status()
            #expect(result.status == 1 && result.output.contains("\(path) cannot be read"), "\(result.output)")
            let night = try shop.run("2026-03-02", "--now", "2026-03-02T20:00:00Z")
            #expect(night.status == 0 && night.errors.contains("[records-unreadable]"), "\(night.errors)")
            try shop.directory.write(text, to: path)
        }
        let journal = try shop.directory.text("state/allocations/served.csv")
        try shop.directory.write(journal + "junk\nmore,junk\n", to: "state/allocations/served.csv")
        let unknown = try status()
        #expect(
            unknown.status == 1 && unknown.output.contains("the journal of what served cannot be read"),
            "\(unknown.output)")
        #expect(!unknown.output.contains("no table serves"))
        try shop.directory.write(journal, to: "state/allocations/served.csv")
        try shop.directory.remove("state/statistics/date=2026-03-01/statistics.csv")
        let lost = try status()
        #expect(lost.status == 1 && lost.output.contains("without their statistics.csv 2026-03-01"), "\(lost.output)")
    }

    @Test func withoutATableInForceTheNewestIsTakenBack() throws {
        let shop = try shop()
        #expect(try shop.run("2026-03-01", "--now", "2026-03-01T20:00:00Z").status == 0)
        try shop.directory.remove("state/current")
        let result = try shop.sluice("rollback")
        #expect(result.status == 0, "\(result.errors)")
        #expect(shop.directory.exists("state/current/allocation.csv"))
    }

    @Test func namesWithQuotesAreEscaped() throws {
        let shop = try Shop()
        try shop.directory.write(
            #"""
            { pipeline: "shop", timezone: "Asia/Kolkata", events: { paths: ["events/date={date}/*.jsonl"] },
              experiments: [{ platform: "we\"b", slot: "he\\ro", variants: ["a\"", "b"] }] }
            """#, to: "shop.json5")
        #expect(try shop.run("2026-03-01", "--metrics", "shop.prom").status == 66)
        #expect(try shop.directory.text("shop.prom").contains(#"platform="we\"b",slot="he\\ro",variant="a\"""#))
    }

    // MARK: - Status

    @Test func statusIsHealthyUntilSomethingIsNot() throws {
        let shop = try shop()
        func status(_ now: String, _ more: String...) throws -> Binary.Result {
            try Binary.sluice(["status", "--now", now] + more, in: shop.directory.path)
        }
        // Eight hours after midnight in Kolkata the night of the second is due, which is there.
        let well = try status("2026-03-03T04:00:00Z")
        #expect(well.status == 0 && well.output.hasPrefix("shop: healthy"), "\(well.output)")
        #expect(try status("2026-03-04T02:29:59Z").status == 0)
        let late = try status("2026-03-04T02:30:00Z", "--json")
        #expect(late.status == 1)
        let checks = try #require(try json(late.output)["checks"] as? [[String: Any]])
        #expect(
            checks.filter { $0["healthy"] as? Bool == false }.compactMap { $0["name"] as? String } == ["table", "days"])
        #expect(try status("2026-03-04T02:30:00Z", "--due", "12").status == 0)
        // A failed run, and one that only found the lock.
        try shop.directory.write("no log\n", to: "events/date=2026-03-03/a.jsonl")
        #expect(try shop.run("2026-03-03", "--now", "2026-03-03T20:00:00Z").status == 65)
        let failed = try status("2026-03-03T21:00:00Z")
        #expect(failed.status == 1 && failed.output.contains("exit 65 [too-many-rejected]"), "\(failed.output)")
        try shop.directory.remove("events/date=2026-03-03")
        try shop.log("2026-03-03")
        #expect(try shop.run("2026-03-03", "--now", "2026-03-03T20:10:00Z").status == 0)
        let descriptor = open(shop.directory.path + "/state/.lock", O_RDWR)
        #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        #expect(try shop.run("2026-03-03", "--now", "2026-03-03T20:20:00Z").status == 75)
        close(descriptor)
        #expect(try status("2026-03-03T21:00:00Z").status == 0)
        // A day that was never counted.
        try shop.directory.remove("state/statistics/date=2026-03-02")
        let missing = try status("2026-03-03T21:00:00Z")
        #expect(missing.status == 1 && missing.output.contains("missing 2026-03-02"), "\(missing.output)")
        // A table that was changed.
        try shop.directory.write("x", to: "state/allocations/date=2026-03-04/allocation.csv")
        let damaged = try status("2026-03-03T21:00:00Z")
        #expect(damaged.status == 1 && damaged.output.contains("no table serves"), "\(damaged.output)")
    }

    @Test func statusOfNothingIsNotHealthy() throws {
        let directory = try ScratchDirectory()
        let result = try Binary.sluice(["status"], in: directory.path)
        #expect(result.status == 1 && result.output.hasPrefix("not healthy"))
        #expect(!directory.exists("state"))
    }
}
