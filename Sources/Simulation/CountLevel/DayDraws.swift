package import Domain
import Learning
import Numerics
import Policies

/// A day of an experiment as daily rows, drawn from the truth without a log.
///
///     visitors ~ Poisson ─► segments, arms ~ multinomial by shares ─► clickers ~ binomial by rate ─► purchases ~ log-normal
///
/// Each part of the day, the visitors of one table, is drawn by itself.
/// That is what the logs of independent visitors add up to; purchases that are given back are not drawn. Bots, torn lines and visitors that come back leave no trace
/// here: they are what the end-to-end simulation is for.
package struct DayDraws: Sendable {
    private let experiment: WorldExperiment
    private let truth: Truth
    private let number: Int
    private let streams: Streams
    private let missingFeeds: [Int: MissingFeed]

    /// - Parameters:
    ///   - number: the experiment's place in its world.
    ///   - seed: the world's.
    ///   - missingFeeds: the world's.
    package init(
        _ experiment: WorldExperiment, truth: Truth, number: Int, seed: UInt64, missingFeeds: [Int: MissingFeed] = [:]
    ) {
        self.experiment = experiment
        self.truth = truth
        self.number = number
        streams = Streams(seed: seed)
        self.missingFeeds = missingFeeds
    }

    /// The rows of a day whose visitors were served by these tables, one part after the other.
    ///
    /// - Complexity: O(parts · segments · arms), and O(purchasers) when the reward is revenue.
    package func rows(day: Int, date: CalendarDate, served parts: [DayPart]) -> [DailyRow] {
        parts.enumerated().flatMap { rows(day: day, date: date, of: $0.element, number: $0.offset) }
    }

    private func rows(day: Int, date: CalendarDate, of served: DayPart, number part: Int) -> [DailyRow] {
        let total = Draw.poisson(
            mean: truth.visitors[day] * served.visitors,
            uniform: streams.uniform(.visitors, experiment: number, day: day, part: part))
        let segments = experiment.segments.indices
        let visitors = Draw.multinomial(
            trials: total, weights: experiment.segments.map(\.share),
            uniforms: segments.map {
                streams.uniform(.segments, experiment: number, day: day, part: part, segment: $0)
            })
        var rows: [DailyRow] = []
        for segment in segments {
            let byArm = Draw.multinomial(
                trials: visitors[segment], weights: served.table.shares(inSegment: segment),
                uniforms: experiment.arms.indices.map {
                    streams.uniform(.arms, experiment: number, day: day, part: part, segment: segment, arm: $0)
                })
            for (arm, count) in byArm.enumerated() where count > 0 {
                rows.append(
                    DailyRow(
                        date: date, table: served.tableDate,
                        key: ArmKey(
                            platform: experiment.key.platform, slot: experiment.key.slot,
                            segment: experiment.segments[segment].name, variant: experiment.arms[arm].variant),
                        counts: counts(
                            visitors: count, day: day, part: part, segment: segment, arm: arm, rate: served.rate)))
            }
        }
        return rows
    }

    private func counts(
        visitors: Int64, day: Int, part: Int, segment: Int, arm: Int, rate factor: Double
    ) -> ArmCounts {
        let rewarded = Draw.binomial(
            trials: visitors, probability: min(1, factor * truth.rate(day: day, segment: segment, arm: arm)),
            uniform: streams.uniform(
                .rewards, experiment: number, day: day, part: part, segment: segment, arm: arm))
        var counts = ArmCounts()
        counts.visitors = visitors
        counts.views = visitors
        // What happened is not in the log.
        let missing: MissingFeed = experiment.reward == .click ? .click : .purchase
        guard missingFeeds[day] != missing else { return counts }
        guard experiment.reward != .click else {
            counts.clicks = rewarded
            counts.clickers = rewarded
            return counts
        }
        counts.purchases = rewarded
        counts.purchasers = rewarded
        let revenue = experiment.arms[arm].revenue
        if experiment.reward == .revenue {
            var generator = streams.generator(
                .revenue, experiment: number, day: day, part: part, segment: segment, arm: arm)
            for _ in 0..<rewarded {
                let amount = revenue.draw(using: &generator)
                // A purchase beyond a trillion is a world's mistake, not a reason to leave the integers.
                let millionths = Int128((min(amount, 1e12) * 1e6).rounded())
                counts.revenue += millionths
                counts.revenueSquared += millionths * millionths
            }
        }
        return counts
    }
}
