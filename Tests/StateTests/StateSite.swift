import Allocation
import Domain
import Randomizer
import State
import Statistics
import TestSupport

/// A state directory in a scratch directory, whose tables have one experiment.
struct StateSite {
    let scratch: ScratchDirectory
    var state: StateDirectory { StateDirectory(path: scratch.path + "/state") }

    static let slot = SlotKey(platform: "web", slot: "hero")

    init() throws {
        scratch = try ScratchDirectory()
    }

    static func date(_ day: Int) -> CalendarDate { CalendarDate(dayNumber: 20_000 + day) }

    /// Publishes a table with these shares in millionths, by segment and variant. Returns its digest.
    @discardableResult
    func publish(_ day: Int, _ shares: [String: [String: Int]]) throws -> String {
        let rows = shares.flatMap { segment, arms in
            arms.map { variant, traffic in
                AllocationRow(
                    date: StateSite.date(day), key: StateSite.key(variant, segment), traffic: traffic, status: .active,
                    probabilityBest: 0.5, mean: 0.1, meanLow: 0, meanHigh: 1, visitors: 0, successes: 0,
                    valueRemaining: 0)
            }
        }
        let bytes = AllocationFile.bytes(rows)
        let manifest = Manifest(date: StateSite.date(day).description, rows: rows.count, table: bytes)
        try state.publish(
            [("allocation.csv", bytes), ("manifest.json", manifest.json)],
            as: state.allocation(on: StateSite.date(day)))
        return XXH64.hexadecimal(XXH64.hash(bytes))
    }

    static func key(_ variant: String, _ segment: String = "*") -> ArmKey {
        ArmKey(platform: slot.platform, slot: slot.slot, segment: Name(segment), variant: Name(variant))
    }

    /// A row of units, of which some state propensities, given in billionths.
    static func row(
        _ variant: String, _ visitors: Int64, table: Int?, segment: String = "*", stated: [Int64: Int64] = [:]
    ) -> DayStatistics.Row {
        var counts = ArmCounts()
        counts.visitors = visitors
        var row = DayStatistics.Row(table: table.map(date), key: key(variant, segment), counts: counts)
        for (propensity, units) in stated { row.propensities.add(propensity, units: units) }
        return row
    }

    func shares(_ entries: [ServingHistory.Entry] = []) -> ServedShares {
        ServedShares(state, history: ServingHistory(entries))
    }

    /// The check of the site's experiment; every table must be known.
    func check(_ rows: [DayStatistics.Row]) -> SampleRatioCheck? {
        var faults: [ServedSharesError] = []
        return SampleRatioCheck(experiment: StateSite.slot, rows: rows, shares: shares(), faults: &faults)
    }
}
