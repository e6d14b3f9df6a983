import Allocation
import Learning
import Lives
import TestExpectations
import TestSupport
import Testing

/// The short part of `make study`, on fixed seeds.
@Suite struct LivesTests {
    private func records(_ life: Life, _ lives: Int) throws -> [Life.Record] {
        try (0..<lives).map { try life.live(seed: UInt64($0)) }
    }

    @Test(
        "Equal arms have no winner on any of 28 nights (30 lives); P(best) would have called one in four of ten", .slow)
    func alike() throws {
        var life = Life([0.05, 0.05])
        life.nights = 28
        // At 2.5 % a life three or more of 30 come in 4 % of such tests, with these seeds not.
        #expect(try records(life, 30).count { $0.isFalse } <= 2)
    }

    @Test("An arm at +40 % is named within 28 nights, and no other (10 lives)", .slow)
    func better() throws {
        var life = Life([0.05, 0.07])
        life.nights = 28
        life.checksLifts = true
        let records = try records(life, 10)
        #expect(records.allSatisfy { !$0.isFalse && $0.verdictNight != nil })
        #expect(records.count { $0.missedLifts > 0 } <= 2)
    }

    @Test("Revenue intervals hold in 28 nights of even shares (12 lives of 3 arms)", .slow)
    func revenue() throws {
        var life = Life([0.04, 0.04, 0.04])
        life.nights = 28
        life.visitors = 1_500
        life.orders = .logNormal(1)
        life.learning.reward = .revenue
        life.isEven = true
        let rows = try records(life, 12).flatMap(\.rows)
        let hits = rows.count { ($0.meanLow ?? 0)...($0.meanHigh ?? 0) ~= life.mean(0, city: 0) }
        // 36 at 95 %: fewer than 30 come with P < 0.01.
        #expect(hits >= 30, "\(hits) of \(rows.count)")
    }
}
