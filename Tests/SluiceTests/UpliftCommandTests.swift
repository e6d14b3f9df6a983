import Foundation
import TestSupport
import Testing

/// `sluice uplift` as it is typed: exits, messages that name file, line and remedy, the forms of files, and nothing written on a refusal.
@Suite struct UpliftCommandTests {
    /// Sixty customers with scores of two messages, and their outcomes.
    private static let scores =
        "customer,message,uplift,baseline\n"
        + (0..<60).map { "c\($0),a,\(Double($0 % 13) / 100),0.2\nc\($0),b,\(Double($0 % 7) / 100),0.2\n" }.joined()
    private static let outcomes =
        "customer,message,outcome,propensity\n"
        + (0..<60).map { "c\($0),\(["a", "b", "control"][$0 % 3]),\($0 % 2),0.333333\n" }.joined()

    private func run(
        scores: String = UpliftCommandTests.scores, outcomes: String = UpliftCommandTests.outcomes,
        _ words: [String] = []
    ) throws -> (result: Binary.Result, directory: ScratchDirectory) {
        let directory = try ScratchDirectory()
        try directory.write(scores, to: "s.csv")
        try directory.write(outcomes, to: "o.csv")
        let result = try Binary.sluice(
            ["uplift", "--scores", "s.csv", "--outcomes", "o.csv", "--output", "out"] + words, in: directory.path)
        return (result, directory)
    }

    @Test func everyFileIsWritten() throws {
        let (result, directory) = try run(["--decide", "--bands", "--bins", "5"])
        #expect(result.status == 0 && result.output.isEmpty, "\(result.errors)")
        let files = try directory.files(below: "out").keys.sorted()
        #expect(
            files == [
                "bands.csv", "bands.json", "curve.csv", "deciles.csv", "decisions.csv", "policy.csv", "uplift.csv",
                "uplift.html",
            ])
        #expect(try directory.text("out/decisions.csv").hasPrefix("customer,message,reason,value,cost,band\nc0,"))
        #expect(try directory.text("out/bands.csv").hasPrefix("customer,segment\nc0,"))
        let again = try run(["--decide", "--bands", "--bins", "5", "--workers", "1"]).directory
        for file in files { #expect(try directory.text("out/" + file) == again.text("out/" + file)) }
    }

    @Test func filesOfAnEarlierRunAreNamed() throws {
        let (first, directory) = try run(["--decide", "--bands", "--bins", "5"])
        #expect(first.status == 0 && !first.errors.contains("earlier run"), "\(first.errors)")
        let words = ["uplift", "--scores", "s.csv", "--outcomes", "o.csv", "--output", "out", "--bins", "5", "--quiet"]
        let bands = try Binary.sluice(words + ["--bands"], in: directory.path)
        #expect(bands.errors.contains("out: decisions.csv, policy.csv are of an earlier run"), "\(bands.errors)")
        try directory.remove("out/policy.csv")
        let decisions = try Binary.sluice(words + ["--bands"], in: directory.path)
        #expect(decisions.errors.contains("out: decisions.csv is of an earlier run"), "\(decisions.errors)")
        let all = try Binary.sluice(words + ["--bands", "--decide"], in: directory.path)
        #expect(all.status == 0 && !all.errors.contains("earlier run"), "\(all.errors)")
    }

    private static func changed(_ text: String, _ old: String, _ new: String) -> String {
        text.replacingOccurrences(of: old, with: new)
    }

    @Test(
        arguments: [
            (
                scores, changed(outcomes, "c7,b,1,0.333333", "c7,b,1,33"), 65,
                "o.csv:9: a propensity over 1; is it in percent?"
            ),
            (scores, changed(outcomes, "c7,b,1,0.333333", "c7,b,1,0"), 65, "o.csv:9: a propensity of 0 or less"),
            (scores, outcomes + "c7,a,1,0.5\n", 65, "o.csv:62: a second row without a wave of customer 'c7'"),
            (scores + "c7,a,0.3,0.2\n", outcomes, 65, "s.csv:122: a second score of customer 'c7' for message 'a'"),
            (
                changed(scores, "c7,b,0.0,0.2", "c7,b,0.0,0.3"), outcomes, 65,
                "s.csv:17: a second baseline of customer 'c7'"
            ),
            (changed(scores, "uplift,", "lift,"), outcomes, 65, "s.csv:1: no column 'uplift'"),
            (
                scores, changed(outcomes, "outcome,propensity", "outcome,outcome"), 65,
                "o.csv:1: columns 3 and 4 are both called 'outcome'; rename one"
            ),
            (changed(scores, ",b,", ",=b,"), outcomes, 65, "s.csv: message '=b' would be run as a formula"),
            (changed(scores, ",0.2\n", ",1,234\n"), outcomes, 65, "not as many fields as the header"),
            (changed(scores, "c1,a,0.01,", "c1,a,nan,"), outcomes, 0, "s.csv:4: uplift is 'nan', no number"),
            (changed(scores, ",a,0", ",a,x"), outcomes, 65, "uplift is 'x"),
            ("", outcomes, 65, "the file is empty"),
            (
                scores, "customer,message,outcome\nc1,a,1\n", 64,
                "o.csv:2: no propensity of 'a': add the column propensity"
            ),
            (scores, changed(outcomes, "control", "nothing"), 66, "--control"),
            (scores, changed(outcomes, "c", "d"), 65, "no column 'customer'"),
            (changed(scores, ",b,", ",none,"), outcomes, 64, "a message is called 'none'"),
        ] as [(String, String, Int32, String)])
    func faults(_ fault: (scores: String, outcomes: String, status: Int32, words: String)) throws {
        let (result, directory) = try run(scores: fault.scores, outcomes: fault.outcomes)
        #expect(result.status == fault.status, "\(result.errors)")
        #expect(result.errors.contains(fault.words), "\(result.errors)")
        #expect(directory.exists("out") == (fault.status == 0))
    }

