import Domain
import TestExpectations
import TestSupport
import Testing
import Uplift

/// Whom to send what, by rules that are said again here from the tables alone.
@Suite struct DecisionTests {
    @Test("The falling fit is the nearest of all falling sequences", arguments: 0..<40 as Range<UInt64>)
    func isotonicFit(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let count = Int.random(in: 1...6, using: &generator)
        let values = (0..<count).map { _ in Double(Int.random(in: -4...4, using: &generator)) }
        let weights = (0..<count).map { _ in Double(Int.random(in: 1...5, using: &generator)) }
        let fit = IsotonicFit(values, weights: weights).values
        #expect(zip(fit, fit.dropFirst()).allSatisfy { $0 >= $1 })
        // Max-min formula: the least over starts of the greatest mean over ends.
        func mean(_ range: ClosedRange<Int>) -> Double {
            range.reduce(0) { $0 + values[$1] * weights[$1] } / range.reduce(0) { $0 + weights[$1] }
        }
        for index in 0..<count {
            let expected = (0...index).map { start in (index..<count).map { mean(start...$0) }.max() ?? 0 }.min() ?? 0
            #expect(abs(fit[index] - expected) < 1e-12)
        }
    }

    /// Scores of two messages; the lowest scores of `a` are truly harmful.
    private static func campaign(customers: Int, seed: UInt64) -> (scores: String, outcomes: String) {
        var generator = SplitMix64(seed: seed)
        var scores = "customer,message,uplift,baseline,fold\n"
        var outcomes = "customer,message,outcome,propensity\n"
        for number in 0..<customers {
            let a = Double.random(in: -0.4...0.4, using: &generator)
            let b = Double.random(in: -0.02...0.02, using: &generator)
            scores += "c\(number),a,\(a),0.5,\(number % 2)\nc\(number),b,\(b),0.5,\(number % 2)\n"
            guard number % 10 != 9 else { continue }
            let action = ["control", "a", "b"][number % 3]
            let chance = 0.5 + (action == "a" ? a : 0)
            let hit = Double.random(in: 0..<1, using: &generator) < chance
            outcomes += "c\(number),\(action),\(hit ? 1 : 0),0.333333\n"
        }
        return (scores, outcomes)
    }

    private static func analysis(
        _ files: (scores: String, outcomes: String), _ change: (inout UpliftSettings) -> Void = { _ in }
    ) throws -> UpliftAnalysis {
        let directory = try ScratchDirectory()
        var settings = UpliftSettings(
            scores: try directory.write(Array(files.scores.utf8), to: "scores.csv"),
            outcomes: [try directory.write(Array(files.outcomes.utf8), to: "outcomes.csv")])
        settings.decides = true
        settings.wantsBands = true
        change(&settings)
        return try UpliftAnalysis(settings)
    }

    private static func decisions(_ analysis: UpliftAnalysis) throws -> [String: [String]] {
        var bytes: [UInt8] = []
        _ = try UpliftTables(analysis).writeCustomers(decisions: { bytes += $0 }, bands: nil)
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst()
        return Dictionary(
            uniqueKeysWithValues: lines.map { line in
                let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                return (fields[0], fields)
            })
    }

    @Test("Customers whom a message moves get it, those whom it harms never, the rest are left alone")
    func choices() throws {
        let files = Self.campaign(customers: 9_000, seed: 4)
        let analysis = try Self.analysis(files)
        let decisions = try Self.decisions(analysis)
        #expect(decisions.count == 9_000)
        let bands = try #require(analysis.bands?["a"])
        var reasons: Set<String> = []
        for customer in 0..<analysis.list.names.count {
            let fields = try #require(decisions[analysis.list.names.text(customer)])
            reasons.insert(fields[2])
            let uplift = try #require(analysis.scores.uplift(customer, 0))
            switch fields[2] {
            case "best": #expect(fields[1] != "none" && (fields[1] != "a" || bands.band(of: uplift) < 5))
            default: #expect(fields[1] == "none" && fields[3] == "0" && fields[4] == "0")
            }
            if bands.band(of: uplift) > 7 { #expect(fields[1] != "a") }
        }
        #expect(reasons.contains("best") && reasons.contains("reserved"))
        // Of control nobody is contacted.
        #expect(decisions.values.count { $0[2] == "reserved" } == 2_700)
        #expect(analysis.policies.contains { $0.policy == "all:b" && $0.estimator == "dr" })
        let rule = try #require(analysis.policies.first { $0.policy == "rule" && $0.estimator == "dr" })
        // Sent where a is above 0: 0.5 and half of 0.2, less what is lost by being sure.
        let value = try #require(rule.value), error = try #require(rule.error)
        #expect(abs(value - 0.6) < 0.01 + 3 * error)
        #expect(try #require(rule.difference) > 3 * (rule.differenceError ?? 0))
    }

    @Test("A cost that the bound does not pay for is costly; the costs of scores go before those of the command")
    func costs() throws {
        let files = Self.campaign(customers: 6_000, seed: 5)
        let dear = try Self.decisions(
            Self.analysis(files) {
                $0.decision.costs = ["a": 5, "b": 5]
                $0.decision.releasesControl = true
            })
        #expect(dear.values.allSatisfy { $0[1] == "none" })
        #expect(dear.values.contains { $0[2] == "costly" } && dear.values.contains { $0[2] == "weak" })
        #expect(!dear.values.contains { $0[2] == "reserved" })
        let worth = try Self.decisions(
            Self.analysis(files) {
                $0.decision.costs = ["a": 5, "b": 5]
                $0.decision.value = 1000
            })
        #expect(worth.values.contains { $0[2] == "best" && $0[4] == "5" })
    }

    @Test("Bands keep their cut points when scores are refitted")
    func fixedBands() throws {
        let files = Self.campaign(customers: 3_000, seed: 6)
        let first = try Self.analysis(files)
        let fixed = FixedBands(try #require(first.bands))
        let second = try Self.analysis(Self.campaign(customers: 4_000, seed: 7)) { $0.fixedBands = fixed }
        #expect(second.bands?.messages == first.bands?.messages)
        let other = try Self.analysis(Self.campaign(customers: 4_000, seed: 7))
        #expect(other.bands?.messages != first.bands?.messages)
        #expect(Bands.segment("a", band: 0) == "a-d01" && Bands.segment("a", band: 9) == "a-d10")
    }

    @Test("The value of a policy is that of the formulas, and its error that of redrawn worlds", .slow)
    func policyErrors() throws {
        var values: [Double] = []
        var errors: [Double] = []
        for seed in 0..<60 as Range<UInt64> {
            let analysis = try Self.analysis(Self.campaign(customers: 900, seed: 500 + seed)) { $0.bins = 4 }
            let policy = try #require(analysis.policies.first { $0.policy == "all:a" && $0.estimator == "ips" })
            values.append(try #require(policy.value))
            errors.append(try #require(policy.error))
        }
        let mean = values.reduce(0, +) / 60
        let spread = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 59).squareRoot()
        let error = errors.reduce(0, +) / 60
        #expect(abs(mean - 0.5) < 4 * spread / 60.0.squareRoot())
        // The standard deviation of 60 values is known to 9 %.
        #expect(abs(spread / error - 1) < 0.36, "\(spread) \(error)")
    }
}
