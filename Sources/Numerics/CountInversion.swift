import CLibrary

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
