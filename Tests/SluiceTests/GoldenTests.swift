import Foundation
import TestExpectations
import TestSupport
import Testing

/// What the program publishes from the fixtures, byte for byte. To record anew: SLUICE_RECORD_GOLDENS=1.
@Suite struct GoldenTests {
    /// The three nights of the fixtures, each at half past one, in a scratch state directory.
    private static let run: Result<(state: ScratchDirectory, output: String, errors: String), any Error> = Result {
        let state = try ScratchDirectory()
        var (output, errors) = ("", "")
        for day in 18...20 {
            // 20:00 UTC is half past one of the next day in the fixtures' timezone.
            let night = try Binary.sluice(
                [
                    "run", "--config", "pipelines/banners.json5", "--state", state.path + "/state",
                    "--date", "2026-11-\(day)", "--now", "2026-11-\(day)T20:00:00Z", "--json",
                    // The fixtures' visitors were not sent by these tables.
                    "--accept",
                ], in: SourceTree.root)
            output += night.output
            errors += night.errors
        }
        return (state, output, errors)
    }

    /// Paths of this checkout and of the scratch directory, and what the clock measured, are nobody's format.
    private static func neutral(_ text: String, _ state: ScratchDirectory) -> [UInt8] {
        let plain = text.replacingOccurrences(of: state.path + "/", with: "")
            .replacing(#/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ sluice:/#) { _ in "TIME sluice:" }
            .replacing(#/"(seconds|allocation|statistics|publish\w*|total)" ?: ?[0-9.e-]+/#) { "\"\($0.output.1)\": 0" }
        return Array(plain.utf8)
    }

    @Test(
        "Files of the state directory",
        arguments: [
            "statistics/date=2026-11-20/statistics.csv", "statistics/date=2026-11-20/quality.json",
            "allocations/date=2026-11-21/allocation.csv", "allocations/date=2026-11-21/manifest.json",
            "allocations/served.csv",
        ])
    func files(path: String) throws {
        let run = try Self.run.get()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: run.state.path + "/state/" + path))
        let name = path.replacingOccurrences(of: "/", with: "-").replacingOccurrences(of: "date=", with: "")
        try Golden.expect(bytes, named: name)
    }

    @Test("Messages with their codes, for people and for programs")
    func messages() throws {
        let run = try Self.run.get()
        try Golden.expect(Self.neutral(run.errors, run.state), named: "messages.txt")
        try Golden.expect(Self.neutral(run.output, run.state), named: "run.json")
    }

    @Test("The data in the report")
    func report() throws {
        let run = try Self.run.get()
        let page = try Binary.sluice(
            ["report", "--state", run.state.path + "/state", "--output", "-", "--quiet"], in: SourceTree.root)
        let blocks = page.output.matches(
            of: #/<script type="application/json"[^>]*>(.*?)</script>/#.dotMatchesNewlines())
        #expect(!blocks.isEmpty)
        let data = blocks.map { String($0.output.1) + "\n" }.joined()
        try Golden.expect(Self.neutral(data, run.state), named: "report-data.json")
    }

    @Test("Units, in an order of their own")
    func units() throws {
        let run = try Self.run.get()
        let units = try Binary.sluice(
            [
                "units", "--config", "pipelines/banners.json5", "--state", run.state.path + "/state",
                "--date", "2026-11-20", "--platform", "app", "--quiet",
            ], in: SourceTree.root)
        let lines = units.output.split(separator: "\n").map(String.init)
        let sorted = [lines.first ?? ""] + lines.dropFirst().sorted().prefix(200)
        try Golden.expect(Array((sorted.joined(separator: "\n") + "\n").utf8), named: "units.csv")
    }
}
