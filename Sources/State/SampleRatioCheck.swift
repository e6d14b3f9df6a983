package import Allocation
package import Domain
import Learning
import Numerics
package import Statistics

/// Whether an experiment's visitors of a day came in the shares of that day's table.
///
/// Each segment's visitors are expected in the shares of the row group that served it; the expectations of all groups are
/// added up by arm and compared with what came by χ². A small p says that assignment, logging or the bot filter treats arms
/// differently: the day's results are then not to be trusted (Fabijan et al. 2019, "Diagnosing Sample Ratio Mismatch").
package struct SampleRatioCheck: Codable, Equatable, Sendable {
    /// Below this the check warns.
    package static let threshold = 0.0005

    package struct Arm: Codable, Equatable, Sendable {
        package var variant: String
        package var visitors: Int64
        package var expected: Double
    }

    package var platform: String
    package var slot: String
    /// Nil when fewer than two arms had traffic.
    package var pValue: Double?
    package var chiSquare: Double
    package var degreesOfFreedom: Int
    package var isSuspicious: Bool
    package var arms: [Arm]
    /// Arms that got visitors although their traffic was 0.
    package var withoutTraffic: [Arm]

    /// Checks one experiment; nil when the table has no rows for it or nobody came.
    package init?(experiment: SlotKey, statistics: DayStatistics, table: [AllocationRow]) {
        let rows = table.filter { $0.key.slotKey == experiment }
        var shares: [Name: [Name: Int]] = [:]
        for row in rows { shares[row.key.segment, default: [:]][row.key.variant] = row.traffic }
        guard shares[.everyone] != nil else { return nil }

        var visitors: [Name: Int64] = [:]
        var groups: [Name: Int64] = [:]
        var withoutTraffic: [Name: Int64] = [:]
        for row in statistics.rows where row.key.slotKey == experiment {
            let group = shares[row.key.segment] == nil ? Name.everyone : row.key.segment
            if shares[group]?[row.key.variant] ?? 0 == 0 {
                withoutTraffic[row.key.variant, default: 0] += row.counts.visitors
            } else {
                visitors[row.key.variant, default: 0] += row.counts.visitors
                groups[group, default: 0] += row.counts.visitors
            }
        }
        guard !visitors.isEmpty || !withoutTraffic.isEmpty else { return nil }
        var expected: [Name: Double] = [:]
        for (group, count) in groups.sorted(by: { $0.key < $1.key }) {
            for (variant, traffic) in shares[group] ?? [:] where traffic > 0 {
                expected[variant, default: 0] += Double(count) * Double(traffic) / 1_000_000
            }
        }
        let variants = expected.keys.sorted()
        let result = SampleRatio.test(
            observed: variants.map { visitors[$0] ?? 0 }, expected: variants.map { expected[$0] ?? 0 })
        platform = experiment.platform.string
        slot = experiment.slot.string
        pValue = result.map { SampleRatioCheck.rounded($0.pValue) }
        chiSquare = SampleRatioCheck.rounded(result?.chiSquare ?? 0)
        degreesOfFreedom = max(0, variants.count - 1)
        isSuspicious = result.map { $0.pValue < SampleRatioCheck.threshold } ?? false
        arms = variants.map { variant in
            Arm(
                variant: variant.string, visitors: visitors[variant] ?? 0,
                expected: SampleRatioCheck.rounded(expected[variant] ?? 0))
        }
        self.withoutTraffic = withoutTraffic.sorted { $0.key < $1.key }.map {
            Arm(variant: $0.key.string, visitors: $0.value, expected: 0)
        }
    }

    /// Nine decimals: more than anyone reads, and short in the file.
    private static func rounded(_ value: Double) -> Double {
        (value * 1e9).rounded() / 1e9
    }
}
