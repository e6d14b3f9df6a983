import Domain
import TestSupport
import Testing

@Suite("Segments that are told apart")
struct SegmentBoundTests {
    private func row(_ slot: Name, _ segment: Name, _ variant: Name, _ visitors: Int64, table: Int? = nil) -> DailyRow {
        var counts = ArmCounts()
        (counts.visitors, counts.views, counts.clicks, counts.clickers) = (
            visitors, visitors + 1, visitors, visitors / 2
        )
        (counts.revenue, counts.revenueSquared) = (Int128(visitors) * 1_000, Int128(visitors) * 1_000_000)
        return DailyRow(
            date: CalendarDate(dayNumber: 20_000), table: table.map { CalendarDate(dayNumber: $0) },
            key: ArmKey(platform: "web", slot: slot, segment: segment, variant: variant), counts: counts)
    }

    @Test("are those with most visitors; the others are everyone's, and counted")
    func greatest() throws {
        var bound = SegmentBound()
        bound.atMost = 2
        let rows = [
            row("hero", "*", "a", 5), row("hero", "big", "a", 10), row("hero", "big", "b", 10),
            row("hero", "c", "a", 7),
            row("hero", "d", "a", 7), row("hero", "d", "b", 0), row("hero", "e", "b", 3, table: 19_999),
            row("cart", "x", "a", 1), row("cart", "y", "a", 1),
        ]
        let (folded, what) = try bound.folding(rows)
        let segments = Set(folded.filter { $0.key.slot == "hero" }.map(\.key.segment))
        #expect(segments == ["*", "big", "c"])
        #expect(what.count == 1)
        let hero = try #require(what.first)
        #expect(hero.segments == 2 && hero.units == 10 && hero.isBeyond && hero.experiment.slot == "hero")
        // Tables stay apart, and arms.
        let everyone = folded.filter { $0.key.slot == "hero" && $0.key.segment == .everyone }
        #expect(everyone.count == 3)
        #expect(everyone.first { $0.key.variant == "a" }?.counts.visitors == 12)
        #expect(folded.count { $0.key.slot == "cart" } == 2)
    }

    @Test("are those declared, without a word of too many")
    func declared() throws {
        var bound = SegmentBound()
        bound.declared = ["Pune"]
        let (rows, what) = try bound.folding([row("hero", "Pune", "a", 1), row("hero", "Kochi", "a", 2)])
        #expect(Set(rows.map(\.key.segment)) == ["*", "Pune"])
        #expect(what.map(\.isBeyond) == [false] && what.map(\.units) == [2])
        bound.declared = nil
        #expect(try bound.folding(rows).folded.isEmpty)
    }

    /// Whatever the order of rows, nobody is lost and the same stand.
    @Test("keep every count")
    func sums() throws {
        var generator = SplitMix64(seed: 8)
        for _ in 0..<200 {
            var bound = SegmentBound()
            bound.atMost = Int.random(in: 1...6, using: &generator)
            var rows = (0..<12).flatMap { segment in
                ["a", "b"].map { (variant: String) in
                    row(
                        "hero", Name("s\(segment)"), Name(variant), Int64.random(in: 0...4, using: &generator),
                        table: Bool.random(using: &generator) ? 19_999 : nil)
                }
            }
            func total(_ rows: [DailyRow]) throws -> ArmCounts {
                var sum = ArmCounts()
                for row in rows { try sum.add(row.counts) }
                return sum
            }
            let (folded, what) = try bound.folding(rows)
            #expect(try total(folded) == total(rows))
            #expect(Set(folded.map(\.key.segment)).subtracting(["*"]).count == bound.atMost)
            #expect(what.first?.segments == 12 - bound.atMost)
            rows.shuffle(using: &generator)
            let again = try bound.folding(rows)
            #expect(StatisticsFile.bytes(of: again.rows) == StatisticsFile.bytes(of: folded) && again.folded == what)
        }
    }
}
