import Numerics
import Simulation
import TestSupport
import Testing

/// Figures and how sure they are.
@Suite struct EstimateTests {
    @Test("Proportions have the score interval")
    func proportions() throws {
        // Wilson's interval of 8 in 10 (Newcombe 1998, Table I, for other counts by the same formula): 0.4902 to 0.9433.
        let share = try #require(Estimate(8, of: 10)?.interval)
        #expect(abs(share.lowerBound - 0.490_162) < 1e-5 && abs(share.upperBound - 0.943_318) < 1e-5)
        #expect(Estimate(0, of: 0) == nil)
        for count in 0...20 {
            let interval = try #require(Estimate(count, of: 20)?.interval)
            #expect(interval.lowerBound >= 0 && interval.upperBound <= 1 && interval.contains(Double(count) / 20))
        }
    }

    @Test("Means have the interval of Student's t")
    func means() throws {
        // 1, 2, 3, 4: mean 2.5, standard error √(5/3/4), and 3.182446 of them to the 97.5 % quantile at 3 degrees of freedom.
        let mean = try #require(Estimate(mean: [1, 2, 3, 4]))
        let (error, interval) = (try #require(mean.standardError), try #require(mean.interval))
        #expect(abs(error - (5.0 / 12).squareRoot()) < 1e-12 && mean.value == 2.5)
        #expect(abs(interval.upperBound - 2.5 - 3.182_446_305 * error) < 1e-6)
        #expect(abs(interval.lowerBound + interval.upperBound - 5) < 1e-12)
        #expect(Estimate(mean: []) == nil)
    }

    @Test("Numerators in proportion have no error")
    func ratios() throws {
        let ratio = try #require(Estimate(ratioOf: [2, 4, 6], to: [1, 2, 3]))
        #expect(ratio.value == 2 && ratio.standardError! < 1e-12)
        #expect(Estimate(ratioOf: [1], to: [0]) == nil)
    }

    @Test("One sample says nothing of its error")
    func single() throws {
        #expect(try #require(Estimate(mean: [3])).interval == nil)
        let ratio = try #require(Estimate(ratioOf: [3], to: [2]))
        #expect(ratio.value == 1.5 && ratio.interval == nil && ratio.standardError == nil)
    }

    @Test("An interval does not leave what the figure can be")
    func bounds() throws {
        let share = try #require(Estimate(mean: [0, 0, 0.5], within: 0...1)?.interval)
        #expect(share.lowerBound == 0 && share.upperBound < 1)
        let sure = try #require(Estimate(ratioOf: [1, 1], to: [1, 1], within: -.infinity...1)?.interval)
        #expect(sure == 1...1)
    }

    @Test("Of 2,000 means of three draws some 95 % have the truth in their interval (five standard errors)")
    func coverage() throws {
        var generator = SplitMix64(seed: 8)
        var covered = 0
        for _ in 0..<2_000 {
            let samples = (0..<3).map { _ in Draw.normal(using: &generator) }
            if try #require(Estimate(mean: samples)?.interval).contains(0) { covered += 1 }
        }
        #expect(abs(Double(covered) - 1_900) < 5 * (2_000 * 0.95 * 0.05).squareRoot())
    }
}
