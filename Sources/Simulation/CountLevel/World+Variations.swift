import CLibrary
import Numerics

// Worlds like a given one.
extension World {
    /// The n-th world of the same truth and other luck.
    package func repeated(_ number: Int) -> World {
        var world = self
        world.seed = Streams(seed: seed).seed(ofWorld: number)
        return world
    }

    /// The world in which no arm is better than another (A/A): in every segment all have the arms' mean rate and a common
    /// purchase, and none walks, wears off or is new on its own. What is called a winner here is called falsely.
    package var withoutDifferences: World {
        var world = self
        for index in experiments.indices {
            let arms = experiments[index].arms
            let count = Double(arms.count)
            let rate = arms.reduce(0) { $0 + $1.rate } / count
            let kept = arms.indices.reduce(0) { $0 + experiments[index].kept(ofArm: $1) } / count
            // Whales of one arm alone would be a difference; their money is in the mean.
            let revenue = WorldArm.Revenue(
                mean: arms.reduce(0) { $0 + $1.revenue.expected } / count,
                spread: arms.reduce(0) { $0 + $1.revenue.spread } / count)
            for arm in arms.indices {
                world.experiments[index].arms[arm].rate = rate
                world.experiments[index].arms[arm].revenue = revenue
                world.experiments[index].arms[arm].refunds = 1 - kept
                world.experiments[index].arms[arm].novelty = nil
                world.experiments[index].arms[arm].wearsOff = nil
                world.experiments[index].arms[arm].ratesBySegment = [:]
            }
            for segment in experiments[index].segments {
                let own = arms.reduce(0) { $0 + ($1.ratesBySegment[segment.name] ?? $1.rate) } / count
                guard own != rate else { continue }
                for arm in arms.indices { world.experiments[index].arms[arm].ratesBySegment[segment.name] = own }
            }
            world.experiments[index].drift = 0
        }
        return world
    }

    /// The n-th world around this one: other luck, and every arm's distance from the others (in log rate, from their mean)
    /// is multiplied by a log-normal factor of median 1 and spread ½ of its own, so that settings are not chosen for one
    /// set of rates.
    package func varied(_ number: Int) -> World {
        var world = repeated(number)
        let streams = Streams(seed: world.seed)
        for index in experiments.indices {
            let arms = experiments[index].arms
            let logs = arms.map { log(max($0.rate, 1e-12)) }
            let mean = logs.reduce(0, +) / Double(logs.count)
            for arm in arms.indices where arms[arm].rate > 0 {
                var generator = streams.generator(.gaps, experiment: index, arm: arm)
                let factor = exp(0.5 * Draw.normal(using: &generator))
                let change = exp((logs[arm] - mean) * (factor - 1))
                world.experiments[index].arms[arm].rate = min(1, arms[arm].rate * change)
                for (segment, rate) in arms[arm].ratesBySegment {
                    world.experiments[index].arms[arm].ratesBySegment[segment] = min(1, rate * change)
                }
            }
        }
        return world
    }
}
