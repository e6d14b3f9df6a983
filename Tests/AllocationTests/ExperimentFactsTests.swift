import Allocation
import Domain
import Foundation
import Learning
import Randomizer
import TestSupport
import Testing

/// How a table was made, as its manifest tells it.
@Suite struct ExperimentFactsTests {
    private static func manifest(_ facts: [ExperimentFacts]) -> [UInt8] {
        Manifest(date: "2026-11-21", rows: 0, table: []).json(experiments: facts.map(\.json))
    }

    /// Names and numbers of every kind.
    private static func random(_ number: Int, using generator: inout SplitMix64) -> ExperimentFacts {
        let names = ["a", "b\"\\", "ü\n{", "*x", "\u{1}", "variant"].map { Name($0) }
        func positive() -> Double {
            let value = Double(bitPattern: UInt64.random(in: 1..<UInt64(0x7FF) << 52, using: &generator))
            return Bool.random(using: &generator) ? value : Double.random(in: 1e-3...1e6, using: &generator)
        }
        func group(_ segment: Name) -> LearnedGroup {
            LearnedGroup(
                segment: segment,
                arms: names.sorted().map { variant in
                    let posterior: Posterior =
                        number % 2 == 0
                        ? .beta(alpha: positive(), beta: positive())
                        : .logStudentT(
                            location: positive() - positive(), scale: positive(),
                            degreesOfFreedom: positive())
                    return LearnedArm(variant: variant, posterior: posterior, visitors: 1, successes: 1)
                })
        }
        var learning = LearningSettings()
        learning.reward = number % 2 == 0 ? .purchase : .revenue
        learning.window = Bool.random(using: &generator) ? Int.random(in: 1...400, using: &generator) : nil
        learning.halfLife = Bool.random(using: &generator) ? Double.random(in: 0.1...90, using: &generator) : nil
        learning.seasonality = Seasonality.allCases.randomElement(using: &generator)!
        learning.pooling =
            Bool.random(using: &generator) ? .automatic : .visitors(Double.random(in: 0...1e4, using: &generator))
        learning.objective = Objective.allCases.randomElement(using: &generator)!
        learning.since = Bool.random(using: &generator) ? CalendarDate(dayNumber: 20_000) : nil
        learning.minimumVisitors = Int64.random(in: 0...1 << 50, using: &generator)
        var allocation = AllocationSettings()
        allocation.floors = ["a": 0.013, "ü\n{": 0.1]
        let control = number % 3 == 0 ? Experiment.Control(variant: "*x", traffic: 0.1) : nil
        let rows = names.map { variant in
            AllocationRow(
                date: CalendarDate(dayNumber: 0),
                key: ArmKey(platform: "web", slot: Name("s\(number)"), segment: "*", variant: variant),
                traffic: variant == control?.variant ? 100_000 : 0,
                status: variant == control?.variant ? .control : .active,
                probabilityBest: variant == control?.variant ? nil : 0.2, mean: 0, meanLow: 0, meanHigh: 0, visitors: 0,
                successes: 0, valueRemaining: nil)
        }
        return ExperimentFacts(
            experiment: Experiment(
                key: SlotKey(platform: "web", slot: Name("s\(number)")),
                variants: names.filter { $0 != control?.variant }, control: control,
                holdout: number % 3 == 0 ? "site" : nil),
            learning: learning, allocation: allocation, groups: [group("b"), group("*"), group("a")], rows: rows,
            conclusion: [nil, .orderChanged, .nothingLeft].randomElement(using: &generator)!)
    }

    @Test("They are read as written, every number to the last bit")
    func roundTrip() throws {
        var generator = SplitMix64(seed: 4)
        let facts = (0..<60).map { Self.random($0, using: &generator) }
        let bytes = Self.manifest(facts)
        #expect(try ExperimentFacts.read(bytes, file: "") == facts)
        #expect(facts[0].groups.map(\.segment) == ["*", "a", "b"])
        #expect(facts[0].floors["a"] == 0.013 && facts[0].floors["b\"\\"] == 0.02 && facts[0].floors["*x"] == nil)
        // Another reader of JSON finds the same.
        let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        let experiments = try #require(object["experiments"] as? [[String: Any]])
        for (experiment, facts) in zip(experiments, facts) {
            #expect(experiment["reward"] as? String == facts.reward.rawValue)
            #expect(experiment["objective"] as? String == facts.objective?.rawValue)
            #expect(experiment["holdout"] as? String == facts.holdout?.string)
            #expect(experiment["window"] as? Int == facts.window)
            let groups = try #require(experiment["groups"] as? [[String: Any]])
            let arms = try #require(groups[0]["arms"] as? [[String: Any]])
            #expect(arms.map { Name($0["variant"] as? String ?? "") } == facts.groups[0].arms.map(\.variant))
            #expect(
                arms.allSatisfy { $0["family"] as? String == (facts.reward == .revenue ? "log_student_t" : "beta") })
        }
        // Serving reads of all this the holdouts alone.
        #expect(try Manifest(json: bytes, file: "").holdouts.map(\.name) == Array(repeating: "site", count: 20))
    }

    @Test("Version 1 has none, and what this version does not know is passed over")
    func otherVersions() throws {
        var generator = SplitMix64(seed: 4)
        let text = String(decoding: Self.manifest([Self.random(0, using: &generator)]), as: UTF8.self)
        let first = text.replacing("sluice-allocation/2", with: "sluice-allocation/1")
        #expect(try ExperimentFacts.read(Array(first.utf8), file: "").isEmpty)
        #expect(try Manifest(json: Array(first.utf8), file: "").holdouts.isEmpty)
        let later = text.replacing("\"family\": \"beta\"", with: "\"family\": \"gamma\", \"shape\": [1, {\"a\": null}]")
            .replacing(#/"objective": "[a-z]+"/#, with: "\"objective\": \"peace\", \"horizon\": {\"days\": 3}")
        let facts = try ExperimentFacts.read(Array(later.utf8), file: "")
        #expect(facts[0].groups[0].arms.count == 6 && facts[0].groups[0].arms.allSatisfy { $0.posterior == nil })
        #expect(facts[0].objective == nil && facts[0].reward == .purchase)
    }

    @Test(
        "What no posterior can be is refused, with its line",
        arguments: [
            (#""alpha": 1"#, #""alpha": 0"#), (#""alpha": 1"#, #""alpha": "1""#), (#""alpha": 1"#, #""alpha": 1e999"#),
            (#""reward": "click""#, #""reward": "fame""#), (#""segment": "*", "#, ""), (#""variant": "x", "#, ""),
            (#""platform": "web", "#, ""),
        ])
    func refused(text: String, other: String) {
        let good =
            #"{"platform": "web", "slot": "s", "reward": "click", "groups": [{"segment": "*", "arms": [{"variant": "x", "family": "beta", "alpha": 1, "beta": 1}]}]}"#
        func read(_ object: String) throws -> [ExperimentFacts] {
            let manifest = Manifest(date: "2026-11-21", rows: 0, table: []).json(experiments: [object])
            return try ExperimentFacts.read(manifest, file: "manifest.json")
        }
        #expect(throws: Never.self) { try read(good) }
        let error = #expect(throws: TableError.self) { try read(good.replacing(text, with: other)) }
        #expect(error?.line == 9 && error?.code == .malformed, "\(String(describing: error))")
    }
}
