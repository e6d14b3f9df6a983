import Foundation
import TestSupport
import Testing

/// What campaigns' files say that cannot be meant, or matches nothing: nothing of it is passed over.
@Suite struct TargetingInputTests {
    private let directory: ScratchDirectory

    init() throws {
        directory = try ScratchDirectory()
        let customers = (1...400).map { String(repeating: "0", count: 4 - "\($0)".count) + "\($0)" }
        try directory.write(
            "customer,message,uplift,baseline\n"
                + customers.enumerated().map { "\($1),mail,0.\(100 + $0),0.2\n" }.joined(), to: "s.csv")
        try directory.write(
            "customer,message,outcome,propensity\n"
                + customers.enumerated().map {
                    "\($1),\($0 % 2 == 0 ? "mail" : "control"),\($0 % 7 == 0 ? 1 : 0),0.5\n"
                }
                .joined(), to: "y.csv")
    }

    private func uplift(_ words: String...) throws -> Binary.Result {
        try Binary.sluice(["uplift"] + words + ["--output", "o"], in: directory.path)
    }

    private func wave(_ words: String...) throws -> Binary.Result {
        try Binary.sluice(
            ["wave", "--campaign", "c", "--wave", "1", "--control", "0.1", "--explore", "0.2", "--size", "1"] + words
                + ["--output", "o"], in: directory.path)
    }

    @Test func aReserveThatMatchesNobodyIsSaid() throws {
        try directory.write("customer\n1\n2\n3\n", to: "r.csv")
        try directory.write("customer\n0001\n2\n", to: "some.csv")
        let none = try wave("--scores", "s.csv", "--reserve", "r.csv")
        #expect(none.status == 0)
        #expect(none.errors.contains("warning: r.csv: 0 customers in reserve of 3 rows: ids are compared byte by byte"))
        let some = try wave("--scores", "s.csv", "--reserve", "some.csv")
        #expect(some.errors.contains("some.csv: 1 customer in reserve of 2 rows") && !some.errors.contains("warning"))
        let decided = try uplift("--scores", "s.csv", "--outcomes", "y.csv", "--decide", "--reserve", "r.csv")
        #expect(decided.status == 0)
        #expect(decided.errors.contains("warning: r.csv: 0 customers in reserve of 3 rows"), "\(decided.errors)")
    }

    @Test func customersWhoAreInAListTwiceAreCounted() throws {
        try directory.write("customer\n0001\n0002\n0001\n", to: "c.csv")
        let result = try wave("--scores", "s.csv", "--customers", "c.csv")
        #expect(result.status == 0 && result.errors.contains("c.csv: 1 row of customers who are in an earlier one"))
    }

    @Test func noInputIsReplaced() throws {
        try directory.write(try directory.text("y.csv"), to: "o/decisions.csv")
        let before = try directory.text("o/decisions.csv")
        let decided = try uplift("--scores", "s.csv", "--outcomes", "o/decisions.csv", "--decide")
        #expect(decided.status == 74 && decided.errors.contains("that is read; name another file"), "\(decided.errors)")
        let drawn = try wave("--decisions", "o/decisions.csv", "--message", "mail")
        #expect(drawn.status == 74 && drawn.errors.contains("that is read; name another file"), "\(drawn.errors)")
        #expect(try directory.text("o/decisions.csv") == before)
    }

    @Test(arguments: [
        ("y.csv", "0003,mail,0,0.5", "0003,mail,1e31,0.5", "y.csv:4: outcome 1e31 is beyond ±1e30"),
        ("y.csv", "0003,mail,0,0.5", "0003,mail,-1e308,0.5", "y.csv:4: outcome -1e308 is beyond ±1e30"),
        ("y.csv", "0003,mail,0,0.5", "0003,mail,1,1e-200", "y.csv:4: a propensity below 1e-30"),
        ("s.csv", "0003,mail,0.102,0.2", "0003,mail,1e31,0.2", "s.csv:4: uplift 1e31 is beyond ±1e30"),
        ("s.csv", "0003,mail,0.102,0.2", "0003,mail,0.1,-1e31", "s.csv:4: baseline -1e31 is beyond ±1e30"),
        ("s.csv", "0003,mail,0.102,0.2", "0003,m\u{FFFD},0.1,0.2", "s.csv:4: a message's name that is no UTF-8"),
    ])
    func numbersThatCannotBeComputedWith(file: String, old: String, new: String, says: String) throws {
        let text = try directory.text(file)
        #expect(text.contains(old + "\n"))
        try directory.write(text.replacingOccurrences(of: old + "\n", with: new + "\n"), to: file)
        let result = try uplift("--scores", "s.csv", "--outcomes", "y.csv")
        #expect(result.status == 65 && result.errors.contains(says), "\(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: directory.path + "/o"))
    }

