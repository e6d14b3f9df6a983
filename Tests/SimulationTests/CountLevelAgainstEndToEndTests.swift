import Allocation
import Configuration
import Learning
import Policies
import Simulation
import TestExpectations
import TestSupport
import Testing

/// Days drawn at count level against the same days simulated end to end, with real logs, real assignment and real nights.
@Suite(.slow) struct CountLevelAgainstEndToEndTests {
    private static let world = """
        { world: "both", seed: 1, start: "2026-01-05", days: 4,
          experiments: [{ platform: "web", slot: "hero", visitorsPerDay: 500, weeklySwing: 0.3,
            segments: [{ name: "delhi", share: 0.5, factor: 1.3 }],
            arms: [{ variant: "a", rate: 0.1 }, { variant: "b", rate: 0.12, rates: { delhi: 0.2 } }, { variant: "c", rate: 0.15 }] }],
          learning: { halfLife: 10, segments: { minimumVisitors: 400 } }, allocation: { floor: 0.05 } }
        """

    /// Mean and squared standard error.
    private static func moments(_ values: [Double]) -> (mean: Double, error: Double) {
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1) / count)
    }

    @Test("Regret as a part of the even split's, day by day, churn and floors agree within five standard errors")
    func agree() throws {
        let file = try WorldFile.from(bytes: CountLevelAgainstEndToEndTests.world.utf8, file: "world.json5")
        let configured = file.experiments[0]
        let policy = ThompsonPolicy(name: "", learning: configured.learning, allocation: configured.allocation)
        var endToEnd: [[Double]] = []
        var (churn, floors): ([Double], [Double]) = ([], [])
        for seed in 1...16 {
            let site = try EndToEndSite(CountLevelAgainstEndToEndTests.world, seed: UInt64(seed))
            let days = site.nights.map { $0.served[0] }
            let totals = EndToEndExperiment(0, of: site.file.world, nights: site.nights)
            churn.append(totals.churn)
            floors.append(totals.floorTraffic)
            endToEnd.append(days.map { $0.regret / $0.evenRegret } + [days.reduce(0) { $0 + $1.evenRegret }])
        }
        let runs = try CountLevelSimulation(policies: [policy], worlds: 60)
            .runs(experiment: 0) { file.world.repeated($0) }[0]
        let countLevel = runs.map { run in
            zip(run.regret, run.evenRegret).map { $0 / $1 } + [run.evenRegret.reduce(0, +)]
        }
        for (endToEnd, countLevel) in [(churn, runs.map(\.churn)), (floors, runs.map(\.floorTraffic))] {
            let (left, right) = (
                CountLevelAgainstEndToEndTests.moments(endToEnd), CountLevelAgainstEndToEndTests.moments(countLevel)
            )
            let bound = 5 * (left.error + right.error).squareRoot()
            #expect(abs(left.mean - right.mean) < bound, "\(left.mean), \(right.mean)")
            #expect(bound < 0.6 * right.mean, "\(bound), \(left), \(right)")
        }
        for figure in endToEnd[0].indices {
            let (left, right) = (
                CountLevelAgainstEndToEndTests.moments(endToEnd.map { $0[figure] }),
                CountLevelAgainstEndToEndTests.moments(countLevel.map { $0[figure] })
            )
            // The first day of both is the even split's: no error but rounding, and the table's six decimals.
            let bound = 5 * (left.error + right.error).squareRoot() + 1e-5
            #expect(abs(left.mean - right.mean) < bound, "figure \(figure): \(left.mean), \(right.mean)")
            #expect(figure == 0 || bound < 0.5 * max(left.mean, 0.3), "figure \(figure): \(bound), \(left), \(right)")
        }
    }
}
