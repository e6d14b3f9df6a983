import CLibrary

/// The sixteen-point Gauss-Legendre rule on [−1, 1]: exact for polynomials up to degree 31 (DLMF 3.5.15).
///
/// Sixteen values of a function are one vector, so that what is done to a panel of an integral is written as one
/// expression, and the polynomial through them can be integrated, differentiated or judged by constant matrices.
package struct GaussLegendre: Sendable {
    package typealias Values = SIMD16<Double>

    package static let order = 16
    package static let sixteen = GaussLegendre()

    /// Abscissae in increasing order.
    package let nodes: Values
    package let weights: Values
    /// The last two Legendre coefficients of the polynomial through values f are the sums of these rows times f: small
    /// when sixteen nodes carry the function.
    package let lastButOne: Values
    package let last: Values
    /// The integral of that polynomial from −1 to node i is the sum over k of column k, entry i, times f[k].
    package let integration: [Values]
    /// Coefficient p of its monomial form is the sum over k of column k, entry p, times f[k].
    package let monomials: [Values]

    private init() {
        let order = GaussLegendre.order
        var nodes = Values.zero
        var weights = Values.zero
        for index in 0..<order {
            // Tricomi's estimate of the zero, then Newton's method.
            var node = -cos(Double.pi * (Double(index) + 0.75) / (Double(order) + 0.5))
            var slope = 0.0
            for _ in 0..<8 {
                let values = GaussLegendre.legendre(node)
                slope = Double(order) * (values[order - 1] - node * values[order]) / (1 - node * node)
                node -= values[order] / slope
            }
            nodes[index] = node
            weights[index] = 2 / ((1 - node * node) * slope * slope)
        }
        self.nodes = nodes
        self.weights = weights

        let powers = GaussLegendre.legendrePowers()
        var lastButOne = Values.zero
        var last = Values.zero
        var integration: [Values] = []
        var monomials: [Values] = []
        for source in 0..<order {
            let values = GaussLegendre.legendre(nodes[source])
            var coefficients = Values.zero
            for degree in 0..<order {
                coefficients[degree] = (Double(degree) + 0.5) * weights[source] * values[degree]
            }
            lastButOne[source] = coefficients[order - 2]
            last[source] = coefficients[order - 1]

            var integrals = Values.zero
            for target in 0..<order {
                let ends = GaussLegendre.legendre(nodes[target])
                // ∫ P₀ = x + 1, ∫ Pₙ = (Pₙ₊₁ − Pₙ₋₁) / (2n + 1) from −1 (DLMF 18.17.1).
                var sum = coefficients[0] * (ends[1] + 1)
                for degree in 1..<order {
                    sum += coefficients[degree] * (ends[degree + 1] - ends[degree - 1]) / Double(2 * degree + 1)
                }
                integrals[target] = sum
            }
            integration.append(integrals)

            var monomial = Values.zero
            for degree in 0..<order { monomial += coefficients[degree] * powers[degree] }
            monomials.append(monomial)
        }
        self.lastButOne = lastButOne
        self.last = last
        self.integration = integration
        self.monomials = monomials
    }

    /// Applies one of the matrices to values at the nodes.
    package static func apply(_ columns: [Values], to values: Values) -> Values {
        values.withLanes { lanes in
            var result = columns[0] * lanes[0]
            for index in 1..<order { result += columns[index] * lanes[index] }
            return result
        }
    }

    /// P₀(x) … P₁₆(x) by the three-term recurrence (DLMF 18.9.1).
    private static func legendre(_ x: Double) -> [Double] {
        var values = [1, x]
        for degree in 1..<order {
            let n = Double(degree)
            values.append(((2 * n + 1) * x * values[degree] - n * values[degree - 1]) / (n + 1))
        }
        return values
    }

    /// The monomial coefficients of P₀ … P₁₅.
    private static func legendrePowers() -> [Values] {
        var constant = Values.zero
        constant[0] = 1
        var linear = Values.zero
        linear[1] = 1
        var powers = [constant, linear]
        for degree in 1..<(order - 1) {
            let n = Double(degree)
            var shifted = Values.zero
            for power in 1..<order { shifted[power] = powers[degree][power - 1] }
            powers.append(((2 * n + 1) * shifted - n * powers[degree - 1]) / (n + 1))
        }
        return powers
    }
}

extension SIMD16<Double> {
    /// Calls `body` with the sixteen numbers in memory.
    ///
    /// A lane with a variable index is then a load. The subscript writes all of the vector to the stack and back at each use,
    /// which made up half of the time that P(best) takes.
    @inlinable
    package func withLanes<Result>(_ body: (UnsafePointer<Double>) -> Result) -> Result {
        withUnsafePointer(to: self) { vector in
            body(UnsafeRawPointer(vector).assumingMemoryBound(to: Double.self))
        }
    }

    /// A vector of the function's value of each lane.
    @inlinable
    package func mapLanes(_ transform: (Double) -> Double) -> Self {
        withLanes { lanes in
            var result = Self.zero
            withUnsafeMutablePointer(to: &result) { vector in
                let target = UnsafeMutableRawPointer(vector).assumingMemoryBound(to: Double.self)
                for index in 0..<Self.scalarCount { target[index] = transform(lanes[index]) }
            }
            return result
        }
    }
}
