import Allocation
import Domain
import Learning
import Policies
import Simulation
import TestExpectations
import TestSupport
import Testing

/// Many worlds, and what is said of them.
@Suite(.slow) struct CountLevelSimulationTests {
    private static let chosen = ThompsonPolicy(
        name: "chosen", learning: LearningSettings(), allocation: AllocationSettings())

    @Test("The runs of worlds do not depend on the number of threads")
    func threads() throws {
        let world = Worlds.world([0.05, 0.06, 0.07], days: 5) { $0.drift = 0.05 }
        var simulation = CountLevelSimulation(
            policies: [CountLevelSimulationTests.chosen, EpsilonGreedyPolicy()], worlds: 7)
        let all = try [1, 2, 5].map { threads in
            simulation.threads = threads
            return try simulation.runs(experiment: 0) { world.repeated($0) }
        }
        #expect(all[0] == all[1] && all[0] == all[2])
        #expect(all[0][0][0] != all[0][0][1])
        var other = world
        other.seed = 2
        let others = try simulation.runs(experiment: 0) { [other] in other.repeated($0) }
        #expect(others != all[0])
    }

    @Test("A day whose log is lost moves no traffic")
    func outage() throws {
        var world = Worlds.world([0.05, 0.051, 0.052], days: 4)
        world.outages = [1, 2, 3]
        let broken = try PolicyRun(of: world, experiment: 0, under: CountLevelSimulationTests.chosen)
        // Until the table of day 1 is published the first one serves.
        #expect(broken.regret[2] == broken.regret[3])
        world.outages = []
        let whole = try PolicyRun(of: world, experiment: 0, under: CountLevelSimulationTests.chosen)
        #expect(whole.regret[0...1] == broken.regret[0...1])
        #expect(whole.regret != broken.regret)
    }

    @Test("A day whose log is too broken is not learned from; one that is not is")
    func brokenLog() throws {
        var world = Worlds.world([0.05, 0.09], days: 5)
        world.brokenLines = [0: 0.5, 1: 0.5, 2: 0.5, 3: 0.5]
        let broken = try PolicyRun(of: world, experiment: 0, under: CountLevelSimulationTests.chosen)
        #expect(broken.regret == broken.evenRegret)
        world.maxRejected = 0.5
        let read = try PolicyRun(of: world, experiment: 0, under: CountLevelSimulationTests.chosen)
        #expect(read.regret[4] < 0.5 * read.evenRegret[4])
    }

    @Test("Floors without room are an error that says so")
    func floorsWithoutRoom() {
        var allocation = AllocationSettings()
        allocation.floor = 0.6
        let policy = ThompsonPolicy(name: "", learning: LearningSettings(), allocation: allocation)
        #expect(throws: PolicyError.self) {
            try PolicyRun(of: Worlds.world([0.05, 0.06]), experiment: 0, under: policy)
        }
    }

    @Test("Worlds without differences have none, in any segment")
    func withoutDifferences() {
        let world = Worlds.world([0.05, 0.06, 0.1]) {
            $0.segments = [
                Worlds.segment("delhi", share: 0.25, factor: 1.2), Worlds.segment("*", share: 0.75, factor: 1),
            ]
            $0.arms[0].ratesBySegment = ["delhi": 0.09]
            $0.arms[1].wearsOff = WorldArm.WearOff(from: 1, halfLife: 2)
            $0.drift = 0.1
        }
        let alike = Truth(world.withoutDifferences.experiments[0], number: 0, seed: 1, days: 6)
        let truth = Truth(world.experiments[0], number: 0, seed: 1, days: 6)
        for day in 0..<6 {
            for segment in 0..<2 {
                let rates = (0..<3).map { alike.rate(day: day, segment: segment, arm: $0) }
                #expect(rates.max()! - rates.min()! < 1e-15)
                if day == 0 {
                    let mean = (0..<3).reduce(0) { $0 + truth.rate(day: 0, segment: segment, arm: $1) } / 3
                    #expect(abs(rates[0] - mean) < 1e-12)
                }
            }
        }
    }

    @Test("Worlds around one keep which arm is better, and vary by how much")
    func varied() {
        let world = Worlds.world([0.05, 0.06, 0.08])
        var ratios: [Double] = []
        for number in 0..<200 {
            let rates = world.varied(number).experiments[0].arms.map(\.rate)
            #expect(rates[2] > rates[0])
            ratios.append(rates[2] / rates[0])
        }
        #expect(Set(ratios).count == 200)
        let median = ratios.sorted()[100]
        #expect(abs(median / 1.6 - 1) < 0.15)
        #expect(world.varied(3) == world.varied(3))
    }

    /// P(best) of pooled days passes .95 in most of these worlds; verdicts compare within days, whatever the means are made of.
    @Test("A weekly swing names no winner that is none, however days are pooled (10 worlds)")
    func seasonality() throws {
        let world = Worlds.world([0.05, 0.05, 0.05, 0.05], visitors: 5_000, days: 20) { $0.weeklySwing = 0.6 }
        var allocation = AllocationSettings()
        allocation.floor = 0.01
        let policies = Seasonality.allCases.map { seasonality in
            var learning = LearningSettings()
            learning.seasonality = seasonality
            return ThompsonPolicy(name: seasonality.rawValue, learning: learning, allocation: allocation)
        }
        let runs = try CountLevelSimulation(policies: policies, worlds: 10).runs(experiment: 0) { world.repeated($0) }
        for (policy, own) in zip(policies, runs) { #expect(own.count { $0.callsWinner } <= 1, "\(policy.name)") }
    }
}
