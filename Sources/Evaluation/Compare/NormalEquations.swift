import CLibrary

/// The inverse of X'X, by Cholesky's factors of the matrix scaled to a diagonal of ones.
struct NormalEquations {
    /// A pivot below this, of a column scaled to 1, means that the column is a combination of those before it.
    private static let leastPivot = 1e-10

    let size: Int
    /// Row by row.
    let inverse: [Double]

    /// Inverts a symmetric matrix, given row by row; nil when its columns depend on one another.
    ///
    /// Time is cubic in the size.
    init?(_ matrix: [Double], size: Int) {
        self.size = size
        var scales: [Double] = []
        for index in 0..<size {
            let diagonal = matrix[index * size + index]
            guard diagonal > 0, diagonal.isFinite else { return nil }
            scales.append(1 / diagonal.squareRoot())
        }
        // Lower factor L of the scaled matrix, LL'.
        var factor = Array(repeating: 0.0, count: size * size)
        for row in 0..<size {
            for column in 0...row {
                var sum = matrix[row * size + column] * scales[row] * scales[column]
                for inner in 0..<column { sum -= factor[row * size + inner] * factor[column * size + inner] }
                if column < row {
                    factor[row * size + column] = sum / factor[column * size + column]
                } else {
                    guard sum >= NormalEquations.leastPivot else { return nil }
                    factor[row * size + row] = sum.squareRoot()
                }
            }
        }
        // L⁻¹, and (LL')⁻¹ = L⁻¹'L⁻¹.
        var root = Array(repeating: 0.0, count: size * size)
        for column in 0..<size {
            for row in column..<size {
                var sum = row == column ? 1.0 : 0.0
                for inner in column..<max(row, column) {
                    sum -= factor[row * size + inner] * root[inner * size + column]
                }
                root[row * size + column] = sum / factor[row * size + row]
            }
        }
        var inverse = Array(repeating: 0.0, count: size * size)
        for row in 0..<size {
            for column in 0..<size {
                var sum = 0.0
                for inner in max(row, column)..<size { sum += root[inner * size + row] * root[inner * size + column] }
                inverse[row * size + column] = sum * scales[row] * scales[column]
            }
        }
        self.inverse = inverse
    }

    /// (X'X)⁻¹v
    func applied(to vector: [Double]) -> [Double] {
        (0..<size).map { row in
            (0..<size).reduce(0.0) { $0 + inverse[row * size + $1] * vector[$1] }
        }
    }
}
