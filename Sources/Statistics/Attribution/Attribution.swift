import Domain
import EventLog

/// Turns the records of a day's visitors into units, where everything counts to the end of the day.
struct Attribution: Sendable {
    /// The platform and slot of each experiment.
    let places: [PurchasePlace]
    let mixedUnits: MixedUnits
    /// The most that a unit's revenue may be above or below 0; nil: no bound.
    let revenueCap: Int64?
    /// The day's first instant, in microseconds since the epoch.
    let dayStart: Int64
    /// The tables that served during the day.
    let tables: ServingTables.Day

    /// Hands the units of one visitor to a sink.
    ///
    /// - Returns: the number of those whose revenue was bounded.
    @inline(__always)
    func add<Sink: UnitSink & ~Copyable>(
        _ visitor: UnsafeMutablePointer<Visitor>, of table: borrowing VisitorTable, to sink: inout Sink,
        _ purchases: borrowing PurchaseList
    ) throws(CountOverflow) -> Int64 {
        var capped: Int64 = 0
        let excludesMixed = mixedUnits == .exclude
        try table.forEachUnit(of: visitor) { unit throws(CountOverflow) in
            guard unit.pointee.arm.hasArm, !(unit.pointee.isMixed && excludesMixed) else { return }
            var outcome = outcome(of: unit, of: visitor, in: table)
            if !purchases.isEmpty {
                outcome.add(
                    purchases,
                    OrderEvents.Scope(
                        place: places[unit.pointee.arm.experiment], exposure: unit.pointee.views.time))
                if outcome.bound(by: revenueCap) { capped += 1 }
            }
            try sink.take(outcome)
        }
        return capped
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
    /// Adds what the visitor bought at the unit's place from the exposure on, less what went back.
    @inline(never)
    fileprivate mutating func add(_ bought: borrowing PurchaseList, _ scope: OrderEvents.Scope) {
        var (purchases, revenue) = (Int64(0), Int128(0))
        bought.forEachOrder { events in
            let credit = events.credit(scope)
            purchases += credit.purchases
            // A sum of fewer than 2⁶⁴ numbers of 65 bits.
            revenue += credit.revenue
        }
        self.purchases = purchases
        self.revenue = revenue
    }
}
