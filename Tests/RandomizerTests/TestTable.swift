import Randomizer
import TestSupport

/// A row of a table under test; traffic is the text of its column. Where no row has a status there is no such column.
struct TestRow {
    var platform = "web"
    var slot = "home-hero"
    var segment = "*"
    var variant: String
    var traffic: String
    var status: String?

    init(
        _ variant: String, _ traffic: String, segment: String = "*", platform: String = "web",
        slot: String = "home-hero", status: String? = nil
    ) {
        self.status = status
        self.platform = platform
        self.slot = slot
        self.segment = segment
        self.variant = variant
        self.traffic = traffic
    }
}

/// Shares in millionths, by arm.
typealias Shares = [UInt32]

enum TestTable {
    static let date = "2026-11-21"

    static func csv(_ rows: [TestRow]) -> [UInt8] {
        let hasStatus = rows.contains { $0.status != nil }
        var text = "date,platform,slot,segment,variant,traffic\(hasStatus ? ",status" : "")\n"
        for row in rows {
            text += "\(date),\(row.platform),\(row.slot),\(row.segment),\(row.variant),\(row.traffic)"
            text += "\(hasStatus ? "," + (row.status ?? "active") : "")\n"
        }
        return Array(text.utf8)
    }

    static func table(_ rows: [TestRow]) throws -> AllocationTable {
        try AllocationTable(csv: csv(rows))
    }

    /// A table of one experiment whose arms are `arm-00`, `arm-01`, …; the one at `control` is the control.
    static func table(_ shares: Shares, control: Int? = nil) throws -> AllocationTable {
        try table(rows(shares, control: control))
    }

    static func rows(_ shares: Shares, control: Int? = nil, slot: String = "home-hero") -> [TestRow] {
        shares.enumerated().map { arm, share in
            TestRow(name(arm), decimal(share), slot: slot, status: arm == control ? "control" : nil)
        }
    }

    /// A table as it is published, with a manifest that names holdouts.
    static func table(_ rows: [TestRow], holdouts: [Manifest.Holdout]) throws -> AllocationTable {
        let scratch = try ScratchDirectory()
        let csv = csv(rows)
        var manifest = Manifest(date: date, rows: rows.count, table: csv)
        manifest.holdouts = holdouts
        try scratch.write(csv, to: "allocation.csv")
        try scratch.write(manifest.json, to: "manifest.json")
        return try AllocationTable(path: scratch.path)
    }

    static func name(_ arm: Int) -> String {
        arm < 10 ? "arm-0\(arm)" : "arm-\(arm)"
    }

    static func decimal(_ millionths: UInt32) -> String {
        let part = String(millionths % 1_000_000)
        return "\(millionths / 1_000_000)." + String(repeating: "0", count: 6 - part.count) + part
    }

    /// Random shares that sum to one; some arms have none.
    static func randomShares(_ count: Int, using generator: inout SplitMix64) -> Shares {
        let weights = (0..<count).map { arm in
            arm > 0 && Int.random(in: 0..<5, using: &generator) == 0
                ? 0 : Double.random(in: 0.001..<1, using: &generator)
        }
        let sum = weights.reduce(0, +)
        var shares = weights.map { UInt32($0 / sum * 1_000_000) }
        shares[0] += 1_000_000 - shares.reduce(0, +)
        return shares
    }

    static func assign(_ table: AllocationTable, _ visitor: String, segment: String = "*") -> String? {
        table.assign(platform: "web", slot: "home-hero", segment: segment, visitor: visitor)?.variant
    }
}
