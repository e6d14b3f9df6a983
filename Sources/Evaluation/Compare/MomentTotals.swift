/// n, Σω and Σωy of some customers, y about the outcomes' centre.
struct WeightedSum: Sendable {
    var count = 0
    var weight = 0.0
    var sum = 0.0

    /// About the centre; nil without customers.
    var mean: Double? { count > 0 ? sum / weight : nil }

    @inline(__always)
    mutating func add(_ weight: Double, _ outcome: Double) {
        count += 1
        self.weight += weight
        sum += weight * outcome
    }

    mutating func add(_ other: WeightedSum) {
        count += other.count
        weight += other.weight
        sum += other.sum
    }
}

/// The sums of the first reading that belong to no stratum.
struct MomentTotals: Sendable {
    /// More actions than this are taken for a wrong column.
    static let maximumActions = 10_000

    var customers = 0
    var nonCompliant = 0
    /// Customers by the number of their action.
    private(set) var actions: [Int]
    /// Customers of the actions that no policy chooses.
    private(set) var otherActions: [[UInt8]: Int] = [:]
    /// For each policy, the customers who got what it chooses.
    var values: [WeightedSum]
    /// For each pair, the customers for whom both policies choose the same, by the policy they were assigned to.
    var placebo: [(policy: WeightedSum, reference: WeightedSum)]
    /// The least and greatest of the numbers of z.
    private var least: [SIMD4<Double>]
    private var greatest: [SIMD4<Double>]

    init(_ context: JoinContext, _ pairs: PairTable) {
        actions = Array(repeating: 0, count: context.actions.count)
        values = Array(repeating: WeightedSum(), count: context.policies.count)
        placebo = Array(repeating: (WeightedSum(), WeightedSum()), count: pairs.pairs.count)
        least = Array(repeating: SIMD4(repeating: .infinity), count: context.vectors)
        greatest = Array(repeating: SIMD4(repeating: -.infinity), count: context.vectors)
    }

    /// Actions that occur.
    var actionCount: Int { actions.count { $0 > 0 } + otherActions.count }

    mutating func add(_ rows: JoinedRows) {
        customers += 1
        if rows.action >= 0 {
            actions[rows.action] += 1
        } else if otherActions.count <= MomentTotals.maximumActions {
            otherActions[rows.actionField.bytes, default: 0] += 1
        }
        for vector in least.indices {
            let values = rows.values[vector]
            least[vector] = pointwiseMin(least[vector], values)
            greatest[vector] = pointwiseMax(greatest[vector], values)
        }
    }

    /// Whether a number of z is not the same in all rows.
    func varies(_ place: Int) -> Bool { least[place / 4][place % 4] < greatest[place / 4][place % 4] }

    mutating func add(_ other: MomentTotals) {
        customers += other.customers
        nonCompliant += other.nonCompliant
        for action in actions.indices { actions[action] += other.actions[action] }
        otherActions.merge(other.otherActions, uniquingKeysWith: +)
        for policy in values.indices { values[policy].add(other.values[policy]) }
        for pair in placebo.indices {
            placebo[pair].policy.add(other.placebo[pair].policy)
            placebo[pair].reference.add(other.placebo[pair].reference)
        }
        for vector in least.indices {
            least[vector] = pointwiseMin(least[vector], other.least[vector])
            greatest[vector] = pointwiseMax(greatest[vector], other.greatest[vector])
        }
    }
}
