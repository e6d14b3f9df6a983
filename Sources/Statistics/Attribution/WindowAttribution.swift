import Domain
import EventLog

/// Credits what visitors did on one day to their units of that day and the days before it, as far as the window reaches.
struct WindowAttribution: Sendable {
    /// The number of the day, and its first instant in microseconds since the epoch.
    let day: Int
    let dayStart: Int64
    let window: ConversionWindow
    /// The platform and slot of each experiment.
    let places: [PurchasePlace]

    /// Takes a visitor's day. Where memory runs out, `makeRoom` is called to free some; false when it cannot: then `exposures` is
    /// incomplete and of no use.
    ///
    /// - Parameter purchases: memory that the next visitor's reuse.
    func add(
        _ visitor: UnsafeMutablePointer<Visitor>, of table: borrowing VisitorTable,
        to exposures: inout ExposureTable, _ purchases: inout PurchaseList, makeRoom: () -> Bool
    ) throws(CountOverflow) -> Bool {
        let id = ByteText(visitor.id)
        var owner = exposures.owner(id)
        var hasRoom = true
        table.forEachUnit(of: visitor) { unit in
            guard hasRoom, unit.pointee.arm.hasArm else { return }
            if owner == nil {
                hasRoom = WindowAttribution.reserve(id.count, in: &exposures, makeRoom)
                guard hasRoom else { return }
                owner = exposures.addOwner(id)
            }
            hasRoom = WindowAttribution.reserve(0, in: &exposures, makeRoom)
            guard hasRoom, let owner else { return }
            exposures.add(
                unit.pointee, views: table.counts(of: unit).views,
                propensity: table.propensity(of: visitor, unit.pointee.arm), day: day, dayStart: dayStart, to: owner)
        }
        guard hasRoom else { return false }
        guard let owner else { return true }
        credit(clicksOf: visitor, of: table, to: owner, in: exposures)
        purchases.collect(of: visitor, from: table)
        return try credit(purchases.all, to: owner, in: &exposures, makeRoom)
    }

    private static func reserve(
        _ bytes: Int, in exposures: inout ExposureTable, _ makeRoom: () -> Bool
    ) -> Bool {
        while !exposures.reserve(bytes) {
            guard makeRoom() else { return false }
        }
        return true
    }

    private func credit(
        clicksOf visitor: UnsafeMutablePointer<Visitor>, of table: borrowing VisitorTable, to owner: ArenaOffset,
        in exposures: borrowing ExposureTable
    ) {
        table.forEachNode(of: visitor, .click) { node in
            let click = node.payload(as: Click.self).pointee
            let time = dayStart + click.time
            exposures.forEachUnit(of: owner) { unit in
                guard ArmNumber.isSameExperiment(unit.pointee.arm, click.arm),
                    time - unit.pointee.time <= window.microseconds
                else { return }
                unit.pointee.clicks += 1
                if time >= unit.pointee.time { unit.pointee.flags.insert(.clicked) }
            }
        }
    }

    private func credit(
        _ purchases: UnsafeBufferPointer<UnsafeMutablePointer<Purchase>>, to owner: ArenaOffset,
        in exposures: inout ExposureTable, _ makeRoom: () -> Bool
    ) throws(CountOverflow) -> Bool {
        for purchase in purchases {
            var lastDay: Int?
            if purchase.pointee.orderLength > 0 {
                let order = ByteText(purchase.order)
                guard WindowAttribution.reserve(order.count, in: &exposures, makeRoom) else { return false }
                lastDay = exposures.note(order, of: owner, day: day)
            }
            let time = dayStart + purchase.pointee.time
            try exposures.forEachUnit(of: owner) { unit throws(CountOverflow) in
                // For units whose own day or a later one had an event of this order, the order has been counted already.
                guard lastDay.map({ $0 < unit.pointee.day }) ?? true, time >= unit.pointee.time,
                    time - unit.pointee.time <= window.microseconds,
                    purchase.pointee.place.covers(places[unit.pointee.arm.experiment])
                else { return }
                unit.pointee.purchases += 1
                unit.pointee.revenue = try CountOverflow.sum(
                    unit.pointee.revenue, Int128(purchase.pointee.revenue))
            }
        }
        return true
    }
}

extension UnitOutcome {
    /// What a unit has been credited with.
    init(
        _ unit: UnsafeMutablePointer<ExposureTable.Exposure>, of visitor: ByteText,
        in exposures: borrowing ExposureTable,
        _ tables: ServingTables.Day
    ) {
        self.init(
            visitor: visitor, arm: unit.pointee.arm, segment: unit.pointee.segment,
            table: tables.number(at: unit.pointee.time), propensity: exposures.propensity(of: unit),
            isMixed: unit.pointee.flags.contains(.mixed), isClicked: unit.pointee.flags.contains(.clicked),
            exposure: unit.pointee.time, views: unit.pointee.views, clicks: unit.pointee.clicks,
            purchases: unit.pointee.purchases, revenue: unit.pointee.revenue)
    }
}
