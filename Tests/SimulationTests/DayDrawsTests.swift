import Domain
import Learning
import Randomizer
import Policies
import Simulation
import TestExpectations
import TestSupport
import Testing

/// Days drawn at once against days simulated visitor by visitor.
@Suite(.slow) struct DayDrawsTests {
    private struct Cell: Hashable {
        var segment: Name
        var variant: Name
    }

    private static let shares = [0.55, 0.3, 0.15]

    private static func world(_ seed: UInt64) -> World {
        Worlds.world([0.1, 0.2, 0.05], visitors: 300, days: 1, seed: seed) {
            $0.segments = [
                Worlds.segment("delhi", share: 0.3, factor: 1.5), Worlds.segment("*", share: 0.7, factor: 1),
            ]
        }
    }

    /// Every visitor is hashed to an arm, and flips a coin of the arm's rate.
    private static func simulated(_ world: World, using generator: inout SplitMix64) -> [Cell: ArmCounts] {
        let experiment = world.experiments[0]
        let truth = Truth(experiment, number: 0, seed: world.seed, days: 1)
        let variants = experiment.arms.map { XXH64.hash(Array($0.variant.string.utf8)) }
        var cells: [Cell: ArmCounts] = [:]
        // Ten thousand might have come, each with a chance of 300 in 10,000: Poisson to 1.5 % in the variance.
        for _ in 0..<10_000 where Double.random(in: 0..<1, using: &generator) < 0.03 {
            let segment = Double.random(in: 0..<1, using: &generator) < 0.3 ? 0 : 1
            let unit = generator.next()
            let arm = variants.indices.min { left, right in
                score(unit, variants[left], shares[left]) < score(unit, variants[right], shares[right])
            }!
            let clicks = Double.random(in: 0..<1, using: &generator) < truth.rate(day: 0, segment: segment, arm: arm)
            let cell = Cell(
                segment: experiment.segments[segment].name, variant: experiment.arms[arm].variant)
            cells[cell, default: ArmCounts()].visitors += 1
            cells[cell, default: ArmCounts()].clickers += clicks ? 1 : 0
        }
        return cells
    }

    private static func score(_ unit: UInt64, _ arm: UInt64, _ traffic: Double) -> Double {
        RendezvousHash.score(uniform: RendezvousHash.uniform(unit: unit, arm: arm), traffic: traffic)
    }

    /// Means and variances of every cell agree within five standard errors.
    @Test func countsAreThoseOfVisitors() {
        let days = 400
        var generator = SplitMix64(seed: 17)
        var samples: [Cell: (drawn: [Double], simulated: [Double], drawnClicks: [Double], simulatedClicks: [Double])] =
            [:]
        for day in 0..<days {
            let world = DayDrawsTests.world(UInt64(day))
            let experiment = world.experiments[0]
            let truth = Truth(experiment, number: 0, seed: world.seed, days: 1)
            let rows = DayDraws(experiment, truth: truth, number: 0, seed: world.seed).rows(
                day: 0, date: world.start,
                served: [DayPart(table: PolicyTable(everyone: DayDrawsTests.shares), tableDate: world.start)])
            let simulated = DayDrawsTests.simulated(world, using: &generator)
            for segment in experiment.segments {
                for arm in experiment.arms {
                    let cell = Cell(segment: segment.name, variant: arm.variant)
                    let row = rows.first { $0.key.segment == cell.segment && $0.key.variant == cell.variant }
                    var sample = samples[cell] ?? ([], [], [], [])
                    sample.drawn.append(Double(row?.counts.visitors ?? 0))
                    sample.simulated.append(Double(simulated[cell]?.visitors ?? 0))
                    sample.drawnClicks.append(Double(row?.counts.clickers ?? 0))
                    sample.simulatedClicks.append(Double(simulated[cell]?.clickers ?? 0))
                    samples[cell] = sample
                }
            }
        }
        #expect(samples.count == 6)
        for (cell, sample) in samples {
            for (drawn, simulated) in [(sample.drawn, sample.simulated), (sample.drawnClicks, sample.simulatedClicks)] {
                let (left, right) = (moments(drawn), moments(simulated))
                let error = ((left.variance + right.variance) / Double(days)).squareRoot()
                #expect(abs(left.mean - right.mean) < 5 * error, "\(cell)")
                // The standard error of a log variance is √(2/n) each for counts near the normal; small counts have heavier
                // tails, so six of them.
                #expect(abs(left.variance / right.variance - 1) < 6 * (4 / Double(days)).squareRoot(), "\(cell)")
            }
        }
    }

    private func moments(_ values: [Double]) -> (mean: Double, variance: Double) {
        let mean = values.reduce(0, +) / Double(values.count)
        return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1))
    }

    @Test("Revenue is the sum of purchases, and squares those of purchases")
    func revenue() {
        let world = Worlds.world([0.2], visitors: 40_000, days: 1) {
            $0.reward = .revenue
            $0.arms[0].revenue = WorldArm.Revenue(mean: 30, spread: 0.5)
        }
        let counts = Worlds.night(world, day: 1, served: [1]).seen.rows[0].counts
        let purchases = Double(counts.purchasers)
        #expect(abs(purchases - 8_000) < 5 * 8_000.0.squareRoot())
        // e^0.25 = 1.284: a purchase deviates by 30 √0.284 = 16.
        #expect(abs(Double(counts.revenue) / 1e6 / purchases - 30) < 5 * 16 / purchases.squareRoot())
        #expect(abs(Double(counts.revenueSquared) / 1e12 / purchases / (900 * 1.284025) - 1) < 0.1)
        #expect(counts.clickers == 0 && counts.clicks == 0)
    }
}
