/// The calendar of the fixtures: milliseconds since the epoch, and the days of Asia/Kolkata (UTC+05:30, never shifted).
enum Clock {
    static let second = 1_000
    static let minute = 60 * second
    static let hour = 60 * minute
    static let day = 24 * hour

    private static let offset = 5 * hour + 30 * minute
    /// 2026-11-18 is the 20,775th day since 1970-01-01.
    private static let firstDay = 20_775
    private static let firstDayOfMonth = 18

    /// The instant at which a day begins in Asia/Kolkata.
    static func midnight(_ day: Int) -> Int {
        (firstDay + day) * Clock.day - offset
    }

    /// Writes the date of a day, counted from 2026-11-18; all days lie in November.
    static func date(_ day: Int) -> String {
        "2026-11-\(padded(firstDayOfMonth + day, 2))"
    }

    /// Writes an instant in UTC, as `2026-11-18T03:12:44.120Z`.
    static func universal(_ time: Int) -> String {
        let (date, clock) = parts(time)
        return "\(date)T\(clock).\(padded(time % second, 3))Z"
    }

    /// Writes an instant on the clocks of Asia/Kolkata, as `2026-11-18T08:42:44.120+05:30`.
    static func local(_ time: Int) -> String {
        let (date, clock) = parts(time + offset)
        return "\(date)T\(clock).\(padded(time % second, 3))+05:30"
    }

    /// Writes an instant on the clocks of Asia/Kolkata without saying so, as `2026-11-18 08:42:44`.
    static func unzoned(_ time: Int) -> String {
        let (date, clock) = parts(time + offset)
        return "\(date) \(clock)"
    }

    private static func parts(_ time: Int) -> (date: String, clock: String) {
        let seconds = time % day / second
        let clock = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
        return (date(time / day - firstDay), clock)
    }
}

/// Writes a number with leading zeros.
func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
