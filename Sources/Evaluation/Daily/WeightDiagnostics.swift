import CLibrary
package import Domain
import Numerics

/// What the weights w = π/p say of how far an estimate is to be trusted.
package struct WeightDiagnostics: Equatable, Sendable {
    /// (Σ w·n)² / Σ w²·n: the visitors that the policy's own would be worth (Kish 1965).
    package var effectiveSampleSize: Double
    /// The greatest w of a cell with visitors.
    package var maximum: Double
    /// W̄ = Σ w·n / N: 1 but for chance.
    package var mean: Double
    /// How many standard errors W̄ lies from its expectation, the error being known exactly from the shares; nil where the policy
    /// is the one that served.
    package var meanZ: Double?
    /// The greatest π/p of any arm that could be served, whether somebody got it or not: no weight can exceed it.
    package var bound: Double
    /// The least positive p: the floor that the bound rests on.
    package var leastShare: Double
    /// Visitors with a click or a purchase in cells with w > 0.
    package var rewarded: Int64
    /// The day whose visitors deviate most from its table's shares, with its p after Holm's correction over the days.
    package var worstDay: WorstDay?

    package struct WorstDay: Equatable, Sendable {
        package var date: CalendarDate
        package var z: Double
        package var adjustedP: Double
    }

    /// Below this two-sided p visitors did not come in the table's shares.
    package static let alarm = 0.0005

    package var isAlarming: Bool {
        meanZ.map { SpecialFunctions.normalTwoSided($0) < WeightDiagnostics.alarm } ?? false
    }
}

extension DailyEstimation {
    /// The weights of a policy.
    ///
    /// - Parameter unsupported: by stratum, the share of the policy that arms without p would have had and that counts as 0.
    package func diagnostics(_ policy: PolicyShares, unsupported: [Double]) -> WeightDiagnostics {
        let weights = weights(policy)
        var (sum, squares, maximum) = (0.0, 0.0, 0.0)
        var rewarded: Int64 = 0
        for (cell, weight) in zip(log.cells, weights) {
            sum += weight * cell.visitors
            squares += weight * weight * cell.visitors
            maximum = max(maximum, weight)
            if weight > 0 { rewarded += cell.moments.rewarded }
        }
        var (bound, least) = (0.0, 1.0)
        var isServed = true
        for stratum in targets {
            for (share, served) in zip(policy.shares[stratum], log.strata[stratum].shares) {
                if abs(share - served) > 1e-6 { isServed = false }
                guard served > 0 else { continue }
                bound = max(bound, share / served)
                least = min(least, served)
            }
        }
        let days = isServed ? [] : deviations(policy, weights, unsupported)
        let total = days.reduce(Deviation()) { $0.adding($1.deviation) }
        return WeightDiagnostics(
            effectiveSampleSize: squares > 0 ? sum * sum / squares : 0, maximum: maximum, mean: sum / visitors,
            meanZ: total.z, bound: bound, leastShare: least, rewarded: rewarded, worstDay: worst(of: days))
    }

    /// Σ w·n less its expectation, and its variance given the shares.
    private struct Deviation {
        var excess = 0.0
        var variance = 0.0

        func adding(_ other: Deviation) -> Deviation {
            Deviation(excess: excess + other.excess, variance: variance + other.variance)
        }

        /// Nil where nothing varies.
        var z: Double? { variance > 1e-9 ? excess / variance.squareRoot() : nil }
    }

    /// Day by day. Of N visitors of a stratum Σ w has the expectation N·Σ π over p > 0, and the variance N·(Σ π²/p − (Σ π)²).
    private func deviations(
        _ policy: PolicyShares, _ weights: [Double], _ unsupported: [Double]
    ) -> [(date: CalendarDate, deviation: Deviation)] {
        var days: [(date: CalendarDate, deviation: Deviation)] = []
        for number in targets {
            let stratum = log.strata[number]
            if days.last?.date != stratum.date { days.append((stratum.date, Deviation())) }
            var (mass, squares) = (0.0, 0.0)
            for (share, served) in zip(policy.shares[number], stratum.shares) where served > 0 {
                mass += share
                squares += share * share / served
            }
            var deviation = Deviation()
            for cell in stratum.cells { deviation.excess += weights[cell] * log.cells[cell].visitors }
            deviation.excess -= stratum.visitors * (1 - unsupported[number])
            deviation.variance = stratum.visitors * (squares - mass * mass)
            days[days.count - 1].deviation = days[days.count - 1].deviation.adding(deviation)
        }
        return days
    }

    private func worst(of days: [(date: CalendarDate, deviation: Deviation)]) -> WeightDiagnostics.WorstDay? {
        let tested = days.compactMap { day in day.deviation.z.map { (date: day.date, z: $0) } }
        guard let worst = tested.max(by: { abs($0.z) < abs($1.z) }) else { return nil }
        let p = SpecialFunctions.normalTwoSided(worst.z) * Double(tested.count)
        return WeightDiagnostics.WorstDay(date: worst.date, z: worst.z, adjustedP: min(1, p))
    }
}
