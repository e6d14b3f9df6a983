import Evaluation
import EventLog
import Foundation
import TestSupport
import TestExpectations
import Testing

@Suite struct UnitLogTests {
    /// A random log with what made it.
    private struct World {
        var rows: [LoggedRow] = []
        var hasVisitors: Bool

        init(seed: UInt64, rows count: Int, visitors: Int?, isMoney: Bool) {
            var random = SplitMix64(seed: seed)
            hasVisitors = visitors != nil
            for number in 0..<count {
                let context = ["north", "south", "a long name of a context"].randomElement(using: &random) ?? ""
                let variant = ["a", "b", "c", "the fourth variant"].randomElement(using: &random) ?? ""
                let hasReward = Double.random(in: 0..<1, using: &random) < (variant == "b" ? 0.5 : 0.3)
                let amount = isMoney ? (Double.random(in: -5..<200, using: &random) * 100).rounded() / 100 : 1
                var row = LoggedRow(
                    context: context, variant: variant, reward: hasReward ? amount : 0,
                    propensity: (Double.random(in: 0.05..<0.6, using: &random) * 1e6).rounded() / 1e6, number: number)
                row.position = ["1", "2.0", "3"].randomElement(using: &random) ?? ""
                if let visitors {
                    let visitor = Int.random(in: 0..<visitors, using: &random)
                    row.visitor = visitor == 0 ? "" : "v\(visitor)"
                }
                rows.append(row)
            }
        }

        var csv: String {
            let header = (hasVisitors ? "visitor," : "") + "position,context,variant,reward,propensity\n"
            return header
                + rows.map { row in
                    (hasVisitors ? row.visitor + "," : "")
                        + "\(row.position),\(row.context),\(row.variant),\(row.reward),\(row.propensity)\n"
                }.joined()
        }
    }

    private static let shares: [String: [String: Double]] = [
        "north": ["a": 0.1, "b": 0.7, "c": 0.2],
        "south": ["the fourth variant": 0.5, "c": 0.25, "never shown": 0.25],
        "a long name of a context": ["a": 1],
    ]

    private static var policyFile: [UInt8] {
        var text = "context,variant,probability\n"
        for (context, variants) in shares {
            for (variant, share) in variants { text += "\(context),\(variant),\(share)\n" }
        }
        return Array(text.utf8)
    }

    private static func question(_ path: String) -> UnitLogQuestion {
        var question = UnitLogQuestion(log: .path(path))
        question.policies = [("new", .file("policy.csv", policyFile)), ("even", .even)]
        return question
    }

    private func expectEqual(_ found: Double?, _ expected: Double, _ what: String) {
        guard let found else {
            Issue.record("\(what) is missing")
            return
        }
        #expect(abs(found - expected) <= 1e-9 * max(1, abs(expected)), "\(what): \(found), not \(expected)")
    }

