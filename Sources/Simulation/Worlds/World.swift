package import Domain
package import Learning

/// A site to try settings in: what visitors would do if every arm were shown to all of them, and what goes wrong.
///
/// The world is the truth; Sluice sees only the logs that come out of it. Days are counted from 0, the first day of logs.
package struct World: Equatable, Sendable {
    /// The pipeline's name in configuration, manifests and seeds.
    package var name: String
    /// Everything random in the world is a function of it.
    package var seed: UInt64
    /// Day 0.
    package var start: CalendarDate
    /// Days with visitors, at least 1.
    package var days: Int
    /// At least one.
    package var experiments: [WorldExperiment]
    /// Days of which no log is found.
    package var outages: Set<Int> = []
    /// Days whose logs are half broken: the share of lines, 0…1, that are torn or mangled.
    package var brokenLines: [Int: Double] = [:]
    /// Days on which a feed fails: what is missing in their logs, while all else is there.
    package var missingFeeds: [Int: MissingFeed] = [:]
    /// The share of a log's lines, 0…1, that may be broken before the night stops.
    package var maxRejected = 0.01
    package var crowd = Crowd()
    /// The minute of the day, 0…1439, at which the night publishes the day's table; until then the one before serves.
    package var publishAt = 90

    package init(name: String, seed: UInt64, start: CalendarDate, days: Int, experiments: [WorldExperiment]) {
        self.name = name
        self.seed = seed
        self.start = start
        self.days = days
        self.experiments = experiments
    }
}

/// The events that a feed brings, or rather does not. Purchases go together with refunds.
package enum MissingFeed: String, CaseIterable, Sendable {
    case click, purchase
}

/// Who comes besides new people: shares are of a day's visitors, 0…1.
package struct Crowd: Equatable, Sendable {
    /// Bots, on top of the people: a share of their number.
    package var bots = 0.0
    /// People who have been there on an earlier day, and keep their id.
    package var returning = 0.0
    /// People seen in two segments on one day.
    package var travelling = 0.0

    package init() {}
}

/// A slot's truth.
package struct WorldExperiment: Equatable, Sendable {
    package var key: SlotKey
    package var reward = Reward.click
    /// Visitors expected a day, before `visitorSwing`.
    package var visitorsPerDay: Double
    package var arms: [WorldArm]
    /// The control, when there is one: also one of `arms`.
    package var control: Experiment.Control?
    /// The name of the holdout that the control shares with those of other experiments, when it has one.
    package var holdout: Name?
    /// At least one; shares add up to 1. A world without segments has one, of everyone.
    package var segments: [WorldSegment] = [WorldSegment(name: .everyone, share: 1)]
    /// ±a: the base rate of day d is multiplied by 1 + a·sin(2πd/7).
    package var weeklySwing = 0.0
    /// ±a of the number of visitors, likewise.
    package var visitorSwing = 0.0
    /// Relative change of the base rate a day: 0.01 is 1 % more every day.
    package var trend = 0.0
    /// Standard deviation of the daily step of each arm's own random walk in log rate.
    package var drift = 0.0
    /// Nil: as ``DayHours/usual`` has them.
    package var hours: DayHours?

    package init(key: SlotKey, visitorsPerDay: Double, arms: [WorldArm]) {
        self.key = key
        self.visitorsPerDay = visitorsPerDay
        self.arms = arms
    }
}

/// A group of visitors.
package struct WorldSegment: Equatable, Sendable {
    package var name: Name
    /// Of the slot's visitors, 0…1.
    package var share: Double
    /// What every arm's rate is multiplied by here.
    package var factor = 1.0

    package init(name: Name, share: Double) {
        self.name = name
        self.share = share
    }
}

/// An arm's truth.
package struct WorldArm: Equatable, Sendable {
    package var variant: Name
    /// Probability that a visitor who is shown the arm clicks (or buys, when the reward is purchase or revenue), 0…1.
    package var rate: Double
    /// Its own rate in a segment, instead of `rate`.
    package var ratesBySegment: [Name: Double] = [:]
    /// What a purchase is worth.
    package var revenue = Revenue(mean: 50, spread: 0.8)
    /// The share of its purchases, 0…1, that are given back within the hour: they are no reward.
    package var refunds = 0.0
    /// The arm is worth more, or less, while it is new.
    package var novelty: Novelty?
    /// The arm wears off: its rate halves every `halfLife` days from this day on.
    package var wearsOff: WearOff?
    /// First day on which it is declared.
    package var joins = 0
    /// First day whose table leaves it out; nil: never.
    package var blacklisted: Int?

    package struct Revenue: Equatable, Sendable {
        /// Of an ordinary purchase, in major units.
        package var mean: Double
        /// The standard deviation of its logarithm.
        package var spread: Double
        /// Few who spend much.
        package var whales: Whales?

        /// The share of purchases, 0…1, that are this many times as large.
        package struct Whales: Equatable, Sendable {
            package var share: Double
            package var factor: Double

            package init(share: Double, factor: Double) {
                self.share = share
                self.factor = factor
            }
        }

        /// The mean of all purchases, in major units.
        package var expected: Double {
            guard let whales else { return mean }
            return mean * (1 + whales.share * (whales.factor - 1))
        }

        package init(mean: Double, spread: Double) {
            self.mean = mean
            self.spread = spread
        }
    }

    /// On the day the arm joins its rate is multiplied by 1 + `lift`; the lift halves every `halfLife` days.
    package struct Novelty: Equatable, Sendable {
        package var lift: Double
        package var halfLife: Double

        package init(lift: Double, halfLife: Double) {
            self.lift = lift
            self.halfLife = halfLife
        }
    }

    package struct WearOff: Equatable, Sendable {
        package var from: Int
        package var halfLife: Double

        package init(from: Int, halfLife: Double) {
            self.from = from
            self.halfLife = halfLife
        }
    }

    package init(variant: Name, rate: Double) {
        self.variant = variant
        self.rate = rate
    }
}
