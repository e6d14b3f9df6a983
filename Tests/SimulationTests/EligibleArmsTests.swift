import Allocation
import Domain
import Learning
import Policies
import Simulation
import Testing

/// Who is measured by which arms when tables stay.
@Suite struct EligibleArmsTests {
    private static let policies: [SimulatedPolicy] = [
        .oracle, .policy(UniformPolicy()), .policy(FixedHorizonPolicy(horizon: 2)), .policy(EpsilonGreedyPolicy()),
        .policy(ThompsonPolicy(name: "", learning: LearningSettings(), allocation: AllocationSettings())),
    ]

    private static func contests(_ world: World) -> [EligibleArms] {
        let experiment = world.experiments[0]
        let truth = Truth(experiment, number: 0, seed: world.seed, days: world.days)
        return (0...world.days).map { EligibleArms(of: experiment, truth: truth, day: $0, in: world) }
    }

    @Test("All arms blacklisted: the last table stays, and neither a control nor an arm to come is in the contest")
    func nothingCompetes() throws {
        var world = Worlds.world([0.05, 0.09, 0.4, 0.9], visitors: 5_000, days: 10) {
            $0.arms[0].blacklisted = 5
            $0.arms[1].blacklisted = 5
            $0.arms[3].joins = 8
            $0.control = Experiment.Control(variant: "c", traffic: 0.2)
            $0.drift = 0.2
        }
        let contests = EligibleArmsTests.contests(world)
        #expect(contests[4...7].allSatisfy { $0 == contests[4] } && contests[4].arms == [0, 1])
        #expect(contests[8].arms == [3] && contests[8].tableDay == 8)
        for policy in EligibleArmsTests.policies {
            let life = try PolicyRun(of: world, experiment: 0, under: policy)
            #expect(life.regret.allSatisfy { $0 >= 0 }, "\(policy.name)")
            #expect(life.regret[8...9].allSatisfy { abs($0) < 1e-9 }, "a lone arm leaves nothing to regret")
            if case .oracle = policy { #expect(life.regret.allSatisfy { $0 < 1e-9 }) }
        }
        // Without a walk the days after the last table are worth what its day was.
        world.experiments[0].drift = 0
        for policy in EligibleArmsTests.policies {
            let life = try PolicyRun(of: world, experiment: 0, under: policy)
            for day in 5...7 { #expect(abs(life.regret[day] - life.regret[4]) < 1e-9, "\(policy.name)") }
        }
    }

    @Test("A stopped night's table goes on with an arm that is blacklisted meanwhile, and without one that joins")
    func stoppedNight() throws {
        var world = Worlds.world([0.05, 0.3, 0.06, 0.5], visitors: 5_000, days: 6) {
            $0.arms[1].blacklisted = 3
            $0.arms[3].joins = 4
        }
        world.brokenLines = [2: 0.3, 3: 0.3]
        let contests = EligibleArmsTests.contests(world)
        #expect(contests.map(\.tableDay) == [0, 1, 2, 2, 2, 5, 6])
        #expect(
            contests.map(\.arms) == [
                [0, 1, 2], [0, 1, 2], [0, 1, 2], [0, 1, 2], [0, 1, 2], [0, 2, 3], [0, 2, 3],
            ])
        for policy in EligibleArmsTests.policies {
            let life = try PolicyRun(of: world, experiment: 0, under: policy)
            #expect(abs(life.regret[3] - life.regret[2]) < 1e-9 && abs(life.regret[4] - life.regret[2]) < 1e-9)
            #expect(life.evenRegret[5] > life.evenRegret[4])
        }
        // An outage stops nothing: the blacklist holds at once.
        world.brokenLines = [:]
        world.outages = [2, 3]
        #expect(EligibleArmsTests.contests(world).map(\.arms)[3] == [0, 2])
    }

    @Test("A test that has ended calls its winner once, when a night is there to call it")
    func oneCall() throws {
        // A far better arm joins when the test is over: that it was not called is no mistake of the test.
        var world = Worlds.world([0.05, 0.1, 0.3], visitors: 5_000, days: 8) { $0.arms[2].joins = 5 }
        let policy = FixedHorizonPolicy(horizon: 3)
        #expect(try PolicyRun(of: world, experiment: 0, under: policy).callsWinner)
        #expect(try !PolicyRun(of: world, experiment: 0, under: policy).callsWrongly)
        world.brokenLines = [2: 1]
        #expect(try PolicyRun(of: world, experiment: 0, under: policy).callsWinner)
        world.brokenLines = [2: 1, 3: 1]
        let late = try PolicyRun(of: world, experiment: 0, under: policy)
        #expect(late.callsWinner && late.callsWrongly, "called on day 5, beside the arm that joins then")
    }

    @Test("Who leads at the end is judged by the last day that is lived")
    func lastDay() throws {
        let world = Worlds.world([0.05, 0.2, 0.9], visitors: 5_000, days: 4) { $0.arms[2].joins = 4 }
        for policy in EligibleArmsTests.policies {
            #expect(try PolicyRun(of: world, experiment: 0, under: policy).bestLeads == true, "\(policy.name)")
        }
        // An arm that leaves on the day after the last still leads on the last.
        let left = Worlds.world([0.05, 0.2], visitors: 5_000, days: 4) { $0.arms[1].blacklisted = 4 }
        for policy in EligibleArmsTests.policies {
            #expect(try PolicyRun(of: left, experiment: 0, under: policy).bestLeads == true, "\(policy.name)")
        }
    }
}
