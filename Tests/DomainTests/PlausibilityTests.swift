import CSV
import Testing

@testable import Domain

@Suite("Rows of statistics that cannot be")
struct PlausibilityTests {
    private static let header = StatisticsFile.columns.joined(separator: ",") + "\n"

    private func refused(_ rows: String...) -> String? {
        do throws(CSVError) {
            _ = try StatisticsFile.rows(Array((Self.header + rows.map { $0 + "\n" }.joined()).utf8))
            return nil
        } catch {
            return "\(error.line): \(error)"
        }
    }

    private func row(_ counts: String, variant: String = "a") -> String {
        "2026-11-20,web,hero,*,,\(variant),\(counts)"
    }

    @Test("are refused with their line")
    func refused() {
        #expect(refused(row("100,150,20,5,12,4,100,2500")) == nil)
        #expect(refused(row("0,0,0,0,0,0,0,0")) == nil)
        #expect(refused(row("9007199254740992,9007199254740992,0,0,0,0,0,0")) == nil)
        #expect(
            refused(row("10,10,300,0,30,0,0,0"))?.hasPrefix("2: clickers is '30', expected at most visitors, 10")
                == true)
        #expect(refused(row("10,10,3,0,4,0,0,0"))?.contains("at most clicks, 3") == true)
        #expect(refused(row("10,10,0,30,0,11,0,0"))?.contains("purchasers") == true)
        #expect(refused(row("10,10,0,1,0,1,100,0"))?.contains("revenue_squared") == true)
        #expect(refused(row("10,10,0,1,0,1,100,999.99"))?.contains("revenue_squared") == true)
        #expect(refused(row("10,10,0,1,0,1,100,1000")) == nil)
        #expect(refused(row("10,10,0,0,0,0,-100,-1"))?.contains("at least 0") == true)
        // Money of refunds alone, of an order of another day.
        #expect(refused(row("10,10,0,0,0,0,-100,10000")) == nil)
        let money = "170141183460469231731687303715884.105727"
        #expect(refused(row("1,1,0,1,0,1,\(money),1"))?.contains("revenue_squared") == true)
    }

    @Test("may stand in any order, but once")
    func repeated() {
        let (a, b) = (row("1,1,0,0,0,0,0,0"), row("1,1,0,0,0,0,0,0", variant: "b"))
        #expect(refused(a, b) == nil && refused(b, a) == nil)
        #expect(refused(a, b, a)?.hasPrefix("4: variant is 'a'") == true)
        #expect(refused(a, a)?.contains("line 2 is") == true)
    }
}
