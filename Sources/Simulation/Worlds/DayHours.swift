import Numerics

/// How the visitors of a day, and their readiness to be rewarded, are spread over its hours. An hour is a 24th of the day, also
/// where a change of the clock makes it 23 or 25 hours long.
package struct DayHours: Equatable, Sendable {
    /// By hour: its part of the day's visitors. They add up to 1.
    package let visitors: [Double]
    /// By hour: what every rate is multiplied by. The mean over the day's visitors is 1, so that an arm's rate stays what it is
    /// over the whole day.
    package let rate: [Double]

    private static let minutesOfHour = 60

    /// - Parameters:
    ///   - visitors: 24 weights of at least 0, some above.
    ///   - rate: 24 factors of at least 0, some of an hour with visitors above; only their ratios count.
    package init(visitors: [Double], rate: [Double]) {
        let total = visitors.reduce(0, +)
        let parts = visitors.map { $0 / total }
        let mean = zip(parts, rate).reduce(0) { $0 + $1.0 * $1.1 }
        self.visitors = parts
        self.rate = rate.map { $0 / mean }
    }

    /// The hours of visits where a world says nothing: most come around noon, none in the last hour, and all are alike. These are
    /// the hours of ``Visit/start(in:using:)``, whose distribution function over the first 23 hours is 2x² up to the middle.
    package static let usual: DayHours = {
        func before(_ hour: Int) -> Double {
            let x = min(1, Double(hour) / 23)
            return x < 0.5 ? 2 * x * x : 1 - 2 * (1 - x) * (1 - x)
        }
        return DayHours(
            visitors: (0..<24).map { before($0 + 1) - before($0) }, rate: Array(repeating: 1, count: 24))
    }()

    /// The part of the day's visitors, 0…1, that comes within some minutes of it, 0…1440, and what their rates are multiplied by:
    /// the mean over these visitors, 1 when there are none.
    package func part(_ minutes: Range<Int>) -> (visitors: Double, rate: Double) {
        var (share, rewarded) = (0.0, 0.0)
        for hour in visitors.indices {
            let start = hour * DayHours.minutesOfHour
            let common = minutes.clamped(to: start..<start + DayHours.minutesOfHour).count
            let visitors = visitors[hour] * Double(common) / Double(DayHours.minutesOfHour)
            share += visitors
            rewarded += visitors * rate[hour]
        }
        return (share, share > 0 ? rewarded / share : 1)
    }

    /// Draws the hour in which a visit begins and how far into it, as a part of the day, 0 ≤ part < 1. Visits of the last hour begin
    /// in its first 24 minutes, so that every visit ends within its day.
    func start(using generator: inout CounterGenerator) -> (hour: Int, part: Double) {
        let hour = generator.index(weights: visitors)
        let within = generator.uniform() * (hour == visitors.count - 1 ? 0.4 : 1)
        return (hour, (Double(hour) + within) / Double(visitors.count))
    }
}
