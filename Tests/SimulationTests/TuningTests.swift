import Allocation
import Domain
import Learning
import Simulation
import TestExpectations
import TestSupport
import Testing

/// Settings tried one beside the other.
@Suite(.slow) struct TuningTests {
    private static func tuning(_ rates: [Double], days: Int, worlds: Int) -> Tuning {
        var given = Tuning.Candidate(learning: LearningSettings(), allocation: AllocationSettings())
        given.allocation.floor = 0.1
        return Tuning(
            Worlds.world(rates, visitors: 3_000, days: days), experiment: 0, given: given, worlds: worlds)
    }

    @Test("The grid has the settings given, nothing twice, and no floors without room")
    func grid() {
        let tuning = TuningTests.tuning(Array(repeating: 0.05, count: 25), days: 20, worlds: 1)
        let candidates = tuning.candidates
        #expect(candidates.first == tuning.given)
        #expect(candidates.indices.allSatisfy { candidates.firstIndex(of: candidates[$0]) == $0 })
        // 25 arms have no room for a floor of 5 %, 20 days none for a window of 28; without segments, stratified is adjusted.
        #expect(!candidates.contains { $0.allocation.floor == 0.05 || $0.learning.window == 28 })
        #expect(Set(candidates.map(\.learning.seasonality)) == [.stratified, .none])
        #expect(candidates.count == 1 + 2 * 2 * 4 * 3)
    }

    @Test("No candidate has floors without room, those of single arms and the control's share counted")
    func roomForFloors() throws {
        let world = Worlds.world(Array(repeating: 0.05, count: 5), days: 2) {
            $0.control = Experiment.Control(variant: "e", traffic: 0.02)
        }
        var given = Tuning.Candidate(learning: LearningSettings(), allocation: AllocationSettings())
        given.allocation.floors = ["a": 0.9]
        let tuning = Tuning(world, experiment: 0, given: given, worlds: 2)
        // 0.9 and three times 0.02 or less fit into 0.98; three times 0.05 do not.
        #expect(Set(tuning.candidates.map(\.allocation.floor)) == [nil, 0.005, 0.01])
        #expect(try tuning.run().rows.count == tuning.candidates.count)
        // Four arms beside the control: 0.05 each fits exactly where the control leaves a fifth.
        let tight = Worlds.world(Array(repeating: 0.05, count: 5)) {
            $0.control = Experiment.Control(variant: "e", traffic: 0.8)
        }
        given.allocation.floors = [:]
        #expect(
            Tuning(tight, experiment: 0, given: given, worlds: 1).candidates.contains { $0.allocation.floor == 0.05 })
    }

    @Test("Priors warm the arms up")
    func priors() throws {
        let world = Worlds.world([0.02, 0.1], visitors: 500, days: 2)
        func key(_ variant: Name) -> ArmKey {
            ArmKey(platform: "web", slot: "hero", segment: .everyone, variant: variant)
        }
        let priors = PriorCounts([
            key("a"): PriorCounts.Counts(successes: 20, failures: 980),
            key("b"): PriorCounts.Counts(successes: 100, failures: 900),
        ])
        let given = Tuning.Candidate(learning: LearningSettings(), allocation: AllocationSettings())
        let cold = try Tuning(world, experiment: 0, given: given, worlds: 3).run()
        let warm = try Tuning(world, experiment: 0, given: given, priors: priors, worlds: 3).run()
        #expect(warm.given.regretByDay[0].value < 0.3 * cold.given.regretByDay[0].value)
    }

    @Test("A choice is confirmed when it saves something for sure, or is simpler and no worse")
    func confirmation() {
        let tuning = TuningTests.tuning([0.05, 0.06], days: 3, worlds: 1)
        let simple = Tuning.Candidate(learning: LearningSettings(), allocation: AllocationSettings())
        var other = tuning.given
        other.learning.window = 14
        let (better, doubtful) = (Estimate(mean: [1, 1.1, 0.9]), Estimate(mean: [1, -0.5, 0.2]))
        let (worse, single) = (Estimate(mean: [-1, 0.5, -0.2]), Estimate(mean: [1]))
        for (candidate, saved, isConfirmed) in [
            (other, better, true), (other, doubtful, false), (other, worse, false), (other, single, false),
            (simple, better, true), (simple, doubtful, true), (simple, worse, false), (simple, nil, false),
        ] {
            #expect(tuning.isConfirmed(candidate, saved: saved) == isConfirmed)
        }
    }

    @Test("Where nothing matters, new worlds confirm no settings that are not simpler")
    func nothingToGain() throws {
        var tuning = TuningTests.tuning([0.05, 0.05], days: 3, worlds: 3)
        let given = Tuning.Candidate(learning: LearningSettings(), allocation: AllocationSettings())
        tuning = Tuning(tuning.world, experiment: 0, given: given, worlds: 3)
        #expect(try tuning.run().recommended == given)
    }

    @Test("A floor that wastes a fifth of the traffic is not recommended, and new worlds agree")
    func recommendation() throws {
        let tuning = TuningTests.tuning([0.02, 0.1, 0.02], days: 3, worlds: 4)
        let result = try tuning.run()
        #expect(result.rows.count == tuning.candidates.count)
        #expect(result.rows.first?.behindBest?.value == 0)
        #expect(
            zip(result.rows, result.rows.dropFirst()).allSatisfy { $0.summary.regret.value <= $1.summary.regret.value })
        #expect(result.recommended.allocation.floor == 0.005)
        #expect(result.recommended.departures == 1)
        #expect(result.choice == result.recommended)
        #expect(try #require(result.saved?.interval).lowerBound > 0)
        #expect(result.chosen.regret.value < result.given.regret.value)
    }
}
