/// What the second reading needs of a fitted regression for the rows of one arm, as functions of z = (1, x, y).
///
///     residual      û = r'z
///     influence     a'z, of the row's outcome on the effect
///     leverage      h = z'Lz
///
/// Used by all workers, and never written after it was made.
final class RowModel: @unchecked Sendable {
    private let vectors: Int
    private let residual: UnsafeMutablePointer<SIMD4<Double>>
    private let influence: UnsafeMutablePointer<SIMD4<Double>>
    private let leverage: UnsafeMutablePointer<SIMD4<Double>>

    init(vectors: Int) {
        self.vectors = vectors
        residual = .allocate(capacity: 2 * vectors + 4 * vectors * vectors)
        residual.initialize(repeating: .zero, count: 2 * vectors + 4 * vectors * vectors)
        influence = residual + vectors
        leverage = influence + vectors
    }

    deinit { residual.deallocate() }

    func addResidual(_ place: Int, _ value: Double) { residual[place / 4][place % 4] += value }
    func addInfluence(_ place: Int, _ value: Double) { influence[place / 4][place % 4] += value }
    func addLeverage(_ row: Int, _ column: Int, _ value: Double) {
        leverage[row * vectors + column / 4][column % 4] += value
    }

    @inline(__always)
    func residual(_ z: UnsafePointer<SIMD4<Double>>) -> Double { dot(residual, z) }

    /// (a'z)²·û²/(1 − h), the row's part of the variance HC2 (MacKinnon and White 1985).
    ///
    /// - Parameter weight: of a weighted fit, whose rows and outcomes are multiplied by its root; else 1.
    /// - Returns: 0 for a row that fits itself, with h = 1.
    @inline(__always)
    func varianceHC2(_ z: UnsafePointer<SIMD4<Double>>, residual: Double, weight: Double) -> Double {
        let scalars = UnsafeRawPointer(z).assumingMemoryBound(to: Double.self)
        var sum = SIMD4<Double>.zero
        for column in 0..<vectors {
            var product = SIMD4<Double>.zero
            for row in 0..<4 * vectors { product += scalars[row] * leverage[row * vectors + column] }
            sum += product * z[column]
        }
        let rest = 1 - weight * sum.sum()
        guard rest >= 1e-12 else { return 0 }
        let part = weight * dot(influence, z) * residual
        return part * part / rest
    }

    @inline(__always)
    private func dot(_ left: UnsafePointer<SIMD4<Double>>, _ right: UnsafePointer<SIMD4<Double>>) -> Double {
        var sum = SIMD4<Double>.zero
        for vector in 0..<vectors { sum += left[vector] * right[vector] }
        return sum.sum()
    }
}