    /// Two ways to write é are two names.
    @Test func namesAreEqualWhenTheirBytesAre() throws {
        try directory.write(
            try directory.text("s.csv").replacingOccurrences(of: "mail", with: "caf\u{E9}"), to: "n.csv")
        try directory.write(
            try directory.text("y.csv").replacingOccurrences(of: "mail", with: "cafe\u{301}"), to: "ny.csv")
        let result = try uplift("--scores", "n.csv", "--outcomes", "ny.csv")
        #expect(result.status == 66, "\(result.errors)")
        let both = try directory.text("n.csv") + "0001,cafe\u{301},0.1,0.2\n"
        try directory.write(both, to: "both.csv")
        let drawn = try wave("--scores", "both.csv")
        #expect(drawn.status == 0, "\(drawn.errors)")
    }

    @Test func aSecondFoldIsRefused() throws {
        try directory.write(
            "customer,message,uplift,baseline,fold\n0001,mail,0.1,0.2,1\n0001,call,0.1,0.2,2\n", to: "f.csv")
        let result = try uplift("--scores", "f.csv", "--outcomes", "y.csv", "--decide")
        #expect(result.status == 65 && result.errors.contains("f.csv:3: a second fold of customer '0001'"))
    }

    @Test func wavesWithoutANameAndContactsOfNobodyAreSaid() throws {
        var text = "customer,message,outcome,propensity,wave,reason\n"
        for wave in 1...3 {
            for customer in 1...400 {
                let arm = customer % 2 == 0 ? "control,0,0.5,\(wave),control" : "mail,1,0.5,\(wave),target"
                text += "c\(customer),\(arm)\n"
            }
        }
        try directory.write(text.replacingOccurrences(of: ",3,target", with: ",,target"), to: "nameless.csv")
        let nameless = try Binary.sluice(["wave", "--status", "--outcomes", "nameless.csv"], in: directory.path)
        #expect(nameless.status == 65 && nameless.errors.contains("wave is empty"), "\(nameless.errors)")
        try directory.write(text + "d1,mail,1,0.5,3,\n", to: "few.csv")
        let few = try Binary.sluice(["wave", "--status", "--outcomes", "few.csv"], in: directory.path)
        #expect(few.status == 0 && few.errors.contains("few.csv:1202: reason is empty"), "\(few.errors)")
        try directory.write(text, to: "waves.csv")
        func contacts(_ rows: String) throws -> Binary.Result {
            try directory.write("customer,ts,channel\n" + rows, to: "contacts.csv")
            return try Binary.sluice(
                [
                    "wave", "--status", "--outcomes", "waves.csv", "--contacts", "contacts.csv", "--from", "2026-11-01",
                    "--until", "2026-12-01",
                ], in: directory.path)
        }
        #expect(try contacts("x1,2026-11-02,call\n").errors.contains("ids are compared byte by byte"))
        #expect(try contacts("c1,2025-11-02,call\n").errors.contains("no contact is of the period"))
        let some = try contacts("c1,2026-11-02,call\nc2,2025-11-02,call\n")
        #expect(some.errors.contains("contacts.csv: 2 contacts, of which 1 are not from --from"), "\(some.errors)")
        #expect(!some.errors.contains("byte by byte"))
    }

    /// Whatever the weights, an arm of which one row is known has no interval of money, so that nobody is contacted for it.
    @Test(arguments: ["0.1", "0.25", "0.3", "0.7"])
    func oneRowOfControlDecidesNothing(propensity: String) throws {
        var scores = "customer,message,uplift,baseline\n"
        var outcomes = "customer,message,outcome,propensity\n"
        for customer in 0..<40 {
            scores += "c\(customer),mail,\(customer < 20 ? 2 : 1),1\n"
            let isControl = customer == 0 || customer >= 30
            outcomes += "c\(customer),\(isControl ? "control" : "mail"),"
            outcomes += isControl ? "0.42,\(propensity)\n" : "\(3 + customer % 3).17,0.5\n"
        }
        try directory.write(scores, to: "m.csv")
        try directory.write(outcomes, to: "my.csv")
        let result = try uplift(
            "--scores", "m.csv", "--outcomes", "my.csv", "--bins", "2", "--decide", "--release-control")
        #expect(result.status == 0, "\(result.errors)")
        #expect(!(try directory.text("o/decisions.csv")).contains(",best,"))
        let bins = try directory.text("o/deciles.csv").split(separator: "\n")
        #expect(bins.count == 4)
    }

    @Test func scoresThroughAPipeAreComparedWithNothing() throws {
        #expect(try wave("--scores", "s.csv").status == 0)
        let sluice = try Binary.location().path
        let result = try Binary.shell(
            "cat s.csv | '\(sluice)' uplift --scores /dev/stdin --outcomes y.csv --wave-from o/wave.json --output p",
            in: directory.path)
        #expect(result.status == 0 && !result.errors.contains("is not the file of scores"), "\(result.errors)")
    }
}
