import CLibrary

/// How many more nights like the last would bring the leader's P(best) above a mark, if every arm goes on as it has done.
///
/// A rule of thumb, not a promise: a leader above the mark may lose its lead again. Each arm's mean mᵢ is held. Its evidence
/// is the sum of its days' visitors, the k-th day back with the weight 0.5^(k / halfLife) and none beyond the window; each
/// further night adds a day of as many visitors as the last. With the evidence nᵢ(N) after N nights the standard deviation is
/// σᵢ·√(nᵢ(0) / nᵢ(N)), and the answer is the least N with
///
///     P(leader is best) = ∫ φ(z) ∏ⱼ Φ((m + σ·z − mⱼ) / σⱼ) dz  >  0.95      (normal approximation, j the other arms)
///
/// Means and shares that move are not foreseen.
package enum BestForecast {
    /// How much of the past counts, as `learning` has it.
    package struct Memory: Equatable, Sendable {
        /// The last days with data that are used; nil: all.
        package var window: Int?
        /// In days with data; nil: no day weighs less than another.
        package var halfLife: Double?

        package init(window: Int? = nil, halfLife: Double? = nil) {
            self.window = window
            self.halfLife = halfLife
        }

        package var isEndless: Bool { window == nil && halfLife == nil }
    }

    package struct Arm: Equatable, Sendable {
        package var mean: Double
        package var deviation: Double
        /// Visitors of the days that the posterior was learned from, the newest first. With an endless memory they may stand
        /// in one sum.
        package var days: [Double]
        /// Visitors that came on the last day with data.
        package var nightly: Double

        package init(mean: Double, deviation: Double, days: [Double], nightly: Double) {
            self.mean = mean
            self.deviation = deviation
            self.days = days
            self.nightly = nightly
        }

        /// Visitors that the posterior is worth after so many nights; at least 1, that of a prior. O(nights + days).
        func evidence(after nights: Int, _ memory: Memory) -> Double {
            let decay = memory.halfLife.map { pow(0.5, 1 / $0) } ?? 1
            var weight = 1.0
            var sum = 0.0
            for age in 0..<min(memory.window ?? .max, nights + days.count) {
                sum += weight * (age < nights ? nightly : days[age - nights])
                weight *= decay
            }
            return max(1, sum)
        }

        func deviation(after nights: Int, _ memory: Memory) -> Double {
            deviation * (evidence(after: 0, memory) / evidence(after: nights, memory)).squareRoot()
        }
    }

    package enum Answer: Equatable, Sendable {
        /// The leader's P(best) is above the mark as it is.
        case reached
        /// Nights until it is.
        case nights(Int)
        /// Not within `limit` nights.
        case beyondLimit
    }

    /// The P(best) that a leader is measured by.
    package static let mark = 0.95
    /// No forecast reaches further, in nights.
    package static let limit = 365

    /// - Parameter probabilityBest: the leader's, as published.
    package static func answer(
        leader: Arm, rivals: [Arm], probabilityBest: Double, memory: Memory = Memory()
    ) -> Answer {
        if probabilityBest > mark { return .reached }
        // P(best) may fall before it rises when arms learn at different speeds: night by night, not by bisection.
        for nights in 1...limit where probability(of: leader, against: rivals, after: nights, memory) > mark {
            return .nights(nights)
        }
        return .beyondLimit
    }

    /// P(leader is best) after so many nights. By the midpoint rule over ±8 standard deviations of the leader, 400 points.
    package static func probability(
        of leader: Arm, against rivals: [Arm], after nights: Int, _ memory: Memory = Memory()
    ) -> Double {
        let deviation = leader.deviation(after: nights, memory)
        let others = rivals.map { (mean: $0.mean, deviation: $0.deviation(after: nights, memory)) }
        let step = 16.0 / 400
        var sum = 0.0
        for index in 0..<400 {
            let z = -8 + (Double(index) + 0.5) * step
            var product = exp(-z * z / 2)
            for other in others {
                let distance = leader.mean + deviation * z - other.mean
                product *= other.deviation > 0 ? normal(distance / other.deviation) : distance > 0 ? 1 : 0
                if product == 0 { break }
            }
            sum += product
        }
        return min(1, sum * step / (2 * Double.pi).squareRoot())
    }

    /// Φ.
    private static func normal(_ z: Double) -> Double { erfc(-z / 2.0.squareRoot()) / 2 }
}
