import Foundation
import Learning
import Numerics
import TestSupport
import Testing

/// Posteriors and their special functions against closed forms and each other.
@Suite struct PosteriorTests {
    /// I_x(k, n − k + 1) is the probability of k or more successes in n trials.
    @Test(arguments: [(1, 1, 0.3), (7, 20, 0.25), (20, 20, 0.9), (3, 60, 0.01), (300, 1_000, 0.31)])
    func betaTailIsABinomialTail(successes: Int, trials: Int, rate: Double) {
        let tail = (successes...trials).reduce(0.0) { sum, count in
            let (k, n) = (Double(count), Double(trials))
            let logChoose = -log(n + 1) - SpecialFunctions.logBeta(k + 1, n - k + 1)
            return sum + exp(logChoose + k * log(rate) + (n - k) * log1p(-rate))
        }
        let value = SpecialFunctions.regularizedBeta(
            x: rate, alpha: Double(successes), beta: Double(trials - successes + 1))
        #expect(relativeError(value, tail) < 1e-11)
    }

    /// ν = 1: ½ + atan(t) / π; ν = 2: ½ + t / (2 √(2 + t²)).
    @Test(arguments: [-30.0, -2, -0.1, 0, 0.7, 5, 1e4])
    func studentTClosedForms(t: Double) {
        #expect(relativeError(SpecialFunctions.studentTCumulative(t, degreesOfFreedom: 1), 0.5 + atan(t) / .pi) < 1e-13)
        let two = 0.5 + t / (2 * (2 + t * t).squareRoot())
        #expect(relativeError(SpecialFunctions.studentTCumulative(t, degreesOfFreedom: 2), two) < 1e-12)
    }

    /// Q(1, x) = e⁻ˣ, Q(½, x) = erfc √x, and Q(a + 1, x) = Q(a, x) + xᵃ e⁻ˣ / Γ(a + 1).
    @Test(arguments: [0.01, 0.5, 1, 2.5, 9, 40])
    func gammaTailClosedForms(x: Double) {
        func tail(_ shape: Double) -> Double { SpecialFunctions.regularizedGammaUpper(shape: shape, x: x) }
        #expect(relativeError(tail(1), exp(-x)) < 1e-13)
        #expect(relativeError(tail(0.5), erfc(x.squareRoot())) < 1e-13)
        for shape in [0.5, 3, 12.25] {
            let step = exp(shape * log(x) - x - SpecialFunctions.logGamma(shape + 1))
            #expect(relativeError(tail(shape + 1), tail(shape) + step) < 1e-12)
        }
    }

    private static func random(_ seed: UInt64) -> Posterior {
        var generator = SplitMix64(seed: seed)
        func magnitude(_ range: ClosedRange<Double>) -> Double {
            pow(10, Double.random(in: range, using: &generator))
        }
        if seed.isMultiple(of: 3) {
            return .logStudentT(
                location: Double.random(in: -5...5, using: &generator), scale: magnitude(-3...0),
                degreesOfFreedom: magnitude(0.5...8))
        }
        return .beta(alpha: magnitude(-1...8), beta: magnitude(-1...8))
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func quantileInvertsCumulative(seed: UInt64) {
        let posterior = PosteriorTests.random(seed)
        for probability in [1e-9, 0.025, 0.4, 0.5, 0.8, 0.975] {
            let value = posterior.quantile(probability)
            guard value > 1e-300 || value < 0, value != 1 else { continue }
            // A rounding of the value is worth density · value · 2⁻⁵³.
            let rounding = exp(posterior.logDensity(value)) * abs(value) * 4e-16
            #expect(abs(posterior.cumulative(value) - probability) < 1e-12 * probability + rounding)
        }
    }

    @Test(arguments: 0..<30 as Range<UInt64>)
    func densityIsTheSlopeOfCumulative(seed: UInt64) {
        let posterior = PosteriorTests.random(seed)
        let (low, high) = (posterior.quantile(0.3), posterior.quantile(0.31))
        guard high - low > 1e-12 * abs(high) else { return }
        // Simpson's rule over a hundredth of the mass.
        let density = [low, 0.5 * (low + high), high].map { exp(posterior.logDensity($0)) }
        let mass = (density[0] + 4 * density[1] + density[2]) * (high - low) / 6
        #expect(abs(mass - 0.01) < 1e-6)
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func strangeParametersGiveProbabilitiesOrNothing(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        func strange() -> Double {
            [
                pow(10, Double.random(in: -307...307, using: &generator)), .infinity, 0, -1, .nan,
                .leastNonzeroMagnitude,
                .greatestFiniteMagnitude, 1,
            ]
            .randomElement(using: &generator) ?? 1
        }
        let (alpha, beta, x) = (strange(), strange(), strange())
        let results = [
            SpecialFunctions.regularizedBeta(x: x, alpha: alpha, beta: beta),
            SpecialFunctions.inverseRegularizedBeta(probability: x, alpha: alpha, beta: beta),
            SpecialFunctions.studentTCumulative(x, degreesOfFreedom: alpha),
            SpecialFunctions.regularizedGammaUpper(shape: min(alpha, 1e6), x: x),
        ]
        for result in results { #expect(result.isNaN || (0...1).contains(result)) }
        _ = SpecialFunctions.studentTQuantile(probability: x, degreesOfFreedom: alpha)
    }

    @Test func means() {
        #expect(Posterior.beta(alpha: 3, beta: 9).mean == 0.25)
        #expect(Posterior.logStudentT(location: 1.5, scale: 2, degreesOfFreedom: 1).mean == exp(1.5))
    }

    @Test func endsOfTheSupport() {
        let posterior = Posterior.beta(alpha: 2, beta: 1)
        #expect(posterior.cumulative(-1) == 0)
        #expect(posterior.cumulative(2) == 1)
        #expect(posterior.quantile(0) == 0)
        #expect(posterior.quantile(1) == 1)
        #expect(posterior.logDensity(0) == -.infinity)
        #expect(abs(posterior.logDensity(1) - log(2)) < 1e-15)
        #expect(posterior.logDensity(1.5) == -.infinity)
    }
}

@Suite struct GaussLegendreTests {
    private let rule = GaussLegendre.sixteen

    private func powers(_ degree: Int) -> GaussLegendre.Values {
        rule.nodes.mapLanes { pow($0, Double(degree)) }
    }

    @Test(arguments: 0...31)
    func integratesPolynomialsExactly(degree: Int) {
        let expected = degree.isMultiple(of: 2) ? 2 / Double(degree + 1) : 0
        #expect(abs((rule.weights * powers(degree)).sum() - expected) < 1e-15)
    }

    @Test(arguments: 0...15)
    func matricesReproducePolynomials(degree: Int) {
        let integrals = GaussLegendre.apply(rule.integration, to: powers(degree))
        let monomials = GaussLegendre.apply(rule.monomials, to: powers(degree))
        let start = pow(-1.0, Double(degree + 1))
        for index in 0..<GaussLegendre.order {
            let expected = (pow(rule.nodes[index], Double(degree + 1)) - start) / Double(degree + 1)
            #expect(abs(integrals[index] - expected) < 1e-14)
            #expect(abs(monomials[index] - (index == degree ? 1 : 0)) < 1e-10)
        }
        let highest = abs((rule.last * powers(degree)).sum()) + abs((rule.lastButOne * powers(degree)).sum())
        #expect((highest > 1e-10) == (degree >= 14))
    }
}
