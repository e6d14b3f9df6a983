extension VisitorTable {
    /// Adds the events of another worker. Linear in the other table.
    mutating func add(_ other: borrowing VisitorTable) {
        formulaSegments += other.formulaSegments
        let segmentNumbers = (0..<other.segments.count).map { UInt32(segments.number(of: other.segments[$0])) }
        let orderNumbers = (0..<other.orders.count).map { UInt32(orders.number(of: other.orders[$0])) }
        for number in 0..<other.visitors.count {
            let theirs = other.visitors[number]
            let mine = visitor(other.ids[number])
            visitors[mine].events.add(theirs.events)
            visitors[mine].views.add(theirs.views)
            visitors[mine].clicks.add(theirs.clicks)
            visitors[mine].flags.formUnion(theirs.flags)
            addChains(of: theirs, from: other, to: mine, segmentNumbers: segmentNumbers, orderNumbers: orderNumbers)
        }
    }

    private mutating func addChains(
        of theirs: Visitor, from other: borrowing VisitorTable, to mine: Int, segmentNumbers: [UInt32],
        orderNumbers: [UInt32]
    ) {
        var index = theirs.minutes
        while index != VisitorTable.none {
            let minute = other.minutes[Int(index)]
            count(minute: minute.minute, events: minute.events, of: mine)
            index = minute.next
        }
        index = theirs.purchases
        while index != VisitorTable.none {
            var purchase = other.purchases[Int(index)]
            index = purchase.next
            if purchase.order != VisitorTable.none { purchase.order = orderNumbers[Int(purchase.order)] }
            add(purchase, of: mine)
        }
        index = theirs.units
        while index != VisitorTable.none {
            let unit = other.units[Int(index)]
            index = unit.next
            let target = self.unit(of: mine, experiment: unit.experiment)
            units[target].clicks.add(unit.clicks)
            units[target].lastClick = max(units[target].lastClick, unit.lastClick)
            guard unit.views > 0 else { continue }
            if unit.isMixed { units[target].isMixed = true }
            let segment = segmentNumbers[Int(unit.segment)]
            see(arm: unit.arm, segment: segment, time: unit.exposure, views: unit.views, unit: target)
        }
    }
}
