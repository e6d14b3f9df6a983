import Allocation
import Domain
import Learning
import Randomizer
import Simulation
import TestSupport
import Testing

/// What policies do with what they have seen.
@Suite struct PolicyTests {
    @Test("Moved visitors are those that rendezvous hashing moves", arguments: 1...12)
    func moved(seed: Int) {
        var generator = SplitMix64(seed: UInt64(seed))
        let arms = Int.random(in: 2...6, using: &generator)
        func shares() -> [Double] {
            let weights = (0..<arms).map { _ in
                Bool.random(using: &generator) ? Double.random(in: 0...1, using: &generator) : 0
            }
            let sum = weights.reduce(0, +)
            return sum > 0 ? weights.map { $0 / sum } : weights.map { _ in 1 / Double(arms) }
        }
        let (old, new) = (shares(), shares())
        let hashes = (0..<arms).map { _ in generator.next() }
        func choose(_ shares: [Double], _ unit: UInt64) -> Int {
            hashes.indices.min { left, right in
                RendezvousHash.score(
                    uniform: RendezvousHash.uniform(unit: unit, arm: hashes[left]), traffic: shares[left])
                    < RendezvousHash.score(
                        uniform: RendezvousHash.uniform(unit: unit, arm: hashes[right]), traffic: shares[right])
            }!
        }
        let visitors = 20_000
        var count = 0
        for _ in 0..<visitors {
            let unit = generator.next()
            if choose(old, unit) != choose(new, unit) { count += 1 }
        }
        let expected = PolicyTable.moved(from: old, to: new)
        let error = (max(expected * (1 - expected), 1e-4) / Double(visitors)).squareRoot()
        #expect(abs(Double(count) / Double(visitors) - expected) < 5 * error)
        #expect(PolicyTable.moved(from: old, to: old) < 1e-12)
        // A control takes its visitors from and gives them to all others, who move among themselves as without it.
        for (before, after) in [(0.2, 0.2), (0.1, 0.4), (0.4, 0.1), (0, 0.3), (1, 0.3)] {
            func held(_ shares: [Double], _ control: Double) -> [Double] {
                [control] + shares.map { $0 * (1 - control) }
            }
            let moved = PolicyTable.moved(from: held(old, before), to: held(new, after), control: 0)
            #expect(abs(moved - (abs(before - after) + (1 - max(before, after)) * expected)) < 1e-12)
        }
    }

    @Test("The oracle has no regret, the even split has its own")
    func yardsticks() throws {
        let world = Worlds.world([0.05, 0.06, 0.04], days: 9) {
            $0.weeklySwing = 0.4
            $0.segments = [
                Worlds.segment("delhi", share: 0.25, factor: 1.2), Worlds.segment("*", share: 0.75, factor: 1),
            ]
            $0.arms[0].ratesBySegment = ["delhi": 0.09]
        }
        let oracle = try PolicyRun(of: world, experiment: 0, under: OraclePolicy())
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

    @Test("A control keeps its share under every policy")
    func control() throws {
        let world = Worlds.world([0.05, 0.06, 0.04]) { $0.control = Experiment.Control(variant: "c", traffic: 0.1) }
        let night = Worlds.night(world, day: 4, served: [0.45, 0.45, 0.1])
        let policies: [any Policy] = [
            OraclePolicy(), UniformPolicy(), FixedHorizonPolicy(horizon: 2), EpsilonGreedyPolicy(),
            ThompsonPolicy(name: "", learning: LearningSettings(), allocation: AllocationSettings()),
        ]
        for policy in policies {
            let table = try policy.table(night)
            for shares in [table.everyone, table.shares(inSegment: 0)] {
                #expect(abs(shares[2] - 0.1) < 1e-12, "\(policy.name)")
                #expect(abs(shares.reduce(0, +) - 1) < 1e-12)
            }
        }
    }

    @Test("The A/B test splits evenly to its horizon and ships the leader of the test, whatever comes later")
    func fixedHorizon() {
        let world = Worlds.world([0.05, 0.08], days: 10)
        let policy = FixedHorizonPolicy(horizon: 3)
        #expect(policy.table(Worlds.night(world, day: 2, served: [0.5, 0.5])).everyone == [0.5, 0.5])
        let shipped = policy.table(Worlds.night(world, day: 3, served: [0.5, 0.5]))
        #expect(shipped.everyone == [0, 1] && shipped.winner == 1 && shipped.leader == 1)
        let later = policy.table(Worlds.night(world, day: 9, served: [0.5, 0.5]))
        #expect(later.everyone == shipped.everyone && later.leader == 1 && later.winner == nil)
    }

    @Test("When the shipped arm leaves, the next best follows")
    func shippedArmLeaves() {
        let world = Worlds.world([0.05, 0.08, 0.065], days: 10) { $0.arms[1].blacklisted = 6 }
        let table = FixedHorizonPolicy(horizon: 3).table(Worlds.night(world, day: 7, served: [0.34, 0.33, 0.33]))
        #expect(table.everyone == [0, 0, 1])
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

    @Test("Epsilon-greedy gives the best mean all but ε")
    func epsilonGreedy() {
        let night = Worlds.night(Worlds.world([0.05, 0.15]), day: 2, served: [0.5, 0.5])
        let shares = EpsilonGreedyPolicy(epsilon: 0.2).table(night).everyone
        #expect(abs(shares[0] - 0.1) < 1e-12 && abs(shares[1] - 0.9) < 1e-12)
    }

    @Test("Thompson sampling keeps its floors, says what they cost, and calls a clear winner")
    func thompson() throws {
        var allocation = AllocationSettings()
        allocation.floor = 0.03
        let policy = ThompsonPolicy(name: "", learning: LearningSettings(), allocation: allocation)
        let night = Worlds.night(Worlds.world([0.05, 0.15, 0.05]), day: 3, served: [0.3, 0.4, 0.3])
        let table = try policy.table(night)
        #expect(table.leader == 1 && table.winner == 1)
        #expect(table.everyone[0] == 0.03 && table.everyone[2] == 0.03)
        #expect(abs(table.floorTraffic - 0.06) < 1e-6)
    }

    @Test("An arm without data is never called the winner")
    func newArm() throws {
        let policy = ThompsonPolicy(name: "", learning: LearningSettings(), allocation: AllocationSettings())
        let world = Worlds.world([0.04, 0.04], visitors: 20_000) { $0.arms[1].joins = 3 }
        let table = try policy.table(Worlds.night(world, day: 3, served: [1, 0]))
        #expect(table.leader == 1 && table.winner == nil)
    }
}
