import EventLog
import Vocabulary

/// Turns the records of a day's visitors into counts by arm and segment, where everything counts to the end of the day.
///
/// Pointers into the records are kept no longer than it takes to count a visitor, so it may go to any thread.
struct Attribution: @unchecked Sendable {
    /// The platform and slot of each experiment.
    let places: [PurchasePlace]
    let mixedUnits: MixedUnits
    private var purchases = PurchaseList()

    init(places: [PurchasePlace], mixedUnits: MixedUnits) {
        self.places = places
        self.mixedUnits = mixedUnits
    }

    /// Counts the units of one visitor.
    mutating func add(
        _ visitor: UnsafeMutablePointer<Visitor>, of table: borrowing VisitorTable, to counts: inout ArmCountTable
    ) throws(CountOverflow) {
        purchases.collect(of: visitor, from: table)
        purchases.removeRepeatedOrders()
        let hasPurchases = !purchases.all.isEmpty
        try table.forEachUnit(of: visitor) { unit throws(CountOverflow) in
            guard unit.pointee.arm.hasArm, !(unit.pointee.isMixed && mixedUnits == .exclude) else { return }
            try counts.add(
                self.counts(of: unit, in: table, hasPurchases), arm: unit.pointee.arm, segment: unit.pointee.segment)
        }
    }

    @inline(__always)
    private func counts(
        of unit: UnsafeMutablePointer<Unit>, in table: borrowing VisitorTable, _ hasPurchases: Bool
    ) throws(CountOverflow) -> ArmCounts {
        let exposure = unit.pointee.views.time
        var counts = ArmCounts()
        counts.visitors = 1
        (counts.views, counts.clicks) = table.counts(of: unit)
        counts.clickers = counts.clicks > 0 && unit.pointee.clicks.time >= exposure ? 1 : 0
        guard hasPurchases else { return counts }
        let place = places[unit.pointee.arm.experiment]
        for purchase in purchases.all where purchase.pointee.time >= exposure && purchase.pointee.place.covers(place) {
            counts.purchases += 1
            counts.revenue = try CountOverflow.sum(counts.revenue, Int128(purchase.pointee.revenue))
        }
        counts.purchasers = counts.purchases > 0 ? 1 : 0
        counts.revenueSquared = try CountOverflow.product(counts.revenue, counts.revenue)
        return counts
    }
}
