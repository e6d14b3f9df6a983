import Domain
import Testing

@Suite("Counts of arms")
struct ArmCountsTests {
    private let fields: [WritableKeyPath<ArmCounts, Int64>] = [
        \.visitors, \.views, \.clicks, \.purchases, \.clickers, \.purchasers,
    ]

    @Test("add field by field")
    func adds() throws {
        var sum = ArmCounts()
        var other = ArmCounts()
        for (index, field) in fields.enumerated() {
            sum[keyPath: field] = Int64(index)
            other[keyPath: field] = 10 * Int64(index) + 1
        }
        sum.revenue = -5
        other.revenue = 3
        sum.revenueSquared = 1 << 100
        other.revenueSquared = 1
        try sum.add(other)
        for (index, field) in fields.enumerated() { #expect(sum[keyPath: field] == 11 * Int64(index) + 1) }
        #expect(sum.revenue == -2 && sum.revenueSquared == (1 << 100) + 1)
    }

    @Test("refuse to overflow")
    func overflow() {
        var one = ArmCounts()
        for field in fields { one[keyPath: field] = 1 }
        for field in fields {
            var full = ArmCounts()
            full[keyPath: field] = .max
            #expect(throws: CountOverflow()) { try full.add(one) }
        }
        for field in [\ArmCounts.revenue, \ArmCounts.revenueSquared] {
            var full = ArmCounts()
            full[keyPath: field] = .max
            var more = ArmCounts()
            more[keyPath: field] = 1
            #expect(throws: CountOverflow()) { try full.add(more) }
        }
        #expect(throws: CountOverflow()) { try CountOverflow.product(Int128(1) << 64, Int128(1) << 64) }
        #expect(throws: CountOverflow()) { try CountOverflow.sum(Int64.min, -1) }
    }
}
