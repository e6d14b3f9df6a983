import Domain
import Foundation
import TestSupport
import Testing

@Suite("Calendar dates")
struct CalendarDateTests {
    private var calendar: Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }

    /// All days of these years, by a walk that Foundation only has to check at the first of each month.
    @Test("counts the days of 1600 to 2400 as Foundation does")
    func againstFoundation() throws {
        let calendar = calendar
        var number = CalendarDate.dayNumber(year: 1600, month: 1, day: 1)
        for year in 1600...2400 {
            for month in 1...12 {
                let first = try #require(calendar.date(from: DateComponents(year: year, month: month, day: 1)))
                #expect(Int(first.timeIntervalSince1970) == number * 86_400)
                let length = try #require(calendar.range(of: .day, in: .month, for: first)?.count)
                #expect(CalendarDate.length(ofMonth: month, year: year) == length)
                for day in 1...length {
                    let date = try #require(CalendarDate(year: year, month: month, day: day))
                    if date.dayNumber != number || date.civil != (year, month, day) { Issue.record("\(date)") }
                    number += 1
                }
                #expect(CalendarDate(year: year, month: month, day: length + 1) == nil)
                #expect(CalendarDate(year: year, month: month, day: 0) == nil)
            }
            #expect(CalendarDate(year: year, month: 0, day: 1) == nil)
            #expect(CalendarDate(year: year, month: 13, day: 1) == nil)
        }
    }

    @Test("goes from day numbers to dates and back, before the year 0 too")
    func roundTrip() {
        #expect(CalendarDate(dayNumber: 0).civil == (1970, 1, 1))
        #expect(CalendarDate(dayNumber: -1).civil == (1969, 12, 31))
        var random = SplitMix64(seed: 1)
        for _ in 0..<20_000 {
            let date = CalendarDate(dayNumber: Int.random(in: -2_000_000...5_000_000, using: &random))
            let (year, month, day) = date.civil
            #expect(CalendarDate(year: year, month: month, day: day) == date)
        }
    }

    @Test("reads what it writes, the years 0000 to 9999")
    func text() {
        var random = SplitMix64(seed: 2)
        for _ in 0..<5_000 {
            let date = CalendarDate(dayNumber: Int.random(in: -719_528...2_932_896, using: &random))
            #expect(date.description.utf8.count == 10)
            #expect(CalendarDate(date.description) == date)
        }
        #expect(CalendarDate("2026-11-20")?.description == "2026-11-20")
        #expect(CalendarDate("0001-01-01")?.description == "0001-01-01")
    }

    @Test(
        "refuses what is no date",
        arguments: [
            "", "2026", "2026-11", "2026-11-", "2026-11-2", "2026-11-200", "26-11-20", "2026/11/20", "20261120",
            "2026-1-020",
            "2026-13-01", "2026-00-01", "2026-11-00", "2026-11-31", "2026-02-29", "1900-02-29", "2026-11-20 ",
            " 2026-11-20",
            "2026-11-2x", "-026-11-20", "+026-11-20", "2026-11-20T", "2026-11\u{2013}0", "\u{661}\u{662}-11-20",
            "2026-1\u{661}-2",
        ])
    func refuses(text: String) {
        #expect(CalendarDate(text) == nil)
    }

    @Test("advances and orders by days")
    func arithmetic() throws {
        let leap = try #require(CalendarDate("2028-02-28"))
        #expect(leap.advanced(by: 1).description == "2028-02-29")
        #expect(leap.advanced(by: 2).description == "2028-03-01")
        #expect(leap.advanced(by: -59).description == "2027-12-31")
        #expect(leap < leap.advanced(by: 1) && !(leap < leap))
    }
}
