import Allocation
import Numerics
import Randomizer

/// The random numbers of a world: each belongs to what it decides, so that neither threads nor settings change it.
struct Streams {
    /// What a number decides.
    enum Purpose: UInt64 {
        case visitors = 1
        case segments, arms, rewards, revenue, worlds, gaps, resampling
        case people, crowd, visits, bots, tearing
    }

    let seed: UInt64

    /// The stream of a purpose in an experiment, for one part of a day, segment and arm: below 2²⁰ segments, 2¹⁶ days of 2⁴ parts,
    /// 2²⁴ arms.
    func generator(
        _ purpose: Purpose, experiment: Int = 0, day: Int = 0, part: Int = 0, segment: Int = 0, arm: Int = 0
    ) -> CounterGenerator {
        CounterGenerator(seed: key(purpose, experiment), arm: arm, draw: segment << 20 | part << 16 | day)
    }

    /// The stream of a purpose in an experiment, for the n-th of its people or days: below 2⁴⁰.
    func generator(_ purpose: Purpose, experiment: Int = 0, number: Int) -> CounterGenerator {
        CounterGenerator(seed: key(purpose, experiment), arm: 0, draw: number)
    }

    private func key(_ purpose: Purpose, _ experiment: Int) -> UInt64 {
        mix64(seed ^ mix64(purpose.rawValue << 32 | UInt64(experiment)))
    }

    func uniform(_ purpose: Purpose, experiment: Int, day: Int, part: Int, segment: Int = 0, arm: Int = 0) -> Double {
        var generator = generator(purpose, experiment: experiment, day: day, part: part, segment: segment, arm: arm)
        return generator.uniform()
    }

    /// The seed of the n-th world like this one.
    func seed(ofWorld number: Int) -> UInt64 {
        mix64(seed ^ mix64(Purpose.worlds.rawValue << 32 | UInt64(number)))
    }
}
