import Configuration
import Domain
import EventLog
import Foundation
import TestSupport
import Testing

/// Days by the system's timezones, against Foundation's, which has rules of its own. Rules of the latest years were changed since
/// some copies of the database were made: the days are of 1985 to 2022.
struct DayClockTests {
    private static let years: Range<Int> = 5_479..<19_358

    @Test(arguments: [
        "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Beirut",
        "Africa/Cairo", "America/Havana", "America/St_Johns", "Pacific/Auckland", "Pacific/Kiritimati",
        "Asia/Kathmandu", "Africa/Casablanca", "Antarctica/Troll", "America/Asuncion", "Etc/GMT+12", "UTC",
    ])
    func daysAreThoseOfFoundation(identifier: String) throws {
        let timeZone = try #require(TimeZone(identifier: identifier))
        let clock = DayClock(timeZone: try #require(SystemTimeZone(identifier: identifier)))
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        for number in days(of: timeZone) {
            let date = CalendarDate(dayNumber: number)
            let day = clock.day(date)
            let start = try start(of: date, calendar)
            let end = try self.start(of: date.advanced(by: 1), calendar)
            #expect(day.range == start * 1_000_000..<end * 1_000_000, "\(date)")
            // Some island skipped a day.
            if day.range.isEmpty { continue }
            #expect(clock.date(of: start) == date && clock.date(of: end - 1) == date, "\(date)")
            for shown in stride(from: start - 90_000, to: end + 90_000, by: 10_799) {
                let local = shown + Int64(timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(shown))))
                // The hour that comes twice is taken the first time.
                let instant = day.localTime.instant(local: local)
                #expect(instant == shown || (instant < shown && isTwice(local, in: timeZone, near: shown)), "\(shown)")
            }
        }
    }

    /// The days around every change of the clocks, and some others.
    private func days(of timeZone: TimeZone) -> Set<Int> {
        var random = SplitMix64(seed: 1)
        var days = Set((0..<30).map { _ in Int.random(in: Self.years, using: &random) })
        var instant = Date(timeIntervalSince1970: Double(Self.years.lowerBound + 2) * 86_400)
        let end = Date(timeIntervalSince1970: Double(Self.years.upperBound - 2) * 86_400)
        while let change = timeZone.nextDaylightSavingTimeTransition(after: instant), change < end {
            let day = Int(change.timeIntervalSince1970 / 86_400)
            days.formUnion(day - 1...day + 1)
            instant = change
        }
        return days
    }

    private func start(of date: CalendarDate, _ calendar: Calendar) throws -> Int64 {
        let (year, month, day) = date.civil
        let noon = try #require(calendar.date(from: DateComponents(year: year, month: month, day: day, hour: 12)))
        return Int64(calendar.startOfDay(for: noon).timeIntervalSince1970)
    }

    /// Whether clocks show `local` a second time at an instant.
    private func isTwice(_ local: Int64, in timeZone: TimeZone, near instant: Int64) -> Bool {
        stride(from: instant - 10_800, to: instant, by: 60).contains {
            $0 + Int64(timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double($0)))) > local - 60
        }
    }

    /// Samoa had no 30 December 2011.
    @Test func aSkippedDayIsEmpty() throws {
        let clock = DayClock(timeZone: try #require(SystemTimeZone(identifier: "Pacific/Apia")))
        let skipped = try #require(CalendarDate("2011-12-30"))
        let day = clock.day(skipped)
        #expect(day.range.isEmpty)
        #expect(clock.day(skipped.advanced(by: -1)).range.upperBound == day.range.lowerBound)
        #expect(clock.day(skipped.advanced(by: 1)).range.lowerBound == day.range.upperBound)
    }

    @Test func offsetsOfAllZonesAreThoseOfFoundation() throws {
        var random = SplitMix64(seed: 2)
        let identifiers = SystemTimeZone.all
        #expect(identifiers.count > 300)
        for identifier in identifiers {
            guard let timeZone = TimeZone(identifier: identifier) else { continue }
            let system = try #require(SystemTimeZone(identifier: identifier))
            for _ in 0..<20 {
                let day = Int.random(in: Self.years, using: &random)
                let instant = Int64(day) * 86_400 + Int64.random(in: 0..<86_400, using: &random)
                let offset = timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant)))
                #expect(system.offset(at: instant) == Int64(offset), "\(identifier) at \(instant)")
            }
        }
    }

    @Test(arguments: [
        "", "/", "IST", "EST5EDT", "Europe", "Europe/", "Europe/Atlantis", "europe/paris", "../etc/passwd",
        "/etc/passwd",
        "Asia/../UTC", "right/Europe/Paris", "tzdata.zi", "Europe/Paris\u{0}", String(repeating: "a/", count: 200),
    ])
    func onlyNamesOfRegionsAreZones(identifier: String) {
        #expect(SystemTimeZone(identifier: identifier) == nil)
    }
}
