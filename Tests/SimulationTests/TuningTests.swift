import Allocation
import Learning
import Simulation
import Testing
import Vocabulary

/// Settings tried one beside the other.
@Suite struct TuningTests {
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
        // 25 arms have no room for a floor of 5 %, 20 days none for a window of 28, and without segments nothing is stratified.
        #expect(!candidates.contains { $0.allocation.floor == 0.05 || $0.learning.window == 28 })
        #expect(!candidates.contains { $0.learning.seasonality == .stratified })
        #expect(candidates.count == 1 + 2 * 2 * 4 * 3)
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
        let saved = try #require(result.saved)
        #expect(saved.low > 0)
        #expect(result.chosen.regret.value < result.given.regret.value)
    }
}
