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
        let excludesMixed = mixedUnits == .exclude
        let hasPurchases = !purchases.all.isEmpty
        try table.forEachUnit(of: visitor) { unit throws(CountOverflow) in
            guard unit.pointee.arm.hasArm, !(unit.pointee.isMixed && excludesMixed) else { return }
            var found = ArmCounts(unit, of: table)
            if hasPurchases {
                try found.add(
                    purchases.all, since: unit.pointee.views.time, at: places[unit.pointee.arm.experiment])
            }
            try counts.add(found, arm: unit.pointee.arm, segment: unit.pointee.segment)
        }
    }
}

extension ArmCounts {
    /// A visitor's views and clicks in an experiment.
    @inline(__always)
    fileprivate init(_ unit: UnsafeMutablePointer<Unit>, of table: borrowing VisitorTable) {
        self.init()
        visitors = 1
        (views, clicks) = table.counts(of: unit)
        clickers = clicks > 0 && unit.pointee.clicks.time >= unit.pointee.views.time ? 1 : 0
    }

    /// Adds what the visitor bought there from its exposure on.
    fileprivate mutating func add(
        _ purchases: [UnsafeMutablePointer<Purchase>], since exposure: Int64, at place: PurchasePlace
    ) throws(CountOverflow) {
        for purchase in purchases where purchase.pointee.time >= exposure && purchase.pointee.place.covers(place) {
            self.purchases += 1
            revenue = try CountOverflow.sum(revenue, Int128(purchase.pointee.revenue))
        }
        purchasers = self.purchases > 0 ? 1 : 0
        revenueSquared = try CountOverflow.product(revenue, revenue)
    }
}
