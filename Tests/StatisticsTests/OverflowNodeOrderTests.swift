import EventLog
import TestSupport
import Testing

@testable import Statistics

@Suite("Overflow nodes of a visitor")
struct OverflowNodeOrderTests {
    /// Whatever comes in whatever order, units stand before minutes and propensities, and those before clicks and purchases, and
    /// nothing is lost.
    @Test("are units, then minutes and propensities, then those of events", arguments: 0..<16)
    func order(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let arena = try #require(Arena(limit: 1 << 22))
        var table = VisitorTable(arena, minutesOfDay: 1_440, experiments: 1 + Int(seed % 2))
        let visitor = try makeVisitor("v", in: &table)
        var clickTimes: [Int64] = []
        var orders: [[UInt8]] = []
        var unitsOfExperiments: [Int: UnsafeMutablePointer<Unit>] = [:]
        var propensities: [Int: UInt32] = [:]
        for time in 0..<Int64(random.pick([5, 60, 800])) {
            let isReserved = table.reserve(VisitorTable.bytesOfEvent + 16)
            try #require(isReserved)
            switch Int.random(in: 0..<5, using: &random) {
            case 4:
                let arm = ArmNumber(experiment: Int.random(in: 0..<9, using: &random), arm: 1)
                let rank = random.pick([VisitorTable.ViewRank.exposure, .equal, .later])
                let stated = random.pick([0, 1, 5, 9] as [UInt32])
                visitor.pointee.insert(.statesPropensity)
                table.take(propensity: stated, of: rank, arm, visitor)
                let known = propensities[arm.experiment] ?? 0
                switch rank {
                case .exposure: propensities[arm.experiment] = stated
                case .equal:
                    propensities[arm.experiment] = known == 0 || stated == 0 ? known + stated : min(known, stated)
                case .later: break
                }
            case 0:
                let arm = ArmNumber(experiment: Int.random(in: 0..<9, using: &random), arm: 1)
                let unit = table.unit(of: visitor, arm)
                #expect(unitsOfExperiments.updateValue(unit, forKey: arm.experiment) ?? unit == unit)
            case 1:
                table.add(Click(time: time, arm: .none), of: visitor)
                clickTimes.append(time)
            case 2:
                orders.append(Array("order-\(time)".utf8))
                let place = PurchasePlace(platform: PurchasePlace.any, slot: PurchasePlace.any)
                orders[orders.count - 1].withUnsafeBufferPointer { order in
                    let purchase = Purchase(
                        time: time, revenue: 1, place: place, isRefund: false, orderLength: order.count)
                    table.add(purchase, order: ByteText(order), of: visitor)
                }
            default:
                table.count(UInt16(Int.random(in: 0..<1_440, using: &random)), of: visitor)
            }
        }
        let parts = kinds(of: visitor, in: table).map { kind in
            switch kind {
            case .unit: 0
            case .minutes, .denseMinutes, .propensity, .repeats, .undeclaredViews: 1
            case .click, .purchase: 2
            }
        }
        #expect(parts == parts.sorted())

        for experiment in 0..<9 {
            let found = table.propensity(of: visitor, ArmNumber(experiment: experiment, arm: 0))
            #expect(found == propensities[experiment] ?? 0)
        }
        var foundTimes: [Int64] = []
        table.forEachNode(of: visitor, .click) { foundTimes.append($0.payload(as: Click.self).pointee.time) }
        #expect(foundTimes.sorted() == clickTimes)
        var foundOrders: [[UInt8]] = []
        table.forEachNode(of: visitor, .purchase) {
            foundOrders.append(Array($0.payload(as: Purchase.self).order))
        }
        #expect(
            foundOrders.map { String(decoding: $0, as: UTF8.self) }.sorted()
                == orders.map {
                    String(decoding: $0, as: UTF8.self)
                }.sorted())
        var foundUnits: [Int] = []
        table.forEachUnit(of: visitor) { foundUnits.append($0.pointee.arm.experiment) }
        #expect(foundUnits.sorted() == unitsOfExperiments.keys.sorted())
    }

    private func makeVisitor(_ id: String, in table: inout VisitorTable) throws -> UnsafeMutablePointer<Visitor> {
        let isReserved = table.reserve(VisitorTable.bytesOfEvent)
        try #require(isReserved)
        return Array(id.utf8).withUnsafeBufferPointer { table.visitor(ByteText($0), hash: 1) }
    }

    private func kinds(of visitor: UnsafeMutablePointer<Visitor>, in table: borrowing VisitorTable) -> [OverflowNode
        .Kind]
    {
        var kinds: [OverflowNode.Kind] = []
        var offset = visitor.pointee.firstNode
        while let node = table[offset] {
            kinds.append(node.pointee.kind)
            offset = node.pointee.next
        }
        return kinds
    }
}
