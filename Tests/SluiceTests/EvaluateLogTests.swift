import Foundation
import TestSupport
import Testing

/// `sluice evaluate --log` as an analyst runs it.
@Suite struct EvaluateLogTests {
    private static let policy = "user,variant,probability\nu1,a,0.5\nu1,b,0.5\nu2,b,1\n"

    /// A log of 400 rows, of which a few have a reward.
    private static let log =
        "user,variant,reward,propensity\n"
        + (0..<400).map { row in
            "u\(row % 2 + 1),\(row % 3 == 0 ? "a" : "b"),\(row % 5 == 0 ? 1 : 0),\(row % 3 == 0 ? "0.333333" : "0.666667")\n"
        }.joined()

    private static func evaluate(
        log: String = EvaluateLogTests.log, policy: String = EvaluateLogTests.policy, _ words: [String] = [],
        named name: String = "log.csv"
    ) throws -> Binary.Result {
        let scratch = try ScratchDirectory()
        try scratch.write(log, to: name)
        try scratch.write(policy, to: "policy.csv")
        return try Binary.sluice(
            ["evaluate", "--log", name, "--policy", "new=policy.csv"] + words, in: scratch.path)
    }

    @Test("The table for people leads with the doubly robust estimate, the CSV has the contract's columns")
    func prints() throws {
        let table = try Self.evaluate()
        #expect(table.status == 0)
        let lines = table.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines.first { $0.first == "new" }?[1] == "dr")
        let csv = try Self.evaluate(["--csv"])
        #expect(csv.status == 0)
        let rows = csv.output.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        #expect(
            rows[0].joined(separator: ",")
                == "platform,slot,policy,estimator,value,se,ci_low,ci_high,se_days,difference,difference_se,difference_low,"
                + "difference_high,difference_p,relative,relative_se,visitors,days,rewarded,ess,max_weight,mean_weight,"
                + "mean_weight_z,weight_bound,reliable,unsupported,left_out,off_table,days_without_table")
        #expect(
            rows.dropFirst().map { "\($0[2]) \($0[3])" } == [
                "served ips", "served snips", "new ips", "new snips", "new dm", "new dr", "new sndr",
            ])
        #expect(rows.allSatisfy { $0.count == rows[0].count })
        #expect(rows[1][4] == "0.2" && rows[1][16] == "400")
    }

    @Test("Standard input is read as a file is, also when it is read twice")
    func readsStandardInput() throws {
        let scratch = try ScratchDirectory()
        try scratch.write(Self.log, to: "log.csv")
        try scratch.write(Self.policy, to: "policy.csv")
        for words in [[], ["--clip", "1.5"]] {
            let common = ["--policy", "new=policy.csv", "--csv"] + words
            let file = try Binary.sluice(["evaluate", "--log", "log.csv"] + common, in: scratch.path)
            let pipe = try Binary.sluice(["evaluate", "--log", "-"] + common, in: scratch.path, input: Self.log)
            #expect(file.status == 0 && pipe.status == 0)
            #expect(file.output == pipe.output)
        }
    }

    @Test(
        "What is wrong is said with the file, the line and what to do",
        arguments: [
            ("u1,a,0.5\nu1,b,0.6\nu2,b,1\n", [], "policy.csv:2: the probabilities of u1 add to 1.1"),
            ("u1,a,0.5\nu1,b,0.5\n", [], "log.csv:3: policy.csv has no rows for user=u2"),
            ("u1,a,1\nu1,a,0\nu2,b,1\n", [], "policy.csv:3: a second row of u1,a"),
            ("u1,a,half\nu2,b,1\n", [], "policy.csv:2: probability is 'half'"),
            ("u1,z,1\nu2,z,1\n", [], "new: it gives nothing to any variant that the log shows"),
            ("u1,a,1\nu2,b,1\n", ["--by", "colour"], "log.csv: no column 'colour'"),
            ("u1,a,1\nu2,b,1\n", ["--columns", "reward=sales"], "log.csv: no column 'sales' for reward"),
            ("u1,a,1\nu2,b,1\n", ["--slot", "hero"], "log.csv: no column slot"),
        ] as [(String, [String], String)])
    func refuses(rows: String, words: [String], message: String) throws {
        let result = try Self.evaluate(policy: "user,variant,probability\n" + rows, words)
        #expect(result.status == 65)
        #expect(result.errors.contains(message), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test("Rows that a policy has no key for can be left out for all, and are counted")
    func dropsMissing() throws {
        let result = try Self.evaluate(
            policy: "user,variant,probability\nu1,a,0.5\nu1,b,0.5\n", ["--missing", "drop", "--csv"])
        #expect(result.status == 0)
        #expect(result.errors.contains("200 rows left out"))
        for line in result.output.split(separator: "\n").dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            #expect(fields[16] == "200" && fields[26] == "200")
        }
    }

    @Test("A few bad lines are counted and shown, more than one in a hundred stop it")
    func badLines() throws {
        let few = try Self.evaluate(log: Self.log + "u1,a,1,0\nu1,b,x,0.5\nu1,b\n", ["--csv"])
        #expect(few.status == 0)
        #expect(few.errors.contains("3 bad lines left out: log.csv:402: a propensity of 0"))
        let many = try Self.evaluate(log: Self.log + String(repeating: "u1,a,1,50\n", count: 5), ["--csv"])
        #expect(many.status == 65)
        #expect(many.errors.contains("5 of 405 lines are bad") && many.errors.contains("log.csv:402"))
        #expect(many.errors.contains("is it in percent?"))
    }

    @Test("What nobody was shown is refused a figure's credit")
    func unreliable() throws {
        let rare = "user,variant,reward,propensity\n" + "u1,a,0,0.01\n" + String(repeating: "u1,b,1,0.99\n", count: 200)
        let policy = "variant,probability\na,1\n"
        let table = try Self.evaluate(log: rare, policy: policy)
        #expect(table.status == 0)
        #expect(table.output.contains("not reliable"))
        let csv = try Self.evaluate(log: rare, policy: policy, ["--csv"])
        #expect(csv.output.split(separator: "\n").filter { $0.hasPrefix(",,new") }.allSatisfy { $0.contains(",no,") })
    }

    @Test(
        "Words that make no sense end with exit 64",
        arguments: [
            ["--policy", "served=policy.csv"], ["--policy", "new=policy.csv"], ["--policy", "b"],
            ["--reference", "old"],
            ["--clip", "0.5"], ["--missing", "skip"], ["--columns", "price=p"], ["--confidence", "95"], ["--exact"],
        ])
    func usage(words: [String]) throws {
        let result = try Self.evaluate(words)
        #expect(result.status == 64, "\(result.errors)")
    }

    @Test("A log that cannot be read ends with exit 74, a policy that is not there with 65")
    func missingFiles() throws {
        let scratch = try ScratchDirectory()
        try scratch.write(Self.log, to: "log.csv")
        let noLog = try Binary.sluice(["evaluate", "--log", "none.csv", "--policy", "e=even"], in: scratch.path)
        #expect(noLog.status == 74)
        let noPolicy = try Binary.sluice(["evaluate", "--log", "log.csv", "--policy", "e=none.csv"], in: scratch.path)
        #expect(noPolicy.status == 65)
        try scratch.write("", to: "empty.csv")
        let empty = try Binary.sluice(["evaluate", "--log", "empty.csv", "--policy", "e=even"], in: scratch.path)
        #expect(empty.status == 65 && empty.errors.contains("empty.csv:1: the file is empty"))
    }

    @Test("A log of several experiments needs one to be chosen")
    func choosesExperiment() throws {
        let header =
            "visitor,date,platform,slot,segment,table,variant,exposure,views,clicks,purchases,click,purchase,revenue,"
            + "propensity,mixed\n"
        let rows = (0..<300).map { row in
            "v\(row),2026-11-20,web,\(row % 2 == 0 ? "hero" : "side"),*,2026-11-20,\(row % 4 < 2 ? "a" : "b"),"
                + "2026-11-20T10:00:00Z,1,1,0,\(row % 6 == 0 ? 1 : 0),0,\(row % 6 == 0 ? "12.5" : "0"),0.5,0\n"
        }
        let scratch = try ScratchDirectory()
        try scratch.write(header + rows.joined(), to: "units.csv")
        let common = ["evaluate", "--log", "units.csv", "--policy", "e=even", "--csv"]
        let both = try Binary.sluice(common, in: scratch.path)
        #expect(both.status == 65 && both.errors.contains("units.csv: several slots: hero, side"))
        let hero = try Binary.sluice(common + ["--slot", "hero"], in: scratch.path)
        #expect(hero.status == 0 && hero.errors.contains("the reward is click"))
        #expect(hero.output.contains(",,served,ips,0.333333333,"))
        let money = try Binary.sluice(common + ["--slot", "hero", "--reward", "revenue"], in: scratch.path)
        #expect(money.output.contains(",,served,ips,4.166666667,"))
    }
}
