import Evaluation
import EventLog
import Foundation
import TestSupport
import Testing

/// `Vectors/causal_ope.json`: obp 0.4.1 on a log of 24 rows.
@Suite struct UnitLogVectorTests {
    private struct Vectors: Decodable {
        struct Expected: Decodable {
            var value: Double
            var error: Double?
            var delta: Double?

            enum CodingKeys: String, CodingKey {
                case value
                case error = "se_sd_over_sqrt_n_ddof1"
                case delta = "se_delta"
            }
        }

        var context: [Int]
        var action: [Int]
        var reward: [Double]
        var pscore: [Double]
        var policy: [[Double]]
        var outcome: [[Double]]
        var ess: Double
        var meanWeight: Double
        var maximumWeight: Double
        var expected: [String: Expected]

        enum CodingKeys: String, CodingKey {
            case context, action, reward, pscore, ess, expected
            case policy = "pi_e"
            case outcome = "q_hat"
            case meanWeight = "mean_weight"
            case maximumWeight = "max_weight"
        }
    }

    private static func vectors() throws -> Vectors {
        let file = try #require(Bundle.module.url(forResource: "Vectors/causal_ope", withExtension: "json"))
        return try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file))
    }

    private static func near(_ found: Double?, _ expected: Double) -> Bool {
        found.map { abs($0 - expected) < 1e-9 } ?? false
    }

    @Test("The program's weights and its estimates by weights are obp's")
    func weightsAreThoseOfPeer() throws {
        let vectors = try Self.vectors()
        var log = "context,variant,reward,propensity\n"
        var policy = "context,variant,probability\n"
        for row in vectors.context.indices {
            log += "\(vectors.context[row]),\(vectors.action[row]),\(vectors.reward[row]),\(vectors.pscore[row])\n"
        }
        for context in Set(vectors.context) {
            let row = try #require(vectors.context.firstIndex(of: context))
            for (arm, share) in vectors.policy[row].enumerated() { policy += "\(context),\(arm),\(share)\n" }
        }
        let scratch = try ScratchDirectory()
        var question = UnitLogQuestion(log: .path(try scratch.write(Array(log.utf8), to: "log.csv")))
        question.policies = [("e", .file("policy.csv", Array(policy.utf8)))]
        let rows = try UnitLogEvaluation.answer(question).rows
        let ips = try #require(rows.first { $0.policy == "e" && $0.estimator == "ips" })
        let snips = try #require(rows.first { $0.policy == "e" && $0.estimator == "snips" })
        let (ipw, snipw) = (try #require(vectors.expected["ipw"]), try #require(vectors.expected["snipw"]))
        #expect(Self.near(ips.value, ipw.value))
        #expect(Self.near(ips.error, ipw.error ?? 0))
        #expect(Self.near(snips.value, snipw.value))
        // The vector's lacks √(N/(N − 1)).
        #expect(Self.near(snips.error, (snipw.delta ?? 0) * (24.0 / 23).squareRoot()))
        #expect(Self.near(ips.effectiveSampleSize, vectors.ess))
        #expect(Self.near(ips.meanWeight, vectors.meanWeight))
        #expect(Self.near(ips.maximumWeight, vectors.maximumWeight))

        question.clip = 1.5
        let clipped = try UnitLogEvaluation.answer(question).rows.first { $0.estimator == "ips-clip(1.5)" }
        #expect(Self.near(clipped?.value, try #require(vectors.expected["ipw clipped lambda=1.5"]).value))
        #expect(Self.near(clipped?.effectiveSampleSize, vectors.ess))
    }

    /// The program fits q by itself, so what vouches for its twin in these tests is the vector's q.
    @Test("The twin's estimates with the vector's outcome model are obp's")
    func twinIsThatOfPeer() throws {
        let vectors = try Self.vectors()
        let rows = vectors.context.indices.map { row in
            LoggedRow(
                variant: "\(vectors.action[row])", reward: vectors.reward[row], propensity: vectors.pscore[row],
                number: row)
        }
        let twin = UnitLogTwin(
            rows: rows,
            policy: { row in
                Dictionary(
                    uniqueKeysWithValues: vectors.policy[row.number].enumerated().map { ("\($0.offset)", $0.element) })
            }, outcome: { vectors.outcome[$0.number][Int($1) ?? 0] })
        for (name, peer) in [("ips", "ipw"), ("snips", "snipw"), ("dm", "dm"), ("dr", "dr"), ("sndr", "sndr")] {
            let expected = try #require(vectors.expected[peer])
            let found = try #require(twin.estimates[name])
            #expect(Self.near(found.value, expected.value), "\(name)")
            // obp's errors of the self-normalised ones take Σw for given.
            guard ["ips", "dm", "dr"].contains(name) else { continue }
            #expect(Self.near(twin.error(found.influences), expected.error ?? 0), "\(name)")
        }
    }

    /// `Data/README.md` says where it is from. The figures are obp's, from the same two files.
    @Test("The Open Bandit Dataset is read as it is published")
    func readsOpenBanditSample() throws {
        func path(_ name: String, _ type: String) throws -> String {
            try #require(Bundle.module.url(forResource: "Data/" + name, withExtension: type)).path
        }
        var question = UnitLogQuestion(log: .path(try path("obd_random_men_2000", "csv.gz")))
        let policy = try path("obd_bts_men", "csv")
        question.policies = [
            ("bts", .file(policy, Array(try Data(contentsOf: URL(fileURLWithPath: policy))))), ("even", .even),
        ]
        let answer = try UnitLogEvaluation.answer(question)
        let ips = try #require(answer.rows.first { $0.policy == "bts" && $0.estimator == "ips" })
        #expect(Self.near(ips.value, 0.005755010000000011))
        #expect(
            Self.near(answer.rows.first { $0.policy == "bts" && $0.estimator == "snips" }?.value, 0.0060417056695445965)
        )
        #expect(Self.near(ips.effectiveSampleSize.map { $0 / 100 }, 4.904304537292859))
        #expect(Self.near(ips.maximumWeight, 10.688580000000018))
        #expect(ips.rewarded == 10 && ips.visitors == 2000 && ips.isReliable == false)
        #expect(answer.badLines.count == 0)
        // The log's own policy was uniform over 34 items.
        let even = try #require(answer.rows.first { $0.policy == "even" && $0.estimator == "snips" })
        #expect(abs((even.value ?? 0) - 0.005) < 1e-7)
    }
}
