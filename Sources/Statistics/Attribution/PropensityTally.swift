/// The propensities that the log states for the units of a row: the share with which serving chose what it showed.
///
/// Serving that follows the table states few different ones: the table's share, and where an arm was out of stock the share
/// renormalised over the others. So each is counted by itself, up to a bound; beyond it only the sums are of use.
package struct PropensityTally: Equatable, Sendable {
    /// Different propensities that are told apart, at most.
    package static let maximumDistinct = 64
    /// What a propensity of 1 is in ``unitsByPropensity``.
    package static let one: Int64 = 1_000_000_000

    /// Units by the propensity stated for their exposure, in billionths, 1…``one``; empty when there were more different ones
    /// than ``maximumDistinct``.
    package private(set) var unitsByPropensity: [Int64: Int64] = [:]
    /// Whether there were more different ones.
    package private(set) var hasTooMany = false
    /// Units with a propensity.
    package private(set) var units: Int64 = 0
    /// Σ 1/p over them, in billionths, each rounded to the nearest: a sum of integers, whatever the order.
    package private(set) var inverseSum: Int128 = 0
    /// Σ 1/p² likewise.
    package private(set) var inverseSquareSum: Int128 = 0

    package init() {}

    /// As it was counted elsewhere.
    init(
        units: Int64, inverseSum: Int128, inverseSquareSum: Int128, hasTooMany: Bool, unitsByPropensity: [Int64: Int64]
    ) {
        self.units = units
        self.inverseSum = inverseSum
        self.inverseSquareSum = inverseSquareSum
        self.hasTooMany = hasTooMany
        self.unitsByPropensity = unitsByPropensity
    }

    /// Counts units of one propensity, given in billionths, 1…``one``.
    package mutating func add(_ propensity: Int64, units count: Int64 = 1) {
        units += count
        let one = Int128(PropensityTally.one)
        let (p, n) = (Int128(propensity), Int128(count))
        inverseSum += n * ((one * one + p / 2) / p)
        inverseSquareSum += n * ((one * one * one + p * p / 2) / (p * p))
        guard !hasTooMany else { return }
        unitsByPropensity[propensity, default: 0] += count
        boundDistinct()
    }

    /// Adds what was counted of other units.
    package mutating func add(_ other: PropensityTally) {
        units += other.units
        inverseSum += other.inverseSum
        inverseSquareSum += other.inverseSquareSum
        hasTooMany = hasTooMany || other.hasTooMany
        unitsByPropensity.merge(other.unitsByPropensity, uniquingKeysWith: +)
        boundDistinct()
    }

    /// There are too many in a sum when there are in a part, so the outcome does not depend on how units were parted.
    private mutating func boundDistinct() {
        hasTooMany = hasTooMany || unitsByPropensity.count > PropensityTally.maximumDistinct
        if hasTooMany { unitsByPropensity = [:] }
    }
}
