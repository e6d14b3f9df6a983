import Foundation
import Randomizer
import TestSupport
import TestExpectations
import Testing

/// Controls where a variant cannot be shown, where visitors are pinned, and as they are explained.
@Suite struct HoldoutExceptionTests {
    static let arms = [("a", "0.4"), ("b", "0.15"), ("c", "0.25"), ("plain", "0.2")]

    static func experiment(_ holdout: String?) throws -> AllocationTable.Experiment {
        let rows = arms.map { TestRow($0.0, $0.1, status: $0.0 == "plain" ? "control" : nil) }
        let holdouts = holdout.map { [Manifest.Holdout(platform: "web", slot: "home-hero", name: $0)] } ?? []
        return try TestTable.table(rows, holdouts: holdouts).experiments[0]
    }

    /// Subsets with their propensities, which are exact.
    @Test(
        .slow,
        arguments: [
            (["a", "b", "c", "plain"], ["a": 0.4, "b": 0.15, "c": 0.25, "plain": 0.2]),
            (["a", "b", "plain"], ["a": 0.8 * 0.4 / 0.55, "b": 0.8 * 0.15 / 0.55, "plain": 0.2]),
            (["b", "plain"], ["b": 0.8, "plain": 0.2]),
            (["a", "c"], ["a": 0.4 / 0.65, "c": 0.25 / 0.65]),
            (["plain"], ["plain": 1]),
        ] as [([String], [String: Double])], [nil, "site"])
    func propensitiesAreTheFrequencies(subset: ([String], [String: Double]), holdout: String?) throws {
        let experiment = try Self.experiment(holdout)
        let allowed = VariantSet(subset.0)
        let visitors = 20_000
        var counts: [String: Double] = [:]
        for visitor in 0..<visitors {
            let id = "visitor \(visitor)"
            let assignment = try #require(experiment.assign(id, segment: "*", allowed: allowed))
            counts[assignment.variant, default: 0] += 1
            #expect(abs(assignment.propensity - (subset.1[assignment.variant] ?? 0)) < 1e-15)
            let usual = experiment.assign(id)
            // Who is shown what is allowed stays; nobody comes to the control unless there is nothing else.
            if subset.0.contains(usual.variant) { #expect(assignment.variant == usual.variant) }
            if assignment.variant == "plain", subset.0.count > 1 { #expect(usual.variant == "plain") }
            if subset.0.count == Self.arms.count { #expect(assignment == usual) }
            // The next one in the visitor's own order.
            if visitor < 300 {
                let order = experiment.explain(id).candidates.map(\.variant)
                #expect(assignment.variant == order.first { subset.0.contains($0) })
            }
        }
        // χ² at the 99.9 % level on fixed visitors, by degrees of freedom.
        let critical = [0, 10.828, 13.816, 16.266][subset.1.count - 1]
        let statistic = subset.1.reduce(0) { sum, arm in
            let expected = arm.value * Double(visitors)
            let excess = counts[arm.key, default: 0] - expected
            return sum + excess * excess / expected
        }
        #expect(statistic <= critical)
    }

    @Test func nothingAllowedIsNil() throws {
        let rows = [TestRow("a", "1"), TestRow("plain", "0", status: "control")]
        let experiment = try TestTable.table(rows).experiments[0]
        #expect(experiment.assign("7", segment: "*", allowed: ["plain"]) == nil)
        #expect(experiment.assign("7", segment: "*", allowed: []) == nil)
        #expect(experiment.assign("7", segment: "*", allowed: ["a", "plain"])?.propensity == 1)
        let whole = try TestTable.table([TestRow("a", "0"), TestRow("plain", "1", status: "control")]).experiments[0]
        #expect(whole.assign("7", segment: "*", allowed: ["a"]) == nil)
        #expect(whole.assign("7", segment: "*", allowed: ["a", "plain"])?.variant == "plain")
        #expect(whole.assign("7").propensity == 1)
    }

    @Test func pinsWinOverTheHoldout() throws {
        let experiment = try Self.experiment(nil)
        let held = try #require((0..<100).map { "\($0)" }.first { experiment.assign($0).variant == "plain" })
        let free = try #require((0..<100).map { "\($0)" }.first { experiment.assign($0).variant == "a" })
        var overrides = Overrides()
        overrides.pin(held, platform: "web", slot: "home-hero", to: "c")
        overrides.pin(free, platform: "web", slot: "home-hero", to: "plain")
        #expect(experiment.assign(held, segment: "*", overrides: overrides).variant == "c")
        let pinned = experiment.assign(free, segment: "*", overrides: overrides)
        #expect(pinned.variant == "plain" && pinned.isOverride && pinned.propensity == 1)
    }

    @Test(arguments: [nil, "site"])
    func holdoutIsExplained(name: String?) throws {
        let experiment = try Self.experiment(name)
        var held = 0
        for visitor in 0..<300 {
            let explanation = experiment.explain("\(visitor)")
            let holdout = try #require(explanation.holdout)
            #expect(holdout.name == name && holdout.variant == "plain" && holdout.traffic == 0.2)
            #expect(holdout.uniform == (Double(holdout.hash >> 11) + 0.5) * 0x1p-53)
            #expect(holdout.isHeld == (holdout.uniform < 0.2))
            #expect(holdout.isHeld == (explanation.assignment.variant == "plain"))
            #expect(explanation.candidates.count == 4)
            #expect(explanation.candidates.first?.variant == explanation.assignment.variant)
            #expect(explanation.candidates.map(\.score) == explanation.candidates.map(\.score).sorted())
            #expect(explanation.candidates.firstIndex { $0.variant == "plain" } == (holdout.isHeld ? 0 : 3))
            held += holdout.isHeld ? 1 : 0
            let json = explanation.json(visitor: "\(visitor)")
            let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
            let written = try #require(object["holdout"] as? [String: Any])
            #expect(written["name"] as? String == name && written["variant"] as? String == "plain")
            #expect(written["is_held"] as? Bool == holdout.isHeld)
            #expect(json.contains("\"uniform\": \(holdout.uniform), "))
            #expect(written["hash"] as? String == XXH64.hexadecimal(holdout.hash))
            #expect((object["arms"] as? [Any])?.count == 4)
        }
        #expect(held > 30 && held < 90)
        let without = try TestTable.table([TestRow("a", "1")]).experiments[0].explain("7")
        #expect(without.holdout == nil)
        #expect(without.json(visitor: "7").contains("\"holdout\": null"))
    }
}
