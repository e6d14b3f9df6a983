package import Allocation

/// How much better an arm does than another, as a ratio of means less 1, with a 95 % interval.
///
/// The interval comes from the two means' own intervals by the method of variance estimates recovery (Donner and Zou 2012,
/// "Closed-form confidence intervals for functions of the normal mean and standard deviation", section 3, ratio of means):
/// with means m, M and intervals (l, u), (L, U), of the arm and of the reference,
///
///     low  = (m·M − √((m·M)² − l·U·(2m − l)·(2M − U))) / (U·(2M − U))
///     high = (m·M + √((m·M)² − u·L·(2m − u)·(2M − L))) / (L·(2M − L))
///
/// It keeps the skew of small rates. The two arms are taken as independent, as their posteriors are.
package struct Lift: Equatable, Sendable {
    package let value: Double
    package let low: Double
    /// Nil when the reference may be as low as 0: no ratio is too high then.
    package let high: Double?

    /// Nil when the reference's mean is not positive, or too little known for a lower end.
    package init?(of row: AllocationRow, over reference: AllocationRow) {
        guard let l = row.meanLow, let u = row.meanHigh, let low = reference.meanLow, let high = reference.meanHigh
        else { return nil }
        let (m, other) = (row.mean, reference.mean)
        guard other > 0, high < 2 * other else { return nil }
        value = m / other - 1
        let product = m * other
        let lowRoot = (product * product - l * high * (2 * m - l) * (2 * other - high)).squareRoot()
        let lowRatio = (product - lowRoot) / (high * (2 * other - high))
        guard lowRatio.isFinite else { return nil }
        self.low = lowRatio - 1
        guard low > 0 else {
            self.high = nil
            return
        }
        let highRoot = (product * product - u * low * (2 * m - u) * (2 * other - low)).squareRoot()
        let highRatio = (product + highRoot) / (low * (2 * other - low))
        self.high = highRatio.isFinite ? highRatio - 1 : nil
    }
}
