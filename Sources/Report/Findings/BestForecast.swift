import Foundation

/// How many more nights like the last would settle who is best, if every arm goes on as it has done.
///
/// A rule of thumb, not a promise. Each arm's mean mᵢ is held; its evidence nᵢ grows every night by the visitors vᵢ of the
/// last day, so that after N nights its standard deviation is σᵢ·√(nᵢ / (nᵢ + N·vᵢ)). The leader is settled at the least N with
///
///     P(leader is best) = ∫ φ(z) ∏ⱼ Φ((m + σ·z − mⱼ) / σⱼ) dz  >  0.95      (normal approximation, j the other arms)
///
/// A window of days that pushes old days out, decay, and shares that move are not foreseen.
package enum BestForecast {
    package struct Arm: Equatable, Sendable {
        package var mean: Double
        package var deviation: Double
        /// Visitors that the posterior is worth.
        package var evidence: Double
        /// Visitors that came on the last day with data.
        package var nightly: Double

        package init(mean: Double, deviation: Double, evidence: Double, nightly: Double) {
            self.mean = mean
            self.deviation = deviation
            self.evidence = evidence
            self.nightly = nightly
        }

        func deviation(after nights: Int) -> Double {
            deviation * (evidence / (evidence + Double(nights) * nightly)).squareRoot()
        }
    }

    package enum Answer: Equatable, Sendable {
        /// The leader's P(best) is above 0.95 as it is.
        case settled
        /// Nights until it is.
        case nights(Int)
        /// Not within `limit` nights.
        case beyondLimit
    }

    /// The probability at which a leader counts as settled.
    package static let threshold = 0.95
    /// No forecast reaches further, in nights.
    package static let limit = 365

    /// - Parameter probabilityBest: the leader's, as published.
    package static func answer(leader: Arm, rivals: [Arm], probabilityBest: Double) -> Answer {
        if probabilityBest > threshold { return .settled }
        // P(best) may fall before it rises when arms learn at different speeds: night by night, not by bisection.
        for nights in 1...limit where probability(of: leader, against: rivals, after: nights) > threshold {
            return .nights(nights)
        }
        return .beyondLimit
    }

    /// P(leader is best) after so many nights. By the midpoint rule over ±8 standard deviations of the leader, 400 points.
    package static func probability(of leader: Arm, against rivals: [Arm], after nights: Int) -> Double {
        let deviation = leader.deviation(after: nights)
        let others = rivals.map { (mean: $0.mean, deviation: $0.deviation(after: nights)) }
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