    @Test(
        "Every figure is the one that the textbook formulas give row by row", .slow,
        arguments: [
            (UInt64(1), nil, false, nil), (2, 40, false, nil), (3, nil, true, nil), (4, 25, true, nil),
            (5, nil, false, 3.0), (6, 40, true, 2.5),
        ] as [(UInt64, Int?, Bool, Double?)])
    func agreesWithTwin(seed: UInt64, visitors: Int?, isMoney: Bool, clip: Double?) throws {
        let world = World(seed: seed, rows: 300, visitors: visitors, isMoney: isMoney)
        let scratch = try ScratchDirectory()
        var question = Self.question(try scratch.write(Array(world.csv.utf8), to: "log.csv"))
        question.clip = clip
        let answer = try UnitLogEvaluation.answer(question)
        let model = CrossFittedTwin(rows: world.rows) { $0.context }
        let evenModel = CrossFittedTwin(rows: world.rows) { $0.position }
        var twins = [
            "new": UnitLogTwin(
                rows: world.rows, policy: { Self.shares[$0.context] ?? [:] }, outcome: { model($0, $1) }),
            "even": UnitLogTwin(
                rows: world.rows,
                policy: { row in
                    let seen = Set(world.rows.filter { $0.position == row.position }.map(\.variant))
                    return Dictionary(uniqueKeysWithValues: seen.map { ($0, 1 / Double(seen.count)) })
                }, outcome: { evenModel($0, $1) }),
        ]
        for name in twins.keys { twins[name]?.clip = clip ?? .infinity }
        let served = world.rows.map(\.reward).reduce(0, +) / 300
        let servedInfluences = world.rows.map { $0.reward - served }
        for (name, twin) in twins {
            let estimates = twin.estimates
            for row in answer.rows where row.policy == name {
                let base = String(row.estimator.prefix { $0 != "-" })
                #expect(
                    row.estimator == base + (clip == nil || base == "dm" ? "" : clip == 3 ? "-clip(3)" : "-clip(2.5)"))
                let (value, influences) = try #require(estimates[base])
                let what = "\(name) \(row.estimator)"
                expectEqual(row.value, value, what)
                if base == "dm" {
                    #expect(row.error == nil)
                } else {
                    expectEqual(row.error, twin.error(influences), what)
                }
                if ["ips", "snips"].contains(base) {
                    expectEqual(row.difference, value - served, what)
                    let difference = zip(influences, servedInfluences).map { $0 - $1 }
                    expectEqual(row.differenceError, twin.error(difference), what + " difference")
                    expectEqual(row.relative, value / served - 1, what)
                    let relative = zip(influences, servedInfluences).map { ($0 - value / served * $1) / served }
                    expectEqual(row.relativeError, twin.error(relative), what + " relative")
                } else {
                    #expect(row.difference == nil && row.relative == nil)
                }
                expectEqual(row.effectiveSampleSize, twin.effectiveSampleSize, what + " ess")
                expectEqual(row.meanWeight, twin.meanWeight, what)
                expectEqual(row.meanWeightZ, twin.meanWeightZ, what + " z")
                expectEqual(row.maximumWeight, world.rows.map(twin.weight).max() ?? 0, what)
                #expect(row.visitors == 300)
                #expect(row.rewarded == Int64(world.rows.count { $0.reward != 0 && twin.weight($0) > 0 }))
            }
        }
        #expect(
            answer.rows.map(\.policy) == ["served", "served"] + Array(repeating: "new", count: 5)
                + Array(repeating: "even", count: 5))
        expectEqual(answer.rows.first?.value, served, "served")
    }

    @Test("Two policies are compared by the influences of the same rows")
    func comparesPolicies() throws {
        let world = World(seed: 9, rows: 250, visitors: 30, isMoney: true)
        let scratch = try ScratchDirectory()
        var question = Self.question(try scratch.write(Array(world.csv.utf8), to: "log.csv"))
        question.reference = "even"
        question.by = ["context"]
        let answer = try UnitLogEvaluation.answer(question)
        let model = CrossFittedTwin(rows: world.rows) { $0.context }
        let new = UnitLogTwin(rows: world.rows, policy: { Self.shares[$0.context] ?? [:] }, outcome: { model($0, $1) })
        let arms = Set(world.rows.map(\.variant))
        let even = UnitLogTwin(
            rows: world.rows, policy: { _ in Dictionary(uniqueKeysWithValues: arms.map { ($0, 0.25) }) },
            outcome: { model($0, $1) })
        for row in answer.rows where row.policy == "new" && row.estimator != "dm" {
            let (own, other) = (try #require(new.estimates[row.estimator]), try #require(even.estimates[row.estimator]))
            expectEqual(row.difference, own.value - other.value, row.estimator)
            expectEqual(
                row.differenceError, new.error(zip(own.influences, other.influences).map { $0 - $1 }), row.estimator)
        }
        let dm = try #require(answer.rows.first { $0.policy == "new" && $0.estimator == "dm" })
        expectEqual(
            dm.difference, (new.estimates["dm"]?.value ?? 0) - (even.estimates["dm"]?.value ?? 0), "dm")
        #expect(answer.rows.filter { $0.policy == "even" }.allSatisfy { $0.difference == nil })
    }

    @Test("Neither threads nor compression nor a pipe's way of coming change a bit", .slow, arguments: [nil, 5_000])
    func threadsChangeNothing(visitors: Int?) throws {
        // Several blocks of half a mebibyte.
        let world = World(seed: 12, rows: 60_000, visitors: visitors, isMoney: true)
        let scratch = try ScratchDirectory()
        let path = try scratch.write(Array(world.csv.utf8), to: "log.csv")
        let gzip = Process()
        gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        gzip.arguments = ["gzip", "--keep", path]
        try gzip.run()
        gzip.waitUntilExit()
        var question = Self.question(path)
        let alone = try UnitLogEvaluation.answer(question).rows
        for (log, workers) in [(path, 2), (path, 5), (path + ".gz", 1), (path + ".gz", 4)] {
            question.log = .path(log)
            question.workers = workers
            #expect(try UnitLogEvaluation.answer(question).rows == alone)
        }
    }

    @Test("Blank lines, quotes, CRLF and a byte order mark are no rows and no bad lines")
    func readsAnyCSV() throws {
        let world = World(seed: 13, rows: 200, visitors: nil, isMoney: false)
        let scratch = try ScratchDirectory()
        let plain = try UnitLogEvaluation.answer(
            Self.question(try scratch.write(Array(world.csv.utf8), to: "log.csv")))
        var lines = world.csv.split(separator: "\n").map(String.init)
        for index in lines.indices where index % 3 == 1 {
            lines[index] = lines[index].split(separator: ",").map { "\"\($0)\"" }.joined(separator: ",")
        }
        let text = "\u{FEFF}\r\n" + lines.joined(separator: "\r\n\r\n") + "\r\n\n\n"
        let other = try UnitLogEvaluation.answer(
            Self.question(try scratch.write(Array(text.utf8), to: "windows.csv")))
        #expect(other.rows == plain.rows)
        #expect(other.badLines.count == 0)
    }

    @Test("Rewards that are all alike have no error, and no p")
    func constantRewards() throws {
        for visitors in [nil, 20] {
            var world = World(seed: 14, rows: 200, visitors: visitors, isMoney: false)
            for index in world.rows.indices { world.rows[index].reward = 3.7 }
            let scratch = try ScratchDirectory()
            let answer = try UnitLogEvaluation.answer(
                Self.question(try scratch.write(Array(world.csv.utf8), to: "log.csv")))
            let snips = try #require(answer.rows.first { $0.policy == "new" && $0.estimator == "snips" })
            #expect(abs((snips.value ?? 0) - 3.7) < 1e-12)
            #expect(snips.error == 0)
            #expect(snips.differenceP == nil)
        }
    }
}
