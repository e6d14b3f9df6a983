import Domain
import Foundation
import Learning
import TestExpectations
import TestSupport
import Testing

/// Verdicts, evidence and lifts against vectors and a slow twin.
@Suite struct VerdictTests {
    struct Vector: Decodable {
        enum CodingKeys: String, CodingKey {
            case name, visitors, successes, excluded, verdict
            case logEvidence = "log_evidence_by_day"
            case controlLifts = "lift_of_row_against_column_as_control"
            case leaderLifts = "lift_of_row_against_column_as_leader"
        }

        let name: String
        let visitors: [[Int64]]
        let successes: [[Int64]]
        let logEvidence: [[Double?]]
        let excluded: [Bool]
        let verdict: [String]
        let controlLifts: [[[Double?]?]]
        let leaderLifts: [[[Double?]?]]

        var arms: [Name] { visitors[0].indices.map { Name("arm\($0)") } }

        func rows(days: Int) -> [DailyRow] {
            (0..<days).flatMap { day in
                arms.indices.map { arm in
                    row(day, arms[arm], visitors: visitors[day][arm], clickers: successes[day][arm])
                }
            }
        }

        func evidence(days: Int) -> GroupEvidence {
            let experiment = Experiment(key: slot, variants: arms)
            return EvidenceLearner(experiment: experiment, reward: .click)
                .evidence(rows(days: days), groups: [.init(segment: "*", competing: Set(arms))])[0]
        }
    }

    private struct File: Decodable {
        let verdict: [Vector]
    }

