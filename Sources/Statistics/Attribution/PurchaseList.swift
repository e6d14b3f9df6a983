import CLibrary

/// One visitor's purchases of a day, in memory that the next visitor's reuse.
struct PurchaseList: ~Copyable {
    private var found = UnsafeArray<UnsafeMutablePointer<Purchase>>()

    /// Order by order, an order's events by time.
    var all: UnsafeBufferPointer<UnsafeMutablePointer<Purchase>> { found.elements }

    /// Takes the purchases of a visitor.
    @inline(__always)
    mutating func collect(of visitor: UnsafeMutablePointer<Visitor>, from table: borrowing VisitorTable) {
        found.removeAll()
        table.forEachNode(of: visitor, .purchase) { found.append($0.payload(as: Purchase.self)) }
        if found.count > 1 { sort() }
    }

    private func sort() {
        var all = UnsafeMutableBufferPointer(start: found.start, count: found.count)
        all.sort { left, right in
            let order = PurchaseList.compareOrders(left, right)
            return order != 0 ? order < 0 : PurchaseList.isEarlier(left.pointee, right.pointee)
        }
    }

    /// Leaves of an order's events only the first.
    mutating func removeRepeatedOrders() {
        guard found.count > 1 else { return }
        var kept = 0
        for purchase in all {
            let isRepeated =
                purchase.pointee.orderLength > 0 && kept > 0
                && PurchaseList.compareOrders(found[kept - 1], purchase) == 0
            if isRepeated { continue }
            found[kept] = purchase
            kept += 1
        }
        found.resize(to: kept)
    }

    /// Some total order of order ids.
    private static func compareOrders(
        _ left: UnsafeMutablePointer<Purchase>, _ right: UnsafeMutablePointer<Purchase>
    ) -> Int32 {
        if left.pointee.orderLength != right.pointee.orderLength {
            return left.pointee.orderLength < right.pointee.orderLength ? -1 : 1
        }
        return memcmp(left + 1, right + 1, Int(left.pointee.orderLength))
    }

    /// Of events of one order at one time, one that names no platform or no slot comes first.
    private static func isEarlier(_ left: Purchase, _ right: Purchase) -> Bool {
        (left.time, left.place.platform &+ 1, left.place.slot &+ 1, left.revenue)
            < (right.time, right.place.platform &+ 1, right.place.slot &+ 1, right.revenue)
    }
}
