import CLibrary

/// What one visitor bought and sent back, order by order, in memory that the next visitor's reuse.
struct PurchaseList: ~Copyable {
    /// A purchase or a refund, and the number of its day.
    struct Event: BitwiseCopyable {
        let purchase: UnsafeMutablePointer<Purchase>
        let day: Int
    }

    private var found = UnsafeArray<Event>()

    var isEmpty: Bool { found.count == 0 }

    mutating func removeAll() { found.removeAll() }

    /// Adds an event; ``sort()`` comes behind the last.
    mutating func append(_ purchase: UnsafeMutablePointer<Purchase>, day: Int) {
        found.append(Event(purchase: purchase, day: day))
    }

    /// Takes what a visitor bought and sent back on a day, in place of what the list had.
    @inline(__always)
    mutating func collect(of visitor: UnsafeMutablePointer<Visitor>, from table: borrowing VisitorTable) {
        found.removeAll()
        table.forEachNode(of: visitor, .purchase) { append($0.payload(as: Purchase.self), day: 0) }
        if found.count > 1 { sort() }
    }

    /// Puts the events in the order that ``OrderEvents`` relies on.
    mutating func sort() {
        var all = UnsafeMutableBufferPointer(start: found.start, count: found.count)
        all.sort { left, right in
            let order = PurchaseList.compareOrders(left.purchase, right.purchase)
            return order != 0 ? order < 0 : PurchaseList.isBefore(left.purchase.pointee, right.purchase.pointee)
        }
    }

    /// Calls `body` with the events of each order; those that name none come one by one.
    func forEachOrder(_ body: (OrderEvents) -> Void) {
        let all = found.elements
        var start = 0
        while start < all.count {
            var end = start + 1
            if all[start].purchase.pointee.orderLength > 0 {
                while end < all.count, PurchaseList.compareOrders(all[start].purchase, all[end].purchase) == 0 {
                    end += 1
                }
            }
            body(OrderEvents(events: UnsafeBufferPointer(rebasing: all[start..<end])))
            start = end
        }
    }

    /// Calls `body` with every event, order by order.
    func forEach<Failure: Error>(_ body: (Event) throws(Failure) -> Void) throws(Failure) {
        for event in found.elements { try body(event) }
    }

    /// Some total order of order ids.
    private static func compareOrders(
        _ left: UnsafeMutablePointer<Purchase>, _ right: UnsafeMutablePointer<Purchase>
    ) -> Int32 {
        let (length, other) = (left.pointee.orderLength, right.pointee.orderLength)
        if length != other { return length < other ? -1 : 1 }
        return memcmp(left + 1, right + 1, length)
    }

    /// Of one order: purchases first, by time, then refunds, by amount and time. Of events that are alike in that, one that names no
    /// platform or no slot comes first.
    private static func isBefore(_ left: Purchase, _ right: Purchase) -> Bool {
        if left.isRefund != right.isRefund { return right.isRefund }
        if left.isRefund, left.revenue != right.revenue { return left.revenue > right.revenue }
        return (left.time, left.place.platform &+ 1, left.place.slot &+ 1)
            < (right.time, right.place.platform &+ 1, right.place.slot &+ 1)
    }
}
