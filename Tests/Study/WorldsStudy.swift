import Allocation
import Domain
import Learning
import Policies
import Simulation

/// Worlds in which things go wrong: what Sluice gains over an even split of the same visitors, beside what baselines gain.
///
/// Six weeks, 5,000 visitors a day, a weekly swing of ±30 %; every policy lives through the same luck.
struct WorldsStudy {
    private struct Case {
        var name: String
        var experiment: WorldExperiment
        var missingFeeds: [Int: MissingFeed] = [:]
    }

    let worlds: Int
    private static let days = 42

    private static func experiment(_ arms: [WorldArm], reward: Reward = .click) -> WorldExperiment {
        var experiment = WorldExperiment(
            key: SlotKey(platform: "site", slot: "hero"), visitorsPerDay: 5_000, arms: arms)
        experiment.weeklySwing = 0.3
        experiment.reward = reward
        return experiment
    }

    private static func arm(_ name: Name, _ rate: Double, _ change: (inout WorldArm) -> Void = { _ in }) -> WorldArm {
        var arm = WorldArm(variant: name, rate: rate)
        arm.revenue = WorldArm.Revenue(mean: 40, spread: 0.8)
        change(&arm)
        return arm
    }

    private static let cases: [Case] = [
        Case(name: "nothing goes wrong", experiment: experiment([arm("a", 0.05), arm("b", 0.055), arm("c", 0.06)])),
        Case(
            name: "novelty: the worst arm begins at +50 %, which halves every four days",
            experiment: experiment([
                arm("a", 0.05), arm("b", 0.055),
                arm("c", 0.046) { $0.novelty = WorldArm.Novelty(lift: 0.5, halfLife: 4) },
            ])),
        Case(
            name: "wear: the best arm halves every four weeks from the second on",
            experiment: experiment([
                arm("a", 0.05), arm("b", 0.055),
                arm("c", 0.06) { $0.wearsOff = WorldArm.WearOff(from: 14, halfLife: 28) },
            ])),
        Case(
            name: "the best arm joins on day 16",
            experiment: experiment([arm("a", 0.05), arm("b", 0.055), arm("c", 0.06) { $0.joins = 16 }])),
        Case(
            name: "refunds: the arm that sells most gets three in ten back",
            experiment: experiment(
                [arm("a", 0.05), arm("b", 0.045), arm("c", 0.06) { $0.refunds = 0.3 }], reward: .revenue)),
        Case(
            name: "whales: three orders in a thousand are sixty times as large",
            experiment: experiment(
                [("a", 0.05), ("b", 0.055), ("c", 0.06)].map { name, rate in
                    arm(Name(name), rate) { $0.revenue.whales = WorldArm.Revenue.Whales(share: 0.003, factor: 60) }
                }, reward: .revenue)),
        Case(
            name: "feeds: no click is logged on days 8, 9 and 22",
            experiment: experiment([arm("a", 0.05), arm("b", 0.055), arm("c", 0.06)]),
            missingFeeds: [8: .click, 9: .click, 22: .click]),
    ]

    private var policies: [any Policy] {
        var pooled = LearningSettings()
        pooled.seasonality = .none
        var forgetting = LearningSettings()
        forgetting.halfLife = 28
        func thompson(_ name: String, _ learning: LearningSettings) -> ThompsonPolicy {
            ThompsonPolicy(name: name, learning: learning, allocation: AllocationSettings())
        }
        return [
            UniformPolicy(), thompson("Sluice", LearningSettings()),
            thompson("Sluice, halfLife 28", forgetting),
            FixedHorizonPolicy(horizon: 14), EpsilonGreedyPolicy(),
            thompson("pooled Thompson", pooled),
        ]
    }

    func print() throws {
        Swift.print(
            "\nGain over an even split in worlds in which things go wrong, % of its rewards, \(worlds) worlds of 42 days each"
        )
        let policies: [SimulatedPolicy] = self.policies.map { .policy($0) } + [.oracle]
        for (number, own) in Self.cases.enumerated() {
            var world = World(
                name: "worlds", seed: UInt64(71 + number), start: CalendarDate(dayNumber: 20_778), days: Self.days,
                experiments: [own.experiment])
            world.missingFeeds = own.missingFeeds
            let runs = try CountLevelSimulation(policies: policies, worlds: worlds).runs(experiment: 0) { [world] in
                world.repeated($0)
            }
            Swift.print("  \(own.name)")
            let even = runs[0].map(\.rewards)
            for (policy, runs) in zip(policies, runs).dropFirst() {
                let gain = Estimate(ratioOf: zip(runs, even).map { $0.rewards - $1 }, to: even)
                Swift.print("    \(policy.name): \(Study.percentage(gain))")
            }
        }
    }
}
