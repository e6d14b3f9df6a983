import Foundation

/// The obvious program: everything in arrays, dense matrices, Gauss and Jordan, one formula after another.
struct NaiveComparison {
    struct Row {
        var action: String
        var outcome: Double
        var probability: Double
        var covariates: [Double]
        /// What each policy chooses.
        var choices: [String]
    }

    struct Figures {
        var difference: Double
        var variance: Double
        var fallbacks = 0
    }

    let rows: [Row]

    func estimate(_ method: String, _ policy: Int, _ reference: Int) -> Figures {
        let count = Double(rows.count)
        if method == "ips" {
            let parts = rows.map { row in
                ((row.action == row.choices[policy] ? 1.0 : 0) - (row.action == row.choices[reference] ? 1.0 : 0))
                    * row.outcome / row.probability
            }
            let mean = parts.reduce(0, +) / count
            return Figures(
                difference: mean, variance: parts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1) / count)
        }
        let strata = Dictionary(grouping: rows) { [$0.choices[policy], $0.choices[reference]] }
            .filter { $0.key[0] != $0.key[1] }
        var total = Figures(difference: 0, variance: 0)
        for (chosen, members) in strata.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            let arms = chosen.reversed().map { action in members.filter { $0.action == action } }
            guard arms.allSatisfy({ $0.count >= 2 }) else { continue }
            let share = Double(members.count) / count
            let figures = fitted(method, members, arms) ?? means(arms, isFallback: true)
            let chosenFigures = method == "means" ? means(arms, isFallback: false) : figures
            total.difference += share * chosenFigures.difference
            total.variance += share * share * chosenFigures.variance
            total.fallbacks += chosenFigures.fallbacks
        }
        return total
    }

    private func means(_ arms: [[Row]], isFallback: Bool) -> Figures {
        var figures = Figures(difference: 0, variance: 0, fallbacks: isFallback ? 1 : 0)
        for (sign, arm) in zip([-1.0, 1], arms) {
            let weights = arm.map { 1 / $0.probability }
            let sum = weights.reduce(0, +)
            let mean = zip(weights, arm).reduce(0) { $0 + $1.0 * $1.1.outcome } / sum
            figures.difference += sign * mean
            let squares = zip(weights, arm).reduce(0) { $0 + pow($1.0 * ($1.1.outcome - mean), 2) }
            figures.variance += Double(arm.count) / Double(arm.count - 1) * squares / (sum * sum)
        }
        return figures
    }

    /// The regression of a stratum on the whole design matrix; nil where it cannot be fitted.
    private func fitted(_ method: String, _ members: [Row], _ arms: [[Row]]) -> Figures? {
        guard method != "means" else { return nil }
        let width = members[0].covariates.count
        let centre = (0..<width).map { j in members.reduce(0) { $0 + $1.covariates[j] } / Double(members.count) }
        let isWeighted = arms.contains { arm in
            (arm.map(\.probability).max() ?? 0) - (arm.map(\.probability).min() ?? 0) > 1e-12
        }
        var design: [[Double]] = []
        var outcomes: [Double] = []
        for (arm, t) in zip(arms, [0.0, 1]) {
            for row in arm {
                let x = zip(row.covariates, centre).map { $0 - $1 }
                let root = isWeighted ? (1 / row.probability).squareRoot() : 1
                let columns = [1, t] + x + (method == "lin" ? x.map { t * $0 } : [])
                design.append(columns.map { $0 * root })
                outcomes.append(row.outcome * root)
            }
        }
        let size = design[0].count
        guard design.count >= size + 2, method != "lin" || arms.allSatisfy({ $0.count > width + 1 }) else { return nil }
        var products = Array(repeating: Array(repeating: 0.0, count: size), count: size)
        for row in design {
            for i in 0..<size { for j in 0..<size { products[i][j] += row[i] * row[j] } }
        }
        guard let inverse = NaiveComparison.inverse(products) else { return nil }
        let right = (0..<size).map { i in zip(design, outcomes).reduce(0) { $0 + $1.0[i] * $1.1 } }
        let coefficients = inverse.map { row in zip(row, right).reduce(0) { $0 + $1.0 * $1.1 } }
        var squares = 0.0
        var meat = 0.0
        for (row, outcome) in zip(design, outcomes) {
            let residual = outcome - zip(row, coefficients).reduce(0) { $0 + $1.0 * $1.1 }
            squares += residual * residual
            let moved = inverse.map { line in zip(line, row).reduce(0) { $0 + $1.0 * $1.1 } }
            let leverage = zip(row, moved).reduce(0) { $0 + $1.0 * $1.1 }
            if 1 - leverage >= 1e-12 { meat += pow(moved[1] * residual, 2) / (1 - leverage) }
        }
        let classical = squares / Double(design.count - size) * inverse[1][1]
        return Figures(difference: coefficients[1], variance: method == "ols" ? classical : meat)
    }

    /// Gauss and Jordan with pivots; nil for a matrix whose columns depend on one another.
    private static func inverse(_ matrix: [[Double]]) -> [[Double]]? {
        let size = matrix.count
        let scales = (0..<size).map { matrix[$0][$0] > 0 ? 1 / matrix[$0][$0].squareRoot() : 0 }
        guard !scales.contains(0) else { return nil }
        var left = (0..<size).map { i in (0..<size).map { matrix[i][$0] * scales[i] * scales[$0] } }
        var right = (0..<size).map { i in (0..<size).map { i == $0 ? 1.0 : 0 } }
        for column in 0..<size {
            guard let pivot = (column..<size).max(by: { abs(left[$0][column]) < abs(left[$1][column]) }),
                abs(left[pivot][column]) > 1e-10
            else { return nil }
            left.swapAt(column, pivot)
            right.swapAt(column, pivot)
            let value = left[column][column]
            left[column] = left[column].map { $0 / value }
            right[column] = right[column].map { $0 / value }
            for row in 0..<size where row != column {
                let factor = left[row][column]
                left[row] = zip(left[row], left[column]).map { $0 - factor * $1 }
                right[row] = zip(right[row], right[column]).map { $0 - factor * $1 }
            }
        }
        return (0..<size).map { i in (0..<size).map { right[i][$0] * scales[i] * scales[$0] } }
    }
}
