import EventLog
import Vocabulary

/// Turns the records of visitors into counts by arm and segment.
struct Attribution {
    private let experiments: [Experiment]
    private let variants: [Name]
    private let places: [(platform: Int32, slot: Int32)]
    private let mixedUnits: MixedUnits
    private var counts: [UInt64: ArmCounts] = [:]
    private var purchases: [VisitorTable.Purchase] = []
    private(set) var mixedCount: Int64 = 0

    init(experiments: [Experiment], mixedUnits: MixedUnits) {
        self.experiments = experiments
        self.mixedUnits = mixedUnits
        let declared = DeclaredArms(experiments, hash: .random())
        variants = declared.arms.map(\.variant)
        places = declared.places
    }

    /// Counts the units of one visitor.
    mutating func add(_ visitor: Int, of table: borrowing VisitorTable) throws(CountOverflow) {
        collectPurchases(of: visitor, from: table)
        var index = table.visitors[visitor].units
        while index != VisitorTable.none {
            let unit = table.units[Int(index)]
            index = unit.next
            guard unit.views > 0 else { continue }
            if unit.isMixed {
                mixedCount += 1
                if mixedUnits == .exclude { continue }
            }
            let key = UInt64(unit.arm) << 32 | UInt64(unit.segment)
            try counts[key, default: ArmCounts()].add(self.counts(of: unit))
        }
    }

    private func counts(of unit: VisitorTable.Unit) throws(CountOverflow) -> ArmCounts {
        var counts = ArmCounts()
        counts.visitors = 1
        counts.views = Int64(unit.views)
        counts.clicks = Int64(unit.clicks)
        counts.clickers = unit.lastClick >= unit.exposure ? 1 : 0
        let place = places[Int(unit.experiment)]
        for purchase in purchases where purchase.time >= unit.exposure {
            guard purchase.platform == DeclaredArms.any || purchase.platform == place.platform,
                purchase.slot == DeclaredArms.any || purchase.slot == place.slot
            else { continue }
            counts.purchases += 1
            counts.revenue = try CountOverflow.sum(counts.revenue, Int128(purchase.revenue))
        }
        counts.purchasers = counts.purchases > 0 ? 1 : 0
        counts.revenueSquared = try CountOverflow.product(counts.revenue, counts.revenue)
        return counts
    }

    /// The visitor's purchases with repeated orders left out: of an order's events the earliest counts.
    private mutating func collectPurchases(of visitor: Int, from table: borrowing VisitorTable) {
        purchases.removeAll(keepingCapacity: true)
        var index = table.visitors[visitor].purchases
        while index != VisitorTable.none {
            let purchase = table.purchases[Int(index)]
            purchases.append(purchase)
            index = purchase.next
        }
        guard purchases.count > 1 else { return }
        purchases.sort { left, right in
            (left.order, left.time, left.platform, left.slot, left.revenue)
                < (right.order, right.time, right.platform, right.slot, right.revenue)
        }
        var kept = 0
        for position in purchases.indices {
            let order = purchases[position].order
            if order != VisitorTable.none, kept > 0, purchases[kept - 1].order == order { continue }
            purchases[kept] = purchases[position]
            kept += 1
        }
        purchases.removeSubrange(kept...)
    }

    /// The rows of all arms with a unit, in byte order of their keys.
    func rows(segments: borrowing TextTable) -> [(key: ArmKey, counts: ArmCounts)] {
        let armExperiments = experiments.flatMap { experiment in experiment.arms.map { _ in experiment.key } }
        var rows: [(key: ArmKey, counts: ArmCounts)] = []
        rows.reserveCapacity(counts.count)
        for (key, counts) in counts {
            let arm = Int(key >> 32)
            let segment = Name(segments[Int(key & 0xFFFF_FFFF)].string)
            let slot = armExperiments[arm]
            rows.append(
                (ArmKey(platform: slot.platform, slot: slot.slot, segment: segment, variant: variants[arm]), counts))
        }
        return rows.sorted { $0.key < $1.key }
    }
}
