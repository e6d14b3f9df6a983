package import Domain
import Learning
import Numerics

/// A test that was really run: how often its arms were shown and clicked.
package struct MeasuredTest: Equatable, Sendable {
    package struct Arm: Equatable, Sendable {
        package var variant: Name
        /// At least 1.
        package var impressions: Int64
        /// 0…`impressions`
        package var clicks: Int64

        package init(variant: Name, impressions: Int64, clicks: Int64) {
            self.variant = variant
            self.impressions = impressions
            self.clicks = clicks
        }

        package var rate: Double { Double(clicks) / Double(impressions) }
    }

    package var name: String
    /// In the order of the file.
    package var arms: [Arm]

    package init(name: String, arms: [Arm]) {
        self.name = name
        self.arms = arms
    }

    package var impressions: Int64 { arms.reduce(0) { $0 + $1.impressions } }
    package var clicks: Int64 { arms.reduce(0) { $0 + $1.clicks } }
    /// Clicks per impression of all arms together.
    package var rate: Double { Double(clicks) / Double(max(1, impressions)) }

    package static let columns = ["test", "arm", "impressions", "clicks"]

    /// Reads a CSV with the columns test, arm, impressions and clicks among others; rows of one test and arm add.
    ///
    /// - Parameter file: the file's name, for errors.
    /// - Returns: the tests in the order of the file.
    /// - Throws: `InputFileError` when a name is empty, or a count is none or too large: clicks are at most the impressions,
    ///   and neither exceeds 10¹².
    package static func read(_ bytes: [UInt8], file: String) throws(InputFileError) -> [MeasuredTest] {
        var table = try InputTable(bytes, file: file, columns: columns)
        var tests: [MeasuredTest] = []
        var positions: [String: Int] = [:]
        while try table.next() {
            let name = try table.name(0, expected: "the name of a test").string
            let variant = try table.name(1, expected: "the name of an arm")
            guard let impressions = Int64(table.text(2)), (1...1_000_000_000_000).contains(impressions) else {
                throw table.fault(2, expected: "a count of at least 1")
            }
            guard let clicks = Int64(table.text(3)), (0...impressions).contains(clicks) else {
                throw table.fault(3, expected: "a count of at most the impressions")
            }
            let position = positions[name] ?? tests.count
            if position == tests.count {
                positions[name] = position
                tests.append(MeasuredTest(name: name, arms: []))
            }
            tests[position].add(Arm(variant: variant, impressions: impressions, clicks: clicks))
        }
        return tests
    }

    private mutating func add(_ arm: Arm) {
        guard let same = arms.firstIndex(where: { $0.variant == arm.variant }) else { return arms.append(arm) }
        arms[same].impressions += arm.impressions
        arms[same].clicks += arm.clicks
    }
}

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
