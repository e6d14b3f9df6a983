import CLibrary

/// Random numbers of named distributions, each from one or two uniform numbers.
package enum Draw {
    /// The successes of independent trials: the binomial quantile at `uniform`.
    ///
    /// F(k) = I₁₋ₚ(n − k, k + 1) (DLMF 8.17.5), and f(k) the density of Beta(k + 1, n − k + 1) at p over n + 1.
    ///
    /// - Parameters:
    ///   - probability: of a success, clamped to 0…1.
    ///   - uniform: in the open interval (0, 1).
    /// - Complexity: O(1) but for trials beyond 10⁸, where the guess may be tens of counts away.
    package static func binomial(trials: Int64, probability: Double, uniform: Double) -> Int64 {
        guard trials > 0, probability > 0 else { return 0 }
        guard probability < 1 else { return trials }
        if probability > 0.5 {
            return trials - binomial(trials: trials, probability: 1 - probability, uniform: 1 - uniform)
        }
        let n = Double(trials)
        let odds = probability / (1 - probability)
        let inversion = CountInversion(most: trials) { count in Double(trials - count + 1) / Double(count) * odds }
        let mean = n * probability
        guard mean >= CountInversion.small else {
            let none = exp(n * log1p(-probability))
            return inversion.quantile(uniform, from: 0, cumulative: none, probability: none)
        }
        let deviation = (mean * (1 - probability)).squareRoot()
        let start = CountInversion.guess(
            uniform, mean: mean, deviation: deviation, skewness: (1 - 2 * probability) / deviation, most: trials)
        let (successes, failures) = (Double(start), n - Double(start))
        let density = SpecialFunctions.betaLogDensity(probability, alpha: successes + 1, beta: failures + 1)
        let cumulative =
            failures > 0
            ? 1 - SpecialFunctions.regularizedBeta(x: probability, alpha: successes + 1, beta: failures) : 1
        return inversion.quantile(
            uniform, from: start, cumulative: cumulative, probability: exp(density) / (n + 1))
    }

    /// The events of a rate: the Poisson quantile at `uniform`, 0 for a mean that is not positive.
    ///
    /// F(k) = Q(k + 1, mean) (DLMF 8.2.4), f in Loader's form (2000, "Fast and Accurate Computation of Binomial
    /// Probabilities").
    ///
    /// - Parameter uniform: in the open interval (0, 1).
    /// - Complexity: O(√mean)
    package static func poisson(mean: Double, uniform: Double) -> Int64 {
        guard mean > 0 else { return 0 }
        let inversion = CountInversion(most: Int64(1e18)) { count in mean / Double(count) }
        guard mean >= CountInversion.small else {
            return inversion.quantile(uniform, from: 0, cumulative: exp(-mean), probability: exp(-mean))
        }
        let start = CountInversion.guess(
            uniform, mean: mean, deviation: mean.squareRoot(), skewness: 1 / mean.squareRoot(), most: Int64(1e18))
        let count = Double(start)
        let probability =
            start == 0
            ? exp(-mean)
            : exp(-count * SpecialFunctions.deviance(mean / count - 1) - SpecialFunctions.stirlingCorrection(count))
                / (2 * .pi * count).squareRoot()
        return inversion.quantile(
            uniform, from: start,
            cumulative: SpecialFunctions.regularizedGammaUpper(shape: count + 1, x: mean), probability: probability)
    }

    /// How many of `trials` fall into each cell, by binomials of what the cells before have left.
    ///
    /// - Parameters:
    ///   - weights: of the cells, at least 0, of any sum; without a positive one nothing falls anywhere.
    ///   - uniforms: one for each cell, in (0, 1).
    package static func multinomial(trials: Int64, weights: [Double], uniforms: [Double]) -> [Int64] {
        var left = trials
        var remaining = weights.reduce(0, +)
        let last = weights.lastIndex { $0 > 0 }
        return weights.indices.map { cell in
            guard weights[cell] > 0, left > 0 else { return 0 }
            let count =
                cell == last
                ? left : binomial(trials: left, probability: weights[cell] / remaining, uniform: uniforms[cell])
            left -= count
            remaining -= weights[cell]
            return count
        }
    }

    /// A standard normal number (Box and Muller 1958).
    package static func normal(using generator: inout some RandomNumberGenerator) -> Double {
        let radius = (-2 * log(uniform(using: &generator))).squareRoot()
        return radius * cos(2 * .pi * uniform(using: &generator))
    }

    /// A log-normal number with this mean, whose logarithm has the standard deviation `spread`.
    package static func logNormal(
        mean: Double, spread: Double, using generator: inout some RandomNumberGenerator
    ) -> Double {
        mean * exp(spread * normal(using: &generator) - spread * spread / 2)
    }

    /// A number of the open interval (0, 1), on a grid of 2⁻⁵³.
    package static func uniform(using generator: inout some RandomNumberGenerator) -> Double {
        (Double(generator.next() >> 11) + 0.5) * 0x1p-53
    }
}

/// Draws of counts by inversion: the least k with F(k) ≥ u (Devroye 1986, "Non-Uniform Random Variate Generation", III.2).
///
///     F  ──────────────┌──────      an expansion of the quantile guesses k₀, the special functions say F(k₀) and f(k₀),
///     u ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄│            and the recurrence of f walks the few steps from there
///              ┌───────┘
///        ──────┘   k₀
///
/// One uniform number makes one count, and the count never falls when the number or a parameter rises. Worlds that differ in
/// their settings alone therefore see the same luck (common random numbers), which rejection would not give.
struct CountInversion {
    /// The greatest count there is.
    let most: Int64
    /// f(k) / f(k − 1), k from 1.
    let ratio: (Int64) -> Double

    /// Walks from `start`, where the distribution function and the probability are known, to the quantile of `uniform`.
    ///
    /// Beyond the last count with a probability of its own (a double's least), the walk ends.
    func quantile(_ uniform: Double, from start: Int64, cumulative: Double, probability: Double) -> Int64 {
        var count = start
        var (cumulative, probability) = (cumulative, probability)
        if cumulative < uniform {
            while cumulative < uniform, count < most {
                count += 1
                probability *= ratio(count)
                cumulative += probability
                if probability < 1e-300 { break }
            }
            return count
        }
        while count > 0, cumulative - probability >= uniform {
            cumulative -= probability
            probability /= ratio(count)
            count -= 1
        }
        return count
    }

    /// A guess at the quantile from the first three cumulants (Cornish and Fisher 1938).
    static func guess(_ uniform: Double, mean: Double, deviation: Double, skewness: Double, most: Int64) -> Int64 {
        let tail = SpecialFunctions.normalQuantileEstimate(logLower: log(min(uniform, 1 - uniform)))
        let z = uniform < 0.5 ? tail : -tail
        let guess = mean + deviation * (z + (z * z - 1) * skewness / 6)
        return guess <= 0 ? 0 : min(most, Int64(guess.rounded()))
    }

    /// The mean below which the walk begins at 0: it is as short, and needs no special function.
    static let small = 8.0
}
