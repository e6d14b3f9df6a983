import Allocation
import Domain
import Learning
import Policies
import Simulation
import Testing

/// Policies in worlds whose truth is known.
@Suite struct PolicyRunTests {
    @Test("The oracle has no regret, the even split has its own")
    func yardsticks() throws {
        let world = Worlds.world([0.05, 0.06, 0.04], days: 9) {
            $0.weeklySwing = 0.4
            $0.segments = [
                Worlds.segment("delhi", share: 0.25, factor: 1.2), Worlds.segment("*", share: 0.75, factor: 1),
            ]
            $0.arms[0].ratesBySegment = ["delhi": 0.09]
        }
        let oracle = try PolicyRun(of: world, experiment: 0, under: .oracle)
        #expect(oracle.regret.allSatisfy { $0 < 1e-9 } && oracle.regret.count == 9)
        let even = try PolicyRun(of: world, experiment: 0, under: UniformPolicy())
        #expect(even.regret == even.evenRegret)
        // Day 0 by hand: 500 in Delhi at 1.2·(0.09 − (0.09 + 0.06 + 0.04)/3), 1,500 elsewhere at 0.06 − 0.05.
        let first = 500 * 1.2 * (0.09 - 0.19 / 3) + 1_500 * 0.01
        #expect(abs(even.regret[0] - first) < 1e-9)
        #expect(abs(oracle.rewards - even.rewards - even.regret.reduce(0, +)) < 1e-6)
        #expect(even.churn < 1e-12)
        #expect(oracle.bestLeads == true)
    }

    @Test("A control keeps its share under the oracle and under what policies learn from a world's days")
    func control() throws {
        let world = Worlds.world([0.05, 0.06, 0.04]) { $0.control = Experiment.Control(variant: "c", traffic: 0.1) }
        let night = Worlds.night(world, day: 4, served: [0.45, 0.45, 0.1])
        let policies: [SimulatedPolicy] = [
            .oracle, .policy(UniformPolicy()),
            .policy(ThompsonPolicy(name: "", learning: LearningSettings(), allocation: AllocationSettings())),
        ]
        for policy in policies {
            let table = try policy.table(night)
            for shares in [table.everyone, table.shares(inSegment: 0)] {
                #expect(abs(shares[2] - 0.1) < 1e-12, "\(policy.name)")
                #expect(abs(shares.reduce(0, +) - 1) < 1e-12)
            }
        }
    }

    @Test("What a site knows of its experiment is its arms and segments, by the world's positions")
    func served() {
        let world = Worlds.world([0.05, 0.06, 0.04]) {
            $0.reward = .purchase
            $0.arms[1].joins = 2
            $0.control = Experiment.Control(variant: "c", traffic: 0.1)
            $0.segments = [
                Worlds.segment("delhi", share: 0.25, factor: 1.2), Worlds.segment("*", share: 0.75, factor: 1),
            ]
        }
        let served = world.experiments[0].served
        #expect(served.reward == .purchase && served.control?.traffic == 0.1)
        #expect(served.arms.map(\.variant) == ["a", "b", "c"] && served.arms.map(\.declared) == [0, 2, 0])
        #expect(served.segments.map(\.name) == ["delhi", "*"] && served.segments.map(\.share) == [0.25, 0.75])
    }

    @Test("A segment policy earns in a world what its shares say")
    func segmentPolicy() throws {
        let world = Worlds.world([0.05, 0.06], days: 3)
        let best = try PolicyRun(of: world, experiment: 0, under: ServedSegmentPolicy(AlwaysPolicy("b")))
        #expect(best.regret.allSatisfy { $0 < 1e-9 })
        let even = try PolicyRun(of: world, experiment: 0, under: ServedSegmentPolicy(EvenPolicy()))
        #expect(even.regret == even.evenRegret && even.regret[0] > 1)
    }

    @Test("The A/B test calls a winner in at most 5 % of worlds without one (99.9 % confidence)")
    func fixedHorizonLevel() throws {
        let world = Worlds.world([0.05, 0.05, 0.05], visitors: 3_000, days: 3)
        let worlds = 300
        let simulation = FastSimulation(policies: [FixedHorizonPolicy(horizon: 3)], worlds: worlds)
        let lives = try simulation.lives(experiment: 0) { world.repeated($0) }
        let calls = lives[0].count { $0.callsWinner }
        // 5 % of 300 and 3.1 standard deviations; Bonferroni keeps well below.
        #expect(Double(calls) <= 15 + 3.1 * (300 * 0.05 * 0.95).squareRoot())
        #expect(lives[0].allSatisfy { $0.bestLeads == nil })
    }
}
