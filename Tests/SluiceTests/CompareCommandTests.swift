import Foundation
import TestSupport
import Testing

/// `sluice compare` as it is typed: exits, messages that name file, line and remedy, and the forms of files.
@Suite struct CompareCommandTests {
    private static let experiment = """
        customer,action,outcome,propensity,age
        1,a,3,0.5,20
        2,b,4,0.5,30
        3,a,5,0.5,41
        4,b,7,0.5,52
        5,a,4,0.5,33
        6,b,6,0.5,24
        7,a,5,0.5,47
        8,b,5,0.5,55

        """
    private static let policies = "customer,old,new\n" + (1...8).map { "\($0),a,b\n" }.joined()

    private func run(
        experiment: String = CompareCommandTests.experiment, policies: String = CompareCommandTests.policies,
        _ words: String...
    ) throws -> Binary.Result {
        let directory = try ScratchDirectory()
        try directory.write(experiment, to: "e.csv")
        try directory.write(policies, to: "p.csv")
        return try Binary.sluice(
            ["compare", "--experiment", "e.csv", "--policies", "p.csv"] + words, in: directory.path)
    }

    private static func changed(_ old: String, _ new: String) -> String {
        experiment.replacingOccurrences(of: old, with: new)
    }

    @Test func theCSVHasItsColumns() throws {
        let result = try run("--csv")
        #expect(result.status == 0, "\(result.errors)")
        let lines = result.output.split(separator: "\n")
        #expect(
            lines.first == """
                policy,reference,method,difference,se,ci_low,ci_high,p,p_holm,se_population,effect,customers,disagree,\
                share_disagree,used_policy,used_reference,strata,fallback_strata,unsupported_share,placebo,placebo_se,placebo_p
                """)
        #expect(lines.count == 3)
        #expect(lines[1].hasPrefix("old,new,means,-1.25,"))
        #expect(lines[2].hasPrefix("old,new,lin,"))
        #expect(result.errors.isEmpty)
    }

    @Test func peopleAreToldWhoIsBetter() throws {
        let result = try run()
        #expect(result.status == 0)
        #expect(
            result.output.contains("old against new: they disagree about 8 customers (100.00 %)"), "\(result.output)")
        #expect(result.output.contains("no difference is shown"))
    }

    @Test(arguments: [
        (changed("1,a,3,", "1,a,three,"), "e.csv:2: outcome is 'three', expected a number"),
        (changed("3,a,5,0.5", "3,a,5,0"), "e.csv:4: propensity is '0', expected the probability"),
        (changed("3,a,5,0.5", "3,a,5,1.1"), "e.csv:4: propensity is '1.1'"),
        (changed("8,b,5", "3,b,5"), "e.csv:9: customer '3' stands on line 4 already; keep one"),
        (changed("4,b,7", "44,b,7"), "e.csv:5: customer '44' is not in p.csv; add"),
        (changed("4,b,7,0.5,52", "4,b,7,0.5,"), "e.csv:5: covariate age is empty; fill it in, put the column's mean"),
        (changed("4,b,7,0.5,52", "4,b,7,0.5"), "e.csv:5: 4 fields where the header has 5"),
        (changed("4,b,7,0.5,52", "4,b,7,0.5,52,1"), "e.csv:5: 6 fields where the header has 5"),
        (changed("4,b,7", "\"4\"x,b,7"), "e.csv:5: text after a closing double quote"),
        (changed("4,b,7", ",b,7"), "e.csv:5: the customer is empty"),
        (changed("4,b,7", "4,,7"), "e.csv:5: the action is empty"),
        (changed(",outcome,", ",income,"), "e.csv:1: no column 'outcome' among"),
        (changed(",propensity,", ",p,"), "e.csv:1: no column 'propensity' among"),
        ("", "e.csv: the file is empty"), ("customer,action,outcome,propensity\n", "e.csv: no customer"),
    ])
    func wrongExperimentsAreNamed(experiment: String, message: String) throws {
        let result = try run(experiment: experiment, "--csv")
        #expect(result.status == 65)
        #expect(result.errors.contains(message), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test(arguments: [
        (policies.replacingOccurrences(of: "5,a,b", with: "5,a,"), "p.csv:6: 'new' has no action; name the one"),
        (policies + "5,a,a\n", "p.csv:10: customer '5' stands on line 6 already"),
        ("customer,old\n1,a\n", "p.csv: only the policy 'old'; two are needed"),
        ("name,old,new\n1,a,b\n", "p.csv:1: no column 'customer'"),
        ("customer,old,old\n", "p.csv:1: two columns are called"),
        (
            "customer,policy,action\n" + (1...8).map { "\($0),old,a\n\($0),new,b\n" }.joined() + "2,new,a\n",
            "p.csv:18: customer '2' has an action of 'new' already"
        ),
        (
            "customer,policy,action\n" + (1...8).map { "\($0),old,a\n" }.joined() + "2,new,a\n",
            "e.csv:2: customer '1' has no action of the policy 'new' in p.csv; add the row"
        ),
    ])
    func wrongPoliciesAreNamed(policies: String, message: String) throws {
        let result = try run(policies: policies)
        #expect(result.status == 65)
        #expect(result.errors.contains(message), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test(arguments: [
        (["--method", "mean"], "did you mean 'means'?"), (["--design", "abc"], "it is rba"),
        (["--propensity", "a=0.7,b=0.4"], "adds up to 1.1"), (["--propensity", "a=0.7,b"], "write NAME=P"),
        (["--shares", "old=0.5,new=0.5"], "--shares is of a design by policy"),
        (["--missing", "zero"], "it can only be mean"),
        (["--confidence", "95"], "between 0 and 1"), (["--exact"], "goes with --csv"),
        (["--sd", "1"], "goes with --calculate"),
        (["--calculate", "--sd", "1", "--disagree", "1", "--effect", "1"], "reads no files"),
    ])
    func wrongWordsAreUsageErrors(words: [String], hint: String) throws {
        let directory = try ScratchDirectory()
        try directory.write(Self.experiment, to: "e.csv")
        try directory.write(Self.policies, to: "p.csv")
        let result = try Binary.sluice(
            ["compare", "--experiment", "e.csv", "--policies", "p.csv"] + words, in: directory.path)
        #expect(result.status == 64)
        #expect(result.errors.contains(hint), "\(result.errors)")
    }

    @Test func filesThatCannotBeReadAreExit74() throws {
        let directory = try ScratchDirectory()
        try directory.write(Self.policies, to: "p.csv")
        let missing = try Binary.sluice(
            ["compare", "--experiment", "no.csv", "--policies", "p.csv"], in: directory.path)
        #expect(missing.status == 74)
        #expect(missing.errors.contains("no.csv"))
        try directory.write(Data([0x1F, 0x8B, 8, 0, 0]), to: "cut.csv.gz")
        let cut = try Binary.sluice(
            ["compare", "--experiment", "cut.csv.gz", "--policies", "p.csv"], in: directory.path)
        #expect(cut.status == 74)
        #expect(cut.errors.contains("ends early"), "\(cut.errors)")
    }

    @Test func actionsOutsideThePropensitiesAreRefused() throws {
        let known = try run("--propensity", "a=0.5,b=0.5", "--csv")
        #expect(known.status == 0)
        #expect(known.errors.contains("propensity is not used"), "\(known.errors)")
        let unknown = try run(experiment: Self.changed("4,b,7", "4,z,7"), "--propensity", "a=0.5,b=0.5")
        #expect(unknown.status == 65)
        #expect(unknown.errors.contains("e.csv:5: action 'z' is not in --propensity"), "\(unknown.errors)")
        let chosen = try run("--propensity", "a=0.5,c=0.5")
        #expect(chosen.status == 65)
        #expect(chosen.errors.contains("p.csv: action 'b' is not in --propensity"), "\(chosen.errors)")
    }

    @Test func nonComplianceIsRefusedOrCounted() throws {
        var text = "customer,action,outcome,assigned_policy\n"
        for customer in 1...8 { text += "\(customer),\(customer % 2 == 0 ? "b,5,new" : "a,\(customer),old")\n" }
        #expect(try run(experiment: text, "--csv").status == 0)
        let wrong = text.replacingOccurrences(of: "4,b,5,new", with: "4,a,5,new")
        let refused = try run(experiment: wrong)
        #expect(refused.status == 65)
        #expect(
            refused.errors.contains("e.csv:5: customer '4' got 'a', not what the policy 'new' chooses"),
            "\(refused.errors)")
        let dropped = try run(experiment: wrong, "--non-compliance", "drop", "--csv")
        #expect(dropped.status == 0)
        #expect(dropped.errors.contains("1 customer got another action than their policy's"), "\(dropped.errors)")
        #expect(dropped.output.contains(",7,7,1,"), "\(dropped.output)")
        let stranger = try run(experiment: text.replacingOccurrences(of: "4,b,5,new", with: "4,b,5,newest"))
        #expect(
            stranger.errors.contains("e.csv:5: assigned_policy is 'newest', which is not in p.csv"),
            "\(stranger.errors)")
    }

    @Test func textColumnsAndTheirLimit() throws {
        var text = "customer,action,outcome,propensity,region,note\n"
        var policies = "customer,old,new\n"
        for customer in 1...120 {
            text +=
                "\(customer),\(customer % 2 == 0 ? "a" : "b"),\(customer % 7),0.5,\(["n", "s"][customer / 3 % 2]),t\(customer)\n"
            policies += "\(customer),a,b\n"
        }
        let result = try run(experiment: text, policies: policies)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("covariates: region=s"), "\(result.output)")
        #expect(result.output.contains("covariate note is text ('t1' on line 2) with more than 50 values: left out"))
        let named = try run(experiment: text, policies: policies, "--covariates", "note")
        #expect(named.status == 65)
        #expect(named.errors.contains("leave it out of --covariates"), "\(named.errors)")
    }

    /// A text late in a column of numbers is met while the rows are being counted already.
    @Test func aLateTextMakesAColumnText() throws {
        var text = "customer,action,outcome,propensity,grade\n"
        var policies = "customer,old,new\n"
        for customer in 1...40_000 {
            let grade = customer == 39_000 ? "none" : "\(customer % 3)"
            text += "\(customer),\(customer % 2 == 0 ? "a" : "b"),\(customer % 7),0.5,\(grade)\n"
            policies += "\(customer),a,b\n"
        }
        let result = try run(experiment: text, policies: policies)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("covariates: grade=1, grade=2, grade=none"), "\(result.output.prefix(200))")
        let again = try run(experiment: text + "77,a,1,0.5,2\n", policies: policies)
        #expect(again.errors.contains("e.csv:40002: customer '77' stands on line 78 already"), "\(again.errors)")
    }

    @Test func standardInputCompressionAndOrderChangeNothing() throws {
        let directory = try ScratchDirectory()
        try directory.write("\u{FEFF}" + Self.experiment.replacingOccurrences(of: "\n", with: "\r\n"), to: "e.csv")
        try directory.write(Self.policies, to: "p.csv")
        let long =
            "customer,policy,action\n" + (1...8).reversed().map { "\($0),old,a\n" }.joined()
            + (1...8).map { "\($0),new,b\n" }.joined()
        try directory.write(long, to: "long.csv")
        let plain = try Binary.sluice(
            ["compare", "--experiment", "e.csv", "--policies", "p.csv", "--csv"], in: directory.path)
        #expect(plain.status == 0, "\(plain.errors)")
        let piped = try Binary.sluice(
            ["compare", "--experiment", "-", "--policies", "long.csv", "--csv"], in: directory.path,
            input: Self.experiment)
        #expect(piped.output == plain.output, "\(piped.errors)")
        for words in [["gzip", "-k", "e.csv"], ["zstd", "-q", "-k", "e.csv"]] {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = words
            process.currentDirectoryURL = URL(fileURLWithPath: directory.path)
            try process.run()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else { continue }
            let file = words[0] == "gzip" ? "e.csv.gz" : "e.csv.zst"
            let packed = try Binary.sluice(
                ["compare", "--experiment", file, "--policies", "p.csv", "--csv"], in: directory.path)
            #expect(packed.output == plain.output, "\(packed.errors)")
        }
    }

    @Test func theCalculatorSpeaksBothForms() throws {
        let directory = try ScratchDirectory()
        let words = ["compare", "--calculate", "--sd", "1", "--disagree", "0.2", "--effect", "0.1"]
        let csv = try Binary.sluice(words + ["--csv", "--odds", "0.3,0.6"], in: directory.path)
        #expect(
            csv.output == """
                design,customers,power,ratio
                conventional,78489,0.8,1
                rbp,15698,0.8,0.2
                rba,15698,0.8,0.2
                bandit,19623,0.8,0.25

                """)
        let text = try Binary.sluice(words, in: directory.path)
        #expect(text.output.contains("78,489"), "\(text.output)")
        for missing in [
            ["--sd", "1", "--disagree", "0.2"], ["--sd", "1", "--effect", "1"], ["--disagree", "1", "--effect", "1"],
        ] {
            #expect(try Binary.sluice(["compare", "--calculate"] + missing, in: directory.path).status == 64)
        }
    }
}
