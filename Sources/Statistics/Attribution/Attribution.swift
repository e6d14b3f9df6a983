import Domain
import EventLog

/// Turns the records of a day's visitors into counts by arm and segment, where everything counts to the end of the day.
struct Attribution: Sendable {
    /// The platform and slot of each experiment.
    let places: [PurchasePlace]
    let mixedUnits: MixedUnits

    /// Counts the units of one visitor.
    ///
    /// - Parameter purchases: memory that the next visitor's reuse.
    func add(
        _ visitor: UnsafeMutablePointer<Visitor>, of table: borrowing VisitorTable, to counts: inout ArmCountTable,
        _ purchases: inout PurchaseList
    ) throws(CountOverflow) {
        purchases.collect(of: visitor, from: table)
        purchases.removeRepeatedOrders()
        let excludesMixed = mixedUnits == .exclude
        try table.forEachUnit(of: visitor) { unit throws(CountOverflow) in
            guard unit.pointee.arm.hasArm, !(unit.pointee.isMixed && excludesMixed) else { return }
            try counts.update(unit.pointee.arm, segment: unit.pointee.segment) { row throws(CountOverflow) in
                row.add(unit, of: table)
                guard !purchases.all.isEmpty else { return }
                let place = places[unit.pointee.arm.experiment]
                try row.add(purchases.all, since: unit.pointee.views.time, at: place)
            }
        }
    }
}

extension ArmCounts {
    /// Adds a visitor's views and clicks in an experiment.
    @inline(__always)
    fileprivate mutating func add(_ unit: UnsafeMutablePointer<Unit>, of table: borrowing VisitorTable) {
        let counted = table.counts(of: unit)
        visitors += 1
        views += counted.views
        clicks += counted.clicks
        clickers += counted.clicks > 0 && unit.pointee.clicks.time >= unit.pointee.views.time ? 1 : 0
    }

    /// Adds what the visitor bought there from its exposure on.
    fileprivate mutating func add(
        _ purchases: UnsafeBufferPointer<UnsafeMutablePointer<Purchase>>, since exposure: Int64, at place: PurchasePlace
    ) throws(CountOverflow) {
        var count: Int64 = 0
        var revenue: Int128 = 0
        for purchase in purchases where purchase.pointee.time >= exposure && purchase.pointee.place.covers(place) {
            count += 1
            // A sum of fewer than 2⁶⁴ numbers of 64 bits.
            revenue += Int128(purchase.pointee.revenue)
        }
        guard count > 0 else { return }
        self.purchases += count
        purchasers += 1
        self.revenue = try CountOverflow.sum(self.revenue, revenue)
        revenueSquared = try CountOverflow.sum(revenueSquared, CountOverflow.product(revenue, revenue))
    }
}
