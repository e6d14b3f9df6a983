import Domain
import Learning
import Simulation
import Testing

/// What the world holds for its visitors.
@Suite struct TruthTests {
    private static func experiment() -> WorldExperiment {
        WorldExperiment(
            key: SlotKey(platform: "web", slot: "home-hero"), visitorsPerDay: 1_000,
            arms: [WorldArm(variant: "autumn", rate: 0.05), WorldArm(variant: "winter", rate: 0.06)])
    }

    @Test("A weekly swing comes back after seven days and adds up to nothing")
    func weeklySwing() {
        var experiment = TruthTests.experiment()
        experiment.weeklySwing = 0.3
        let truth = Truth(experiment, number: 0, seed: 1, days: 14)
        let rates = (0..<14).map { truth.rate(day: $0, segment: 0, arm: 0) }
        #expect(zip(rates, rates.dropFirst(7)).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(abs(rates.prefix(7).reduce(0, +) / 7 - 0.05) < 1e-12)
        #expect(rates.max()! > 0.064 && rates.min()! < 0.036)
    }

    @Test("An arm wears off, joins and leaves on its days")
    func membership() {
        var experiment = TruthTests.experiment()
        experiment.arms[0].wearsOff = WorldArm.WearOff(from: 2, halfLife: 3)
        experiment.arms[1].joins = 1
        experiment.arms[1].blacklisted = 4
        let truth = Truth(experiment, number: 0, seed: 1, days: 6)
        #expect(truth.rate(day: 2, segment: 0, arm: 0) == 0.05)
        #expect(abs(truth.rate(day: 5, segment: 0, arm: 0) - 0.025) < 1e-15)
        #expect((0..<6).map { truth.competes(arm: 1, day: $0) } == [false, true, true, true, false, false])
    }

    @Test("What is new wears off to what it is, and purchases that are given back are no reward")
    func noveltyAndRefunds() {
        var experiment = TruthTests.experiment()
        experiment.arms[1].joins = 2
        experiment.arms[1].novelty = WorldArm.Novelty(lift: 0.5, halfLife: 1)
        experiment.arms[0].refunds = 0.25
        let clicks = Truth(experiment, number: 0, seed: 1, days: 30)
        let rates = (2..<5).map { clicks.rate(day: $0, segment: 0, arm: 1) }
        for (rate, expected) in zip(rates, [0.09, 0.075, 0.0675]) { #expect(abs(rate - expected) < 1e-15) }
        #expect(abs(clicks.rate(day: 29, segment: 0, arm: 1) - 0.06) < 1e-8)
        #expect(clicks.rate(day: 3, segment: 0, arm: 0) == 0.05)
        experiment.reward = .purchase
        let purchases = Truth(experiment, number: 0, seed: 1, days: 3)
        #expect(abs(purchases.rate(day: 0, segment: 0, arm: 0) - 0.0375) < 1e-15)
    }

    @Test("A rate of 0 stays 0 when the trend outgrows all numbers, and others stop at 1")
    func outgrown() {
        var experiment = TruthTests.experiment()
        experiment.arms[0].rate = 0
        experiment.trend = 0.9
        let truth = Truth(experiment, number: 0, seed: 1, days: 3_000)
        #expect((0..<3_000).allSatisfy { truth.rate(day: $0, segment: 0, arm: 0) == 0 })
        #expect((100..<3_000).allSatisfy { truth.rate(day: $0, segment: 0, arm: 1) == 1 })
    }

    @Test("Random walks have the step they are given, and are each arm's own")
    func drift() {
        var experiment = TruthTests.experiment()
        experiment.drift = 0.01
        let days = 4_000
        let truth = Truth(experiment, number: 0, seed: 1, days: days)
        let steps = (0..<2).map { arm in
            (1..<days).map { day in
                let (before, after) = (
                    truth.rate(day: day - 1, segment: 0, arm: arm), truth.rate(day: day, segment: 0, arm: arm)
                )
                return after < 1 && before < 1 ? (after / before - 1) : 0
            }
        }
        for arm in steps {
            let deviation = (arm.reduce(0) { $0 + $1 * $1 } / Double(arm.count)).squareRoot()
            // Five standard errors of a standard deviation from 3,999 draws: 5 / √8,000.
            #expect(abs(deviation / 0.01 - 1) < 0.06)
        }
        let correlation = zip(steps[0], steps[1]).reduce(0) { $0 + $1.0 * $1.1 } / Double(days) / 1e-4
        #expect(abs(correlation) < 0.08)
    }
}
