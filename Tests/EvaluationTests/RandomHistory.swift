import Domain
import Evaluation
import Learning
import TestSupport

/// A random history of an experiment: tables, and visitors who came in their shares, some a while after their table had been replaced.
struct RandomHistory {
    static let slot = SlotKey(platform: "web", slot: "hero")
    static let start = CalendarDate("2026-11-01")!

    var rows: [DailyRow] = []
    var tables: [ServedTable] = []

    init(using generator: inout SplitMix64, days: Int, visitors: Int) {
        let arms = ["a", "b", "c", "d"].prefix(Int.random(in: 2...4, using: &generator)).map { Name($0) }
        let hasControl = Bool.random(using: &generator)
        let segments: [Name] = Bool.random(using: &generator) ? ["*"] : ["*", "Delhi", "Pune"]
        for day in 0..<days {
            var groups: [Name: [ServedTable.Arm]] = [:]
            for segment in segments where segment == "*" || Bool.random(using: &generator) {
                groups[segment] = Self.group(arms, hasControl: hasControl, using: &generator)
            }
            tables.append(ServedTable(date: Self.start.advanced(by: day), groups: groups))
        }
        for day in 0..<days {
            let date = Self.start.advanced(by: day)
            for segment in segments {
                var counts: [Int: [Name: ArmCounts]] = [:]
                for _ in 0..<Int.random(in: 1...visitors, using: &generator) {
                    let served = day > 0 && Int.random(in: 0..<5, using: &generator) == 0 ? day - 1 : day
                    guard let group = tables[served].group(serving: segment) else { continue }
                    let arm = Self.draw(group.arms, using: &generator)
                    counts[served, default: [:]][arm.variant, default: ArmCounts()].visitors += 1
                    if Double.random(in: 0..<1, using: &generator) < 0.3 {
                        counts[served, default: [:]][arm.variant, default: ArmCounts()].clickers += 1
                    }
                }
                for (served, ofArm) in counts {
                    for (variant, sums) in ofArm {
                        let key = ArmKey(
                            platform: Self.slot.platform, slot: Self.slot.slot, segment: segment, variant: variant)
                        rows.append(DailyRow(date: date, table: tables[served].date, key: key, counts: sums))
                    }
                }
            }
        }
    }

    private static func group(
        _ arms: [Name], hasControl: Bool, using generator: inout SplitMix64
    ) -> [ServedTable.Arm] {
        let cuts = (1..<arms.count).map { _ in Int.random(in: 50_000...950_000, using: &generator) }.sorted()
        let bounds = [0] + cuts + [1_000_000]
        return arms.indices.map { index in
            ServedTable.Arm(
                variant: arms[index], traffic: bounds[index + 1] - bounds[index],
                standing: hasControl && index == 0 ? .control : .competing)
        }
    }

    private static func draw(_ arms: [ServedTable.Arm], using generator: inout SplitMix64) -> ServedTable.Arm {
        var rest = Int.random(in: 0..<1_000_000, using: &generator)
        for arm in arms {
            if rest < arm.traffic { return arm }
            rest -= arm.traffic
        }
        return arms[0]
    }

    /// The visitors with their strata.
    func log() throws -> LoggedExperiment {
        try DailyJoin(key: Self.slot, archive: TableArchive(tables), reward: .click)
            .joined(rows, handover: .share(0), omissions: LoggedExperiment.Omissions())
    }
}
