import Configuration
import Domain
import Foundation
import Pipeline
import Statistics
import Testing

@Suite struct NightPlanTests {
    /// The plan in days of the month, for days that close two days later.
    private func plan(
        _ date: Int, counted: [Int: Int] = [:], without missing: Set<Int> = []
    ) -> (days: [String], logDays: [Int]) {
        let plan = NightPlan(
            date: CalendarDate(dayNumber: date),
            counted: Dictionary(
                uniqueKeysWithValues: counted.map {
                    (CalendarDate(dayNumber: $0.key), CalendarDate(dayNumber: $0.value))
                }),
            closing: { $0.advanced(by: 2) }, hasLog: { !missing.contains($0.dayNumber) })
        return (plan.days.map { "\($0.date.dayNumber)-\($0.through.dayNumber)" }, plan.logDays.map(\.dayNumber))
    }

    @Test func theNewestNightReadsTheWindow() {
        let plan = plan(8, counted: [4: 6, 5: 7, 6: 7, 7: 7])
        #expect(plan.days == ["6-8", "7-8", "8-8"])
        #expect(plan.logDays == [6, 7, 8])
    }

    @Test func anOlderNightReadsOnToTheWindowsEnds() {
        let plan = plan(8, counted: [6: 8, 7: 9, 8: 10, 9: 10, 10: 10])
        #expect(plan.days == ["6-8", "7-9", "8-10"])
        #expect(plan.logDays == [6, 7, 8, 9, 10])
    }

    @Test func daysThatCanBeCountedFurtherAre() {
        // The 1st was counted to its own end, the 6th before the 7th was there.
        let plan = plan(20, counted: [1: 1, 2: 4, 6: 6, 7: 7])
        #expect(plan.days == ["1-3", "6-8", "7-9", "18-20", "19-20", "20-20"])
        #expect(plan.logDays == [1, 2, 3, 6, 7, 8, 9, 18, 19, 20])
    }

    @Test func nothingIsReadForADayWithoutALog() {
        let plan = plan(8, counted: [1: 1], without: [1, 6])
        #expect(plan.days == ["1-3", "6-8", "7-8", "8-8"])
        #expect(plan.logDays == [1, 6, 7, 8])
    }

    @Test(arguments: [
        ("Asia/Kolkata", "2026-11-20", 7 * 24, "2026-11-27"), ("Asia/Kolkata", "2026-11-20", 36, "2026-11-22"),
        ("GMT", "2026-12-31", 1, "2027-01-01"), ("GMT", "2026-11-20", 24, "2026-11-21"),
        // A day of 23 hours, and one of 25.
        ("Europe/Berlin", "2026-03-28", 24, "2026-03-30"), ("Europe/Berlin", "2026-03-29", 24, "2026-03-30"),
        ("Europe/Berlin", "2026-03-28", 23, "2026-03-29"), ("Europe/Berlin", "2026-10-24", 24, "2026-10-25"),
        ("Europe/Berlin", "2026-10-24", 25, "2026-10-25"), ("Europe/Berlin", "2026-10-24", 26, "2026-10-26"),
        ("Africa/Cairo", "2026-04-23", 23, "2026-04-24"), ("Africa/Cairo", "2026-04-23", 24, "2026-04-25"),
    ])
    func windowsCloseByTheClock(zone: String, date: String, hours: Int, expected: String) throws {
        let clock = DayClock(timeZone: try #require(SystemTimeZone(identifier: zone)))
        let closing = clock.closing(
            of: try #require(CalendarDate(date)), after: ConversionWindow(microseconds: Int64(hours) * 3_600_000_000))
        #expect(closing.description == expected)
    }
}
