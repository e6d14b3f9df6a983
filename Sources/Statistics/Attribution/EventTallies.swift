/// What became of people's orders. Counts of disjoint visitors add.
package struct OrderTally: Codable, Equatable, Sendable {
    /// Purchase events of an order beyond its first.
    package var repeatedPurchases: Int64 = 0
    /// Orders whose events state different money: the greatest counts.
    package var ordersWithOtherMoney: Int64 = 0
    /// Refunds; those of one order with one amount are one.
    package var refunds: Int64 = 0
    /// Refund events that say again what another one said.
    package var repeatedRefunds: Int64 = 0
    /// Refunds without money, of orders that are not known: they take nothing back.
    package var refundsOfNothing: Int64 = 0
    /// Orders whose refunds reach their revenue: they are no purchases.
    package var cancelledOrders: Int64 = 0
    /// Units whose revenue lay beyond `statistics.revenueCap`.
    package var cappedUnits: Int64 = 0

    package init() {}

    package mutating func add(_ other: OrderTally) {
        repeatedPurchases += other.repeatedPurchases
        ordersWithOtherMoney += other.ordersWithOtherMoney
        refunds += other.refunds
        repeatedRefunds += other.repeatedRefunds
        refundsOfNothing += other.refundsOfNothing
        cancelledOrders += other.cancelledOrders
        cappedUnits += other.cappedUnits
    }
}

/// Why an event of a person, about something declared, counts for no unit of its day.
package enum NowhereReason: Int, CaseIterable, Sendable {
    case clickBeforeExposure, clickWithoutExposure
    case purchaseBeforeExposure, purchaseWithoutExposure
    case refundBeforeExposure, refundWithoutExposure

    /// The name it has in `quality.json`.
    package var name: String {
        switch self {
        case .clickBeforeExposure: "click before the exposure"
        case .clickWithoutExposure: "click without an exposure"
        case .purchaseBeforeExposure: "purchase before the exposure"
        case .purchaseWithoutExposure: "purchase without an exposure"
        case .refundBeforeExposure: "refund before the exposure"
        case .refundWithoutExposure: "refund without an exposure"
        }
    }
}

/// How many clicks, orders and refunds count for no unit of their day, by reason. Counts of disjoint visitors add.
package struct NowhereTally: Equatable, Sendable {
    private var counts: InlineArray<6, Int64> = .init(repeating: 0)

    package init() {}

    package subscript(reason: NowhereReason) -> Int64 {
        get { counts[reason.rawValue] }
        set { counts[reason.rawValue] = newValue }
    }

    package mutating func add(_ other: NowhereTally) {
        for reason in NowhereReason.allCases { self[reason] += other[reason] }
    }

    package static func == (left: NowhereTally, right: NowhereTally) -> Bool {
        NowhereReason.allCases.allSatisfy { left[$0] == right[$0] }
    }
}

/// The count of what one person's day is besides units.
struct PersonTally {
    let places: [PurchasePlace]
    /// Whether the day's events alone say which orders are cancelled, as they do without a conversion window.
    let judgesOrders: Bool

    /// Where an event stands to the units of its visitor's day.
    private enum Standing {
        case counted, beforeExposure, withoutExposure
    }

    /// Counts a person's clicks that make no unit a clicker, mixed units, and views of undeclared variants.
    @inline(__always)
    func addUnits(
        of visitor: UnsafeMutablePointer<Visitor>, in table: borrowing VisitorTable, to statistics: inout DayStatistics
    ) {
        table.forEachUnit(of: visitor) { unit in
            if unit.pointee.arm.hasArm {
                if unit.pointee.isMixed { statistics.mixedUnits += 1 }
                guard unit.pointee.clicks.time < unit.pointee.views.time else { return }
                statistics.nowhere[.clickBeforeExposure] += table.counts(of: unit).clicks
            } else {
                statistics.nowhere[.clickWithoutExposure] += table.counts(of: unit).clicks
            }
        }
        table.forEachUndeclaredViews(of: visitor) { views in
            statistics.undeclaredViews[views.pointee.arm.experiment, default: 0] += Int64(views.pointee.count)
        }
    }

    /// Counts a person's orders and refunds.
    func addOrders(
        _ purchases: borrowing PurchaseList, of visitor: UnsafeMutablePointer<Visitor>,
        in table: borrowing VisitorTable, to statistics: inout DayStatistics
    ) {
        // The day's units, which closures cannot ask a borrowed table for.
        var units: [(place: PurchasePlace, exposure: Int64)] = []
        table.forEachUnit(of: visitor) { unit in
            guard unit.pointee.arm.hasArm else { return }
            units.append((places[unit.pointee.arm.experiment], unit.pointee.views.time))
        }
        func standing(_ event: Purchase) -> Standing {
            var isExposed = false
            for unit in units where event.place.covers(unit.place) {
                if event.time >= unit.exposure { return .counted }
                isExposed = true
            }
            return isExposed ? .beforeExposure : .withoutExposure
        }
        purchases.forEachOrder { events in
            let found = events.summary { refund in
                if refund.revenue == 0 { statistics.orders.refundsOfNothing += 1 }
                switch standing(refund) {
                case .counted: break
                case .beforeExposure: statistics.nowhere[.refundBeforeExposure] += 1
                case .withoutExposure: statistics.nowhere[.refundWithoutExposure] += 1
                }
            }
            statistics.orders.repeatedPurchases += found.repeatedPurchases
            statistics.orders.ordersWithOtherMoney += found.hasOtherMoney ? 1 : 0
            statistics.orders.refunds += found.refunds
            statistics.orders.repeatedRefunds += found.repeatedRefunds
            guard let order = found.order else { return }
            switch standing(order.purchase.pointee) {
            case .counted: if judgesOrders, found.isCancelled { statistics.orders.cancelledOrders += 1 }
            case .beforeExposure: statistics.nowhere[.purchaseBeforeExposure] += 1
            case .withoutExposure: statistics.nowhere[.purchaseWithoutExposure] += 1
            }
        }
    }
}
