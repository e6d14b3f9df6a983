import CLibrary
import Domain
import Numerics
import Statistics

/// Whether an arm has more units than their stated propensities explain.
///
/// Were an arm available to all N units, Σ 1/p over those that it got would be N but for chance (Horvitz and Thompson 1952),
/// with the variance Σ 1/p² − Σ 1/p over the same units. An arm that ran out has less, rightly; so only too much is a fault. It
/// shows lost events as well: what one arm has lost is missing in N, and the others have too much.
struct InverseShareTest {
    private var sums: [Name: PropensityTally] = [:]
    private var units: Int64 = 0

    var isEmpty: Bool { units == 0 }

    /// Adds the units of rows that state a propensity.
    mutating func add(_ rows: [DayStatistics.Row]) {
        for row in rows where row.propensities.units > 0 {
            sums[row.key.variant, default: PropensityTally()].add(row.propensities)
            units += row.propensities.units
        }
    }

    var observed: [Name: Int64] { sums.mapValues(\.units) }

    /// How many units of each arm would make its Σ 1/p equal to N.
    var expected: [Name: Double] {
        sums.mapValues { Double($0.units) * Double(units) / InverseShareTest.value($0.inverseSum) }
    }

    /// The probability of an excess at least as large as the largest, by the normal distribution, times the number of arms
    /// (Bonferroni); nil when there is nothing to compare.
    var pValue: Double? {
        let scores = sums.values.compactMap { tally -> Double? in
            let sum = InverseShareTest.value(tally.inverseSum)
            let variance = InverseShareTest.value(tally.inverseSquareSum) - sum
            return variance > 0 ? (sum - Double(units)) / variance.squareRoot() : nil
        }
        guard sums.count > 1, let largest = scores.max() else { return nil }
        return min(1, Double(scores.count) * 0.5 * erfc(largest / 2.0.squareRoot()))
    }

    private static func value(_ billionths: Int128) -> Double { Double(billionths) / Double(PropensityTally.one) }
}
