package import Learning
import Numerics

extension BestArmProbability {
    /// Estimates P(best) as the frequency of being the greatest among `draws` joint draws, and the value remaining as the
    /// 95th percentile of their ratios; arms that draw the same value share that draw evenly.
    ///
    /// Standard error √(p (1 − p) / draws). Every draw is a pure function of seed, arm and number, so the outcome depends on
    /// nothing else. O(arms · draws) time, O(draws) memory. Posteriors are of one family and proper, as `exact` demands.
    /// Without arms or draws the shares are even.
    package static func sampling(_ posteriors: [Posterior], draws: Int, seed: UInt64) -> BestArmProbability {
        guard posteriors.count > 1, draws > 0 else {
            let share = 1 / Double(max(1, posteriors.count))
            return BestArmProbability(probabilityBest: posteriors.map { _ in share }, valueRemaining: 0)
        }
        let samplers = posteriors.map { PosteriorSampler($0) }
        func value(_ arm: Int, _ draw: Int) -> Double {
            var generator = CounterGenerator(seed: seed, arm: arm, draw: draw)
            return samplers[arm].draw(using: &generator)
        }

        var wins = [Double](repeating: 0, count: samplers.count)
        var greatest: [Double] = []
        greatest.reserveCapacity(draws)
        var winners: [Int] = []
        for draw in 0..<draws {
            var best = -Double.infinity
            winners.removeAll(keepingCapacity: true)
            for arm in samplers.indices {
                let drawn = value(arm, draw)
                if drawn > best {
                    best = drawn
                    winners.removeAll(keepingCapacity: true)
                }
                if drawn == best { winners.append(arm) }
            }
            for arm in winners { wins[arm] += 1 / Double(winners.count) }
            greatest.append(best)
        }

        let champion = champion(wins)
        var ratios = greatest.indices.map { draw in
            samplers[champion].excess(of: greatest[draw], over: value(champion, draw))
        }
        ratios.sort()
        let rank = Int((level * Double(draws)).rounded(.up))
        return BestArmProbability(
            probabilityBest: wins.map { $0 / Double(draws) }, valueRemaining: ratios[max(0, rank - 1)])
    }
}
