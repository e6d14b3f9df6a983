import Foundation
import TestExpectations
import TestSupport
import Testing

/// The page "When a night breaks", entry by entry: a night is broken so, and what the page says of it is tried.
@Suite struct WhenANightBreaksTests {
    @Test(arguments: BrokenNight.all)
    func theEntryIsTrue(night: BrokenNight) throws {
        let entry = try #require(try Page().entries[night.key], "the page has no entry \(night.key)")
        let shop = try Shop()
        for (index, date) in ["2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03"].enumerated() {
            try shop.log(date, seed: UInt64(index + 1))
        }
        #expect(try shop.run("2026-02-28..2026-03-01", "--now", "2026-03-01T20:00:00Z").status == 0)
        try night.breaks(shop)
        let before = try served(shop)

        let result = try Binary.sluice(night.words, in: shop.directory.path)
        #expect(result.status == night.status, "\(result.errors)")
        if let code = night.code { #expect(result.errors.contains("[\(code)]"), "\(result.errors)") }
        // What serves meanwhile.
        let after = try served(shop)
        switch true {
        case entry.serving.hasPrefix("nothing moves"): #expect(before == after)
        case entry.serving.hasPrefix("the same shares"):
            #expect(after.date == "2026-03-03" && after.table == before.table.replacing(before.date, with: after.date))
        case entry.serving.hasPrefix("the latest table"):
            #expect(after.date == before.date && after.date > "2026-03-02")
        case entry.serving.hasPrefix("the new table"): #expect(after.date == "2026-03-03")
        default: Issue.record("'\(entry.serving)' says nothing that is tried")
        }

        try night.repairs(shop)
        #expect(!entry.commands.isEmpty)
        for command in entry.commands {
            let result = try Binary.sluice(command.words, in: shop.directory.path)
            #expect(result.status == command.status, "\(command.words): \(result.errors)\(result.output)")
        }
        #expect(try shop.sluice("history", "--tables").output.contains("verified"))
    }

    @Test func everyEntryIsTried() throws {
        #expect(Set(try Page().entries.keys) == Set(BrokenNight.all.map(\.key)))
    }

    /// Every message of a night that somebody has to do something about is on the page, or is one of these.
    @Test func everyMessageIsThereOrLeftOutForAReason() throws {
        let leftOut: Set = [
            // The exit code's entry is the message's.
            "usage", "too-many-rejected", "no-data", "experiment-carried-over", "experiment-left-out", "file-error",
            "locked", "configuration",
            // Of other commands than those of a night.
            "input", "no-units", "propensities-unknown", "night-stopped", "parts-refused",
            // The message says all there is to do.
            "source-absent",
            // As an entry that is there: what to do is the same.
            "deny-list-malformed", "log-malformed", "nothing-allocated", "no-statistics", "shares-unknown",
            "table-unusable",
            // Say all that there is to do.
            "day-not-over", "deny-list-missing", "memory-too-small", "count-overflow", "control-alone", "arm-stopped",
            "undeclared-names", "guard-held", "guard-accepted", "guard-warned", "night-held", "held-day-counts",
            "records-unreadable",
            "same-log", "files-without-lines", "paths-without-files", "files-without-events", "folders-repeated",
            "addresses-unreadable", "propensities-invalid", "libraries-dropped", "gain-unknown", "segments-folded",
            "state-of-another-pipeline",
        ]
        let page = try SourceTree.text("pipelines/messages.md")
        let parts = page.components(separatedBy: "\n## ")
        let codes = parts.filter { $0.hasPrefix("Errors") || $0.hasPrefix("Warnings") }.flatMap { part in
            part.matches(of: #/\n\| `([a-z-]+)` \|/#).map { String($0.output.1) }
        }
        #expect(codes.count > 30)
        #expect(Set(codes).subtracting(leftOut) == Set(try Page().entries.keys.filter { $0.first?.isLetter == true }))
    }

    /// The table that serves: its date, and its bytes.
    private func served(_ shop: Shop) throws -> (date: String, table: String) {
        (
            try shop.current().replacing("allocations/date=", with: ""),
            try shop.directory.text("state/current/allocation.csv")
        )
    }
}

/// The page's entries, with the shop's words for the example's.
private struct Page {
    struct Entry {
        var serving = ""
        /// With the exit codes that the page gives them.
        var commands: [(words: [String], status: Int32)] = []
    }

    /// By exit code or by the code of the message.
    var entries: [String: Entry] = [:]

    init() throws {
        var key: String?
        var serving = ""
        for line in try SourceTree.text("pipelines/when-a-night-breaks.md").split(separator: "\n").map(String.init) {
            if line.hasPrefix("# ") { (key, serving) = (nil, "") }
            if line.hasPrefix("## ") {
                let name = line.dropFirst(3).trimmingPrefix("`").prefix { $0.isLetter || $0.isNumber || $0 == "-" }
                key = String(name)
                entries[String(name)] = Entry(serving: serving)
            } else if line.hasPrefix("Serving: ") {
                let text = String(line.dropFirst(9))
                if let key { entries[key]?.serving = text } else { serving = text }
            } else if line.hasPrefix("    sluice "), let key {
                let status = line.firstMatch(of: #/# exits (\d+)/#).flatMap { Int32($0.output.1) } ?? 0
                entries[key]?.commands.append((Page.words(line.components(separatedBy: " #")[0]), status))
            }
        }
    }

    /// The night that broke is that of 2026-11-20 on the page, and of 2026-03-02 in the shop.
    private static func words(_ line: String) -> [String] {
        var line = line.replacing("pipelines/banners.json5", with: "shop.json5").replacing(
            "/var/lib/sluice", with: "state")
        let dates = ["18": "02-28", "19": "03-01", "20": "03-02", "21": "03-03", "22": "03-04"]
        for (day, date) in dates { line = line.replacing("2026-11-\(day)", with: "2026-\(date)") }
        return line.split(separator: " ").dropFirst().map(String.init)
    }
}

extension SourceTree {
    fileprivate static func text(_ path: String) throws -> String {
        try String(contentsOfFile: root + "/" + path, encoding: .utf8)
    }
}
