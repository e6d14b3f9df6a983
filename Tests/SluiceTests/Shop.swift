import Foundation
import TestSupport
import Testing

/// A small site with a pipeline, in a scratch directory: two slots, a few hundred visitors a day.
final class Shop {
    let directory: ScratchDirectory

    static let dates = ["2026-03-01", "2026-03-02", "2026-03-03"]

    init(floor: String = "0.02") throws {
        directory = try ScratchDirectory()
        try configure(floor: floor)
        try blacklist([])
    }

    func configure(
        floor: String = "0.02", extra: String = "",
        learning: String = "learning: { segments: { minimumVisitors: 150 } },"
    ) throws {
        try directory.write(
            """
            { pipeline: "shop", timezone: "Asia/Kolkata",
              events: { paths: ["events/date={date}/*.jsonl"] },
              \(learning)
              allocation: { floor: \(floor) },
              \(extra)
              experiments: [
                { platform: "web", slot: "hero", variants: ["a", "b", "c"], control: { variant: "plain", traffic: 0.1 } },
                { platform: "web", slot: "cart", variants: ["x", "y"], learning: { reward: "revenue" } },
              ],
              blacklist: "blacklist.csv" }
            """, to: "shop.json5")
    }

    func blacklist(_ rows: [String]) throws {
        let text = (["platform,slot,segment,variant,until,reason"] + rows).joined(separator: "\n") + "\n"
        try directory.write(text, to: "blacklist.csv")
    }

    /// Writes a day's log: 400 visitors in two cities, true click rates of 5, 10 and 15 %.
    func log(_ date: String, seed: UInt64 = 1) throws {
        try directory.write(
            Shop.lines(date, seed: seed).joined(separator: "\n") + "\n", to: "events/date=\(date)/a.jsonl")
    }

    static func lines(_ date: String, seed: UInt64) -> [String] {
        var generator = SplitMix64(seed: seed)
        var lines: [String] = []
        for visitor in 0..<400 {
            let city = Bool.random(using: &generator) ? "Pune" : "Kochi"
            let arm = Int.random(in: 0..<4, using: &generator)
            let variant = ["a", "b", "c", "plain"][arm]
            let minute = String(format: "%02d:%02d", visitor / 60 + 8, visitor % 60)
            func line(_ type: String, second: Int, _ rest: String) -> String {
                """
                {"ts":"\(date)T\(minute):\(second < 10 ? "0" : "")\(second)+05:30","type":"\(type)","visitor":"v\(visitor)",\(rest)}
                """
            }
            let place = #""platform":"web","slot":"hero","segment":"\#(city)","variant":"\#(variant)""#
            lines.append(line("view", second: 1, place))
            if Int.random(in: 0..<100, using: &generator) < [5, 10, 15, 5][arm] {
                lines.append(line("click", second: 9, place))
            }
            let choice = Bool.random(using: &generator) ? "x" : "y"
            lines.append(line("view", second: 12, #""platform":"web","slot":"cart","variant":"\#(choice)""#))
            if Int.random(in: 0..<100, using: &generator) < 8 {
                let cents = Int.random(in: 100...9999, using: &generator)
                lines.append(
                    line("purchase", second: 40, #""platform":"web","revenue":\#(cents).25,"order":"o\#(visitor)""#))
            }
        }
        return lines
    }

    @discardableResult
    func sluice(_ words: String..., input: String = "") throws -> Binary.Result {
        try Binary.sluice(words, in: directory.path, input: input)
    }

    @discardableResult
    func run(_ date: String, _ more: String...) throws -> Binary.Result {
        try Binary.sluice(["run", "--config", "shop.json5", "--date", date] + more, in: directory.path)
    }

    /// The rows of a table by their keys: slot, segment, variant; the values are traffic and status.
    func table(_ date: String) throws -> [String: (traffic: String, status: String)] {
        let lines = try directory.text("state/allocations/date=\(date)/allocation.csv").split(separator: "\n")
            .dropFirst()
        var rows: [String: (traffic: String, status: String)] = [:]
        for line in lines {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            rows[fields[2...4].joined(separator: " ")] = (fields[5], fields[6])
        }
        return rows
    }

    /// Every file of the state directory that is a result: neither the lock nor what tells when things happened.
    func state() throws -> [String: Data] {
        try directory.files(below: "state").filter {
            $0.key != ".lock" && $0.key != "allocations/served.csv" && !$0.key.hasPrefix("runs/")
        }
    }

    /// The lines of the journal of served tables, without its header.
    func journal() throws -> [String] {
        let lines = try directory.text("state/allocations/served.csv").split(separator: "\n").map(String.init)
        #expect(lines.first == "since,date,xxh64")
        return Array(lines.dropFirst())
    }

    func current() throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: directory.path + "/state/current")
    }
}
