import CLibrary
import Learning
import Numerics

/// A Beta posterior on the line of t = ln(θ / (1 − θ)), where it is log-concave for every α, β > 0 and free of poles.
struct BetaDensity: IntegrableDensity {
    let mode: Double
    let scale: Double
    let support: ClosedRange<Double>

    private let alpha: Double
    private let beta: Double
    private let logPeak: Double
    private let logModeX: Double
    private let logModeY: Double

    /// The fall of the log density at which the support ends; what is left out is less than e⁻⁴⁶ = 10⁻²⁰.
    private static let supportFall = 46.0

    init(alpha: Double, beta: Double) {
        self.alpha = alpha
        self.beta = beta
        mode = log(alpha / beta)
        scale = (1 / alpha + 1 / beta).squareRoot()
        logModeX = log(alpha / (alpha + beta))
        logModeY = log(beta / (alpha + beta))
        logPeak = SpecialFunctions.logBetaKernelPeak(alpha, beta)
        support =
            mode - BetaDensity.reach(alpha, beta, scale: scale)...mode
            + BetaDensity.reach(beta, alpha, scale: scale)
    }

    /// The distance below the mode at which the log density has fallen by `supportFall`.
    ///
    /// The fall is convex and 0 at the mode, so stretching a point in proportion leads beyond the goal, and Newton's
    /// method comes back without passing it.
    private static func reach(_ alpha: Double, _ beta: Double, scale: Double) -> Double {
        let total = alpha + beta
        let (x, y) = (alpha / total, beta / total)
        func fall(_ distance: Double) -> (value: Double, slope: Double) {
            // The two terms cancel, and with them all digits where x is next to 1: there the same is said of y.
            if y < x, distance < 600 {
                let growth = y * expm1(distance)
                return (total * log1p(growth) - beta * distance, total * (y + growth) / (1 + growth) - beta)
            }
            let growth = x * expm1(-distance)
            return (alpha * distance + total * log1p(growth), alpha - total * (x + growth) / (1 + growth))
        }
        var distance = (2 * supportFall).squareRoot() * scale
        let first = fall(distance).value
        if first < supportFall { distance *= supportFall / first }
        for _ in 0..<2 {
            let (value, slope) = fall(distance)
            if value > supportFall { distance -= (value - supportFall) / slope }
        }
        return distance
    }

    struct Nodes {
        /// Distances from the centre.
        let offsets: Values
        /// ln (y at the centre / y) where x ≤ y at the centre, else ln (x at the centre / x).
        let logGrowth: Values
        /// x, y = 1 − x at the centre, and their logarithms.
        let x: Double
        let y: Double
        let logX: Double
        let logY: Double
    }

    static func nodes(of panel: Panel) -> Nodes {
        let centre = panel.centre
        let odds = exp(-abs(centre))
        let (small, large) = (odds / (1 + odds), 1 / (1 + odds))
        let (x, y) = centre < 0 ? (small, large) : (large, small)
        let logLarge = -log1p(odds)
        let offsets = panel.half * GaussLegendre.sixteen.nodes
        // The side of the line on which x is small; on the other, the same is said of y with the sign turned.
        let side = centre < 0 ? 1.0 : -1.0
        // On a wide panel e^offset overflows, and no arm so narrow that cancellation mattered is under way.
        let logGrowth =
            panel.half < 1
            ? offsets.mapLanes { log1p(small * expm1(side * $0)) }
            : offsets.mapLanes { softplus(side * (centre + $0)) - softplus(side * centre) }
        return Nodes(
            offsets: offsets, logGrowth: logGrowth, x: x, y: y, logX: logLarge + min(0, centre),
            logY: logLarge - max(0, centre))
    }

    /// ln(1 + eᵗ) = −ln(1 − θ).
    private static func softplus(_ logit: Double) -> Double {
        max(0, logit) + log1p(exp(-abs(logit)))
    }

    /// k(t) = k(centre) · exp(α s − (α + β) ln(1 + x (eˢ − 1))), s = t − centre; where x > ½, the same of β, −s and y.
    ///
    /// Taken from the centre of the panel, the two terms that cancel are as great as the panel is wide, not as great as α.
    func density(at nodes: Nodes) -> Values {
        let slope = nodes.x < nodes.y ? alpha : -beta
        let exponents = logDensity(atCentreOf: nodes) + (slope * nodes.offsets - (alpha + beta) * nodes.logGrowth)
        return exponents.mapLanes { exp($0) }
    }

    /// Deviances from the mode (Loader 2000).
    private func logDensity(atCentreOf nodes: Nodes) -> Double {
        let lead = alpha * nodes.y - beta * nodes.x
        let below = -lead / alpha
        let above = lead / beta
        let alphaPart = abs(below) < 0.4 ? SpecialFunctions.deviance(below) : below - (nodes.logX - logModeX)
        let betaPart = abs(above) < 0.4 ? SpecialFunctions.deviance(above) : above - (nodes.logY - logModeY)
        return logPeak - alpha * alphaPart - beta * betaPart
    }

    /// ln((1 + q) x / (1 − (1 + q) x)) = t + ln(1 + q) − ln(1 − q eᵗ); infinity where (1 + q) x reaches 1.
    func raised(_ coordinates: Values, by ratio: Ratio) -> (coordinates: Values, slopes: Values) {
        let odds = coordinates.mapLanes { exp(min(700, $0)) }
        let rest = 1 - ratio.excess * odds
        let raised = coordinates + ratio.logarithm - rest.mapLanes { $0 > 0 ? log($0) : -.infinity }
        // Within e⁻²⁵ of θ = 1 the derivative would only magnify rounding errors of what is differentiated.
        let slopes = ((1 + odds) / rest).replacing(with: 0, where: (rest .<= 0) .| (raised .> 25))
        return (raised, slopes)
    }

    func lowered(_ coordinate: Double, by ratio: Ratio) -> Double {
        coordinate < 0
            ? coordinate - log1p(ratio.excess * (1 + exp(coordinate)))
            : -log(ratio.excess + (1 + ratio.excess) * exp(-coordinate))
    }

    var origin: Double? { nil }
}
