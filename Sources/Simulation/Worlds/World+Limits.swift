import Domain

// The limits of a world, at count level and end to end.
extension World {
    /// A limit that is overstepped.
    package struct Excess: Error, Equatable, Sendable {
        /// The key of the world file that is to be changed.
        package var key: String
        package var message: String
        package var suggestion: String
    }

    /// The dates that logs and tables may have: of four digits, and counted as the Gregorian calendar has been since its first
    /// whole year.
    private static let dates =
        CalendarDate(
            dayNumber: CalendarDate.dayNumber(year: 1583, month: 1, day: 1))...CalendarDate(
            dayNumber: CalendarDate.dayNumber(year: 9999, month: 12, day: 31))

    /// The most rates of a world: days · segments · arms, added up over the experiments. Eight bytes each are kept.
    package static let mostRates = 20_000_000

    /// The limits that are overstepped: by the dates from the night before day 0 to the last table, and by the number of rates.
    package var excesses: [Excess] {
        var excesses: [Excess] = []
        let range = World.dates
        if start.advanced(by: -1) < range.lowerBound || start.advanced(by: days) > range.upperBound {
            excesses.append(
                Excess(
                    key: "start",
                    message: "\(days) days from \(start), and the day before and after, are not all from "
                        + "\(range.lowerBound) to \(range.upperBound)",
                    suggestion: "move the start, as in \"2026-01-05\""))
        }
        let rates = experiments.reduce(0) { $0 + days * $1.segments.count * $1.arms.count }
        if rates > World.mostRates {
            excesses.append(
                Excess(
                    key: "days",
                    message: "days · segments · arms of all experiments are \(rates), more than \(World.mostRates)",
                    suggestion: "simulate fewer days, or leave out segments or arms"))
        }
        return excesses
    }
}
