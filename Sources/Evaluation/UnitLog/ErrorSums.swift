/// What errors are wanted of: influences of estimates, and of differences and ratios of two of them.
///
/// The influences of a row, or the sums of a visitor's, stand in columns:
///
///     served │ ips snips dr sndr weight │ ips snips dr sndr weight │ …
///            └──────── policy 0 ────────┘
struct ErrorPlan: Sendable {
    static let columnsOfPolicy = UnitEstimator.withError.count + 1

    /// a·column + b·other
    struct Output: Sendable {
        var column: Int
        var a: Double
        var other: Int
        var b: Double
    }

    /// By policy and estimator with an error; nil where the estimate is not defined.
    let influences: [[RowInfluence?]]
    /// r − V of the policy that served.
    let servedValue: Double
    /// W̄ by policy.
    let meanWeights: [Double]
    private(set) var outputs: [Output] = []

    init(_ totals: [PolicyTotals], servedValue: Double, rows: Double) {
        influences = totals.map { totals in
            UnitEstimator.withError.map { totals.influence($0, rows: rows) }
        }
        self.servedValue = servedValue
        meanWeights = totals.map { $0.plainWeight / rows }
    }

    var columns: Int { 1 + ErrorPlan.columnsOfPolicy * influences.count }

    static func column(policy: Int, _ estimator: UnitEstimator) -> Int? {
        UnitEstimator.withError.firstIndex(of: estimator).map { 1 + policy * columnsOfPolicy + $0 }
    }

    static func weightColumn(policy: Int) -> Int { (policy + 1) * columnsOfPolicy }

    /// Asks for the error of a·column + b·other; returns its number.
    mutating func want(_ column: Int, _ a: Double = 1, _ other: Int = 0, _ b: Double = 0) -> Int {
        outputs.append(Output(column: column, a: a, other: other, b: b))
        return outputs.count - 1
    }

    /// The influences of a row.
    @inline(__always)
    func fill(
        _ columns: UnsafeMutablePointer<Double>, inverse: Double, reward: Double, clip: Double,
        _ cells: UnsafePointer<PolicyCell>
    ) {
        columns[0] = reward - servedValue
        var column = 1
        for policy in influences.indices {
            let cell = cells[policy]
            let weight = cell.share * inverse
            let clipped = min(weight, clip)
            for influence in influences[policy] {
                columns[column] = influence?(weight: clipped, reward: reward, cell) ?? 0
                column += 1
            }
            columns[column] = weight - meanWeights[policy]
            column += 1
        }
    }

    /// The influences of the rows of a cell as functions of (1, r, 1/p, r/p).
    func inCell(_ cells: ArraySlice<PolicyCell>) -> [SIMD4<Double>] {
        var columns: [SIMD4<Double>] = [SIMD4(-servedValue, 1, 0, 0)]
        for (policy, cell) in cells.enumerated() {
            for influence in influences[policy] { columns.append(influence?.inCell(cell) ?? .zero) }
            columns.append(SIMD4(-meanWeights[policy], 0, cell.share, 0))
        }
        return columns
    }
}

/// Sums over clusters of the outputs of a plan, and of their squares.
struct ErrorSums {
    private let plan: ErrorPlan
    /// Clusters: visitors, or rows without one.
    private(set) var clusters = 0.0
    private var sums: [Double]
    private var squares: [Double]
    /// Of the terms that squares were made of: what is far below them is rounding.
    private var magnitudes: [Double]

    init(_ plan: ErrorPlan) {
        self.plan = plan
        sums = Array(repeating: 0, count: plan.outputs.count)
        squares = sums
        magnitudes = sums
    }

    /// Adds a cluster by the sums of its rows' influences.
    mutating func add(_ columns: UnsafePointer<Double>) {
        clusters += 1
        for (number, output) in plan.outputs.enumerated() {
            let (first, second) = (output.a * columns[output.column], output.b * columns[output.other])
            let value = first + second
            sums[number] += value
            squares[number] += value * value
            magnitudes[number] += first * first + second * second
        }
    }

    /// Adds all rows of a cell, each a cluster.
    mutating func add(_ moments: CellMoments, _ columns: [SIMD4<Double>]) {
        clusters += moments.rows
        let m = moments
        for (number, output) in plan.outputs.enumerated() {
            let e = output.a * columns[output.column] + output.b * columns[output.other]
            sums[number] += e[0] * m.rows + e[1] * m.reward + e[2] * m.inverse + e[3] * m.inverseReward
            // Σ (e₀ + e₁·r + e₂/p + e₃·r/p)²
            let own = [
                e[0] * e[0] * m.rows, e[1] * e[1] * m.rewardSquared, e[2] * e[2] * m.squared,
                e[3] * e[3] * m.squaredRewardSquared,
            ]
            let mixed = [
                e[0] * e[1] * m.reward, e[0] * e[2] * m.inverse, e[0] * e[3] * m.inverseReward,
                e[1] * e[2] * m.inverseReward, e[1] * e[3] * m.inverseRewardSquared, e[2] * e[3] * m.squaredReward,
            ]
            squares[number] += own.reduce(0, +) + 2 * mixed.reduce(0, +)
            magnitudes[number] += own.reduce(0, +)
        }
    }

    mutating func add(_ other: ErrorSums) {
        clusters += other.clusters
        for number in sums.indices {
            sums[number] += other.sums[number]
            squares[number] += other.squares[number]
            magnitudes[number] += other.magnitudes[number]
        }
    }

    /// √(C/(C−1)·Σ (E − Ē)²)/N; nil with fewer than two clusters, 0 where nothing but rounding is left.
    ///
    /// - Parameter value: what the error is of.
    func error(_ output: Int, of value: Double, rows: Double) -> Double? {
        guard clusters > 1 else { return nil }
        let spread = squares[output] - sums[output] * sums[output] / clusters
        guard spread > max(1e-13 * magnitudes[output], 1e-24 * value * value * rows) else { return 0 }
        return (clusters / (clusters - 1) * spread).squareRoot() / rows
    }
}
