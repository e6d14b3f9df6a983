package import Domain
import Numerics
package import Statistics

/// Whether an experiment's visitors of a day came in the shares by which they were served.
///
/// A small p says that assignment, logging or the bot filter treats arms differently: the day's results are then not to be
/// trusted (Fabijan et al. 2019, "Diagnosing Sample Ratio Mismatch"). Which units are expected where:
///
/// - Units are expected by the table that served when they were exposed, in the shares of the row group that serves their
///   segment. Units that no table is known of take no part.
/// - Where the log states a unit's propensity, that decides: serving that runs out of an arm shares its visitors among the
///   others, each by the same factor. See ``ExpectedUnits``.
/// - Where too many different propensities are stated to tell such states apart, or the table's own shares are not known, an
///   arm has too many units when Σ 1/p over them exceeds all units by more than chance. See ``InverseShareTest``.
///
/// Expectations are added up by arm and compared by χ². Arms with fewer than 5 expected units are pooled, for χ² is not
/// trusted below (Cochran 1954); with a single cell left there is no test. Where both tests were made, the smaller p counts twice.
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
    /// Nil where nothing can be tested.
    package var pValue: Double?
    package var chiSquare: Double
    package var degreesOfFreedom: Int
    package var isSuspicious: Bool
    package var arms: [Arm]
    /// Arms that got visitors although their traffic was 0.
    package var withoutTraffic: [Arm]
    /// Units expected of arms that were available by the stated propensities, and of which none came; nil: of no arm.
    package var expectedOfOthers: Double?

    /// Checks one experiment; nil when nobody came whose table is known.
    ///
    /// - Parameter faults: takes up each table whose shares are not known, once.
    package init?(
        experiment: SlotKey, rows: [DayStatistics.Row], shares: ServedShares, faults: inout [ServedSharesError]
    ) {
        var byTable = ExpectedUnits()
        var byPropensity = InverseShareTest()
        for stratum in Stratum.of(rows.filter { $0.key.slotKey == experiment }, shares: shares, faults: &faults) {
            if let group = stratum.group {
                let isCountable = !stratum.rows.contains { $0.propensities.hasTooMany }
                byTable.add(stratum.rows, servedBy: group, states: isCountable)
                if !isCountable { byPropensity.add(stratum.rows) }
            } else {
                byPropensity.add(stratum.rows)
            }
        }
        guard !byTable.isEmpty || !byPropensity.isEmpty else { return nil }
        let cells = SampleRatioCheck.pooled(byTable.cells)
        let ratio = SampleRatio.test(observed: cells.map(\.observed), expected: cells.map(\.expected))
        let pValues = [ratio?.pValue, byPropensity.pValue].compactMap(\.self)
        let p = pValues.min().map { min(1, $0 * Double(pValues.count)) }
        platform = experiment.platform.string
        slot = experiment.slot.string
        pValue = p.map(SampleRatioCheck.rounded)
        chiSquare = SampleRatioCheck.rounded(ratio?.chiSquare ?? 0)
        degreesOfFreedom = ratio == nil ? 0 : cells.count - 1
        isSuspicious = p.map { $0 < SampleRatioCheck.threshold } ?? false
        var expected = byTable.expected
        var visitors = byTable.observed
        expected.merge(byPropensity.expected, uniquingKeysWith: +)
        visitors.merge(byPropensity.observed, uniquingKeysWith: +)
        arms = expected.sorted { $0.key < $1.key }.map { variant, expected in
            Arm(
                variant: variant.string, visitors: visitors[variant] ?? 0,
                expected: SampleRatioCheck.rounded(expected))
        }
        withoutTraffic = byTable.withoutTraffic.sorted { $0.key < $1.key }.map {
            Arm(variant: $0.key.string, visitors: $0.value, expected: 0)
        }
        expectedOfOthers = byTable.others > 0 ? SampleRatioCheck.rounded(byTable.others) : nil
    }

    /// What is compared: units that came beside those expected.
    struct Cell {
        var observed: Int64
        var expected: Double
    }

    /// Cells with fewer than 5 expected units become one, and with it the least of the others as long as it has fewer.
    static func pooled(_ cells: [Cell]) -> [Cell] {
        var large = cells.filter { $0.expected >= 5 }.sorted { $0.expected > $1.expected }
        let small = cells.filter { $0.expected < 5 }
        guard !small.isEmpty else { return large }
        var pool = Cell(
            observed: small.reduce(0) { $0 + $1.observed }, expected: small.reduce(0) { $0 + $1.expected })
        while pool.expected < 5, let least = large.popLast() {
            pool.observed += least.observed
            pool.expected += least.expected
        }
        return pool.expected > 0 || pool.observed > 0 ? large + [pool] : large
    }

    /// Nine decimals: more than anyone reads, and short in the file.
    static func rounded(_ value: Double) -> Double {
        (value * 1e9).rounded() / 1e9
    }
}

/// The units that one row group of one table served.
struct Stratum {
    var rows: [DayStatistics.Row]
    /// Nil: the table's shares are not known.
    var group: ServedShares.Group?

    /// The strata of an experiment's rows, those without a table left out.
    static func of(
        _ rows: [DayStatistics.Row], shares: ServedShares, faults: inout [ServedSharesError]
    ) -> [Stratum] {
        struct Key: Hashable {
            var table: CalendarDate
            var segment: Name?
        }
        var strata: [Key: Stratum] = [:]
        for row in rows {
            guard let table = row.table else { continue }
            do throws(ServedSharesError) {
                guard
                    let group = try shares.group(table: table, slot: row.key.slotKey, segment: row.key.segment)
                else { continue }
                strata[Key(table: table, segment: group.segment), default: Stratum(rows: [], group: group)].rows
                    .append(row)
            } catch {
                if !faults.contains(error) { faults.append(error) }
                strata[Key(table: table, segment: nil), default: Stratum(rows: [], group: nil)].rows.append(row)
            }
        }
        return strata.sorted { left, right in
            let (a, b) = (left.key, right.key)
            if a.table != b.table { return a.table < b.table }
            guard let first = a.segment, let second = b.segment else { return a.segment == nil }
            return first < second
        }.map(\.value)
    }
}
