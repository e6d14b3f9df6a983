import Numerics
import Randomizer

/// What the bins of a table say of the scores: whether uplift falls from bin to bin, and whether it is as large as foretold.
package struct BinMetrics: Sendable {
    /// The correlation of ranks of mean score and observed uplift; +1 is perfect.
    package let spearman: Figure
    /// The probability of bins this far from falling uplift if it does fall.
    package let monotonicity: Figure
    /// Of the regression of observed uplift on mean score, weighted by 1/variance; 1 and 0 are perfect.
    package let slope: Figure
    package let intercept: Figure

    package init(_ table: DecileTable, z: Double) {
        let seen = table.bins.compactMap { bin in
            bin.rates.uplift.flatMap { uplift in bin.meanScore.map { (score: $0, uplift: uplift) } }
        }
        spearman = Figure(BinMetrics.rankCorrelation(seen.map(\.score), seen.map(\.uplift)))
        let measured = table.bins.compactMap { bin -> (score: Double, uplift: Double, deviation: Double)? in
            guard let uplift = bin.rates.uplift, let score = bin.meanScore, let deviation = bin.rates.deviation,
                deviation > 0
            else { return nil }
            return (score, uplift, deviation)
        }
        monotonicity = Figure(
            BinMetrics.monotonicity(measured.map(\.uplift), measured.map(\.deviation), message: table.message))
        (slope, intercept) = BinMetrics.calibration(measured, z: z)
    }

    // MARK: Ranks

    private static func rankCorrelation(_ left: [Double], _ right: [Double]) -> Double? {
        guard left.count > 1 else { return nil }
        let (first, second) = (ranks(left), ranks(right))
        let mean = Double(left.count + 1) / 2
        var (covariance, ofFirst, ofSecond) = (0.0, 0.0, 0.0)
        for (x, y) in zip(first, second) {
            covariance += (x - mean) * (y - mean)
            ofFirst += (x - mean) * (x - mean)
            ofSecond += (y - mean) * (y - mean)
        }
        guard ofFirst > 0, ofSecond > 0 else { return nil }
        return covariance / (ofFirst * ofSecond).squareRoot()
    }

    /// Ranks from 1; equal values share the mean of theirs.
    private static func ranks(_ values: [Double]) -> [Double] {
        values.map { value in
            let below = values.count { $0 < value }
            let equal = values.count { $0 == value }
            return Double(below) + Double(equal + 1) / 2
        }
    }

    // MARK: Falling uplift

    private static let draws = 999

    /// A parametric bootstrap of Σ(u − û)²/σ², û the falling fit, from û and σ.
    private static func monotonicity(_ uplift: [Double], _ deviation: [Double], message: String) -> Double? {
        guard uplift.count > 1 else { return nil }
        let weights = deviation.map { 1 / ($0 * $0) }
        let fit = IsotonicFit(uplift, weights: weights).values
        func distance(_ values: [Double], _ fit: [Double]) -> Double {
            zip(zip(values, fit), weights).reduce(0) { $0 + ($1.0.0 - $1.0.1) * ($1.0.0 - $1.0.1) * $1.1 }
        }
        let observed = distance(uplift, fit)
        let seed = XXH64.hash(message)
        var farther = 0
        for draw in 0..<draws {
            var generator = CounterGenerator(seed: seed, arm: 0, draw: draw)
            let drawn = zip(fit, deviation).map { $0 + $1 * Draw.normal(using: &generator) }
            if distance(drawn, IsotonicFit(drawn, weights: weights).values) >= observed { farther += 1 }
        }
        return Double(1 + farther) / Double(1 + draws)
    }

    // MARK: Calibration

    private static func calibration(
        _ bins: [(score: Double, uplift: Double, deviation: Double)], z: Double
    ) -> (Figure, Figure) {
        guard bins.count > 1 else { return (Figure(), Figure()) }
        var (weight, x, y) = (0.0, 0.0, 0.0)
        for bin in bins {
            let w = 1 / (bin.deviation * bin.deviation)
            weight += w
            x += w * bin.score
            y += w * bin.uplift
        }
        let (meanX, meanY) = (x / weight, y / weight)
        var (squares, products) = (0.0, 0.0)
        for bin in bins {
            let w = 1 / (bin.deviation * bin.deviation)
            squares += w * (bin.score - meanX) * (bin.score - meanX)
            products += w * (bin.score - meanX) * (bin.uplift - meanY)
        }
        // Equal scores have no slope, and rounding must not make one.
        guard squares > 1e-24 * weight * max(1e-300, meanX * meanX) else { return (Figure(), Figure()) }
        let slope = products / squares
        return (
            Figure(slope, error: (1 / squares).squareRoot(), z: z),
            Figure(
                meanY - slope * meanX, error: (1 / weight + meanX * meanX / squares).squareRoot(), z: z)
        )
    }
}

/// The falling sequence nearest to values by weighted squares: pool adjacent violators (Ayer, Brunk, Ewing, Reid and Silverman
/// 1955). O(values).
package struct IsotonicFit: Sendable {
    /// Values that share a level.
    package struct Block: Sendable {
        package var range: Range<Int>
        package var value: Double
        package var weight: Double
    }

    package let blocks: [Block]

    package init(_ values: [Double], weights: [Double]) {
        var blocks: [Block] = []
        for (index, value) in values.enumerated() {
            blocks.append(Block(range: index..<index + 1, value: value, weight: weights[index]))
            while blocks.count > 1, blocks[blocks.count - 2].value < blocks[blocks.count - 1].value {
                let last = blocks.removeLast()
                let before = blocks[blocks.count - 1]
                let weight = before.weight + last.weight
                blocks[blocks.count - 1] = Block(
                    range: before.range.lowerBound..<last.range.upperBound,
                    value: (before.value * before.weight + last.value * last.weight) / weight, weight: weight)
            }
        }
        self.blocks = blocks
    }

    package var values: [Double] { blocks.flatMap { block in block.range.map { _ in block.value } } }
}