    @Test(arguments: [
        (["--message", "c"], "--message c: s.csv has no scores of it; it has a, b"),
        (["--bins", "61"], "cannot be cut into 61 bins; give --bins 2"),
        (["--message", "control"], "means customers without a message"),
        (["--cost", "a=-1", "--decide"], "is negative"),
        (["--cost", "a=1,mial=2", "--decide"], "--cost mial: s.csv has no scores of it; it has a, b"),
        (["--value", "3"], "goes with --decide"),
        (["--shares", "a=0.5,b=0.6"], "adds up to"),
        (["--level", "1"], "--level is '1'"),
    ])
    func wrongCommandLines(_ words: [String], _ text: String) throws {
        let (result, directory) = try run(words)
        #expect(result.status == 64 && result.errors.contains(text), "\(result.errors)")
        #expect(!directory.exists("out"))
    }

    /// A message that nobody was sent yet stops no other, and no policy that does without it.
    @Test(arguments: [1, 60])
    func messagesNobodyWasSent(_ scored: Int) throws {
        let scores = Self.scores + (0..<scored).map { "c\($0),z,-0.1,0.2\n" }.joined()
        let (result, directory) = try run(scores: scores, ["--decide", "--bins", "5"])
        #expect(result.status == 0, "\(result.errors)")
        let policies = try directory.text("out/policy.csv")
        for policy in ["rule", "none", "all:a", "all:b"] {
            let row = policies.split(separator: "\n").first { $0.hasPrefix(policy + ",dr") } ?? ""
            #expect(row.split(separator: ",").count == 6, "\(policies)")
        }
        if scored == 1 {
            #expect(
                result.errors.contains("'z': no outcome of it, and 0 of control with its scores: left out"),
                "\(result.errors)")
        } else {
            #expect(policies.contains("all:z,dr,,,,"), "\(policies)")
        }
    }

    /// Each bin is added up by itself: equal scores have equal means, and one far away takes no digits from the others.
    @Test func meansOfBinsAreTheirOwn() throws {
        let scores =
            "customer,message,uplift,baseline\n"
            + (0..<600).map { "c\($0),a,\($0 == 0 ? 1e14 : $0 < 300 ? 0.3 : -0.1),0.2\n" }.joined()
        let outcomes =
            "customer,message,outcome,propensity\n"
            + (0..<600).map { "c\($0),\(["a", "control"][$0 % 2]),\($0 % 3 == 0 ? 1 : 0),0.5\n" }.joined()
        let (result, directory) = try run(scores: scores, outcomes: outcomes, ["--bins", "7"])
        #expect(result.status == 0, "\(result.errors)")
        let rows = try directory.text("out/deciles.csv").split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        let column = try #require(rows[0].firstIndex(of: "mean_score"))
        #expect(rows.dropFirst().map { String($0[column]) }[1...2] == ["0.3", "0.3"])
        #expect(rows.dropFirst().map { String($0[column]) }[4...6] == ["-0.1", "-0.1", "-0.1"])
    }

    @Test func anotherProgramsWaveRecordStopsNothing() throws {
        let (_, directory) = try run(["--bins", "5"])
        try directory.write("{}", to: "wave.json")
        let words = ["uplift", "--scores", "s.csv", "--outcomes", "o.csv", "--output", "out", "--bins", "5"]
        let beside = try Binary.sluice(words, in: directory.path)
        #expect(
            beside.status == 0 && beside.errors.contains("wave.json is no wave.json of `sluice wave`"),
            "\(beside.errors)")
        let given = try Binary.sluice(words + ["--wave-from", "wave.json"], in: directory.path)
        #expect(given.status == 65, "\(given.errors)")
    }

    @Test func messagesWithoutACostAreSaid() throws {
        let text = "'b': no cost is given, so that it counts as free; give --cost b=MONEY"
        for (cost, isSaid) in [(["--cost", "a=0.01"], true), (["--cost", "a=0.01,b=0"], false), ([], false)] {
            let (result, _) = try run(["--decide"] + cost)
            #expect(result.status == 0 && result.errors.contains(text) == isSaid, "\(result.errors)")
        }
        let costly = Self.changed(Self.scores, ",0.2\n", ",0.2,0.01\n")
        let (result, _) = try run(scores: Self.changed(costly, "baseline\n", "baseline,cost\n"), ["--decide"])
        #expect(result.status == 0 && !result.errors.contains("no cost is given"), "\(result.errors)")
    }

    @Test func rejectedLinesAreCountedAndNamedBelowOnePercent() throws {
        let many =
            "customer,message,outcome,propensity\n"
            + (0..<600).map { "d\($0),\(["a", "control"][$0 % 2]),\($0 % 3 == 0 ? 1 : 0),0.5\n" }.joined()
        let scores =
            "baseline,customer,uplift,message,unknown\n" + (0..<600).map { "0.1,d\($0),0.\($0),a,x\n" }.joined()
            + "0.1,d600,,a,x\n0.1,d601,NaN,a,x\n0.1,d700,0.5,a,x\n"
        let (result, _) = try run(scores: "\u{FEFF}" + scores, outcomes: many + "stranger,a,1,0.5\nd1x,none,0,0.5\n")
        #expect(result.status == 0, "\(result.errors)")
        for words in [
            "s.csv: 2 lines rejected and left out: s.csv:602: uplift is '', no number (2 lines)",
            "2 outcomes of customers without a score left out, such as 'stranger', 'd1x'",
            "1 customer with scores and without an outcome, such as 'd700'", "1 row of 'none'",
        ] {
            #expect(result.errors.contains(words), "\(words): \(result.errors)")
        }
    }

    @Test func propensitiesComeFromSharesWhereRowsHaveNone() throws {
        let without = Self.changed(Self.outcomes, ",0.333333\n", ",\n")
        let (result, directory) = try run(outcomes: without, ["--shares", "a=0.333333,b=0.333333,control=0.333334"])
        #expect(result.status == 0, "\(result.errors)")
        let stated = try run().directory
        #expect(try directory.text("out/deciles.csv") == stated.text("out/deciles.csv"))
    }

    @Test func namesOfAnyBytesStayAsTheyAre() throws {
        func row(_ name: String, _ rest: String) -> String { "\"\(name)\",\(rest)\n" }
        let names = (0..<40).map { ["=1+\($0)", "a \($0)", "00\($0)", "\($0)", "q\"\"\($0)", "k,\($0)"][$0 % 6] }
        let scores = "customer,message,uplift,baseline\n" + names.enumerated().map { row($1, "m,\($0),0") }.joined()
        let outcomes =
            "customer,message,outcome,propensity\n"
            + names.enumerated().map { row($1, "\($0 % 2 == 0 ? "m" : "control"),\($0 % 4 / 2),0.5") }.joined()
        let (result, directory) = try run(scores: scores, outcomes: outcomes, ["--decide", "--release-control"])
        #expect(result.status == 0, "\(result.errors)")
        let decisions = try directory.text("out/decisions.csv")
        #expect(decisions.split(separator: "\n").count == 41)
        #expect(decisions.contains("\n\"k,5\",") && decisions.contains("\n\"q\"\"4\",") && decisions.contains("\n002,"))
    }

    @Test func streamsAndArchivesAreRead() throws {
        let directory = try ScratchDirectory()
        try directory.write(Self.outcomes, to: "o.csv")
        let result = try Binary.sluice(
            ["uplift", "--scores", "-", "--outcomes", "o.csv", "--output", "out", "--bins", "3"], in: directory.path,
            input: Self.scores)
        #expect(result.status == 0, "\(result.errors)")
        let plain = try run(["--bins", "3"]).directory
        #expect(try directory.text("out/uplift.csv") == plain.text("out/uplift.csv"))
    }

    @Test func scoresThatDidNotDrawTheWaveAreWarnedOf() throws {
        let directory = try ScratchDirectory()
        try directory.write(Self.scores, to: "s.csv")
        let wave = try Binary.sluice(
            [
                "wave", "--scores", "s.csv", "--campaign", "c", "--wave", "1", "--control", "0.3", "--explore", "0.5",
                "--size",
                "1", "--output", "w",
            ], in: directory.path)
        #expect(wave.status == 0, "\(wave.errors)")
        let rows = try directory.text("w/decisions.csv").split(separator: "\n").dropFirst().enumerated().map {
            number, row in
            "\(row),\(number % 2)\n"
        }
        try directory.write("customer,message,reason,propensity,wave,outcome\n" + rows.joined(), to: "w/o.csv")
        let words = ["uplift", "--scores", "s.csv", "--outcomes", "w/o.csv", "--output", "out", "--bins", "2"]
        let same = try Binary.sluice(words, in: directory.path)
        #expect(same.status == 0 && !same.errors.contains("is not the file of scores"), "\(same.errors)")
        try directory.write(Self.scores + "c99,a,0.1,0.2\n", to: "s.csv")
        let other = try Binary.sluice(words, in: directory.path)
        #expect(
            other.status == 0 && other.errors.contains("s.csv is not the file of scores that drew wave 1 of c"),
            "\(other.errors)")
    }
}
