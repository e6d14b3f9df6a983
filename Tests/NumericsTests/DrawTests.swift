import Numerics
import TestSupport
import Testing

/// Draws against the probabilities of their distributions, added up one by one.
@Suite struct DrawTests {
    /// The probabilities of 0…n successes, one trial added after another.
    static func binomial(_ n: Int, _ p: Double) -> [Double] {
        var mass = [1.0]
        for _ in 0..<n {
            var next = [Double](repeating: 0, count: mass.count + 1)
            for (k, value) in mass.enumerated() {
                next[k] += value * (1 - p)
                next[k + 1] += value * p
            }
            mass = next
        }
        return mass
    }

    /// exp(−m) mᵏ / k! by its recurrence from the mode, scaled to sum to 1.
    static func poisson(_ mean: Double) -> [Double] {
        let mode = Int(mean)
        var mass = [Double](repeating: 0, count: mode * 2 + 200)
        mass[mode] = 1
        for k in (mode + 1)..<mass.count { mass[k] = mass[k - 1] * mean / Double(k) }
        for k in stride(from: mode - 1, through: 0, by: -1) { mass[k] = mass[k + 1] * Double(k + 1) / mean }
        let sum = mass.reduce(0, +)
        return mass.map { $0 / sum }
    }

    /// The least k whose sum of probabilities reaches `uniform`; nil where rounding decides.
    static func quantile(_ mass: [Double], _ uniform: Double) -> Int64? {
        var sum = 0.0
        for (k, value) in mass.enumerated() {
            if abs(sum - uniform) < 1e-11 { return nil }
            sum += value
            if abs(sum - uniform) < 1e-11 { return nil }
            if sum >= uniform { return Int64(k) }
        }
        return nil
    }

    @Test(
        "Binomial draws are exactly the quantiles of the summed probabilities",
        arguments: [
            (1, 0.3), (7, 0.5), (40, 0.05), (200, 0.04), (200, 0.97), (1_000, 0.5), (1_500, 0.012), (900, 0.83),
        ])
    func binomialQuantiles(trials: Int, probability: Double) {
        let mass = DrawTests.binomial(trials, probability)
        var generator = SplitMix64(seed: UInt64(trials))
        var compared = 0
        for index in 0..<3_000 {
            // Some far out in the tails.
            let uniform = index % 10 == 0 ? 1e-9 * Double(index + 1) : Draw.uniform(using: &generator)
            guard let expected = DrawTests.quantile(mass, uniform) else { continue }
            compared += 1
            #expect(Draw.binomial(trials: Int64(trials), probability: probability, uniform: uniform) == expected)
        }
        #expect(compared > 2_900)
    }

    @Test(
        "Poisson draws are exactly the quantiles of the summed probabilities", arguments: [0.2, 3, 7.9, 8.1, 60, 900])
    func poissonQuantiles(mean: Double) {
        let mass = DrawTests.poisson(mean)
        var generator = SplitMix64(seed: UInt64(mean * 10))
        var compared = 0
        for index in 0..<3_000 {
            let uniform = index % 10 == 0 ? 1e-9 * Double(index + 1) : Draw.uniform(using: &generator)
            guard let expected = DrawTests.quantile(mass, uniform) else { continue }
            compared += 1
            #expect(Draw.poisson(mean: mean, uniform: uniform) == expected)
        }
        #expect(compared > 2_900)
    }

    @Test("Draws of many trials keep mean and variance", arguments: [(10_000_000, 0.05), (2_000_000_000, 0.3)])
    func manyTrials(trials: Int64, probability: Double) {
        var generator = SplitMix64(seed: 3)
        let mean = Double(trials) * probability
        let deviation = (mean * (1 - probability)).squareRoot()
        let count = 2_000
        var (sum, squares) = (0.0, 0.0)
        for _ in 0..<count {
            let draw = Draw.binomial(
                trials: trials, probability: probability, uniform: Draw.uniform(using: &generator))
            let z = (Double(draw) - mean) / deviation
            sum += z
            squares += z * z
        }
        // Five standard errors.
        #expect(abs(sum / Double(count)) < 5 / Double(count).squareRoot())
        #expect(abs(squares / Double(count) - 1) < 5 * (2 / Double(count)).squareRoot())
    }

    @Test("Cells of a multinomial have their shares: χ² of independent draws, p > 10⁻⁵")
    func multinomialShares() throws {
        var generator = SplitMix64(seed: 11)
        let weights = [0.1, 0, 0.45, 0.2, 0.25]
        var totals = [Int64](repeating: 0, count: 5)
        var products = 0.0
        let rounds = 4_000
        let trials: Int64 = 50
        for _ in 0..<rounds {
            let uniforms = weights.map { _ in Draw.uniform(using: &generator) }
            let cells = Draw.multinomial(trials: trials, weights: weights, uniforms: uniforms)
            #expect(cells.reduce(0, +) == trials && cells[1] == 0)
            for (cell, count) in cells.enumerated() { totals[cell] += count }
            products += (Double(cells[0]) - 5) * (Double(cells[2]) - 22.5)
        }
        let positive = [0, 2, 3, 4]
        let test = try #require(
            SampleRatio.test(
                observed: positive.map { totals[$0] },
                expected: positive.map { weights[$0] * Double(trials) * Double(rounds) }))
        #expect(test.pValue > 1e-5)
        // Cov = −n p q = −2.25; the product's standard deviation is about √(4.5 · 12.4) = 7.5: five standard errors.
        #expect(abs(products / Double(rounds) + 2.25) < 5 * 7.8 / Double(rounds).squareRoot())
    }

    @Test("Log-normal draws have the mean asked for")
    func logNormalMean() {
        var generator = SplitMix64(seed: 5)
        let count = 40_000
        var (sum, logs) = (0.0, 0.0)
        for _ in 0..<count {
            let draw = Draw.logNormal(mean: 50, spread: 0.8, using: &generator)
            sum += draw
            logs += draw > 50 * 0.726_149 ? 1 : 0
        }
        // Standard deviation of a draw: 50 √(e^0.64 − 1) = 47.3. The median is 50 e^−0.32.
        #expect(abs(sum / Double(count) - 50) < 5 * 47.4 / Double(count).squareRoot())
        #expect(abs(logs / Double(count) - 0.5) < 5 * 0.5 / Double(count).squareRoot())
    }

    @Test("No trial, no chance and certainty")
    func edges() {
        #expect(Draw.binomial(trials: 0, probability: 0.5, uniform: 0.7) == 0)
        #expect(Draw.binomial(trials: 9, probability: 0, uniform: 0.7) == 0)
        #expect(Draw.binomial(trials: 9, probability: 1, uniform: 0.7) == 9)
        #expect(Draw.poisson(mean: 0, uniform: 0.7) == 0)
        #expect(Draw.multinomial(trials: 4, weights: [0, 0], uniforms: [0.5, 0.5]) == [0, 0])
        #expect(Draw.multinomial(trials: 4, weights: [0, 2], uniforms: [0.5, 0.5]) == [0, 4])
    }

    @Test("More luck never means fewer")
    func monotone() {
        var generator = SplitMix64(seed: 8)
        for _ in 0..<2_000 {
            let n = Int64.random(in: 1...100_000, using: &generator)
            let p = Double.random(in: 0.001...0.999, using: &generator)
            let (u, v) = (Draw.uniform(using: &generator), Draw.uniform(using: &generator))
            #expect(
                Draw.binomial(trials: n, probability: p, uniform: min(u, v))
                    <= Draw.binomial(trials: n, probability: p, uniform: max(u, v)))
        }
    }
}
