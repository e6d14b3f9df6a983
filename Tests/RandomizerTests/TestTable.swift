import Randomizer
import TestSupport

/// A row of a table under test; traffic is the text of its column.
struct TestRow {
    var platform = "web"
    var slot = "home-hero"
    var segment = "*"
    var variant: String
    var traffic: String

    init(
        _ variant: String, _ traffic: String, segment: String = "*", platform: String = "web",
        slot: String = "home-hero"
    ) {
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
        var text = "date,platform,slot,segment,variant,traffic\n"
        for row in rows {
            text += "\(date),\(row.platform),\(row.slot),\(row.segment),\(row.variant),\(row.traffic)\n"
        }
        return Array(text.utf8)
    }

    static func table(_ rows: [TestRow]) throws -> AllocationTable {
        try AllocationTable(csv: csv(rows))
    }

    /// A table of one experiment whose arms are `arm-00`, `arm-01`, ….
    static func table(_ shares: Shares) throws -> AllocationTable {
        try table(shares.enumerated().map { TestRow(name($0.offset), decimal($0.element)) })
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