    static func vectors() throws -> [Vector] {
        let url = try #require(
            Bundle.module.url(forResource: "verdict", withExtension: "json", subdirectory: "Vectors"))
        return try JSONDecoder().decode(File.self, from: Data(contentsOf: url)).verdict
    }

    private func isClose(_ value: Double?, _ expected: Double?, _ tolerance: Double = 1e-9) -> Bool {
        guard let value, let expected else { return value == nil && expected == nil }
        return abs(value - expected) <= tolerance * max(1, abs(expected))
    }

    @Test(.slow) func reproducesTheVectors() throws {
        let vectors = try Self.vectors()
        #expect(vectors.count == 7)
        for vector in vectors {
            for day in vector.visitors.indices {
                let evidence = vector.evidence(days: day + 1)
                for arm in vector.arms.indices {
                    let (value, expected) = (evidence.logEvidence(against: arm), vector.logEvidence[day][arm])
                    #expect(
                        isClose(value, expected),
                        "\(vector.name), day \(day), arm \(arm): \(value as Any), \(expected as Any)")
                }
            }
            let evidence = vector.evidence(days: vector.visitors.count)
            #expect(vector.arms.indices.map { evidence.verdict(of: $0)?.rawValue } == vector.verdict, "\(vector.name)")
            #expect(vector.arms.indices.map { evidence.verdict(of: $0) == .excluded } == vector.excluded)
            for arm in vector.arms.indices {
                for other in vector.arms.indices {
                    for (comparisons, lifts) in [
                        (1, vector.controlLifts), (evidence.comparisonsAgainstLeader, vector.leaderLifts),
                    ] {
                        let bounds = evidence.lift(of: arm, over: other, comparisons: comparisons)
                        var expected = lifts[arm][other] ?? [nil, nil]
                        // A rate of nothing: the logarithm has no bound, the ratio has.
                        if expected[1] != nil { expected[0] = expected[0] ?? -1 }
                        #expect(
                            isClose(bounds.low, expected[0]) && isClose(bounds.high, expected[1]),
                            "\(vector.name), \(arm) over \(other): \(bounds), \(expected)")
                    }
                }
            }
        }
    }

    /// Segments, days under two tables, a control, an arm that joins late, one that is blacklisted, one that was retired.
    @Test(.slow, arguments: 0..<8 as Range<UInt64>)
    func isItsSlowTwin(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let arms: [Name] = ["a", "b", "c", "plain"]
        let experiment = Experiment(
            key: slot, variants: ["a", "b", "c"], control: .init(variant: "plain", traffic: 0.1))
        let segments: [Name] = ["*", "delhi", "pune"]
        let scale = [20.0, 300, 4_000, 100_000].randomElement(using: &generator)!
        let gain = Double.random(in: 0...0.6, using: &generator)
        var rows: [DailyRow] = []
        var strata: [(segment: Name, stratum: SlowVerdict.Stratum)] = []
        for day in 0..<7 {
            for segment in segments {
                for table in day.isMultiple(of: 3) ? [day, day - 1] : [day] {
                    var stratum = SlowVerdict.Stratum(day: day, visitors: [], successes: [])
                    for (arm, name) in arms.enumerated() {
                        let isThere = name != "b" || day > 2
                        let visitors = isThere ? (scale * .random(in: 0...1, using: &generator)).rounded(.down) : 0
                        let rate = 0.06 * (arm == 0 ? 1 + gain : 1) * .random(in: 0.5...1.5, using: &generator)
                        let successes = (visitors * rate).rounded()
                        stratum.visitors.append(visitors)
                        stratum.successes.append(successes)
                        rows.append(
                            row(
                                day, name, visitors: Int64(visitors), clickers: Int64(successes), segment: segment,
                                table: table))
                    }
                    strata.append((segment, stratum))
                }
            }
        }
        rows.append(row(3, "retired", visitors: 70, clickers: 3, segment: "pune", table: 3))
        rows.shuffle(using: &generator)
        let competing: Set<Name> = seed.isMultiple(of: 2) ? ["a", "b", "c"] : ["a", "c"]
        let evidence = EvidenceLearner(experiment: experiment, reward: .click).evidence(
            rows, groups: segments.map { .init(segment: $0, competing: competing) })
        for (segment, evidence) in zip(segments, evidence) {
            var twin = SlowVerdict(
                strata: strata.filter { segment == .everyone || $0.segment == segment }.map(\.stratum),
                competing: arms.indices.filter { competing.contains(arms[$0]) }, control: 3)
            twin.retiredSince = segment == "delhi" ? [] : [3]
            twin.groups = segment == .everyone ? 1 : 2
            let verdicts = twin.verdicts
            for arm in arms.indices {
                #expect(evidence.verdict(of: arm) == verdicts[arm], "\(segment) \(arm)")
                let expected = competing.contains(arms[arm]) ? twin.logEvidence(arm, through: .max) : nil
                #expect(isClose(evidence.logEvidence(against: arm), expected), "\(segment) \(arm)")
            }
            for (arm, other, comparisons) in [(0, 3, 1.0), (1, 3, 1), (2, 0, 3)] {
                let bounds = evidence.lift(of: arm, over: other, comparisons: comparisons)
                let expected = twin.lift(arm, other, comparisons: comparisons)
                #expect(
                    isClose(bounds.low, expected.low, 1e-8) && isClose(bounds.high, expected.high, 1e-8),
                    "\(segment), \(arm) over \(other): \(bounds), \(expected)")
            }
        }
    }

    @Test("Nothing depends on the order of rows, and reversed days are the same days")
    func order() throws {
        var generator = SplitMix64(seed: 5)
        var rows = randomHistory(days: 9, variants: ["a", "b"], segments: ["*", "x", "é"], using: &generator)
        let learner = EvidenceLearner(experiment: Experiment(key: slot, variants: ["a", "b"]), reward: .click)
        func outcome(_ rows: [DailyRow]) -> [Double?] {
            let evidence = learner.evidence(rows, groups: [.init(segment: "*", competing: ["a", "b"])])[0]
            let bounds = evidence.lift(of: 0, over: 1, comparisons: 1)
            return [evidence.logEvidence(against: 0), evidence.logEvidence(against: 1), bounds.low, bounds.high]
        }
        let expected = outcome(rows)
        for _ in 0..<4 {
            rows.shuffle(using: &generator)
            #expect(outcome(rows) == expected)
        }
    }

    @Test("A lone arm is open without evidence; revenue looks at purchasers")
    func edges() throws {
        let experiment = Experiment(key: slot, variants: ["a", "b"])
        let rows = [
            row(0, "a", visitors: 5_000, clickers: 1, purchasers: 500),
            row(0, "b", visitors: 5_000, clickers: 500, purchasers: 250),
        ]
        func evidence(_ reward: Reward, _ competing: Set<Name>) -> GroupEvidence {
            EvidenceLearner(experiment: experiment, reward: reward)
                .evidence(rows, groups: [.init(segment: "*", competing: competing)])[0]
        }
        let lone = evidence(.click, ["a"])
        #expect(lone.verdict(of: 0) == .open && lone.evidence(against: 0) == nil && lone.verdict(of: 1) == nil)
        #expect(lone.lift(of: 1, over: 0, comparisons: 1).low != nil)
        #expect(evidence(.click, ["a", "b"]).winner == 1)
        #expect(evidence(.purchase, ["a", "b"]).winner == 0)
        #expect(evidence(.revenue, ["a", "b"]).winner == 0)
        #expect(evidence(.click, ["a", "b"]).evidence(against: 0) == 1e6)
    }

    /// At counts where l is known to its rounding alone bounds are still in order, and never none of those that there are.
    @Test("Bounds at counts up to 2^53 are in order and finite")
    func extremeBounds() {
        var generator = SplitMix64(seed: 53)
        let counts: [Int64] = [1, 2, 10, 4_467, 932_146_776, 1 << 31, 1 << 32, 1 << 53 - 1, 1 << 53]
        for _ in 0..<4_000 {
            var rows: [DailyRow] = []
            for day in 0..<Int.random(in: 1...3, using: &generator) {
                for arm in ["a", "b"] as [Name] {
                    let visitors = counts.randomElement(using: &generator) ?? 1
                    let successes = [0, 1, visitors / 20, visitors / 2, visitors - 1, visitors]
                    rows.append(
                        row(day, arm, visitors: visitors, clickers: successes.randomElement(using: &generator) ?? 0))
                }
            }
            let evidence = EvidenceLearner(
                experiment: Experiment(key: slot, variants: ["a", "b"]), reward: .click
            ).evidence(rows, groups: [.init(segment: "*", competing: ["a", "b"])])[0]
            let bounds = evidence.lift(of: 0, over: 1, comparisons: 1)
            #expect(bounds.low.map { $0 >= -1 && $0.isFinite } ?? false, "\(rows)")
            #expect(bounds.high.map { $0 >= bounds.low ?? 0 } ?? true, "\(bounds) of \(rows)")
        }
    }

    @Test("Nothing is left to find where the leader's rivals are bounded below one per cent")
    func nothingLeft() throws {
        let experiment = Experiment(key: slot, variants: ["a", "b"])
        func evidence(_ scale: Int64) -> GroupEvidence {
            EvidenceLearner(experiment: experiment, reward: .click).evidence(
                [
                    row(0, "a", visitors: 10_000 * scale, clickers: 1_010 * scale),
                    row(0, "b", visitors: 10_000 * scale, clickers: 1_000 * scale),
                ], groups: [.init(segment: "*", competing: ["a", "b"])])[0]
        }
        #expect(!evidence(1).hasNothingLeft(leader: 0))
        #expect(evidence(1_000).hasNothingLeft(leader: 0))
    }
}
