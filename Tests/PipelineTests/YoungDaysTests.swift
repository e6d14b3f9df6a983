import Allocation
import Domain
import Foundation
import Learning
import TestSupport
import TestExpectations
import Testing

/// Whether days whose windows are still open tilt the shares.
///
/// Three arms, 4,000 visitors a day, window 7 days, 21 nights. Half of all conversions come on the day of the exposure, the
/// others up to a week later, so the last days lack up to half of theirs. Traffic has moved to one arm over the nights, so
/// it is that arm whose visitors are young. What is learned of it with the young days less what will be learned once all
/// windows are closed, over 60 worlds, with standard errors:
///
///                          arms alike                        it is truly 10 % better
///                          posterior mean   share            posterior mean   share
///     adjusted              0.0 ± 0.1 %     0.0 ± 0.8 %      −0.1 ± 0.1 %     −0.8 ± 0.4 %
///     plain pooling        −7.1 ± 0.1 %     −26 ± 3 %        −8.0 ± 0.1 %     −49 ± 3 %
@Suite struct YoungDaysTests {
    static let worlds = 60
    static let nights = 21
    static let visitorsPerDay = 4_000
    /// The part of the conversions that have come by the k-th day after the exposure.
    static let arrived = [0.5, 0.66, 0.77, 0.85, 0.91, 0.95, 0.98, 1.0]
    /// Swings of the week around a rate of 6 %.
    static let week = [1.0, 1.05, 1.1, 0.95, 0.9, 0.75, 1.25]

    let experiment = Experiment(key: SlotKey(platform: "web", slot: "hero"), variants: ["a", "b", "c"])

    /// The rows of all days as they stand after the last night: young, and as they will stand when all windows are closed.
    func rows(rates: [Double], seed: UInt64) -> (young: [DailyRow], mature: [DailyRow]) {
        var random = SplitMix64(seed: seed)
        var young: [DailyRow] = []
        var mature: [DailyRow] = []
        for day in 0..<Self.nights {
            // c grows from a fifth of the traffic to four fifths.
            let share = 0.2 + 0.6 * Double(day) / Double(Self.nights - 1)
            let shares = [(1 - share) / 2, (1 - share) / 2, share]
            let arrived = Self.arrived[min(Self.nights - 1 - day, Self.arrived.count - 1)]
            for arm in 0..<3 {
                let visitors = Int(Double(Self.visitorsPerDay) * shares[arm])
                let converted = Self.successes(
                    among: visitors, rate: rates[arm] * Self.week[day % 7], using: &random)
                let convertedByNow = Self.successes(among: converted, rate: arrived, using: &random)
                mature.append(row(day, arm, visitors, converted))
                young.append(row(day, arm, visitors, convertedByNow))
            }
        }
        return (young, mature)
    }

    private func row(_ day: Int, _ arm: Int, _ visitors: Int, _ purchasers: Int) -> DailyRow {
        var counts = ArmCounts()
        counts.visitors = Int64(visitors)
        counts.views = Int64(visitors)
        counts.purchases = Int64(purchasers)
        counts.purchasers = counts.purchases
        let key = ArmKey(platform: "web", slot: "hero", segment: "*", variant: experiment.variants[arm])
        return DailyRow(date: CalendarDate(dayNumber: 20_000 + day), key: key, counts: counts)
    }

    /// A binomial number, drawn by its gaps (Devroye 1986, "Non-Uniform Random Variate Generation", X.4).
    private static func successes(among trials: Int, rate: Double, using random: inout SplitMix64) -> Int {
        guard rate < 1 else { return trials }
        var successes = -1
        var place = 0.0
        while place <= Double(trials) {
            successes += 1
            place +=
                (log(Double.random(in: .leastNonzeroMagnitude..<1, using: &random)) / log1p(-rate)).rounded(.down) + 1
        }
        return successes
    }

    /// What is learned of c: by how much its posterior mean is above the others', and its probability of being the best,
    /// which is its share of the traffic.
    private func learned(_ rows: [DailyRow], _ seasonality: Seasonality) throws -> (lead: Double, share: Double) {
        var settings = LearningSettings()
        settings.reward = .purchase
        settings.seasonality = seasonality
        let learner = ExperimentLearner(experiment: experiment, settings: settings)
        let posteriors = try #require(try learner.learn(rows).first).arms.map(\.posterior)
        let means = posteriors.map(\.mean)
        return (means[2] / ((means[0] + means[1]) / 2) - 1, try BestArmProbability.exact(posteriors).probabilityBest[2])
    }

    /// A mean over worlds with its standard error.
    struct Average: CustomStringConvertible {
        var mean: Double
        var error: Double

        init(_ values: [Double]) {
            let count = Double(values.count)
            let mean = values.reduce(0, +) / count
            self.mean = mean
            error = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1) / count).squareRoot()
        }

        var description: String { String(format: "%.4f ± %.4f", mean, error) }
    }

    @Test(.slow, arguments: [[0.06, 0.06, 0.06], [0.06, 0.06, 0.066]])
    func youngDaysDoNotTiltTheShares(rates: [Double]) throws {
        var differences: [Seasonality: (lead: Average, share: Average)] = [:]
        for seasonality in Seasonality.allCases {
            var leads: [Double] = []
            var shares: [Double] = []
            for world in 0..<Self.worlds {
                let (young, mature) = rows(rates: rates, seed: UInt64(world))
                let now = try learned(young, seasonality)
                let then = try learned(mature, seasonality)
                leads.append(now.lead - then.lead)
                shares.append(now.share - then.share)
            }
            let lead = Average(leads)
            let share = Average(shares)
            differences[seasonality] = (lead, share)
        }
        let adjusted = try #require(differences[.adjusted])
        let plain = try #require(differences[.none])
        // Four standard errors: one chance in 16,000 for each, had the seeds been others.
        #expect(abs(adjusted.lead.mean) < 4 * adjusted.lead.error, "\(adjusted)")
        #expect(abs(adjusted.share.mean) < 4 * adjusted.share.error, "\(adjusted)")
        // Noise is no excuse: what the test can see is far below what plain pooling does.
        #expect(adjusted.lead.error < 0.002 && adjusted.share.error < 0.02, "\(adjusted)")
        #expect(plain.lead.mean < -0.05 && plain.share.mean < -0.2, "\(plain)")
    }
}
