/// What other budgets would have brought: points of the walk up to the first step that does not fit, without what is filled in after it.
package struct CurvePoint: Sendable {
    /// In units.
    package var budget: Int128
    /// In 10⁻⁹.
    package var value: Int128
    /// The value with a fraction of the step that did not fit, in 10⁻¹⁸, rounded up.
    var bound: Int128
    /// The first step that did not fit; nil when all did.
    package var breakStep: Efficiency?
    package var contacted: Int
}

/// Finds the points of a curve while the steps pass by. Time: steps + points.
struct CurveBuilder {
    private(set) var points: [CurvePoint] = []
    private let budgets: [Int128]
    private var next = 0
    private var cost: Int128
    private var value: Int128
    private var contacted: Int

    /// - Parameters:
    ///   - base: what the least costs and brings.
    ///   - range: cost of all steps together.
    init(points count: Int, baseCost: Int128, baseValue: Int128, contacted: Int, range: Int128) {
        budgets = (0..<count).map { baseCost + range * Int128($0) / Int128(max(1, count - 1)) }
        (cost, value) = (baseCost, baseValue)
        self.contacted = contacted
    }

    var isDone: Bool { next == budgets.count }

    @inline(__always)
    mutating func look(at step: Step) {
        while next < budgets.count, cost + Int128(step.cost) > budgets[next] { close(step) }
        cost += Int128(step.cost)
        value += Int128(step.gain)
        contacted += step.contacts
    }

    private mutating func close(_ step: Step?) {
        let bound = value * 1_000_000_000 + (step.map { Walk.part(of: $0, budgets[next] - cost) } ?? 0)
        points.append(
            CurvePoint(
                budget: budgets[next], value: value, bound: bound, breakStep: step?.efficiency, contacted: contacted))
        next += 1
    }

    /// Ends the steps.
    mutating func finish() {
        while !isDone { close(nil) }
    }
}

extension CurvePoint {
    /// The bound in 10⁻⁹, to the nearest.
    package var boundValue: Int128 { Bound.value(bound) }
}

/// Bounds are kept in 10⁻¹⁸, rounded up, and shown in 10⁻⁹.
enum Bound {
    static func value(_ bound: Int128) -> Int128 {
        let unit: Int128 = 1_000_000_000
        let floor = bound >= 0 ? bound / unit : -((-bound + unit - 1) / unit)
        return floor + (bound - floor * unit >= unit / 2 ? 1 : 0)
    }
}
