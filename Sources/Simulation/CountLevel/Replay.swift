package import Allocation
import Domain
package import Learning
import Numerics
package import Policies

/// Real tests lived again as bandits: what other ways to share the same visitors would have brought.
///
/// A test's impressions come evenly over the nights, and each arm is clicked at its true rate. The true rate is not known:
/// `observed` takes the observed one for it, which exaggerates what there was to gain; `plausible` draws it anew from what
/// the observation and the spread of all tests' arms leave open, which does not.
package struct Replay: Sendable {
    package enum Truth: String, CaseIterable, Sendable {
        case observed
        case plausible
    }

    /// What a policy brought beside two others, over all tests.
    package struct Gain: Sendable {
        package var name: String
        /// Clicks expected of one replay of all tests.
        package var clicks: Double
        /// Clicks gained over the even split and over the A/B test, on average per test.
        package var overEven: Estimate
        package var overTest: Estimate
        /// The same relative to the clicks of the even split and of the A/B test: of the sums of all tests.
        package var relativeToEven: Estimate?
        package var relativeToTest: Estimate?
        /// Relative to the even split's clicks of each test, on average over the tests with clicks.
        package var relativeByTest: Estimate?
        /// Of what the oracle gains over the even split, the part that the policy does.
        package var partOfOracle: Estimate?
    }

    /// With two arms or more.
    package let tests: [MeasuredTest]
    package let spread: ArmSpread
    package var nights = 14
    /// Replays of each test; their mean is one sample.
    package var repetitions = 1
    package var seed: UInt64 = 1
    package var threads: Int?
    package var learning = LearningSettings()
    package var allocation = AllocationSettings()
    /// Days of the A/B test's even split; nil: half of the nights.
    package var horizon: Int?

    /// - Parameter tests: those with a single arm are left out: there was nothing to choose.
    package init(_ tests: [MeasuredTest]) {
        self.tests = tests.filter { $0.arms.count > 1 }
        spread = ArmSpread(of: self.tests)
    }

    /// Even split, A/B test, then the others.
    package var policies: [SimulatedPolicy] {
        var pooled = learning
        pooled.seasonality = .none
        let policies: [any Policy] = [
            UniformPolicy(), FixedHorizonPolicy(horizon: horizon ?? max(1, nights / 2)), EpsilonGreedyPolicy(),
            ThompsonPolicy(name: "pooled Thompson", learning: pooled, allocation: allocation),
            ThompsonPolicy(name: "Sluice", learning: learning, allocation: allocation),
        ]
        return policies.map { .policy($0) } + [.oracle]
    }

    /// Replays all tests under all policies.
    ///
    /// - Parameter progress: told how many tests are done, from any thread.
    package func gains(
        _ truth: Truth, progress: @Sendable (Int) -> Void = { _ in }
    ) throws(PolicyError) -> [Gain] {
        let policies = policies
        let clicks = try parallelMap(tests.count, threads: threads, progress: progress) {
            (number) throws(PolicyError) -> [Double] in
            var sums = [Double](repeating: 0, count: policies.count)
            for repetition in 0..<repetitions {
                let world = world(number, repetition: repetition, truth)
                for (index, policy) in policies.enumerated() {
                    sums[index] += try PolicyRun(of: world, experiment: 0, under: policy).rewards / Double(repetitions)
                }
            }
            return sums
        }
        return policies.indices.compactMap { gain(of: $0, named: policies[$0].name, clicks) }
    }

    /// The world of a test.
    package func world(_ number: Int, repetition: Int, _ truth: Truth) -> World {
        let test = tests[number]
        let streams = Streams(seed: Streams(seed: seed).seed(ofWorld: number * repetitions + repetition))
        let arms = test.arms.enumerated().map { index, arm in
            switch truth {
            case .observed: return WorldArm(variant: arm.variant, rate: arm.rate)
            case .plausible:
                var generator = streams.generator(.resampling, arm: index)
                return WorldArm(
                    variant: arm.variant, rate: spread.rate(of: arm, in: test, uniform: generator.uniform()))
            }
        }
        let experiment = WorldExperiment(
            key: SlotKey(platform: "replay", slot: Name(test.name)),
            visitorsPerDay: Double(test.impressions) / Double(nights), arms: arms)
        return World(
            name: "replay", seed: streams.seed, start: CalendarDate(dayNumber: 20_778), days: nights,
            experiments: [experiment])
    }

    private func gain(of policy: Int, named name: String, _ clicks: [[Double]]) -> Gain? {
        let own = clicks.map { $0[policy] }
        let (even, test) = (clicks.map { $0[0] }, clicks.map { $0[1] })
        let overEven = zip(own, even).map { $0 - $1 }
        let overTest = zip(own, test).map { $0 - $1 }
        guard let meanOverEven = Estimate(mean: overEven), let meanOverTest = Estimate(mean: overTest) else {
            return nil
        }
        let relative = zip(overEven, even).filter { $0.1 > 0 }.map { $0.0 / $0.1 }
        return Gain(
            name: name, clicks: own.reduce(0, +), overEven: meanOverEven, overTest: meanOverTest,
            relativeToEven: Estimate(ratioOf: overEven, to: even),
            relativeToTest: Estimate(ratioOf: overTest, to: test), relativeByTest: Estimate(mean: relative),
            partOfOracle: Estimate(
                ratioOf: overEven, to: clicks.map { $0[clicks[0].count - 1] - $0[0] },
                within: -.infinity...1))
    }
}
