import Allocation
import Learning
import Report
import TestSupport
import TestExpectations
import Testing

@Suite struct LiftTests {
    @Test(
        "The interval of a lift is that of the ratio of draws from both posteriors", .slow,
        arguments: [(50.0, 1000.0, 60.0, 1000.0), (400, 9000, 380, 9500), (900, 20_000, 30, 800)])
    func draws(alpha: Double, beta: Double, otherAlpha: Double, otherBeta: Double) throws {
        let (arm, reference) = (
            Posterior.beta(alpha: alpha, beta: beta), Posterior.beta(alpha: otherAlpha, beta: otherBeta)
        )
        let lift = try #require(Lift(of: row(arm), over: row(reference)))
        var generator = SplitMix64(seed: 11)
        // Draws by inversion on a table of quantiles, shuffled by the seed.
        let count = 20_000
        let levels = (0..<count).map { (Double($0) + 0.5) / Double(count) }
        let own = levels.map(arm.quantile).shuffled(using: &generator)
        let others = levels.map(reference.quantile).shuffled(using: &generator)
        let ratios = zip(own, others).map { $0 / $1 }.sorted()
        let (low, high) = (ratios[count / 40] - 1, ratios[count - count / 40] - 1)
        // The two ends of so many draws are known to about 1 % of the width; the method itself is close, not exact.
        let tolerance = 0.04 * (high - low)
        #expect(abs(lift.low - low) < tolerance)
        #expect(abs(try #require(lift.high) - high) < tolerance)
        #expect(lift.low < lift.value && lift.value < lift.high ?? 0)
    }

    @Test("Against itself an arm may do as much better as worse, as a ratio")
    func symmetry() throws {
        let row = row(.beta(alpha: 500, beta: 9500))
        let lift = try #require(Lift(of: row, over: row))
        #expect(lift.value == 0)
        #expect(abs((1 + lift.low) * (1 + (lift.high ?? 0)) - 1) < 1e-6)
    }

    @Test("A reference that may be nothing sets no upper limit, and one of mean nothing no lift at all")
    func nothing() throws {
        let arm = row(.beta(alpha: 50, beta: 900))
        var reference = arm
        (reference.mean, reference.meanLow, reference.meanHigh) = (1, 0, 1.8)
        #expect(try #require(Lift(of: arm, over: reference)).high == nil)
        (reference.mean, reference.meanLow, reference.meanHigh) = (0, 0, 0)
        #expect(Lift(of: arm, over: reference) == nil)
        (reference.mean, reference.meanLow, reference.meanHigh) = (1, 0.1, 2.5)
        #expect(Lift(of: arm, over: reference) == nil)
    }
}
