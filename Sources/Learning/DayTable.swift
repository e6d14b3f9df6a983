/// An experiment's observations by day and arm, as real numbers.
///
///               arm 0   arm 1   arm 2
///     day 0    [  0       1       2  ]      stored day by day, one array for each quantity;
///     day 1    [  3       4       5  ]      sums run in this order, so that they are the same on every run
struct DayTable: Equatable, Sendable {
    let days: Int
    let arms: Int
    /// Visitors: at least 0.
    var visitors: [Double]
    /// Successes, or revenue in major units.
    var rewards: [Double]
    /// Sums of the units' squared revenue; zeros for rewards that are counts.
    var squaredRewards: [Double]

    init(days: Int, arms: Int) {
        self.days = days
        self.arms = arms
        visitors = Array(repeating: 0, count: days * arms)
        rewards = visitors
        squaredRewards = visitors
    }

    /// The days of tables one below the other, each a day of its own: what the same date did to other visitors is no matter.
    ///
    /// - Parameter tables: at least one, all with the same arms.
    init(stacking tables: [DayTable]) {
        days = tables.reduce(0) { $0 + $1.days }
        arms = tables[0].arms
        visitors = tables.flatMap(\.visitors)
        rewards = tables.flatMap(\.rewards)
        squaredRewards = tables.flatMap(\.squaredRewards)
    }

    /// Multiplies everything observed on each day by the day's weight.
    mutating func weigh(_ weights: [Double]) {
        for day in 0..<days {
            for index in day * arms..<(day + 1) * arms {
                visitors[index] *= weights[day]
                rewards[index] *= weights[day]
                squaredRewards[index] *= weights[day]
            }
        }
    }

    /// Adds up each arm's values over the days.
    func sumsByArm(_ values: [Double]) -> [Double] {
        var sums = Array(repeating: 0.0, count: arms)
        for day in 0..<days {
            for arm in 0..<arms { sums[arm] += values[day * arms + arm] }
        }
        return sums
    }
}
