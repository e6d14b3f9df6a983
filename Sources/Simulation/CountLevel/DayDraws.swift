package import Domain
import Learning
import Numerics
package import Policies

/// A day of an experiment as daily rows, drawn from the truth without a log.
///
///     visitors ~ Poisson ─► segments, arms ~ multinomial by shares ─► clickers ~ binomial by rate ─► purchases ~ log-normal
///
/// That is what the logs of independent visitors add up to. Bots, torn lines and visitors that come back leave no trace
/// here: they are what the full simulation is for.
package struct DayDraws: Sendable {
    private let experiment: WorldExperiment
    private let truth: Truth
    private let number: Int
    private let streams: Streams

    /// - Parameters:
    ///   - number: the experiment's place in its world.
    ///   - seed: the world's.
    package init(_ experiment: WorldExperiment, truth: Truth, number: Int, seed: UInt64) {
        self.experiment = experiment
        self.truth = truth
        self.number = number
        streams = Streams(seed: seed)
    }

    /// The rows of a day whose visitors were served by a table.
    ///
    /// - Complexity: O(segments · arms), and O(purchasers) when the reward is revenue.
    package func rows(day: Int, date: CalendarDate, served: PolicyTable) -> [DailyRow] {
        let total = Draw.poisson(
            mean: truth.visitors[day], uniform: streams.uniform(.visitors, experiment: number, day: day))
        let segments = experiment.segments.indices
        let visitors = Draw.multinomial(
            trials: total, weights: experiment.segments.map(\.share),
            uniforms: segments.map { streams.uniform(.segments, experiment: number, day: day, segment: $0) })
        var rows: [DailyRow] = []
        for segment in segments {
            let byArm = Draw.multinomial(
                trials: visitors[segment], weights: served.shares(inSegment: segment),
                uniforms: experiment.arms.indices.map {
                    streams.uniform(.arms, experiment: number, day: day, segment: segment, arm: $0)
                })
            for (arm, count) in byArm.enumerated() where count > 0 {
                rows.append(
                    DailyRow(
                        date: date,
                        key: ArmKey(
                            platform: experiment.key.platform, slot: experiment.key.slot,
                            segment: experiment.segments[segment].name, variant: experiment.arms[arm].variant),
                        counts: counts(visitors: count, day: day, segment: segment, arm: arm)))
            }
        }
        return rows
    }

    private func counts(visitors: Int64, day: Int, segment: Int, arm: Int) -> ArmCounts {
        let rewarded = Draw.binomial(
            trials: visitors, probability: truth.rate(day: day, segment: segment, arm: arm),
            uniform: streams.uniform(.rewards, experiment: number, day: day, segment: segment, arm: arm))
        var counts = ArmCounts()
        counts.visitors = visitors
        counts.views = visitors
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
                .revenue, experiment: number, day: day, segment: segment, arm: arm)
            for _ in 0..<rewarded {
                let amount = Draw.logNormal(mean: revenue.mean, spread: revenue.spread, using: &generator)
                // A purchase beyond a trillion is a world's mistake, not a reason to leave the integers.
                let millionths = Int128((min(amount, 1e12) * 1e6).rounded())
                counts.revenue += millionths
                counts.revenueSquared += millionths * millionths
            }
        }
        return counts
    }
}
