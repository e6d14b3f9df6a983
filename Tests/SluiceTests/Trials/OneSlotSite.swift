import Domain
import Foundation
import TestSupport

/// A site of one slot whose log is a CSV file a day, in a scratch directory.
struct OneSlotSite {
    let directory: ScratchDirectory
    static let columns = "ts,type,visitor,slot,variant,order,revenue"

    init(_ settings: String = "", variants: [String] = ["a", "b"], timezone: String = "UTC") throws {
        directory = try ScratchDirectory()
        try configure(settings, variants: variants, timezone: timezone)
    }

    func configure(
        _ settings: String = "", variants: [String] = ["a", "b"], timezone: String = "UTC", file: String = "p.json5"
    ) throws {
        let names = variants.map { "\"\($0)\"" }.joined(separator: ", ")
        try directory.write(
            """
            { pipeline: "t", timezone: "\(timezone)",
              events: { paths: ["log/{date}.csv"], fields: { platform: { constant: "web" } } },
              \(settings)
              experiments: [{ platform: "web", slot: "hero", variants: [\(names)] }] }
            """, to: file)
    }

    /// Writes the log of a day: a view at 10:00 of every visitor, and other events at the times given.
    func log(
        _ date: String, views: [(visitor: String, variant: String)],
        events: [(time: String, type: String, visitor: String, order: String, revenue: String)] = []
    ) throws {
        let lines =
            [Self.columns] + views.map { "\(date)T10:00:00Z,view,\($0.visitor),hero,\($0.variant),," }
            + events.map { "\(date)T\($0.time)Z,\($0.type),\($0.visitor),,,\($0.order),\($0.revenue)" }
        try directory.write(lines.joined(separator: "\n") + "\n", to: "log/\(date).csv")
    }

    func run(_ date: String, _ words: String..., command: String = "run", config: String = "p.json5") throws
        -> Binary.Result
    {
        try Binary.sluice(
            [command, "--config", config, "--state", "state", "--date", date] + words, in: directory.path)
    }

    /// A day's rows by variant.
    func rows(_ date: String) throws -> [String: ArmCounts] {
        let bytes = Array(try directory.text("state/statistics/date=\(date)/statistics.csv").utf8)
        return Dictionary(
            uniqueKeysWithValues: try StatisticsFile.rows(bytes).map { ($0.key.variant.string, $0.counts) })
    }

    /// What `quality.json` has under a key.
    func quality(_ date: String, _ key: String) throws -> Any? {
        let text = try directory.text("state/statistics/date=\(date)/quality.json")
        return (try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])?[key]
    }

    func orders(_ date: String, _ key: String) throws -> Int? {
        (try quality(date, "orders") as? [String: Any])?[key] as? Int
    }

    /// Events that count nowhere, by reason.
    func nowhere(_ date: String) throws -> [String: Int] {
        let reasons = (try quality(date, "counts_nowhere") as? [String: Any])?["reasons"] as? [[String: Any]] ?? []
        return reasons.reduce(into: [:]) { sums, reason in
            if let name = reason["reason"] as? String { sums[name] = reason["events"] as? Int }
        }
    }

    /// P(best) of an arm in the table of a date.
    func probability(_ date: String, _ variant: String) throws -> Double? {
        let lines = try directory.text("state/allocations/date=\(date)/allocation.csv").split(separator: "\n")
        let columns = lines[0].split(separator: ",")
        guard let column = columns.firstIndex(of: "probability_best") else { return nil }
        let row = lines.first { $0.split(separator: ",", omittingEmptySubsequences: false)[4] == variant[...] }
        return row.flatMap { Double($0.split(separator: ",", omittingEmptySubsequences: false)[column]) }
    }

    /// So many visitors of each arm: `a0`, `a1` … and `b0`, `b1` ….
    static func visitors(_ count: Int, _ variants: [String] = ["a", "b"]) -> [(visitor: String, variant: String)] {
        variants.flatMap { variant in (0..<count).map { ("\(variant)\($0)", variant) } }
    }
}
