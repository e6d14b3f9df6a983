package import Domain

/// How posteriors become shares.
package enum AllocationMethod: String, CaseIterable, Sendable {
    /// P(best) by quadrature, to 1e-9.
    case exact
    /// P(best) as a frequency among joint draws.
    case sampling
}

/// How an experiment shares its traffic.
package struct AllocationSettings: Equatable, Sendable {
    package var method = AllocationMethod.exact
    /// Joint draws of `sampling`.
    package var draws = 10_000
    /// Least share of all traffic an eligible arm gets; nil: min(0.02, 0.5 / eligible arms), less where a control
    /// leaves them less.
    package var floor: Double?
    /// Floors of single arms, by variant.
    package var floors: [String: Double] = [:]
    /// Visitors, those that a prior stands for counted too, below which an arm is new and its share capped at 1 / eligible arms.
    package var warmup: Int64 = 100

    package init() {}

    /// The floor of an arm without one of its own: the configured one, or the default, which leaves room beside any control.
    ///
    /// - Parameters:
    ///   - arms: how many arms compete.
    ///   - available: the share of all traffic that they have.
    package func commonFloor(arms: Int, available: Double) -> Double {
        floor ?? min(0.02, 0.5 / Double(arms), available / Double(arms))
    }

    /// The floors of competing arms, each its own or the common one, as shares of all traffic.
    ///
    /// - Parameter available: the share of all traffic that they have.
    package func floors(of variants: [Name], available: Double) -> [Double] {
        let common = commonFloor(arms: variants.count, available: available)
        let own = Dictionary(floors.map { (Name($0.key), $0.value) }) { first, _ in first }
        return variants.map { own[$0] ?? common }
    }
}
