/// The cross products of the rows of one arm.
struct ArmMoments {
    let count: Int
    /// Whether all rows have one probability, within 10⁻¹².
    let isEven: Bool
    private let matrix: UnsafePointer<SIMD4<Double>>
    private let vectors: Int

    init(_ numbers: UnsafePointer<SIMD4<Double>>, _ layout: MomentLayout, arm: Int, isWeighted: Bool = true) {
        let head = numbers[layout.arm(arm)]
        count = Int(head[0])
        isEven = count == 0 || head[1] - 1 / head[2] <= 1e-12
        matrix = numbers + (isWeighted ? layout.weighted(arm) : layout.unweighted(arm))
        vectors = layout.vectors
    }

    /// Σω z_i z_j
    subscript(row: Int, column: Int) -> Double {
        let (low, high) = row / 4 <= column / 4 ? (row, column) : (column, row)
        return matrix[low * vectors + high / 4][high % 4]
    }

    /// Σω z / Σω
    var means: [SIMD4<Double>] { (0..<vectors).map { count > 0 ? matrix[$0] / matrix[0][0] : .zero } }
}

/// A regression of the outcome on 1, T and covariates, or on 1 and covariates in each arm, fitted from cross products.
struct LinearFit {
    /// T's coefficient.
    var effect: Double
    /// Of the rows with T = 0, and of those with T = 1.
    var models: [RowModel]
    /// What the sum of squared residuals is to be multiplied with for T's classical variance.
    var classicalFactor: Double

    /// The places in z: 1, the covariates, the outcome.
    struct Places {
        var covariates: [Int]
        var outcome: Int
        var vectors: Int
    }

    /// Fits y ~ 1 + T + x.
    ///
    /// - Parameter scales: what each arm's cross products are multiplied with: 1 for a weighted fit.
    /// - Returns: nil with fewer rows than columns and two, or when the columns depend on one another.
    static func common(_ arms: [ArmMoments], scales: [Double], _ places: Places) -> LinearFit? {
        let columns = [0, 0] + places.covariates
        let size = columns.count
        let rows = arms[0].count + arms[1].count
        guard rows >= size + 2 else { return nil }
        /// What a column is multiplied with in an arm: T is 1 in the one and 0 in the other.
        func factor(_ column: Int, _ arm: Int) -> Double { column == 1 ? Double(arm) : 1 }
        var matrix = Array(repeating: 0.0, count: size * size)
        var products = Array(repeating: 0.0, count: size)
        for arm in 0..<2 {
            for row in 0..<size {
                let scale = scales[arm] * factor(row, arm)
                for column in 0..<size {
                    matrix[row * size + column] +=
                        scale * factor(column, arm) * arms[arm][columns[row], columns[column]]
                }
                products[row] += scale * arms[arm][columns[row], places.outcome]
            }
        }
        guard let equations = NormalEquations(matrix, size: size) else { return nil }
        let coefficients = equations.applied(to: products)
        let models = (0..<2).map { arm in
            let model = RowModel(vectors: places.vectors)
            model.addResidual(places.outcome, 1)
            for row in 0..<size {
                model.addResidual(columns[row], -factor(row, arm) * coefficients[row])
                model.addInfluence(columns[row], factor(row, arm) * equations.inverse[size + row])
                for column in 0..<size {
                    model.addLeverage(
                        columns[row], columns[column],
                        factor(row, arm) * factor(column, arm) * equations.inverse[row * size + column])
                }
            }
            return model
        }
        return LinearFit(
            effect: coefficients[1], models: models, classicalFactor: equations.inverse[size + 1] / Double(rows - size))
    }

    /// Fits y ~ 1 + T + x̃ + T·x̃ with x̃ = x − centre (Lin 2013).
    ///
    /// As every column but the first two is there for both arms, it is one regression on 1 and x̃ in each arm: the effect is the
    /// difference of their values at the centre, leverages are those of the arms, and the two parts of the variance add up.
    /// - Returns: nil unless each arm has more rows than columns, or when the columns depend on one another.
    static func interacted(
        _ arms: [ArmMoments], scales: [Double], centre: [Double], _ places: Places
    ) -> LinearFit? {
        let columns = [0] + places.covariates
        let size = columns.count
        let point = [1] + centre
        var values: [Double] = []
        var models: [RowModel] = []
        for (arm, scale) in zip(arms, scales) {
            // With as many rows as columns an arm fits itself, however far off, and would seem to have no variance.
            guard arm.count > size else { return nil }
            let matrix = columns.flatMap { row in columns.map { scale * arm[row, $0] } }
            guard let equations = NormalEquations(matrix, size: size) else { return nil }
            let coefficients = equations.applied(to: columns.map { scale * arm[$0, places.outcome] })
            let influence = equations.applied(to: point)
            let model = RowModel(vectors: places.vectors)
            model.addResidual(places.outcome, 1)
            for row in 0..<size {
                model.addResidual(columns[row], -coefficients[row])
                model.addInfluence(columns[row], influence[row])
                for column in 0..<size {
                    model.addLeverage(columns[row], columns[column], equations.inverse[row * size + column])
                }
            }
            values.append(zip(coefficients, point).reduce(0) { $0 + $1.0 * $1.1 })
            models.append(model)
        }
        return LinearFit(effect: values[1] - values[0], models: models, classicalFactor: 0)
    }
}

/// One stratum after the first reading: its arms, and the regressions that could be fitted.
final class StratumFit: Sendable {
    let stratum: Int
    /// Customers, whatever action they got.
    let customers: Int
    /// Of the arms T = 0 and T = 1.
    let counts: [Int]
    /// The means of 1, covariates and outcome, about their centres.
    let means: [[SIMD4<Double>]]
    /// Σω of each arm.
    let weights: [Double]
    /// Whether regressions are weighted by 1/e.
    let isWeighted: Bool
    let common: LinearFit?
    let interacted: LinearFit?

    /// Whether both arms have a variance.
    var isEstimable: Bool { counts[0] >= 2 && counts[1] >= 2 }

    init(_ stratum: Int, _ moments: Moments, _ places: LinearFit.Places, methods: Set<ComparisonMethod>) {
        guard let numbers = moments.strata.existing(stratum) else { preconditionFailure("the stratum was read") }
        let arms = (0..<2).map { ArmMoments(numbers, moments.layout, arm: $0) }
        self.stratum = stratum
        let everyone = UnsafeRawPointer(numbers).assumingMemoryBound(to: Double.self)
        customers = Int(everyone[0])
        counts = arms.map(\.count)
        means = arms.map(\.means)
        weights = arms.map { $0[0, 0] }
        isWeighted = !(arms[0].isEven && arms[1].isEven)
        let isEstimable = counts[0] >= 2 && counts[1] >= 2
        // Where an arm has one weight, its weighted cross products are the plain ones times that.
        let isWeighted = isWeighted
        let scales = arms.map { isWeighted ? 1 : Double($0.count) / $0[0, 0] }
        common =
            isEstimable && (methods.contains(.ols) || methods.contains(.olsHC2))
            ? LinearFit.common(arms, scales: scales, places) : nil
        let centre = places.covariates.map { everyone[$0] / everyone[0] }
        interacted =
            isEstimable && methods.contains(.lin)
            ? LinearFit.interacted(arms, scales: scales, centre: centre, places) : nil
    }
}

extension LinearFit: Sendable {}
