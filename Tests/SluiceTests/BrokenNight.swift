import Foundation
import TestSupport
import Testing

/// A way in which a night of the shop breaks. The nights of 2026-02-28 and 2026-03-01 are done; logs of four days are there.
struct BrokenNight: Sendable, CustomTestStringConvertible {
    /// As in the heading of the page.
    var key: String
    var status: Int32
    var code: String?
    var words = ["run", "--config", "shop.json5", "--date", "2026-03-02"]
    /// What happens before the night.
    var breaks: @Sendable (Shop) throws -> Void = { _ in }
    /// What a person does before the page's commands.
    var repairs: @Sendable (Shop) throws -> Void = { _ in }

    var testDescription: String { key }

    private static let log = "events/date=2026-03-02/a.jsonl"
    private static let blacklistOfAll: @Sendable (Shop) throws -> Void = {
        try $0.blacklist(["web,cart,*,x,,broken", "web,cart,*,y,,broken"])
    }
    private static let emptyBlacklist: @Sendable (Shop) throws -> Void = { try $0.blacklist([]) }
    private static let logAgain: @Sendable (Shop) throws -> Void = { try $0.log("2026-03-02", seed: 3) }

    static let all = exitCodes + stops + warnings

    private static let exitCodes = [
        BrokenNight(
            key: "1", status: 1, code: "input-without-effect",
            words: ["run", "--config", "shop.json5", "--date", "2026-03-02", "--strict"],
            breaks: { try $0.blacklist(["web,hero,*,carrot,,misspelled"]) }, repairs: emptyBlacklist),
        BrokenNight(key: "64", status: 64, words: ["run", "--confg", "shop.json5"]),
        BrokenNight(
            key: "65", status: 65, code: "too-many-rejected",
            breaks: { try $0.directory.write("this is\nno log\n", to: log) }, repairs: logAgain),
        BrokenNight(
            key: "66", status: 66, code: "no-data", breaks: { try $0.directory.remove("events/date=2026-03-02") },
            repairs: logAgain),
        BrokenNight(
            key: "70", status: 70, code: "experiment-left-out", breaks: blacklistOfAll, repairs: emptyBlacklist),
        BrokenNight(
            key: "74", status: 74, code: "file-error",
            breaks: {
                // A file where a directory of the state has to be.
                try $0.directory.write("", to: "state/statistics/date=2026-03-02")
            }, repairs: { try $0.directory.remove("state/statistics/date=2026-03-02") }),
        BrokenNight(
            key: "75", status: 75, code: "locked",
            words: ["run", "--config", "shop.json5", "--date", "2026-03-02"],
            breaks: { try HeldLock.take($0) }, repairs: { HeldLock.release($0) }),
        BrokenNight(
            key: "76", status: 76, code: "night-held",
            breaks: { shop in
                let lines = Shop.lines("2026-03-02", seed: 3).map {
                    $0.replacing(#""variant":"c""#, with: #""variant":"C2""#)
                }
                try shop.directory.write(lines.joined(separator: "\n") + "\n", to: log)
            }, repairs: logAgain),
        BrokenNight(
            key: "78", status: 78, code: "configuration", breaks: { try $0.configure(floor: "0.9") },
            repairs: { try $0.configure() }),
        BrokenNight(
            key: "128", status: 0,
            breaks: {
                // As a run that was killed leaves it.
                try $0.directory.write("half", to: "state/allocations/.date=2026-03-03.tmp/allocation.csv")
            }),
    ]

    private static let stops = [
        BrokenNight(
            key: "log-unreadable", status: 74, code: "log-unreadable",
            breaks: { try $0.directory.write("", to: "events/date=2026-03-02/b.jsonl/inside") },
            repairs: { try $0.directory.remove("events/date=2026-03-02/b.jsonl") }),
        BrokenNight(
            key: "input-unreadable", status: 78, code: "input-unreadable",
            breaks: { try $0.directory.remove("blacklist.csv") }, repairs: emptyBlacklist),
        BrokenNight(
            key: "input-malformed", status: 78, code: "input-malformed",
            breaks: { try $0.blacklist(["web,cart,*,x,soon,broken"]) }, repairs: emptyBlacklist),
        BrokenNight(
            key: "statistics-or-table-damaged", status: 74, code: "statistics-or-table-damaged",
            breaks: { shop in
                let path = "state/statistics/date=2026-03-01/statistics.csv"
                try shop.directory.write(
                    try shop.directory.text(path).replacing("2026-03-01,web", with: "2026-03-07,web"), to: path)
            }),
        BrokenNight(
            key: "statistics-lost", status: 74, code: "statistics-lost",
            breaks: { try $0.directory.remove("state/statistics/date=2026-03-01/statistics.csv") }),
        BrokenNight(
            key: "journal-damaged", status: 74, code: "journal-damaged",
            breaks: { shop in
                let path = "state/allocations/served.csv"
                try shop.directory.write(
                    try shop.directory.text(path).replacing("2026-03-0", with: "2026-13-0"), to: path)
            },
            repairs: { shop in
                let path = "state/allocations/served.csv"
                try shop.directory.write(
                    try shop.directory.text(path).replacing("2026-13-0", with: "2026-03-0"), to: path)
            }),
        BrokenNight(
            key: "day-not-begun", status: 64, code: "day-not-begun",
            words: ["run", "--config", "shop.json5", "--date", "2062-03-02"]),
    ]

    private static let warnings = [
        BrokenNight(
            key: "statistics-kept", status: 66, code: "statistics-kept",
            breaks: { shop in
                let result = try shop.run("2026-03-02")
                #expect(result.status == 0)
                try shop.directory.remove("events/date=2026-03-02")
            }),
        BrokenNight(
            key: "sample-ratio", status: 0, code: "sample-ratio",
            breaks: { shop in
                // Most of an arm's events are lost.
                let lines = Shop.lines("2026-03-02", seed: 3).filter {
                    !$0.contains(#""variant":"c""#) || $0.contains(#"7","platform""#)
                }
                try shop.directory.write(lines.joined(separator: "\n") + "\n", to: log)
            },
            repairs: { try $0.directory.remove("state/statistics/date=2026-03-02") }),
        BrokenNight(
            key: "input-without-effect", status: 0, code: "input-without-effect",
            breaks: { try $0.blacklist(["web,hero,*,carrot,,misspelled"]) }, repairs: emptyBlacklist),
        BrokenNight(
            key: "current-unreadable", status: 0, code: "current-unreadable",
            breaks: { shop in
                let path = "state/allocations/date=2026-03-02/allocation.csv"
                try shop.directory.write(try shop.directory.text(path).replacing("hero", with: "hera"), to: path)
            }),
        BrokenNight(
            key: "tables-stale", status: 0, code: "tables-stale",
            words: ["run", "--config", "shop.json5", "--date", "2026-03-01"],
            breaks: { shop in
                let result = try shop.run("2026-03-02..2026-03-03")
                #expect(result.status == 0)
                try shop.log("2026-03-01", seed: 99)
            }),
        BrokenNight(
            key: "current-is-later", status: 0, code: "current-is-later",
            breaks: { shop in
                let result = try shop.run("2026-03-02..2026-03-03")
                #expect(result.status == 0)
            }),
        BrokenNight(
            key: "journal-line-torn", status: 0, code: "journal-line-torn",
            breaks: { shop in
                let path = "state/allocations/served.csv"
                try shop.directory.write(try shop.directory.text(path) + "2026-03-02T20:0", to: path)
            }),
        BrokenNight(
            key: "journal-corrected", status: 0, code: "journal-corrected",
            breaks: { shop in
                let path = "state/allocations/served.csv"
                try shop.directory.write(
                    try shop.directory.text(path) + "2026-03-02T20:00:00Z,2026-03-03,0123456789abcdef\n", to: path)
            }),
        BrokenNight(
            key: "record-not-written", status: 0, code: "record-not-written",
            breaks: { shop in
                try shop.directory.remove("state/runs")
                try shop.directory.write("", to: "state/runs")
            },
            repairs: { shop in
                try shop.directory.remove("state/runs")
                let result = try shop.run("2026-03-02", "--now", "2026-03-02T20:00:00Z")
                #expect(result.status == 0)
            }),
        BrokenNight(
            key: "metrics-not-written", status: 0, code: "metrics-not-written",
            words: ["run", "--config", "shop.json5", "--date", "2026-03-02", "--metrics", "nowhere/shop.prom"]),
    ]
}

/// Locks that tests hold in place of a run.
private enum HeldLock {
    nonisolated(unsafe) private static var descriptors: [String: Int32] = [:]
    private static let guarded = NSLock()

    static func take(_ shop: Shop) throws {
        let descriptor = open(shop.directory.path + "/state/.lock", O_RDWR)
        try #require(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        guarded.withLock { descriptors[shop.directory.path] = descriptor }
    }

    static func release(_ shop: Shop) {
        if let descriptor = guarded.withLock({ descriptors.removeValue(forKey: shop.directory.path) }) {
            close(descriptor)
        }
    }
}
