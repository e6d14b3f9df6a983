extension VisitorTable {
    /// Adds what another worker read of the same shard. Linear in the other table.
    ///
    /// - Parameters:
    ///   - numbers: the number in `segments` of each of the other worker's segments.
    ///   - segments: the segments of this table, the other's among them.
    mutating func add(_ other: borrowing VisitorTable, numbers: [UInt32], segments: borrowing TextTable) {
        let orderNumbers = (0..<other.orders.count).map { UInt32(orders.number(of: other.orders[$0])) }
        for number in 0..<other.visitors.count {
            let theirs = other.visitors[number]
            let mine = visitor(other.ids[number], hash: other.ids.hash(of: number))
            visitors[mine].events.add(theirs.events)
            visitors[mine].views.add(theirs.views)
            visitors[mine].clicks.add(theirs.clicks)
            visitors[mine].flags.formUnion(theirs.flags)
            if !theirs.minute.isEmpty {
                count(minute: theirs.minute.minute, events: theirs.minute.events, of: mine)
            }
            other.eachEarlierMinute(of: theirs) { count(minute: $0.minute, events: $0.events, of: mine) }
            addPurchases(of: theirs, from: other, to: mine, orderNumbers: orderNumbers)
            addUnits(of: theirs, from: other, to: mine, numbers: numbers, segments: segments)
        }
    }

    private mutating func addPurchases(
        of theirs: Visitor, from other: borrowing VisitorTable, to mine: Int, orderNumbers: [UInt32]
    ) {
        var index = theirs.purchases
        while index != VisitorTable.none {
            var purchase = other.purchases[Int(index)]
            index = purchase.next
            if purchase.order != VisitorTable.none { purchase.order = orderNumbers[Int(purchase.order)] }
            add(purchase, of: mine)
        }
    }

    private mutating func addUnits(
        of theirs: Visitor, from other: borrowing VisitorTable, to mine: Int, numbers: [UInt32],
        segments: borrowing TextTable
    ) {
        var index = theirs.units
        while index != VisitorTable.none {
            let unit = other.units[Int(index)]
            index = unit.next
            let target = self.unit(of: mine, experiment: unit.experiment)
            units[target].clicks.add(unit.clicks)
            units[target].lastClick = max(units[target].lastClick, unit.lastClick)
            guard unit.views > 0 else { continue }
            if unit.isMixed { units[target].isMixed = true }
            see(
                arm: unit.arm, segment: numbers[Int(unit.segment)], time: unit.exposure, views: unit.views,
                unit: target,
                segments: segments)
        }
    }
}
