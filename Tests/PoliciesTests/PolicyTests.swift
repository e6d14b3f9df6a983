import Allocation
import Domain
import Learning
import Policies
import Randomizer
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
    }

    @Test("A control keeps its share under every policy")
    func control() throws {
        let experiment = Sites.experiment(
            declared: [0, 0, 0], control: Experiment.Control(variant: "c", traffic: 0.1))
        let night = Sites.night(experiment, day: 4, counts: [(900, 45), (900, 54), (200, 8)])
        let policies: [any Policy] = [
            UniformPolicy(), FixedHorizonPolicy(horizon: 2), EpsilonGreedyPolicy(),
            ThompsonPolicy(name: "", learning: LearningSettings(), allocation: AllocationSettings()),
            ServedSegmentPolicy(EvenPolicy()),
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
        let experiment = Sites.experiment(declared: [0, 0])
        let counts: [(visitors: Int64, clickers: Int64)] = [(1_000, 50), (1_000, 80)]
        let policy = FixedHorizonPolicy(horizon: 3)
        #expect(policy.table(Sites.night(experiment, day: 2, counts: counts)).everyone == [0.5, 0.5])
        let shipped = policy.table(Sites.night(experiment, day: 3, counts: counts))
        #expect(shipped.everyone == [0, 1] && shipped.winner == 1 && shipped.leader == 1)
        let later = policy.table(Sites.night(experiment, day: 9, counts: counts))
        #expect(later.everyone == shipped.everyone && later.leader == 1 && later.winner == nil)
    }

    @Test("When the shipped arm leaves, the next best follows")
    func shippedArmLeaves() {
        let night = Sites.night(
            Sites.experiment(declared: [0, 0, 0]), day: 7, counts: [(680, 34), (660, 53), (660, 43)],
            competing: [0, 2])
        #expect(FixedHorizonPolicy(horizon: 3).table(night).everyone == [0, 0, 1])
    }

    @Test("Epsilon-greedy gives the best mean all but ε")
    func epsilonGreedy() {
        let night = Sites.night(Sites.experiment(declared: [0, 0]), day: 2, counts: [(1_000, 50), (1_000, 150)])
        let shares = EpsilonGreedyPolicy(epsilon: 0.2).table(night).everyone
        #expect(abs(shares[0] - 0.1) < 1e-12 && abs(shares[1] - 0.9) < 1e-12)
    }

    @Test("Thompson sampling keeps its floors, says what they cost, and calls a clear winner")
    func thompson() throws {
        var allocation = AllocationSettings()
        allocation.floor = 0.03
        let policy = ThompsonPolicy(name: "", learning: LearningSettings(), allocation: allocation)
        let night = Sites.night(
            Sites.experiment(declared: [0, 0, 0]), day: 3, counts: [(600, 30), (800, 120), (600, 30)])
        let table = try policy.table(night)
        #expect(table.leader == 1 && table.winner == 1)
        #expect(table.everyone[0] == 0.03 && table.everyone[2] == 0.03)
        #expect(abs(table.floorTraffic - 0.06) < 1e-6)
    }

    @Test("An arm without data is never called the winner")
    func newArm() throws {
        let policy = ThompsonPolicy(name: "", learning: LearningSettings(), allocation: AllocationSettings())
        let night = Sites.night(Sites.experiment(declared: [0, 3]), day: 3, counts: [(20_000, 800), (0, 0)])
        let table = try policy.table(night)
        #expect(table.leader == 1 && table.winner == nil)
    }

    @Test("An arm is declared from its day on, the control always apart")
    func declared() {
        let experiment = Sites.experiment(
            declared: [0, 2, 0], control: Experiment.Control(variant: "c", traffic: 0.1))
        #expect(experiment.declared(on: 1).variants == ["a"])
        #expect(experiment.declared(on: 2).variants == ["a", "b"])
        #expect(experiment.declared(on: 1).control?.variant == "c")
    }
}
