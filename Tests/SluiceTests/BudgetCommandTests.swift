import Foundation
import TestExpectations
import TestSupport
import Testing

/// `sluice budget` as a marketer runs it.
@Suite struct BudgetCommandTests {
    private static let options = """
        customer,option,value,cost
        anna,mail,1.5,0.10
        anna,call,4,2.50
        bob,mail,0.8,0.10
        bob,call,6,2.50
        carl,mail,-0.2,0.10

        """

    private static func run(
        _ options: String = BudgetCommandTests.options, _ words: [String] = ["--budget", "3"], groups: String? = nil,
        input: String = "", in scratch: ScratchDirectory? = nil
    ) throws -> (result: Binary.Result, scratch: ScratchDirectory) {
        let scratch = try scratch ?? ScratchDirectory()
        try scratch.write(options, to: "options.csv")
        if let groups { try scratch.write(groups, to: "groups.csv") }
        let options = words.contains("--options") ? [] : ["--options", "options.csv"]
        let result = try Binary.sluice(
            ["budget"] + options + ["--output", "out"] + words, in: scratch.path, input: input)
        return (result, scratch)
    }

    @Test("Decisions, result, curve and page are written, and nothing goes to standard output")
    func writes() throws {
        let (result, scratch) = try Self.run()
        #expect(result.status == 0 && result.output.isEmpty)
        #expect(
            try scratch.text("out/decisions.csv")
                == "customer,message,reason,value,cost\nanna,mail,budget,1.5,0.1\nbob,call,best,6,2.5\ncarl,none,best,0,0\n"
        )
        let json = try #require(
            JSONSerialization.jsonObject(with: Data(scratch.text("out/budget.json").utf8)) as? [String: Any])
        #expect(json["spent"] as? Double == 2.6 && json["value"] as? Double == 7.5 && json["contacted"] as? Int == 2)
        #expect(json["bound"] as? Double == 7.916666667 && json["shadow_price"] as? Double == 1.041666667)
        #expect(json["method"] as? String == "walk" && json["customers"] as? Int == 3)
        let curve = try scratch.text("out/curve.csv").split(separator: "\n")
        #expect(curve[0] == "budget,value,bound,shadow_price,contacted" && curve.count == 21)
        #expect(curve[20] == "5,10,10,0,2")
        #expect(try scratch.text("out/budget.html").contains("A budget of 3"))
        #expect(try scratch.files(below: "out").count == 4)
    }

    @Test("Columns in any order, a byte order mark, carriage returns, quotes, compression and pipes make no difference")
    func layouts() throws {
        let plain = try Self.run().scratch.text("out/decisions.csv")
        let other =
            "\u{FEFF}cost,note,option,customer,value\r\n"
            + "0.10,,mail,anna,1.5\r\n2.50,\"a, b\",call,anna,4\r\n1e-1,\"\",\"mail\",bob,.8\r\n2.50,,call,\"bob\",6.000\r\n\r\n"
            + "0.10,x,mail,carl,-2e-1\r\n"
        #expect(try Self.run(other).scratch.text("out/decisions.csv") == plain)
        let scratch = try ScratchDirectory()
        for tool in ["gzip", "zstd"] {
            try scratch.write(Self.options, to: "o.csv")
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = [tool, "-q", "-k", "-f", "o.csv"]
            process.currentDirectoryURL = URL(fileURLWithPath: scratch.path)
            try process.run()
            process.waitUntilExit()
            // Not every machine has zstd's program.
            guard process.terminationStatus == 0 else { continue }
            let name = tool == "gzip" ? "o.csv.gz" : "o.csv.zst"
            _ = try Self.run(Self.options, ["--budget", "3", "--options", name], in: scratch)
            #expect(try scratch.text("out/decisions.csv") == plain)
        }
        let piped = try Self.run(Self.options, ["--budget", "3", "--options", "-"], input: other)
        #expect(piped.result.status == 0)
        #expect(try piped.scratch.text("out/decisions.csv") == plain)
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        var name: String
        var line: String = ""
        var words: [String] = ["--budget", "3"]
        var groups: String?
        var options: String?
        var status: Int32 = 65
        /// What the message must say.
        var says: [String]

        var testDescription: String { name }
    }

    private static let grouped = "customer,option,value,cost,group\na,x,1,1,north\nb,x,1,1,south\n"

    private static let faults: [Fault] = [
        Fault(name: "negative cost", line: "dora,mail,1,-0.10", says: ["options.csv:7:", "negative"]),
        Fault(
            name: "cost finer than the unit", line: "dora,mail,1,0.105", says: ["options.csv:7:", "0.105", "--unit"]),
        Fault(
            name: "value finer than 1e-9", line: "dora,mail,0.1234567891,1", says: ["options.csv:7:", "nine decimals"]),
        Fault(name: "too large a value", line: "dora,mail,99999999999,1", says: ["options.csv:7:", "64 bits"]),
        Fault(name: "too large a cost", line: "dora,mail,1,1e30", says: ["options.csv:7:", "64 bits"]),
        Fault(name: "second option", line: "anna,mail,1,1", says: ["options.csv:7:", "'anna'", "'mail'"]),
        Fault(name: "an option that is a formula", line: "dora,=1+1,1,1", says: ["options.csv:7:", "formula"]),
        Fault(name: "over 1 % rejected", line: "dora,mail,nan,1", says: ["1 of 6 lines", "options.csv:7:", "value"]),
        Fault(
            name: "thousands in quotes", line: "dora,mail,1,\"1,234.50\"",
            says: ["commas between thousands", "1234.50"]),
        Fault(name: "thousands without quotes", line: "dora,mail,1,1,234.50", says: ["commas between thousands"]),
        Fault(name: "empty cost", line: "dora,mail,1,", says: ["a cost that is no number, or empty"]),
        Fault(name: "infinite value", line: "dora,mail,inf,1", says: ["a value that is no number"]),
        Fault(name: "hexadecimal", line: "dora,mail,0x10,1", says: ["a value that is no number"]),
        Fault(name: "no customer", line: ",mail,1,1", says: ["no customer"]),
        Fault(name: "no option", line: "dora,,1,1", says: ["no option"]),
        Fault(name: "open quote", line: "\"dora,mail,1,1", says: ["quotes"]),
        Fault(
            name: "no cost column", options: "customer,option,value\na,b,1\n",
            says: ["no column 'cost'", "customer,option,value"]),
        Fault(
            name: "a column twice", options: "customer,option,value,cost,cost\na,b,1,1,1\n", says: ["'cost'", "rename"]),
        Fault(name: "empty file", options: "", says: ["empty"]),
        Fault(name: "header alone", options: "customer,option,value,cost\n", status: 66, says: ["no customer"]),
        Fault(name: "no budget", words: [], status: 64, says: ["--budget"]),
        Fault(
            name: "budget with thousands", words: ["--budget", "1,000"], status: 64, says: ["1,000", "without commas"]),
        Fault(name: "negative budget", words: ["--budget=-1"], status: 64, says: ["'-1'"]),
        Fault(name: "budget finer than the unit", words: ["--budget", "1.005"], says: ["1.005", "unit 0.01"]),
        Fault(name: "unit", words: ["--budget", "3", "--unit", "0"], status: 64, says: ["--unit"]),
        Fault(name: "one point", words: ["--budget", "3", "--curve", "1"], status: 64, says: ["--curve"]),
        Fault(name: "both methods", words: ["--budget", "3", "--exact", "--greedy"], status: 64, says: ["--exact"]),
        Fault(name: "little memory", words: ["--budget", "3", "--memory", "1M"], status: 64, says: ["--memory"]),
        Fault(
            name: "exact beyond memory", line: "dora,mail,1,9999999.99",
            words: ["--budget", "99999999", "--exact", "--memory", "64M"], status: 64, says: ["--exact", "MiB"]),
        Fault(
            name: "infeasible", words: ["--budget", "2", "--must-assign", "--unit", "0.05"],
            options: "customer,option,value,cost\na,x,1,1\nb,x,1,1.50\n", status: 70, says: ["2.5", "2;"]),
        Fault(
            name: "infeasible group", words: ["--must-assign", "--group-budgets", "groups.csv"],
            groups: "group,budget\nnorth,0.5\nsouth,9\n", options: grouped, status: 70, says: ["'north'", "at least 1"]),
        Fault(
            name: "infeasible cap", words: ["--must-assign", "--group-budgets", "groups.csv", "--budget", "1"],
            groups: "group,budget\nnorth,5\nsouth,9\n", options: grouped, status: 70,
            says: ["all groups", "at least 2"]),
        Fault(
            name: "group without a budget", words: ["--group-budgets", "groups.csv"], groups: "group,budget\nnorth,5\n",
            options: grouped, status: 78, says: ["groups.csv", "'south'"]),
        Fault(
            name: "group without a customer", words: ["--group-budgets", "groups.csv"],
            groups: "group,budget\nnorth,5\nsouth,5\nwest,1\n", options: grouped, status: 78,
            says: ["groups.csv", "'west'"]),
        Fault(
            name: "customer without a group", words: ["--group-budgets", "groups.csv"],
            groups: "group,budget\nnorth,5\nsouth,5\n", options: grouped + "c,x,1,1,\n", status: 78,
            says: ["without a group"]),
        Fault(
            name: "customer in two groups", words: ["--group-budgets", "groups.csv"],
            groups: "group,budget\nnorth,5\nsouth,5\n", options: grouped + "a,y,1,1,south\n",
            says: ["options.csv:4:", "'a'", "'north' and 'south'"]),
        Fault(
            name: "negative group budget", words: ["--group-budgets", "groups.csv"], groups: "group,budget\nnorth,-5\n",
            options: grouped, says: ["groups.csv:2:", "negative"]),
        Fault(
            name: "group budget finer than the unit", words: ["--group-budgets", "groups.csv"],
            groups: "group,budget\nnorth,5.001\n", options: grouped, says: ["groups.csv:2:", "finer"]),
        Fault(
            name: "group twice", words: ["--group-budgets", "groups.csv"], groups: "group,budget\nnorth,5\nnorth,6\n",
            options: grouped, says: ["groups.csv:3:", "line 2"]),
        Fault(
            name: "no group column", words: ["--group-budgets", "groups.csv"], groups: "group,budget\nnorth,5\n",
            says: ["no column 'group'"]),
        Fault(
            name: "exact under a cap", words: ["--group-budgets", "groups.csv", "--budget", "1", "--exact"],
            groups: "group,budget\nnorth,5\nsouth,5\n", options: grouped, status: 64, says: ["--exact"]),
        Fault(
            name: "no such file", words: ["--budget", "3", "--options", "nowhere.csv"], status: 74,
            says: ["nowhere.csv"]),
    ]

    @Test("Each fault has its exit code, says where it is and what to do, and nothing is written", arguments: faults)
    func refuses(fault: Fault) throws {
        let options = (fault.options ?? Self.options) + (fault.line.isEmpty ? "" : fault.line + "\n")
        let (result, scratch) = try Self.run(options, fault.words, groups: fault.groups)
        #expect(result.status == fault.status, "\(result.errors)")
        #expect(result.output.isEmpty && !scratch.exists("out"))
        for text in fault.says { #expect(result.errors.contains(text), "\(result.errors)") }
    }

    @Test("Up to 1 % of bad lines are left out, counted and named")
    func rejects() throws {
        var options = "customer,option,value,cost\n"
        for number in 0..<300 { options += "c\(number),mail,1,\(number == 41 ? "free" : "1")\n" }
        let (result, scratch) = try Self.run(options, ["--budget", "10"])
        #expect(result.status == 0)
        #expect(result.errors.contains("options.csv:43: a cost that is no number, or empty; 1 line left out"))
        #expect(try scratch.text("out/budget.json").contains("\"rejected\" : 1"))
        #expect(try scratch.text("out/budget.html").contains("1 line left out"))
    }

    @Test("Names that a spreadsheet would run as formulas stay as they are, and are said; 007 and 7 are two customers")
    func names() throws {
        let (result, scratch) = try Self.run(
            "customer,option,value,cost\n=1+1,x,1,0\n007,x,1,0\n7,x,1,0\n\"a \"\"b\"\", c\",x,1,0\n é,x,1,0\n",
            ["--budget", "0"])
        #expect(result.errors.contains("1 customer whose name a spreadsheet would run"))
        #expect(
            try scratch.text("out/decisions.csv").split(separator: "\n").dropFirst().map {
                $0.dropLast(",x,best,1,0".count)
            }
                == [" é", "007", "7", "=1+1", "\"a \"\"b\"\", c\""])
    }

    @Test("A unit of 1: capacity instead of money")
    func calls() throws {
        let (result, scratch) = try Self.run(
            "customer,option,value,cost\na,call,3,1\nb,call,5,1\nc,call,4,1\n", ["--budget", "2", "--unit", "1"])
        #expect(result.status == 0)
        #expect(try scratch.text("out/decisions.csv").contains("a,none,budget,0,0\nb,call,best,5,1\nc,call,best,4,1\n"))
    }

    @Test("A column of groups that no option asks for is only another column")
    func unaskedGroups() throws {
        let (result, _) = try Self.run(Self.grouped, ["--budget", "2"])
        #expect(result.status == 0)
    }

    @Test("Killed while it works, the old files or the new ones are there", .slow)
    func killed() throws {
        let scratch = try ScratchDirectory()
        _ = try Self.run(Self.options, in: scratch)
        let old = try scratch.files(below: "out")
        var options = "customer,option,value,cost\n"
        for number in 0..<60_000 { options += "c\(number),mail,\(number % 97),\(number % 13 + 1)\n" }
        try scratch.write(options, to: "large.csv")
        let words = ["budget", "--options", "large.csv", "--budget", "90000", "--output"]
        _ = try Binary.sluice(words + ["whole"], in: scratch.path)
        let new = try scratch.files(below: "whole")
        for delay in [0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8] {
            let process = try Binary.start(words + ["out"], in: scratch.path)
            Thread.sleep(forTimeInterval: delay)
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            let found = try scratch.files(below: "out").filter { !$0.key.hasSuffix(".new") }
            for (name, data) in found { #expect(data == old[name] || data == new[name], "\(name) after \(delay)") }
            #expect(found.count == 4)
            // The result is the last to be new.
            if found["budget.json"] == new["budget.json"] { #expect(found == new) }
        }
    }
}
