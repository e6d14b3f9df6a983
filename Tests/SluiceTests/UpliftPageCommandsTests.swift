import Foundation
import TestSupport
import Testing

/// The commands of pipelines/targeting/uplift.md work as they stand there, one after another, on a campaign of chance.
@Suite struct UpliftPageCommandsTests {
    /// The indented commands of the page, in order, as words.
    private static func commands() throws -> [[String]] {
        let page = try String(contentsOfFile: SourceTree.root + "/pipelines/targeting/uplift.md", encoding: .utf8)
        return page.replacingOccurrences(of: "\\\n", with: " ").split(separator: "\n")
            .filter { $0.hasPrefix("    sluice ") }
            .map { $0.split(separator: " ").dropFirst().map(String.init) }
    }

    /// Scores of both messages, which foretell little.
    private static func scores(seed: UInt64) -> String {
        var generator = SplitMix64(seed: seed)
        var text = "customer,message,uplift,baseline\n"
        for customer in 0..<8_000 {
            for message in ["spring", "summer"] {
                text +=
                    "c\(customer),\(message),\(Double(Int.random(in: -300...900, using: &generator)) / 10_000),0.1\n"
            }
        }
        return text
    }

    /// The decisions of a wave with what came of them.
    private static func join(_ directory: ScratchDirectory, _ wave: Int, to name: String) throws {
        var generator = SplitMix64(seed: UInt64(wave))
        var lines = try directory.text("wave-\(wave)/decisions.csv").split(separator: "\n").map(String.init)
        let header = lines.removeFirst()
        let rows = lines.map { "\($0),\(Double.random(in: 0..<1, using: &generator) < 0.15 ? 1 : 0)\n" }
        try directory.write(header + ",outcome\n" + rows.joined(), to: name)
    }

    @Test func everyCommandWorks() throws {
        let directory = try ScratchDirectory()
        try directory.write(Self.scores(seed: 1), to: "scores.csv")
        try directory.write(Self.scores(seed: 2), to: "refitted.csv")
        try directory.write("customer\nc1\nc2\n", to: "opt-outs.csv")
        try directory.write("customer,ts\nc3,2026-11-02\nc4,2026-11-03T08:00:00Z\n", to: "contacts.csv")
        let commands = try Self.commands()
        #expect(commands.count >= 6)
        for words in commands {
            let result = try Binary.sluice(words, in: directory.path)
            #expect(result.status == 0, "sluice \(words.joined(separator: " ")): \(result.errors)")
            switch words.firstIndex(of: "--wave").map({ words[$0 + 1] }) {
            case "1":
                for name in ["outcomes.csv", "outcomes-1.csv"] { try Self.join(directory, 1, to: name) }
            case "2":
                try Self.join(directory, 2, to: "outcomes-2.csv")
                // The third is drawn as the second was.
                let third = words.map { ["2": "3", "wave-2": "wave-3"][$0] ?? $0 }
                #expect(try Binary.sluice(third, in: directory.path).status == 0)
                try Self.join(directory, 3, to: "outcomes-3.csv")
            default: break
            }
            if words.contains("--status") {
                #expect(
                    result.output.hasSuffix("stable\n") || result.output.hasSuffix("continue\n"), "\(result.output)")
            }
        }
        #expect(directory.exists("uplift-2/bands.csv") && directory.exists("uplift-2/uplift.html"))
    }

    @Test func compressedFilesAreReadAsPlainOnes() throws {
        let directory = try ScratchDirectory()
        try directory.write(Self.scores(seed: 3), to: "s.csv")
        let outcomes = (0..<8_000).map { "c\($0),\(["spring", "summer", "control"][$0 % 3]),\($0 % 5 / 4),0.333\n" }
        try directory.write("customer,message,outcome,propensity\n" + outcomes.joined(), to: "o.csv")
        func tables(_ ending: String) throws -> [String: Data] {
            let result = try Binary.sluice(
                ["uplift", "--scores", "s.csv" + ending, "--outcomes", "o.csv" + ending, "--output", "out" + ending],
                in: directory.path)
            #expect(result.status == 0, "\(result.errors)")
            return try directory.files(below: "out" + ending).filter { $0.key.hasSuffix(".csv") }
        }
        let plain = try tables("")
        #expect(plain.count == 3)
        for (tool, ending) in [("gzip", ".gz"), ("zstd", ".zst")] {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = [tool, "-q", "-k", "s.csv", "o.csv"]
            process.currentDirectoryURL = URL(fileURLWithPath: directory.path)
            try process.run()
            process.waitUntilExit()
            // Not every machine has zstd's program.
            guard process.terminationStatus == 0 else { continue }
            #expect(try tables(ending) == plain)
        }
    }
}
