import EventLog

/// Credits what visitors did on one day to their units of that day and the days before it, as far as the window reaches.
struct WindowAttribution: Sendable {
    /// The number of the day, and its first instant in microseconds since the epoch.
    let day: Int
    let dayStart: Int64
    let window: ConversionWindow

    /// Takes a visitor's day. Where memory runs out, `makeRoom` is called to free some; false when it cannot: then `exposures` is
    /// incomplete and of no use.
    func add(
        _ visitor: UnsafeMutablePointer<Visitor>, of table: borrowing VisitorTable,
        to exposures: inout ExposureTable, _ purchases: borrowing PurchaseList, makeRoom: () -> Bool
    ) -> Bool {
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
        return keep(purchases, of: owner, in: &exposures, makeRoom)
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

    /// Keeps a visitor's orders and refunds with their units; false when there is no room for them.
    private func keep(
        _ purchases: borrowing PurchaseList, of owner: ArenaOffset, in exposures: inout ExposureTable,
        _ makeRoom: () -> Bool
    ) -> Bool {
        var hasRoom = true
        purchases.forEach { event in
            guard hasRoom else { return }
            hasRoom = WindowAttribution.reserve(event.purchase.order.count, in: &exposures, makeRoom)
            if hasRoom { exposures.add(event.purchase, day: day, dayStart: dayStart, to: owner) }
        }
        return hasRoom
    }

    /// Credits the orders and refunds that a visitor's units were kept with, once all days have been read.
    ///
    /// - Parameters:
    ///   - purchases: memory that the next visitor's reuse.
    ///   - cancelled: called with the number of the day of each order that is cancelled for a unit of that day.
    static func settle(
        _ owner: ArenaOffset, in exposures: borrowing ExposureTable, window: ConversionWindow,
        places: [PurchasePlace], _ purchases: inout PurchaseList, cancelled: (Int) -> Void
    ) {
        purchases.removeAll()
        exposures.forEachPurchase(of: owner) { purchase, day in purchases.append(purchase, day: day) }
        guard !purchases.isEmpty else { return }
        purchases.sort()
        // The units, those of a day together, which closures cannot ask a borrowed table for.
        var units: [UnsafeMutablePointer<ExposureTable.Exposure>] = []
        exposures.forEachUnit(of: owner) { units.append($0) }
        purchases.forEachOrder { events in
            // An order that is cancelled for several units of its day is one.
            var cancelledDay: Int?
            for unit in units {
                let day = Int(unit.pointee.day)
                let credit = events.credit(
                    OrderEvents.Scope(
                        place: places[unit.pointee.arm.experiment], exposure: unit.pointee.time,
                        end: unit.pointee.time + window.microseconds, day: day))
                unit.pointee.purchases += credit.purchases
                // A sum of fewer than 2⁶³ numbers of 65 bits.
                unit.pointee.revenue += credit.revenue
                guard credit.isCancelled, credit.day == day, cancelledDay != day else { continue }
                cancelledDay = day
                cancelled(day)
            }
        }
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
