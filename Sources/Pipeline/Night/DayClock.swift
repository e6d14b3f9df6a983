package import EventLog
package import Foundation
package import Statistics
package import Vocabulary

/// Calendar days as a timezone counts them: 23 or 25 hours long where clocks change.
package struct DayClock: Sendable {
    private let calendar: Calendar

    package init(timeZone: TimeZone) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        self.calendar = calendar
    }

    /// The day that an instant belongs to.
    package func date(of instant: Date) -> CalendarDate {
        let parts = calendar.dateComponents([.year, .month, .day], from: instant)
        return CalendarDate(
            dayNumber: CalendarDate.dayNumber(year: parts.year ?? 1970, month: parts.month ?? 1, day: parts.day ?? 1))
    }

    /// The day before the one that an instant belongs to.
    package func yesterday(of instant: Date) -> CalendarDate {
        date(of: instant).advanced(by: -1)
    }

    /// The instants of a day and the local time around it.
    package func day(_ date: CalendarDate) -> LogDay {
        let start = seconds(startOf: date)
        let end = seconds(startOf: date.advanced(by: 1))
        return LogDay(range: start * 1_000_000..<max(start, end) * 1_000_000, localTime: localTime(around: start..<end))
    }

    /// The day in which the window of a day's last instant closes.
    package func closing(of date: CalendarDate, after window: ConversionWindow) -> CalendarDate {
        // Days begin on whole seconds.
        let seconds = (seconds(startOf: date.advanced(by: 1)) * 1_000_000 - 1 + window.microseconds) / 1_000_000
        return self.date(of: Date(timeIntervalSince1970: Double(seconds)))
    }

    private func seconds(startOf date: CalendarDate) -> Int64 {
        let (year, month, day) = date.civil
        let noon = DateComponents(year: year, month: month, day: day, hour: 12)
        let instant = calendar.date(from: noon) ?? Date(timeIntervalSince1970: Double(date.dayNumber * 86_400))
        return Int64(calendar.startOfDay(for: instant).timeIntervalSince1970)
    }

    /// The offsets in force from two days before to two days after: further away only the side of the day matters.
    private func localTime(around day: Range<Int64>) -> LocalTime {
        let zone = calendar.timeZone
        var instant = Date(timeIntervalSince1970: Double(day.lowerBound - 172_800))
        let end = Date(timeIntervalSince1970: Double(day.upperBound + 172_800))
        var periods: [LocalTime.Period] = []
        while instant < end, periods.count < 16 {
            periods.append(
                LocalTime.Period(
                    start: Int64(instant.timeIntervalSince1970), offset: Int64(zone.secondsFromGMT(for: instant))))
            guard let next = zone.nextDaylightSavingTimeTransition(after: instant), next > instant else { break }
            instant = next
        }
        return LocalTime(periods: periods)
    }
}
