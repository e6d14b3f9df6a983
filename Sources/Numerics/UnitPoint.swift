import CLibrary

/// A point x of the unit interval with its complement y = 1 − x, both to full relative accuracy, and their logarithms.
struct UnitPoint: Sendable {
    let x: Double
    let y: Double
    let logX: Double
    let logY: Double
    /// What the exact coordinates have beyond the doubles x and y.
    private let xRest: Double
    private let yRest: Double

    /// 0 < x < 1, taken as exact.
    init(x: Double) {
        self.x = x
        y = 1 - x
        xRest = 0
        yRest = (1 - y) - x
        logX = x < 0.5 ? log(x) : log1p(x - 1)
        logY = log1p(-x)
    }

    /// The point with ln(x / y) = logit. Far out, x or y may underflow to 0; their logarithms stay.
    init(logit: Double) {
        let odds = exp(-abs(logit))
        let small = odds / (1 + odds)
        let large = 1 / (1 + odds)
        let logLarge = -log1p(odds)
        let logSmall = logLarge - abs(logit)
        (x, y) = logit < 0 ? (small, large) : (large, small)
        (logX, logY) = logit < 0 ? (logSmall, logLarge) : (logLarge, logSmall)
        xRest = 0
        yRest = 0
    }

    private init(mirroring point: UnitPoint) {
        (x, y) = (point.y, point.x)
        (logX, logY) = (point.logY, point.logX)
        (xRest, yRest) = (point.yRest, point.xRest)
    }

    /// The same point seen from the other end: x and y exchanged.
    var mirrored: UnitPoint { UnitPoint(mirroring: self) }

    /// α − (α + β) x = α y − β x, in which all leading digits cancel near the mode: products are taken with their
    /// rounding errors.
    func lead(_ alpha: Double, _ beta: Double) -> Double {
        let gain = alpha * y
        let gainRest = (-gain).addingProduct(alpha, y)
        let loss = beta * x
        let lossRest = (-loss).addingProduct(beta, x)
        return (gain - loss) + ((gainRest + alpha * yRest) - (lossRest + beta * xRest))
    }
}
