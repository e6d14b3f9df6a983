extension StratumFactorFit.Problem {
    /// The Newton step of P in log r, where `stratumFactors` are those of `armRates`; nil when rounding makes the matrix
    /// not positive definite.
    ///
    /// With e[s, v] = n·b[s]·r[v] and h[s] = Σv e[s, v] + ½·b[s] the gradient is r[v]·(Σs n·b[s] + ½/r̄) − (Xv + ½) and the
    /// Hessian is
    ///
    ///     S[v, w] = −Σs e[s, v]·e[s, w] / h[s]                                        v ≠ w
    ///     S[v, v] = ½·r[v]/r̄ + Σs e[s, v]·½·b[s] / h[s] − Σ of the row's others
    ///
    /// The diagonal is summed from positive terms: as Σs e − Σs e²/h it would lose the halves, which alone hold the scale.
    func newtonDirection(armRates: [Double], stratumFactors: [Double]) -> [Double]? {
        var matrix = Array(repeating: 0.0, count: arms * arms)
        var step = Array(repeating: 0.0, count: arms)
        var diagonal = armRates.map { 0.5 * $0 / priorRate }
        var expected = Array(repeating: 0.0, count: arms)
        for arm in 0..<arms { step[arm] = successesByArm[arm] + 0.5 - diagonal[arm] }
        for stratum in 0..<strata {
            var total = 0.5 * stratumFactors[stratum]
            for arm in 0..<arms {
                expected[arm] = visitors[stratum * arms + arm] * stratumFactors[stratum] * armRates[arm]
                total += expected[arm]
                step[arm] -= expected[arm]
            }
            guard total > 0 else { continue }
            for arm in 0..<arms where expected[arm] > 0 {
                let share = expected[arm] / total
                diagonal[arm] += share * 0.5 * stratumFactors[stratum]
                for other in 0..<arm { matrix[arm * arms + other] -= share * expected[other] }
            }
        }
        for arm in 0..<arms {
            for other in 0..<arm {
                diagonal[arm] -= matrix[arm * arms + other]
                diagonal[other] -= matrix[arm * arms + other]
            }
        }
        for arm in 0..<arms { matrix[arm * arms + arm] = diagonal[arm] }
        guard factorize(&matrix) else { return nil }
        solve(matrix, &step)
        return step
    }

    /// Replaces the lower triangle of a symmetric positive definite matrix by its Cholesky factor (Golub and Van Loan,
    /// "Matrix Computations", 4.2); false when a pivot is not positive.
    private func factorize(_ matrix: inout [Double]) -> Bool {
        for row in 0..<arms {
            for column in 0...row {
                var sum = matrix[row * arms + column]
                for index in 0..<column { sum -= matrix[row * arms + index] * matrix[column * arms + index] }
                if row == column {
                    guard sum > 0 else { return false }
                    matrix[row * arms + row] = sum.squareRoot()
                } else {
                    matrix[row * arms + column] = sum / matrix[column * arms + column]
                }
            }
        }
        return true
    }

    /// Solves L·Lᵀ·y = `vector` in place.
    private func solve(_ factor: [Double], _ vector: inout [Double]) {
        for row in 0..<arms {
            for column in 0..<row { vector[row] -= factor[row * arms + column] * vector[column] }
            vector[row] /= factor[row * arms + row]
        }
        for row in (0..<arms).reversed() {
            for below in row + 1..<max(arms, row + 1) { vector[row] -= factor[below * arms + row] * vector[below] }
            vector[row] /= factor[row * arms + row]
        }
    }
}
