import EventLog
import Vocabulary

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Turns the records of visitors into counts by arm and segment. Pointers into the records are kept no longer than it takes to
/// count a visitor, so it may go to any thread.
struct Attribution: @unchecked Sendable {
    private let places: [PurchasePlace]
    private let mixedUnits: MixedUnits
    private(set) var counts = ArmCountTable()
    private(set) var mixedCount: Int64 = 0
    private var purchases: [UnsafeMutablePointer<Purchase>] = []

    /// - Parameter places: the platform and slot of each experiment.
    init(places: [PurchasePlace], mixedUnits: MixedUnits) {
        self.places = places
        self.mixedUnits = mixedUnits
    }

    /// Adds the counts of other visitors.
    mutating func add(_ other: Attribution) throws(CountOverflow) {
        mixedCount += other.mixedCount
        try counts.add(other.counts)
    }

    /// Counts the units of one visitor.
    mutating func add(
        _ visitor: UnsafeMutablePointer<Visitor>, of table: borrowing VisitorTable
    ) throws(CountOverflow) {
        collectPurchases(of: visitor, from: table)
        try table.forEachUnit(of: visitor) { unit throws(CountOverflow) in
            guard unit.pointee.arm.hasArm else { return }
            if unit.pointee.isMixed {
                mixedCount += 1
                if mixedUnits == .exclude { return }
            }
            try counts.add(counts(of: unit, in: table), arm: unit.pointee.arm, segment: unit.pointee.segment)
        }
    }

    private func counts(
        of unit: UnsafeMutablePointer<Unit>, in table: borrowing VisitorTable
    ) throws(CountOverflow) -> ArmCounts {
        let exposure = unit.pointee.views.time
        var counts = ArmCounts()
        counts.visitors = 1
        (counts.views, counts.clicks) = table.counts(of: unit)
        counts.clickers = counts.clicks > 0 && unit.pointee.clicks.time >= exposure ? 1 : 0
        guard !purchases.isEmpty else { return counts }
        let place = places[unit.pointee.arm.experiment]
        for purchase in purchases where purchase.pointee.time >= exposure && purchase.pointee.place.covers(place) {
            counts.purchases += 1
            counts.revenue = try CountOverflow.sum(counts.revenue, Int128(purchase.pointee.revenue))
        }
        counts.purchasers = counts.purchases > 0 ? 1 : 0
        counts.revenueSquared = try CountOverflow.product(counts.revenue, counts.revenue)
        return counts
    }

    /// The visitor's purchases with repeated orders left out: of an order's events the earliest counts.
    private mutating func collectPurchases(
        of visitor: UnsafeMutablePointer<Visitor>, from table: borrowing VisitorTable
    ) {
        purchases.removeAll(keepingCapacity: true)
        guard visitor.pointee.extras != 0 else { return }
        table.forEachExtra(of: visitor, .purchase) { purchases.append($0.payload(as: Purchase.self)) }
        guard purchases.count > 1 else { return }
        purchases.sort { left, right in
            let order = Attribution.compareOrders(left, right)
            return order != 0 ? order < 0 : Attribution.isEarlier(left.pointee, right.pointee)
        }
        var kept = 0
        for purchase in purchases {
            let isRepeated =
                purchase.pointee.orderLength > 0 && kept > 0
                && Attribution.compareOrders(purchases[kept - 1], purchase) == 0
            if isRepeated { continue }
            purchases[kept] = purchase
            kept += 1
        }
        purchases.removeSubrange(kept...)
    }

    /// Some total order of order ids.
    private static func compareOrders(
        _ left: UnsafeMutablePointer<Purchase>, _ right: UnsafeMutablePointer<Purchase>
    ) -> Int32 {
        if left.pointee.orderLength != right.pointee.orderLength {
            return left.pointee.orderLength < right.pointee.orderLength ? -1 : 1
        }
        return memcmp(left + 1, right + 1, Int(left.pointee.orderLength))
    }

    /// Of events of one order at one time, one that names no platform or no slot comes first.
    private static func isEarlier(_ left: Purchase, _ right: Purchase) -> Bool {
        (left.time, left.place.platform &+ 1, left.place.slot &+ 1, left.revenue)
            < (right.time, right.place.platform &+ 1, right.place.slot &+ 1, right.revenue)
    }
}
