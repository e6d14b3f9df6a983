import Foundation
import Randomizer
import TestSupport
import Testing

/// The C interface, as a program in C uses it: compiled against the header, linked with the shared library.
@Suite(.enabled(if: CInterface.isUsable, "needs cc, and the shared library without a sanitizer"))
struct CInterfaceTests {
    let site: HostSite
    let client: CInterface
    static let date = "2026-11-21"

    init() throws {
        site = try HostSite()
        client = try CInterface(in: site.scratch.path)
    }

    func publish() throws {
        let rows = [
            "web,home-hero,*,a,0.4,active", "web,home-hero,*,a name of more than fifteen bytes,0.35,new",
            "web,home-hero,*,été,0.25,control",
            "web,home-hero,pune,a,0.1,active", "web,home-hero,pune,b,0.9,active",
        ]
        let csv = Array(
            ("date,platform,slot,segment,variant,traffic,status\n" + rows.map { "\(Self.date),\($0)\n" }.joined()).utf8)
        var manifest = Manifest(date: Self.date, rows: rows.count, table: csv)
        manifest.pipeline = "banners"
        manifest.holdouts = [Manifest.Holdout(platform: "web", slot: "home-hero", name: "site")]
        try site.scratch.write(csv, to: "state/allocations/date=\(Self.date)/allocation.csv")
        try site.scratch.write(manifest.json, to: "state/allocations/date=\(Self.date)/manifest.json")
        try site.point(at: Self.date)
    }

    static func line(_ assignment: Assignment) -> String {
        let own = assignment.hasOwnGroup ? 1 : 0
        let propensity = String(format: "%.17g", assignment.propensity)
        return "0 \(assignment.variant.utf8.count) \(assignment.variant) \(propensity) \(assignment.date) \(own)"
    }

