import Numerics

/// The weighted rates of both arms over a part of a message's rows, and the uplift between them.
///
/// With w̃ the weights, normalised within each arm to average 1:
///
///     r = Σw̃y / Σw̃        std = √(Σ over customers of (Σ w̃(y − r))²) / Σw̃
///
/// For equal weights, outcomes of 0 and 1 and one row a customer that is √(r(1 − r)/n). Where a customer stands in both arms the
/// covariance of the two rates is counted.
package struct RateDifference: Sendable, Equatable {
    package struct Arm: Sendable, Equatable {
        package var count = 0
        /// Nil without rows, as the deviation.
        package var rate: Double?
        package var deviation: Double?
        /// (Σw)²/Σw²
        package var effectiveSize = 0.0
        /// Whether there are rows of several customers, whose outcomes differ; without, the deviation is 0 and says nothing.
        package var hasSpread = false
    }

    package var treated = Arm()
    package var control = Arm()
    package var uplift: Double?
    package var deviation: Double?
    /// Whether outcomes are 0 or 1.
    package var isBinary = true

    package init() {}

    /// Takes the rows of a range for which `includes` holds. Two passes; time is linear in the range.
    package init(_ rows: MessageRows, _ range: Range<Int>, includes: (Int) -> Bool = { _ in true }) {
        isBinary = rows.isBinary
        var weight = (0.0, 0.0)
        var squared = (0.0, 0.0)
        var weighted = (0.0, 0.0)
        var count = (0, 0)
        var first = (0.0, 0.0)
        var differs = (false, false)
        for position in range where includes(position) {
            let (w, y) = (rows.weight(position), rows.outcome(position))
            if rows.isTreated(position) {
                if count.0 == 0 { first.0 = y }
                differs.0 = differs.0 || y != first.0
                count.0 += 1
                weight.0 += w
                squared.0 += w * w
                weighted.0 += w * y
            } else {
                if count.1 == 0 { first.1 = y }
                differs.1 = differs.1 || y != first.1
                count.1 += 1
                weight.1 += w
                squared.1 += w * w
                weighted.1 += w * y
            }
        }
        treated.count = count.0
        control.count = count.1
        if count.0 > 0 {
            treated.rate = weighted.0 / weight.0
            treated.effectiveSize = weight.0 * weight.0 / squared.0
        }
        if count.1 > 0 {
            control.rate = weighted.1 / weight.1
            control.effectiveSize = weight.1 * weight.1 / squared.1
        }
        let (r0, r1) = (treated.rate ?? 0, control.rate ?? 0)
        // Of a customer, who may have several rows.
        var residual = (0.0, 0.0)
        var variance = (0.0, 0.0)
        var covariance = 0.0
        var customers = (0, 0)
        var isIn = (false, false)
        func close() {
            customers.0 += isIn.0 ? 1 : 0
            customers.1 += isIn.1 ? 1 : 0
            isIn = (false, false)
            variance.0 += residual.0 * residual.0
            variance.1 += residual.1 * residual.1
            covariance += residual.0 * residual.1
            residual = (0, 0)
        }
        for position in range where includes(position) {
            if !rows.isSameCustomer(position) { close() }
            let (w, y) = (rows.weight(position), rows.outcome(position))
            if rows.isTreated(position) {
                residual.0 += w * (y - r0)
                isIn.0 = true
            } else {
                residual.1 += w * (y - r1)
                isIn.1 = true
            }
        }
        close()
        // What is 0 must not be what rounding leaves of it.
        treated.hasSpread = differs.0 && customers.0 > 1
        control.hasSpread = differs.1 && customers.1 > 1
        if !treated.hasSpread { (variance.0, covariance) = (0, 0) }
        if !control.hasSpread { (variance.1, covariance) = (0, 0) }
        if count.0 > 0 { treated.deviation = variance.0.squareRoot() / weight.0 }
        if count.1 > 0 { control.deviation = variance.1.squareRoot() / weight.1 }
        guard let t = treated.rate, let c = control.rate, let st = treated.deviation, let sc = control.deviation else {
            return
        }
        uplift = t - c
        deviation = max(0, st * st + sc * sc - 2 * covariance / (weight.0 * weight.1)).squareRoot()
    }

    /// The ends of an interval of the uplift; nil where none is known.
    ///
    /// Where an arm has no spread (rows of one customer, or all outcomes alike), of outcomes 0 and 1 the interval of Agresti and Caffo 2000
    /// on the arms' effective sizes; of others none.
    package func interval(z: Double) -> (low: Double, high: Double)? {
        guard let uplift, let deviation else { return nil }
        if treated.hasSpread, control.hasSpread {
            return (uplift - z * deviation, uplift + z * deviation)
        }
        guard isBinary else { return nil }
        func adjusted(_ arm: Arm) -> (rate: Double, size: Double) {
            let size = arm.effectiveSize + 2
            return (((arm.rate ?? 0) * arm.effectiveSize + 1) / size, size)
        }
        let (t, c) = (adjusted(treated), adjusted(control))
        let width = z * (t.rate * (1 - t.rate) / t.size + c.rate * (1 - c.rate) / c.size).squareRoot()
        return (t.rate - c.rate - width, t.rate - c.rate + width)
    }

    /// The standard deviation of the uplift; where an arm has no spread, half the interval of Agresti and Caffo over z; nil where none is known.
    package func knownDeviation() -> Double? {
        guard let deviation else { return nil }
        if treated.hasSpread, control.hasSpread { return deviation }
        return interval(z: 1).map { ($0.high - $0.low) / 2 }
    }
}
