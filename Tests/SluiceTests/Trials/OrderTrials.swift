import Domain
import Foundation
import TestSupport
import Testing

/// Logs that made other figures than their shops had.
@Suite("Orders, refunds and what counts nowhere")
struct OrderTrials {
    typealias Event = (time: String, type: String, visitor: String, order: String, revenue: String)
    private let date = "2026-11-20"

    private func events(_ count: Int, _ event: (Int) -> Event) -> [Event] { (0..<count).map(event) }

    @Test("an order that is placed without money and then paid is paid")
    func placedThenPaid() throws {
        let site = try OneSlotSite(#"learning: { reward: "revenue" }, allocation: { floor: 0 },"#)
        try site.log(
            date, views: OneSlotSite.visitors(100),
            events: events(20) { ("11:00:00", "purchase", "a\($0)", "p\($0)", "0") }
                + events(20) { ("11:05:00", "purchase", "a\($0)", "p\($0)", "100") }
                + events(20) { ("11:00:00", "purchase", "b\($0)", "q\($0)", "60") })
        #expect(try site.run(date).status == 0)
        let rows = try site.rows(date)
        #expect(rows["a"]?.revenue == 2_000_000_000 && rows["b"]?.revenue == 1_200_000_000)
        #expect(rows["a"]?.purchases == 20 && rows["a"]?.purchasers == 20)
        #expect(try site.orders(date, "orders_with_other_money") == 20)
        #expect(try site.orders(date, "repeated_purchases") == 20)
        let best = try #require(try site.probability("2026-11-21", "a"))
        #expect(abs(best - 0.951) < 0.001)
    }

    @Test("what goes back is no purchase, and its money counts", arguments: ["purchase", "refund", "refund, positive"])
    func refundOfAnotherDay(kind: String) throws {
        let site = try OneSlotSite(#"learning: { reward: "purchase" }, allocation: { floor: 0 },"#)
        let type = kind == "purchase" ? "purchase" : "refund"
        let money = kind == "refund, positive" ? "100" : "-100"
        try site.log(
            date, views: OneSlotSite.visitors(100),
            events: events(5) { ("11:00:00", "purchase", "a\($0)", "p\($0)", "100") }
                + events(5) { ("11:00:00", "purchase", "b\($0)", "q\($0)", "100") }
                + events(20) { ("12:00:00", type, "b\($0 + 10)", "last-week-\($0)", money) })
        #expect(try site.run(date).status == 0)
        let rows = try site.rows(date)
        #expect(rows["a"]?.purchasers == 5 && rows["b"]?.purchasers == 5)
        #expect(rows["b"]?.revenue == -1_500_000_000 && rows["b"]?.revenueSquared == 25 * 10_000_000_000_000_000)
        #expect(try site.orders(date, "refunds") == 20)
        #expect(try site.probability("2026-11-21", "b") == 0.5)
    }

    @Test("an order that is sent back as a whole is cancelled", arguments: ["one", "two", "twice", "blank"])
    func cancelled(how: String) throws {
        let site = try OneSlotSite(#"learning: { reward: "revenue" }, allocation: { floor: 0 },"#)
        let back: [String] =
            switch how {
            case "one": ["-150"]
            case "two": ["-50", "-100"]
            case "twice": ["-150", "-150.00"]
            default: [""]
            }
        let refunds = back.enumerated().flatMap { number, money in
            events(20) { ("1\(number + 4):00:00", "refund", "b\($0)", "q\($0)", money) }
        }
        try site.log(
            date, views: OneSlotSite.visitors(100),
            events: events(20) { ("11:00:00", "purchase", "a\($0)", "p\($0)", "100") }
                + events(20) { ("11:00:00", "purchase", "b\($0)", "q\($0)", "150") } + refunds)
        #expect(try site.run(date).status == 0)
        let rows = try site.rows(date)
        #expect(rows["a"]?.revenue == 2_000_000_000)
        #expect(rows["b"]?.revenue == 0 && rows["b"]?.purchases == 0 && rows["b"]?.purchasers == 0)
        #expect(try site.orders(date, "cancelled_orders") == 20)
        #expect(try site.orders(date, "repeated_refunds") == (how == "twice" ? 20 : 0))
        #expect(try #require(try site.probability("2026-11-21", "a")) > 0.99)
    }

    @Test("a part that goes back leaves a purchase of the rest")
    func part() throws {
        let site = try OneSlotSite()
        try site.log(
            date, views: OneSlotSite.visitors(2),
            events: [
                ("11:00:00", "purchase", "a0", "1", "150"), ("12:00:00", "refund", "a0", "1", "40"),
                ("13:00:00", "refund", "a0", "1", "40"),
            ])
        #expect(try site.run(date).status == 0)
        let row = try #require(try site.rows(date)["a"])
        #expect(row.revenue == 110_000_000 && row.purchases == 1)
        #expect(try site.orders(date, "refunds") == 1 && site.orders(date, "repeated_refunds") == 1)
        #expect(try site.orders(date, "cancelled_orders") == 0)
    }

    @Test("an order is cancelled by a refund of a later day, as far as the conversion window reaches")
    func window() throws {
        let site = try OneSlotSite(#"statistics: { conversionWindow: "2d" },"#)
        let bought: [Event] = [
            ("11:00:00", "purchase", "a0", "1", "150"), ("11:00:00", "purchase", "a1", "2", "150"),
        ]
        try site.log(date, views: OneSlotSite.visitors(2), events: bought)
        try site.log("2026-11-21", views: [], events: [("09:00:00", "refund", "a0", "1", "150")])
        try site.log("2026-11-22", views: [], events: [("10:00:01", "refund", "a1", "2", "150")])
        #expect(try site.run("2026-11-20..2026-11-22").status == 66)
        let row = try #require(try site.rows(date)["a"])
        #expect(row.purchases == 1 && row.purchasers == 1 && row.revenue == 150_000_000)
        #expect(try site.orders(date, "cancelled_orders") == 1)
        #expect(try site.nowhere("2026-11-21") == ["refund without an exposure": 1])
    }

    @Test("what nobody was exposed for counts for no arm, and is said")
    func nowhere() throws {
        let site = try OneSlotSite(#"learning: { reward: "purchase" },"#)
        try site.log(
            date, views: OneSlotSite.visitors(20),
            events: events(20) { ("09:59:59", "purchase", "a\($0)", "o\($0)", "10") }
                + events(20) { ("12:00:00", "purchase", "nobody\($0)", "n\($0)", "10") })
        #expect(try site.run(date).status == 0)
        #expect(try site.rows(date)["a"]?.purchases == 0)
        #expect(
            try site.nowhere(date) == ["purchase before the exposure": 20, "purchase without an exposure": 20])
    }

    @Test("revenueCap bounds a unit's revenue, and says how often")
    func cap() throws {
        let site = try OneSlotSite("statistics: { revenueCap: 500 },")
        try site.log(
            date, views: OneSlotSite.visitors(3),
            events: [
                ("11:00:00", "purchase", "a0", "", "90000"), ("11:00:00", "purchase", "a1", "", "500"),
                ("11:00:00", "refund", "b0", "", "7000.5"),
            ])
        #expect(try site.run(date).status == 0)
        #expect(try site.rows(date)["a"]?.revenue == 1_000_000_000)
        #expect(try site.rows(date)["b"]?.revenue == -500_000_000)
        #expect(try site.orders(date, "capped_units") == 2)
    }
}
