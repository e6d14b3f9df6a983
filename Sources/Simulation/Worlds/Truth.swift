import Allocation
import CLibrary
import Domain
import Numerics

/// What would happen to a visitor of an experiment: the rate of every arm, in every segment, on every day.
///
///     rate[day, segment, arm] = arm's rate (its own in the segment) · segment's factor · swing · trend · drift · wear-off · novelty
///
/// Where purchases are the reward, those that are given back are none: the rate is of those that are kept.
package struct Truth: Sendable {
    package let days: Int
    package let segments: Int
    package let arms: Int
    private let rates: [Double]
    /// Whether an arm competes for the table of a day: it has joined and is not blacklisted; the control never does.
    private let competes: [Bool]
    /// Visitors expected, by day.
    package let visitors: [Double]

    /// - Parameters:
    ///   - number: the experiment's place in its world: its random walks are its own.
    ///   - days: the days there are, from day 0.
    /// - Complexity: O(days · segments · arms)
    package init(_ experiment: WorldExperiment, number: Int, seed: UInt64, days: Int) {
        self.days = days
        segments = experiment.segments.count
        arms = experiment.arms.count
        var rates: [Double] = []
        rates.reserveCapacity(days * segments * arms)
        var competes: [Bool] = []
        var visitors: [Double] = []
        var walks = Array(repeating: 0.0, count: arms)
        for day in 0..<days {
            let week = sin(2 * .pi * Double(day) / 7)
            let base = max(0, 1 + experiment.weeklySwing * week) * pow(1 + experiment.trend, Double(day))
            visitors.append(experiment.visitorsPerDay * max(0, 1 + experiment.visitorSwing * week))
            for arm in 0..<arms {
                if day > 0, experiment.drift > 0 {
                    var generator = CounterGenerator(seed: seed ^ Truth.walkStream, arm: number << 12 | arm, draw: day)
                    walks[arm] += experiment.drift * Draw.normal(using: &generator)
                }
                let world = experiment.arms[arm]
                competes.append(
                    day >= world.joins && day < world.blacklisted ?? .max
                        && world.variant != experiment.control?.variant)
            }
            for segment in experiment.segments {
                for (arm, world) in experiment.arms.enumerated() {
                    let own = world.ratesBySegment[segment.name] ?? world.rate
                    var wear = 1.0
                    if let wearOff = world.wearsOff, day > wearOff.from {
                        wear = pow(0.5, Double(day - wearOff.from) / wearOff.halfLife)
                    }
                    if let novelty = world.novelty, day >= world.joins {
                        wear *= 1 + novelty.lift * pow(0.5, Double(day - world.joins) / novelty.halfLife)
                    }
                    let rate = own * segment.factor * base * exp(walks[arm]) * wear
                    // 0 times infinity is NaN: a rate of 0 stays 0 under a trend that has overflowed.
                    rates.append(rate.isNaN ? 0 : min(1, rate) * experiment.kept(ofArm: arm))
                }
            }
        }
        self.rates = rates
        self.competes = competes
        self.visitors = visitors
    }

    /// Probability, 0…1, that a visitor of the segment who is shown the arm on the day is rewarded.
    package func rate(day: Int, segment: Int, arm: Int) -> Double {
        rates[(day * segments + segment) * arms + arm]
    }

    /// Whether the arm may be given traffic on the day, outside a control's fixed share.
    package func competes(arm: Int, day: Int) -> Bool {
        competes[day * arms + arm]
    }

    /// Draws of random walks come from streams of their own.
    private static let walkStream: UInt64 = 0x9D2C_5680_6C07_8965
}
