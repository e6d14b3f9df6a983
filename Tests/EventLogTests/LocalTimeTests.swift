import Foundation
import Testing

@testable import EventLog

@Suite("Local time")
struct LocalTimeTests {
    /// Timezones with a day whose clock jumps: by an hour or a half, at night or at midnight, or over a whole day.
    static let jumps: [(zone: String, around: String)] = [
        ("Europe/Berlin", "2026-03-29T00:00:00Z"), ("Europe/Berlin", "2026-10-25T00:00:00Z"),
        ("America/New_York", "2026-03-08T05:00:00Z"), ("America/New_York", "2026-11-01T05:00:00Z"),
        ("America/Havana", "2026-11-01T05:00:00Z"), ("Africa/Cairo", "2026-04-23T22:00:00Z"),
        ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"), ("Australia/Lord_Howe", "2026-10-03T15:00:00Z"),
        ("Pacific/Apia", "2011-12-30T10:00:00Z"), ("Asia/Kolkata", "2026-11-20T00:00:00Z"),
        ("Asia/Kathmandu", "2026-11-20T00:00:00Z"), ("GMT", "2026-11-20T00:00:00Z"),
    ]

    @Test("agrees with Foundation around the jumps of clocks", arguments: jumps)
    func againstFoundation(zone: String, around: String) throws {
        let timeZone = try #require(TimeZone(identifier: zone))
        let middle = try Date(around, strategy: .iso8601)
        let localTime = LocalTime(periods: periods(of: timeZone, around: middle))
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        var utc = calendar
        utc.timeZone = .gmt
        let start = Int64(middle.timeIntervalSince1970) - 3 * 86_400
        for step in 0..<(6 * 24 * 12) {
            let local = start + Int64(step) * 300 - (step % 2 == 0 ? 1 : 0)
            let clock = utc.dateComponents(
                [.year, .month, .day, .hour, .minute, .second], from: Date(timeIntervalSince1970: Double(local)))
            let instant = localTime.instant(local: local)
            let shown = instant + Int64(timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant))))
            if shown == local {
                // The first instant at which the clock shows this: no offset of the days around gives an earlier one.
                for hours in [-26, -2, -1, 1, 2, 26] {
                    let near = Date(timeIntervalSince1970: Double(instant + Int64(hours) * 3_600))
                    let other = local - Int64(timeZone.secondsFromGMT(for: near))
                    let offset = Int64(timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(other))))
                    #expect(other + offset != local || other >= instant, "\(clock)")
                }
            } else {
                // The clock never shows it: Foundation must not find such an instant either.
                let theirs = try #require(calendar.date(from: clock))
                let again = calendar.dateComponents([.day, .hour, .minute], from: theirs)
                #expect(again.hour != clock.hour || again.minute != clock.minute || again.day != clock.day, "\(clock)")
                let before = timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant - 90_000)))
                #expect(instant == local - Int64(before), "\(clock)")
            }
        }
    }

    @Test("takes an hour that comes twice the first time, one that is skipped with the offset before")
    func twice() {
        // Berlin 2026: +1 h, from 29 March 01:00 UTC +2 h, from 25 October 01:00 UTC +1 h.
        let spring: Int64 = 1_774_746_000
        let autumn: Int64 = 1_792_890_000
        let berlin = LocalTime(periods: [
            .init(start: 1_760_000_000, offset: 3_600), .init(start: spring, offset: 7_200),
            .init(start: autumn, offset: 3_600),
        ])
        #expect(berlin.instant(local: spring + 3_599) == spring - 1)
        // 02:00 and 02:59:59 do not exist.
        #expect(berlin.instant(local: spring + 3_600) == spring)
        #expect(berlin.instant(local: spring + 7_199) == spring + 3_599)
        #expect(berlin.instant(local: spring + 7_200) == spring)
        // 02:00 comes at 00:00 UTC and again at 01:00 UTC.
        #expect(berlin.instant(local: autumn + 3_600) == autumn - 3_600)
        #expect(berlin.instant(local: autumn + 7_199) == autumn - 1)
        #expect(berlin.instant(local: autumn + 7_200) == autumn + 3_600)
        // The first period stands for all time before it.
        #expect(berlin.instant(local: 3_600) == 0)
        #expect(LocalTime.utc.instant(local: -5) == -5)
    }

    private func periods(of zone: TimeZone, around middle: Date) -> [LocalTime.Period] {
        var instant = middle.addingTimeInterval(-90 * 86_400)
        let end = middle.addingTimeInterval(90 * 86_400)
        var periods: [LocalTime.Period] = []
        while instant < end {
            let start = Int64(instant.timeIntervalSince1970.rounded())
            periods.append(.init(start: start, offset: Int64(zone.secondsFromGMT(for: instant))))
            guard let next = zone.nextDaylightSavingTimeTransition(after: instant) else { break }
            instant = next
        }
        return periods
    }
}
