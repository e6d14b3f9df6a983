import CLibrary

/// The conditional likelihood of two arms' successes as a function of λ, the logarithm of the ratio of their rates (Mantel and
/// Haenszel 1959; Breslow and Day 1980): l(λ) of ``PairSums``, concave, 0 at λ = 0.
struct PairLikelihood: Sendable {
    /// M₀ … M₂₃.
    let moments: [Double]
    /// l′(0).
    let score: Double
    /// Of the first arm, in strata that both have.
    let successes: Double
    let otherSuccesses: Double
    /// How many strata both have.
    let sharedStrata: Double

    /// The value and the first two derivatives at one λ.
    struct Point {
        var value: Double
        var slope: Double
        var curvature: Double
    }

    /// How far the moments reach: |λ| ≤ 1 is exact to rounding.
    static let reach = 1.0

    /// The factors of M₀, M₁, … in l(λ) − U·λ: the k-th is 2·(−1)^k·τ^k / k with τ = tanh(λ/4), but for the first two, which are
    /// −2·ln cosh(λ/4) and λ/2 − 2τ, since U·λ has taken their part.
    static func factors(at lambda: Double, order: Int) -> [Double] {
        let quarter = lambda / 4
        let tangent = tanh(quarter)
        var factors = [-2 * logCosh(quarter), 2 * excessOverTangent(quarter)]
        var power = -tangent
        for index in 2..<order {
            power *= -tangent
            factors.append(2 * power / Double(index))
        }
        return factors
    }

    /// ln cosh y, without cancellation: ½ ln(1 + sinh² y).
    private static func logCosh(_ y: Double) -> Double {
        let sine = sinh(y)
        return 0.5 * log1p(sine * sine)
    }

    /// y − tanh y.
    private static func excessOverTangent(_ y: Double) -> Double {
        guard abs(y) < 0.1 else { return y - tanh(y) }
        let square = y * y
        let inner = square * (62 / 2835 - square * (1382 / 155_925 - square * 21844 / 6_081_075))
        return y * square * (1 / 3 - square * (2 / 15 - square * (17 / 315 - inner)))
    }

    /// l and its derivatives by the moments; |λ| ≤ `reach`.
    func point(_ lambda: Double) -> Point {
        let quarter = lambda / 4
        let tangent = tanh(quarter)
        let rest = 1 - tangent * tangent
        // P = Σ (−1)^k τ^(k−1) Mₖ from k = 2 on, its derivative by τ, and the same with 1/k, τ times.
        var (series, slope, integral) = (0.0, 0.0, 0.0)
        for order in (2..<moments.count).reversed() {
            let moment = order % 2 == 0 ? moments[order] : -moments[order]
            slope = slope * tangent + series
            series = series * tangent + moment
            integral = integral * tangent + moment / Double(order)
        }
        slope = slope * tangent + series
        series *= tangent
        integral *= tangent * tangent
        let value =
            score * lambda + moments[1] * 2 * PairLikelihood.excessOverTangent(quarter)
            - 2 * moments[0] * PairLikelihood.logCosh(quarter) + 2 * integral
        let first =
            score + 0.5 * moments[1] * tangent * tangent - 0.5 * moments[0] * tangent + 0.5 * rest * series
        let second =
            rest / 4 * (moments[1] * tangent - 0.5 * moments[0] - tangent * series + 0.5 * rest * slope)
        return Point(value: value, slope: first, curvature: second)
    }
}

/// A stratum's part of a pair's likelihood.
struct PairStratum: Sendable {
    let visitors: Double
    let otherVisitors: Double
    /// xᵥ + xᵤ, above 0.
    let successes: Double
}

extension PairLikelihood {
    /// l and its derivatives by the strata themselves, for any λ: ln(1 + f·(e^λ − 1)) = ln(f·e^λ + (1 − f)) from its greater
    /// part, so that nothing overflows.
    func point(_ lambda: Double, _ strata: [PairStratum]) -> Point {
        var point = Point(value: successes * lambda, slope: successes, curvature: 0)
        for stratum in strata {
            let (n, other) = (stratum.visitors, stratum.otherVisitors)
            let logit = log(n) - log(other) + lambda
            // p = f·e^λ / (1 + f·(e^λ − 1)), and its complement.
            let odds = exp(-abs(logit))
            let logTerm = log1p(odds)
            let (small, large) = (odds / (1 + odds), 1 / (1 + odds))
            let total = n + other
            point.value -=
                stratum.successes * (logTerm + (logit > 0 ? log(n / total) + lambda : log(other / total)))
            point.slope -= stratum.successes * (logit > 0 ? large : small)
            point.curvature -= stratum.successes * small * large
        }
        return point
    }
}
