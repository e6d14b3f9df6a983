import Domain
import EventLog

/// Turns the records of a day's visitors into units, where everything counts to the end of the day.
struct Attribution: Sendable {
    /// The platform and slot of each experiment.
    let places: [PurchasePlace]
    let mixedUnits: MixedUnits
    /// The day's first instant, in microseconds since the epoch.
    let dayStart: Int64
    /// The tables that served during the day.
    let tables: ServingTables.Day

    /// Hands the units of one visitor to a sink.
    ///
    /// - Parameter purchases: memory that the next visitor's reuse.
    @inline(__always)
    func add<Sink: UnitSink & ~Copyable>(
        _ visitor: UnsafeMutablePointer<Visitor>, of table: borrowing VisitorTable, to sink: inout Sink,
        _ purchases: inout PurchaseList
    ) throws(CountOverflow) {
        purchases.collect(of: visitor, from: table)
        purchases.removeRepeatedOrders()
        let excludesMixed = mixedUnits == .exclude
        try table.forEachUnit(of: visitor) { unit throws(CountOverflow) in
            guard unit.pointee.arm.hasArm, !(unit.pointee.isMixed && excludesMixed) else { return }
            var outcome = outcome(of: unit, of: visitor, in: table)
            if !purchases.all.isEmpty {
                outcome.add(
                    purchases.all, since: unit.pointee.views.time, at: places[unit.pointee.arm.experiment])
            }
            try sink.take(outcome)
        }
    }

    /// What a unit is without purchases.
    @inline(__always)
    private func outcome(
        of unit: UnsafeMutablePointer<Unit>, of visitor: UnsafeMutablePointer<Visitor>, in table: borrowing VisitorTable
    ) -> UnitOutcome {
        let counted = table.counts(of: unit)
        let exposure = dayStart + unit.pointee.views.time
        return UnitOutcome(
            visitor: ByteText(visitor.id), arm: unit.pointee.arm, segment: unit.pointee.segment,
            table: tables.number(at: exposure), propensity: table.propensity(of: visitor, unit.pointee.arm),
            isMixed: unit.pointee.isMixed,
            isClicked: counted.clicks > 0 && unit.pointee.clicks.time >= unit.pointee.views.time,
            exposure: exposure, views: counted.views, clicks: counted.clicks)
    }
}

extension UnitOutcome {
    /// Adds what the visitor bought at the unit's place from the exposure on.
    fileprivate mutating func add(
        _ bought: UnsafeBufferPointer<UnsafeMutablePointer<Purchase>>, since exposure: Int64, at place: PurchasePlace
    ) {
        for purchase in bought where purchase.pointee.time >= exposure && purchase.pointee.place.covers(place) {
            purchases += 1
            // A sum of fewer than 2⁶⁴ numbers of 64 bits.
            revenue += Int128(purchase.pointee.revenue)
        }
    }
}
