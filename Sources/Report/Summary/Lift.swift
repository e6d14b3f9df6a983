package import Allocation
import CLibrary

/// By how much an arm's rate of rewards is above that of the reference (the control, without one the leader), by the table's
/// always-valid 95 % interval: it holds on all nights together, however often one looks.
///
/// For revenue it is the rate of purchases.
package struct Lift: Equatable, Sendable {
    package let low: Double
    /// Nil: without limit, as the reference has no success yet.
    package let high: Double?

    /// Nil for the reference itself, without days on which both were shown, and in tables from before there were lifts.
    package init?(of row: AllocationRow) {
        guard let low = row.liftLow else { return nil }
        self.low = low
        high = row.liftHigh
    }

    /// The middle of the interval, of ratios; nil without both ends.
    package var middle: Double? {
        guard let high, low > -1 else { return nil }
        return expm1((log1p(low) + log1p(high)) / 2)
    }
}
