/// An experiment's observations by stratum and arm, as real numbers.
///
///                    arm 0   arm 1   arm 2
///     stratum 0    [   0       1       2   ]      stored stratum by stratum, one array for each quantity;
///     stratum 1    [   3       4       5   ]      sums run in this order, so that they are the same on every run
struct StratumObservations: Equatable, Sendable {
    let strata: Int
    let arms: Int
    /// Visitors: at least 0.
    var visitors: [Double]
    /// Those who did what the reward counts.
    var successes: [Double]

    init(strata: Int, arms: Int) {
        self.strata = strata
        self.arms = arms
        visitors = Array(repeating: 0, count: strata * arms)
        successes = visitors
    }

    /// The strata of several parts of the visitors one below the other: what the same date did to other visitors is no matter.
    ///
    /// - Parameter parts: at least one, all with the same arms.
    init(stacking parts: [StratumObservations]) {
        strata = parts.reduce(0) { $0 + $1.strata }
        arms = parts[0].arms
        visitors = parts.flatMap(\.visitors)
        successes = parts.flatMap(\.successes)
    }

    /// Multiplies everything observed in each stratum by the stratum's weight.
    mutating func weigh(_ weights: [Double]) {
        for stratum in 0..<strata where weights[stratum] != 1 {
            for index in stratum * arms..<(stratum + 1) * arms {
                visitors[index] *= weights[stratum]
                successes[index] *= weights[stratum]
            }
        }
    }

    /// Adds up each arm's values over the strata.
    func sumsByArm(_ values: [Double]) -> [Double] {
        StratumObservations.sumsByArm(values, strata: strata, arms: arms)
    }

    static func sumsByArm(_ values: [Double], strata: Int, arms: Int) -> [Double] {
        var sums = Array(repeating: 0.0, count: arms)
        for stratum in 0..<strata {
            for arm in 0..<arms { sums[arm] += values[stratum * arms + arm] }
        }
        return sums
    }
}

/// Purchasers and what they paid, laid out likewise.
struct StratumOrders: Equatable, Sendable {
    let strata: Int
    let arms: Int
    var purchasers: [Double]
    /// In major units.
    var revenue: [Double]
    /// Sums of the units' squared revenue.
    var squares: [Double]

    init(strata: Int, arms: Int) {
        self.strata = strata
        self.arms = arms
        purchasers = Array(repeating: 0, count: strata * arms)
        revenue = purchasers
        squares = purchasers
    }

    init(stacking parts: [StratumOrders]) {
        strata = parts.reduce(0) { $0 + $1.strata }
        arms = parts[0].arms
        purchasers = parts.flatMap(\.purchasers)
        revenue = parts.flatMap(\.revenue)
        squares = parts.flatMap(\.squares)
    }

    mutating func weigh(_ weights: [Double]) {
        for stratum in 0..<strata where weights[stratum] != 1 {
            for index in stratum * arms..<(stratum + 1) * arms {
                purchasers[index] *= weights[stratum]
                revenue[index] *= weights[stratum]
                squares[index] *= weights[stratum]
            }
        }
    }
}
