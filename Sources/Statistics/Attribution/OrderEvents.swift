/// A visitor's events of one order, as ``PurchaseList`` sorts them; or one purchase or refund that names no order.
///
///     placed 10:00   0.00 ┐ one order: at 10:00, of 100.00
///     paid   10:05 100.00 ┘
///     refund 11:00 −40.00 ┐ one refund
///     refund 11:02 −40.00 ┘
///     refund 12:00 −60.00   with it the refunds reach 100.00: the order is cancelled, and no purchase
///
/// - An order is at the time and place of its earliest purchase, with the greatest revenue of all.
/// - Refunds of one order with one amount are one, at the earliest time.
/// - A refund that names an order and no money sends all of it back.
/// - A refund of an order that is known counts where the order counts, whatever its own time and place.
struct OrderEvents {
    let events: UnsafeBufferPointer<PurchaseList.Event>

    /// Which units' place, and which events may count for a unit: from the day of its exposure to the end of its window.
    struct Scope {
        var place: PurchasePlace
        var exposure: Int64
        var end = Int64.max
        var day = 0
    }

    /// What the events come to for a unit.
    struct Credit {
        var purchases: Int64 = 0
        /// In millionths of the major unit.
        var revenue: Int128 = 0
        /// Whether there was an order that would count, but for its refunds.
        var isCancelled = false
        /// The number of the order's day.
        var day = 0
    }

    func credit(_ scope: Scope) -> Credit {
        var credit = Credit()
        let found = summary(from: scope.day, to: scope.end) { refund in
            if refund.time >= scope.exposure, refund.place.covers(scope.place) {
                credit.revenue += Int128(refund.revenue)
            }
        }
        guard let order = found.order, order.purchase.pointee.time >= scope.exposure,
            order.purchase.pointee.place.covers(scope.place)
        else { return credit }
        credit.revenue = found.money - found.moneyBack
        credit.isCancelled = found.isCancelled
        credit.purchases = found.isCancelled ? 0 : 1
        credit.day = order.day
        return credit
    }

    /// What the events are, whomever they count for.
    struct Summary {
        /// The earliest purchase.
        var order: PurchaseList.Event?
        /// Purchases beyond the first, and whether any of them states other money.
        var repeatedPurchases: Int64 = 0
        var hasOtherMoney = false
        /// The greatest revenue.
        var money: Int128 = 0
        var refunds: Int64 = 0
        var repeatedRefunds: Int64 = 0
        /// The sum of the refunds.
        var refunded: Int128 = 0
        /// Whether a refund states no money.
        var hasBlankRefund = false

        /// What goes back of a known order; never below 0.
        var moneyBack: Int128 { hasBlankRefund ? max(refunded, money) : refunded }
        var isCancelled: Bool { order != nil && refunds > 0 && moneyBack >= money }
    }

    /// - Parameter loose: called with each refund whose order is not among the events.
    func summary(from day: Int = 0, to end: Int64 = .max, loose: (Purchase) -> Void) -> Summary {
        var found = Summary()
        var amount: Int64?
        for event in events where event.day >= day && event.purchase.pointee.time <= end {
            let purchase = event.purchase.pointee
            guard purchase.isRefund else {
                let money = Int128(purchase.revenue)
                if found.order == nil {
                    found.order = event
                } else {
                    found.repeatedPurchases += 1
                    if money != found.money { found.hasOtherMoney = true }
                }
                found.money = max(found.money, money)
                continue
            }
            guard purchase.revenue != amount else {
                found.repeatedRefunds += 1
                continue
            }
            amount = purchase.revenue
            found.refunds += 1
            found.refunded -= Int128(purchase.revenue)
            if purchase.revenue == 0 { found.hasBlankRefund = true }
            if found.order == nil { loose(purchase) }
        }
        return found
    }
}
