import Domain
import Learning
import Numerics
import Simulation
import TestExpectations
import TestSupport
import Testing

/// Real tests replayed as bandits.
@Suite(.slow) struct ReplayTests {
    private static func read(_ text: String) throws -> [MeasuredTest] {
        try MeasuredTest.read(Array(text.utf8), file: "tests.csv")
    }

    @Test("Rows of one test and arm add")
    func rowsAdd() throws {
        let tests = try ReplayTests.read(
            "test,week,arm,impressions,clicks\nx,1,a,100,5\ny,1,a,10,0\nx,1,b,50,1\nx,2,a,20,3\n")
        #expect(tests.map(\.name) == ["x", "y"])
        #expect(tests[0].arms.map(\.impressions) == [120, 50] && tests[0].arms.map(\.clicks) == [8, 1])
        #expect(Replay(tests).tests.map(\.name) == ["x"])
    }

    @Test(
        "Wrong counts are refused with their line",
        arguments: ["x,a,0,0", "x,a,10,11", "x,a,-3,0", "x,a,ten,0", ",a,10,1", "x,,10,1", "x,a,10,1.5"])
    func refusals(row: String) {
        #expect(throws: InputFileError.self) {
            try ReplayTests.read("test,arm,impressions,clicks\nok,a,10,1\n" + row + "\n")
        }
    }

    /// Tests whose arms have a known spread.
    private static func tests(spread: Double, count: Int) -> [MeasuredTest] {
        var generator = SplitMix64(seed: 41)
        return (0..<count).map { number in
            let base = 0.01 + 0.03 * Draw.uniform(using: &generator)
            let arms = (0..<4).map { arm in
                let rate = base * (1 + spread * Draw.normal(using: &generator))
                let clicks = Draw.binomial(
                    trials: 3_000, probability: rate, uniform: Draw.uniform(using: &generator))
                return MeasuredTest.Arm(variant: Name("arm \(arm)"), impressions: 3_000, clicks: clicks)
            }
            return MeasuredTest(name: "\(number)", arms: arms)
        }
    }

    @Test("The spread of true rates is told from chance", arguments: [0.0, 0.1, 0.25])
    func spread(relative: Double) {
        let found = ArmSpread(of: ReplayTests.tests(spread: relative, count: 800)).relative
        // 2,400 degrees of freedom at a signal of 75 expected clicks an arm: τ² to ±0.0012 (five standard errors of chance).
        #expect(abs(found * found - relative * relative) < 0.0025 + 0.15 * relative * relative)
    }

    @Test("Plausible rates lie between the observed rate and that of the test, and are as far apart as arms are")
    func plausibleRates() {
        let tests = ReplayTests.tests(spread: 0.1, count: 800)
        let spread = ArmSpread(of: tests)
        var generator = SplitMix64(seed: 2)
        var (observed, plausible) = (0.0, 0.0)
        for test in tests {
            for arm in test.arms {
                let rate = spread.rate(of: arm, in: test, uniform: Draw.uniform(using: &generator))
                observed += (arm.rate / test.rate - 1) * (arm.rate / test.rate - 1)
                plausible += (rate / test.rate - 1) * (rate / test.rate - 1)
            }
        }
        let arms = Double(tests.count * 4)
        // A quarter of τ² goes into the mean of four arms; chance adds about 1 / 75 clicks.
        #expect(observed / arms > 0.015)
        // τ² = 0.01, of which a quarter goes into the mean of four arms.
        #expect(abs(plausible / arms - 0.01) < 0.003)
    }

    @Test("Gains are measured against the even split and the A/B test, and the oracle bounds them")
    func gains() throws {
        var replay = Replay(ReplayTests.tests(spread: 0.3, count: 12))
        replay.nights = 6
        for truth in Replay.Truth.allCases {
            let gains = try replay.gains(truth)
            #expect(gains.count == 6)
            #expect(gains[0].overEven.value == 0 && gains[1].overTest.value == 0)
            let oracle = gains[5]
            for gain in gains {
                #expect(gain.clicks <= oracle.clicks + 1e-9)
                let sum = (gain.clicks - gains[0].clicks) / 12
                #expect(abs(gain.overEven.value - sum) < 1e-9)
            }
            #expect(gains[4].overEven.interval!.lowerBound > 0)
            #expect(gains[1].overEven.interval!.lowerBound > 0)
        }
    }
}
