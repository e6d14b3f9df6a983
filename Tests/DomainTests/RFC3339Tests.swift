import Domain
import Foundation
import Testing

@Suite struct RFC3339Tests {
    @Test(arguments: [
        ("2026-11-20T01:30:00Z", 1_795_138_200), ("2026-11-20t01:30:00z", 1_795_138_200),
        ("2026-11-20 07:00:00+05:30", 1_795_138_200), ("2026-11-20T07:00+0530", 1_795_138_200),
        ("2026-11-19T20:30:00.999-05", 1_795_138_200), ("1969-12-31T23:59:59Z", -1),
        ("2016-12-31T23:59:60Z", 1_483_228_800),
    ])
    func read(text: String, seconds: Int64) {
        #expect(RFC3339.seconds(text) == seconds)
    }

    @Test(arguments: [
        "", "now", "2026-11-20", "2026-11-20T01:30:00", "2026-11-20T24:00:00Z", "2026-11-20T01:60:00Z",
        "2026-11-20T01:30:61Z", "2026-02-30T01:30:00Z", "2026-11-20T01:30:00+24:00", "2026-11-20T01:30:00ZZ",
        "2026-11-20T01:30:00.Z", "2026-11-20T1:30:00Z", "2026-11-20T01:30:00+5", "1795138200", "2026-11-20T01:30:00 Z",
    ])
    func refused(text: String) {
        #expect(RFC3339.seconds(text) == nil)
    }

    @Test func writtenAsFoundationWritesIt() {
        let formatter = ISO8601DateFormatter()
        for seconds in stride(from: Int64(-3_000_000_000), to: 6_000_000_000, by: 7_654_321) {
            let text = RFC3339.text(seconds)
            #expect(text == formatter.string(from: Date(timeIntervalSince1970: Double(seconds))))
            #expect(RFC3339.seconds(text) == seconds)
        }
    }
}
