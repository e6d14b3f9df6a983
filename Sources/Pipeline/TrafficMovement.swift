package import Allocation
package import Domain

/// What a new table changes in an experiment, against the table that serves until then: which shares move, why, and how many
/// visitors see another variant.
package struct TrafficMovement: Encodable, Equatable, Sendable {
    /// An arm of everyone's group whose share moves. Nil: the table does not have it.
    package struct Arm: Encodable, Equatable, Sendable {
        package var variant: String
        /// 0…1.
        package var before: Double?
        package var after: Double?
        package var statusBefore: String?
        package var statusAfter: String?

        /// By how much the share rises.
        package var change: Double { (after ?? 0) - (before ?? 0) }
    }

    /// The arm that is likeliest the best by the new table: what moves the shares.
    package struct Leader: Encodable, Equatable, Sendable {
        package var variant: String
        /// P(best); nil where the old table does not have it.
        package var before: Double?
        package var after: Double
    }

    package var platform: String
    package var slot: String
    /// The share of the experiment's visitors who are shown another variant, 0…1: the row groups weighed by their visitors.
    package var visitorsMoved: Double
    /// Segments with other shares than before.
    package var segmentsMoved: Int
    /// Of everyone's group, those that gain most first, those that lose most last.
    package var arms: [Arm]
    package var leader: Leader?
    /// Whether the experiment is in the old and in the new table.
    package var isInOld: Bool
    package var isInNew: Bool

    /// Whether the experiment's visitors see anything else than before.
    package var isMoved: Bool { visitorsMoved > 0 || !arms.isEmpty || segmentsMoved > 0 || isInOld != isInNew }

    /// - Parameters:
    ///   - old: the experiment's rows in the table that serves; `new`: those in the table that takes over.
    ///   - sameHoldout: whether both tables draw the control by one hash.
    package init(
        experiment: SlotKey, from old: [AllocationRow], to new: [AllocationRow], sameHoldout: Bool
    ) {
        platform = experiment.platform.string
        slot = experiment.slot.string
        (isInOld, isInNew) = (!old.isEmpty, !new.isEmpty)
        let before = Dictionary(grouping: old, by: \.key.segment)
        let after = Dictionary(grouping: new, by: \.key.segment)
        let everyone = (before[.everyone] ?? [], after[.everyone] ?? [])
        arms = TrafficMovement.arms(everyone.0, everyone.1)
        leader = TrafficMovement.leader(everyone.0, everyone.1)
        segmentsMoved = 0
        visitorsMoved = 0
        var rest = 1.0
        let all = Double(everyone.1.reduce(0) { $0 + $1.visitors })
        for segment in Set(before.keys).union(after.keys).subtracting([.everyone]).sorted() {
            let groups = (before[segment] ?? everyone.0, after[segment] ?? everyone.1)
            let moved = TrafficMovement.moved(groups.0, groups.1, sameHoldout)
            if moved > 0 { segmentsMoved += 1 }
            // A segment that lost its group is weighed by the visitors that it had in the old table.
            let visitors = Double((after[segment] ?? before[segment] ?? []).reduce(0) { $0 + $1.visitors })
            let weight = all > 0 ? min(rest, visitors / all) : 0
            visitorsMoved += weight * moved
            rest -= weight
        }
        visitorsMoved += rest * TrafficMovement.moved(everyone.0, everyone.1, sameHoldout)
    }

    private static func arms(_ old: [AllocationRow], _ new: [AllocationRow]) -> [Arm] {
        let before = Dictionary(old.map { ($0.key.variant, $0) }) { first, _ in first }
        let after = Dictionary(new.map { ($0.key.variant, $0) }) { first, _ in first }
        return Set(before.keys).union(after.keys).sorted().compactMap { variant in
            let (was, becomes) = (before[variant], after[variant])
            guard was?.traffic != becomes?.traffic else { return nil }
            return Arm(
                variant: variant.string, before: was.map { Double($0.traffic) / 1e6 },
                after: becomes.map { Double($0.traffic) / 1e6 }, statusBefore: was?.status.rawValue,
                statusAfter: becomes?.status.rawValue)
        }.sorted { $0.change == $1.change ? $0.variant < $1.variant : $0.change > $1.change }
    }

    private static func leader(_ old: [AllocationRow], _ new: [AllocationRow]) -> Leader? {
        guard let row = new.max(by: { ($0.probabilityBest ?? -1) < ($1.probabilityBest ?? -1) }),
            let after = row.probabilityBest
        else { return nil }
        let before = old.first { $0.key.variant == row.key.variant }?.probabilityBest
        return Leader(variant: row.key.variant.string, before: before, after: after)
    }

    /// The share of a group's visitors who are shown another variant. Where one of the tables has no rows for them, everybody is.
    private static func moved(_ old: [AllocationRow], _ new: [AllocationRow], _ sameHoldout: Bool) -> Double {
        guard !old.isEmpty, !new.isEmpty else { return old.isEmpty && new.isEmpty ? 0 : 1 }
        let variants = Set(old.map(\.key.variant)).union(new.map(\.key.variant)).sorted()
        let position = Dictionary(uniqueKeysWithValues: variants.enumerated().map { ($1, $0) })
        func shares(_ rows: [AllocationRow]) -> (shares: [Double], control: VisitorsMoved.Control?) {
            var shares = [Double](repeating: 0, count: variants.count)
            var control: VisitorsMoved.Control?
            for row in rows {
                guard let arm = position[row.key.variant] else { continue }
                shares[arm] = Double(row.traffic) / 1e6
                if row.status == .control, row.traffic > 0 { control = .init(arm: arm, share: shares[arm]) }
            }
            return (shares, control)
        }
        let (before, after) = (shares(old), shares(new))
        guard before.shares != after.shares || before.control != after.control || !sameHoldout else { return 0 }
        return VisitorsMoved.share(
            from: before.shares, to: after.shares, controls: (before.control, after.control), sameHoldout: sameHoldout)
    }
}