    @Test func answersAsInSwift() throws {
        try publish()
        let table = try AllocationTable(path: site.state)
        let experiment = try #require(table.experiment(platform: "web", slot: "home-hero"))
        var commands: [String] = []
        var expected: [String] = []
        for visitor in 0..<200 {
            commands.append("assign web home-hero - v\(visitor) 256")
            expected.append(Self.line(experiment.assign("v\(visitor)")))
            commands.append("assign web home-hero pune v\(visitor) 256")
            expected.append(Self.line(experiment.assign("v\(visitor)", segment: "pune")))
            commands.append("assign web home-hero - v\(visitor) 256 été a unknown")
            expected.append(
                Self.line(try #require(experiment.assign("v\(visitor)", segment: "*", allowed: ["a", "été"]))))
        }
        #expect(try client.run(site.state, commands) == expected)
    }

    @Test func overridesAnswerAsInSwift() throws {
        try publish()
        let table = try AllocationTable(path: site.state)
        let experiment = try #require(table.experiment(platform: "web", slot: "home-hero"))
        var overrides = Overrides()
        overrides.pin("v1", platform: "web", slot: "home-hero", to: "été")
        overrides.pin("v2", platform: "web", slot: "home-hero", to: "b")
        overrides.pin("v3", platform: "web", slot: "elsewhere", to: "a")
        var commands = [
            "pin web home-hero v1 a", "pin web home-hero v1 été", "pin web home-hero v2 b", "pin web elsewhere v3 a",
        ]
        var expected = ["0", "0", "0", "0"]
        for visitor in 0..<20 {
            for segment in ["*", "pune"] {
                let name = "v\(visitor)"
                commands.append("overridden web home-hero \(segment) \(name) 256")
                commands.append("overridden web home-hero \(segment) \(name) 256 a")
                for answer in [
                    experiment.assign(name, segment: segment, overrides: overrides),
                    try #require(experiment.assign(name, segment: segment, allowed: ["a"], overrides: overrides)),
                ] {
                    let marks = "\(answer.isOverride ? 1 : 0) \(answer.isControl ? 1 : 0)"
                    #expect(answer.isControl == (answer.variant == "été"))
                    expected.append("\(marks) \(Self.line(answer))")
                }
            }
        }
        #expect(try client.run(site.state, commands + ["misuse-pins"]) == expected + ["-1 -1 -1 -1 0"])
    }

    @Test func batchesAnswerAsInSwift() throws {
        try publish()
        let table = try AllocationTable(path: site.state)
        let experiment = try #require(table.experiment(platform: "web", slot: "home-hero"))
        let visitors = (0..<20).map { "é\($0)" }
        for segment in ["elsewhere", "pune"] {
            let group = experiment.group(segment: segment)
            let (arms, bytes) = (group.arms.count, group.arms.reduce(0) { $0 + $1.variant.utf8.count })
            let answers = visitors.map { visitor in
                let answer = experiment.assign(visitor, segment: segment)
                return "\(answer.variant)=\(String(format: "%.17g", answer.propensity))"
            }
            let lines = try client.run(
                site.state,
                [
                    "batch web home-hero \(segment) \(arms) \(bytes) \(visitors.joined(separator: " "))",
                    "batch web home-hero \(segment) \(arms - 1) \(bytes) 7",
                    "batch web home-hero \(segment) \(arms) \(bytes - 1) 7", "batch web other - 16 256 7",
                    "batch web home-hero \(segment) 16 256", "batch web home-hero \(segment) 16 256 - - 7",
                    "misuse-batch",
                ])
            let own = segment == "pune" ? 1 : 0
            #expect(lines[0] == "0 \(arms) \(bytes) \(answers.joined(separator: " ")) \(Self.date) \(own)")
            #expect(lines[1] == "-5 \(arms) \(bytes)" && lines[2] == lines[1] && lines[3] == "-3 0 0")
            #expect(lines[4] == "0 \(arms) \(bytes) \(Self.date) \(own)")
            let nobody = experiment.assign("", segment: segment).variant
            #expect(lines[5].hasPrefix("0 \(arms) \(bytes) \(nobody)=") && lines[5].contains(" \(nobody)="))
            #expect(lines[6] == "-1 -1 -1 -1 -1 -1 -1 0")
        }
    }

    @Test func codesSayWhatIsWrong() throws {
        let commands = [
            "assign web home-hero - 7 256", "refresh", "status", "assign web other - 7 256",
            "assign web home-hero pune 7 256 unknown", "assign web home-hero pune 7 2", "assign web home-hero pune 7 1",
            "misuse", "watch 0.001", "status", "watch 0", "refresh",
        ]
        let before = try client.run(site.state, Array(commands.prefix(3)))
        #expect(before[0] == "-2 0 - 0 - 0")
        #expect(before[1] == "-6")
        #expect(before[2].hasPrefix("0 - 0 0 0 2 \(site.state): no allocation table here"))
        try publish()
        let lines = try client.run(site.state, commands)
        #expect(lines[1] == "0")
        #expect(lines[2] == "0 2026-11-21 0 1 1 0 ")
        #expect(lines[3].hasPrefix("-3 "))
        #expect(lines[4].hasPrefix("-4 "))
        #expect(lines[5].hasPrefix("0 1 "))
        #expect(lines[6] == "-5 1 - 0 - 0")
        #expect(lines[7] == "1 1 -1 -1 -1 -1 -1 -1 -1 -1 -1")
        #expect(lines[8...] == ["0", lines[9], "0", "0"])
        #expect(lines[9].hasPrefix("0 2026-11-21 1 1 1 0"))
    }

    @Test func explanationIsJSON() throws {
        try publish()
        let line = try #require(try client.run(site.state, ["explain web home-hero x v7"]).first)
        let words = line.split(separator: " ", maxSplits: 2)
        #expect(words[0] == "0")
        #expect(Int(words[1]) == words[2].utf8.count)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(words[2].utf8)) as? [String: Any])
        let arms = try #require(object["arms"] as? [[String: Any]])
        let table = try AllocationTable(path: site.state)
        let explanation = try #require(table.explain(platform: "web", slot: "home-hero", segment: "x", visitor: "v7"))
        #expect(arms.map { $0["variant"] as? String } == explanation.candidates.map(\.variant))
        for candidate in explanation.candidates where candidate.score.isFinite {
            #expect(words[2].contains("\"score\": \(candidate.score)}"))
        }
        let holdout = try #require(object["holdout"] as? [String: Any])
        #expect(holdout["name"] as? String == "site" && holdout["variant"] as? String == "été")
        let uniform = try #require(explanation.holdout?.uniform)
        #expect(words[2].contains("\"uniform\": \(uniform), "))
        #expect(object["variant"] as? String == explanation.assignment.variant)
        #expect(object["segment"] as? String == "*")
    }

    @Test func threadsShareAHost() throws {
        try publish()
        #expect(try client.run(site.state, ["threads 4"]) == ["0"])
    }
}

/// The program in C.
struct CInterface {
    private let program: String
    private let library: String

    /// The shared library, which lies beside the tests.
    static let library: String? = {
        var directory = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        if let main = Bundle.main.executableURL { directory = main.deletingLastPathComponent() }
        for _ in 0..<5 {
            let candidate = directory.appendingPathComponent("libSluiceRandomizer.so").path
            if FileManager.default.fileExists(atPath: candidate) { return candidate }
            directory.deleteLastPathComponent()
        }
        return nil
    }()

    /// Whether there is a compiler, and a library that a plain program can load.
    static let isUsable: Bool = {
        guard let library, FileManager.default.isExecutableFile(atPath: "/usr/bin/cc"),
            let bytes = FileManager.default.contents(atPath: library)
        else { return false }
        return bytes.range(of: Data("__tsan_init".utf8)) == nil && bytes.range(of: Data("__asan_init".utf8)) == nil
    }()

    init(in directory: String) throws {
        library = try #require(Self.library)
        program = directory + "/client"
        let source = try #require(
            Bundle.module.url(forResource: "client", withExtension: "c", subdirectory: "CInterface"))
        let header = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/CSluiceRandomizer/include").path
        let folder = (library as NSString).deletingLastPathComponent
        _ = try Program.run(
            "/usr/bin/cc",
            [
                "-std=c11", "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Wextra", "-Werror", "-pthread", "-I", header,
                source.path, library, "-Wl,-rpath,\(folder)", "-o", program,
            ], input: "")
    }

    /// The lines that the program prints.
    func run(_ directory: String, _ commands: [String]) throws -> [String] {
        let output = try Program.run(program, [directory], input: commands.map { $0 + "\n" }.joined())
        return output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }
}
