import Learning
import Numerics

/// How far the true rates of a test's arms lie apart, learned from many tests: the relative standard deviation τ.
///
/// What is observed lies further apart than the truth, for chance is added: the arm that did best was probably lucky too.
/// With χ² of each test's arms against their common rate m, E[χ²] = (K − 1) + τ²·m/(1 − m)·(N − Σn²/N), n impressions of an
/// arm and N of all; solving for τ² over the sums of all tests is the method of moments of DerSimonian and Laird (1986,
/// "Meta-analysis in clinical trials") with one τ for all.
package struct ArmSpread: Equatable, Sendable {
    /// At least 0.
    package var relative: Double

    package init(relative: Double) {
        self.relative = relative
    }

    /// - Complexity: O(arms of all tests)
    package init(of tests: [MeasuredTest]) {
        var excess = 0.0
        var weight = 0.0
        for test in tests where test.rate > 0 && test.rate < 1 && test.arms.count > 1 {
            let (rate, total) = (test.rate, Double(test.impressions))
            var squares = 0.0
            for arm in test.arms {
                let count = Double(arm.impressions)
                let difference = arm.rate - rate
                excess += count * difference * difference / (rate * (1 - rate))
                squares += count * count
            }
            excess -= Double(test.arms.count - 1)
            weight += rate / (1 - rate) * (total - squares / total)
        }
        relative = weight > 0 ? max(0, excess / weight).squareRoot() : 0
    }

    /// A true rate that could have been behind what was observed: the quantile at `uniform` of Beta(m·s + x, (1 − m)·s + n − x),
    /// the prior being the Beta of mean m, the test's rate, and standard deviation τ·m.
    ///
    /// - Parameter uniform: in the open interval (0, 1).
    package func rate(of arm: MeasuredTest.Arm, in test: MeasuredTest, uniform: Double) -> Double {
        let mean = test.rate
        guard mean > 0, mean < 1, relative > 0 else { return mean }
        // A spread as wide as the mean allows leaves a prior of no strength.
        let strength = max(1e-3, (1 - mean) / (mean * relative * relative) - 1)
        return SpecialFunctions.inverseRegularizedBeta(
            probability: uniform, alpha: mean * strength + Double(arm.clicks),
            beta: (1 - mean) * strength + Double(arm.impressions - arm.clicks))
    }
}
