import Domain
import EventLog

/// What a visitor bought and sent back, by the contract alone: orders and refunds once each, in dictionaries.
struct SlowMoney {
    struct Order {
        /// The earliest event.
        var first: SlowEvent
        var money: Int128
        /// One for each amount, the earliest.
        var refunds: [SlowEvent]

        var moneyBack: Int128 {
            let stated = refunds.reduce(Int128(0)) { $0 - $1.revenue }
            return refunds.contains { $0.revenue == 0 } ? max(stated, money) : stated
        }

        var isCancelled: Bool { !refunds.isEmpty && moneyBack >= money }
    }

    private(set) var orders: [Order] = []
    /// Of orders that are not among the events, or of none.
    private(set) var looseRefunds: [SlowEvent] = []
    private(set) var counts: [String: Int] = [:]

    init(_ events: [SlowEvent]) {
        let purchases = events.filter { $0.type == .purchase }
        let refunds = events.filter { $0.type == .refund }
        for purchase in purchases where purchase.order == nil {
            orders.append(Order(first: purchase, money: purchase.revenue, refunds: []))
        }
        looseRefunds = refunds.filter { $0.order == nil }
        counts["refunds"] = looseRefunds.count
        for id in Set(events.compactMap(\.order)) {
            let bought = purchases.filter { $0.order == id }
            let sentBack = Dictionary(grouping: refunds.filter { $0.order == id }, by: \.revenue)
            let distinct = sentBack.values.compactMap { $0.min { $0.time < $1.time } }
            counts["refunds", default: 0] += distinct.count
            counts["repeatedRefunds", default: 0] += sentBack.values.reduce(0) { $0 + $1.count - 1 }
            guard let first = bought.min(by: { $0.time < $1.time }), let money = bought.map(\.revenue).max() else {
                looseRefunds += distinct
                continue
            }
            counts["repeatedPurchases", default: 0] += bought.count - 1
            if Set(bought.map(\.revenue)).count > 1 { counts["ordersWithOtherMoney", default: 0] += 1 }
            orders.append(Order(first: first, money: money, refunds: distinct))
        }
        counts["refundsOfNothing"] = looseRefunds.filter { $0.revenue == 0 }.count
    }

    /// What counts for a unit: purchases, the first events of orders that were cancelled, revenue.
    func credit(_ key: SlotKey, since exposure: Int64) -> (purchases: Int, cancelled: [SlowEvent], revenue: Int128) {
        let own = orders.filter { $0.first.time >= exposure && $0.first.concerns(key) }
        let loose = looseRefunds.filter { $0.time >= exposure && $0.concerns(key) }
        return (
            own.filter { !$0.isCancelled }.count, own.filter(\.isCancelled).map(\.first),
            own.reduce(Int128(0)) { $0 + $1.money - $1.moneyBack } + loose.reduce(Int128(0)) { $0 + $1.revenue }
        )
    }
}

extension SlowStatistics {
    /// Counts what became of one person's orders and refunds of the day.
    func tallyMoney(_ own: [SlowEvent], into result: inout Result, judgesOrders: Bool) {
        let money = SlowMoney(own)
        result.orders.merge(money.counts, uniquingKeysWith: +)
        var exposures: [(key: SlotKey, time: Int64)] = []
        for experiment in experiments {
            let views = own.filter {
                $0.type == .view && $0.platform == experiment.key.platform && $0.slot == experiment.key.slot
            }
            if let first = views.map(\.time).min() { exposures.append((experiment.key, first)) }
        }
        func isCounted(_ event: SlowEvent, _ what: String) -> Bool {
            let there = exposures.filter { event.concerns($0.key) }
            if there.contains(where: { $0.time <= event.time }) { return true }
            result.nowhere[what + (there.isEmpty ? " without an exposure" : " before the exposure"), default: 0] += 1
            return false
        }
        for order in money.orders where isCounted(order.first, "purchase") && order.isCancelled && judgesOrders {
            result.orders["cancelledOrders", default: 0] += 1
        }
        for refund in money.looseRefunds { _ = isCounted(refund, "refund") }
    }
}
