import CSV
import Domain
import Learning
import Simulation
import State

/// `simulate --replay FILE`: real tests replayed as bandits.
enum ReplayMode: SimulationMode {
    static let switchName: String? = "replay"
    static let options = [
        Option(
            name: "replay", value: "FILE",
            help: "replay real tests as bandits: a CSV with columns test, arm, impressions, clicks; needs no world"),
        Option(name: "nights", value: "N", help: "of --replay: over which a test's impressions come (default: 14)"),
    ]
    static let shared: Set<SharedOption> = [.seed, .workers, .quiet, .horizon, .worlds, .csv]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let file = try arguments.required("replay")
        let options = try CountLevelOptions(arguments, worlds: 1)
        let nights = try CountLevelOptions.number(arguments, "nights", in: 1...10_000)
        let bytes = try FileSystem.read(file)
        let tests: [MeasuredTest]
        do throws(InputFileError) {
            tests = try MeasuredTest.read(bytes, file: file)
        } catch {
            throw InputError(description: "\(error)")
        }
        var replay = Replay(tests)
        guard !replay.tests.isEmpty else {
            throw InputError(description: "\(file): no test with two arms or more; there is nothing to choose")
        }
        if let nights { replay.nights = nights }
        replay.horizon = try CountLevelOptions.number(arguments, "horizon", in: 1...10_000)
        replay.repetitions = options.worlds
        replay.seed = options.seed ?? 1
        replay.threads = options.workers
        let gains = try options.watched(replay.tests.count * Replay.Truth.allCases.count, counting: "tests") {
            progress in
            var before = 0
            return try Replay.Truth.allCases.map { truth in
                let start = before
                before += replay.tests.count
                return (truth, try replay.gains(truth) { progress(start + $0) })
            }
        }
        if tests.count > replay.tests.count, !options.isQuiet {
            Console.information(
                "\(Text.count(Int64(tests.count - replay.tests.count), "test")) with a single arm left out")
        }
        Console.output(heading(replay))
        for (truth, gains) in gains { Console.output(text(of: gains, truth, replay)) }
        try options.write(self.bytes(of: gains))
        return .done
    }

    private static func heading(_ replay: Replay) -> String {
        let arms = replay.tests.reduce(0) { $0 + $1.arms.count }
        let impressions = replay.tests.reduce(0) { $0 + $1.impressions }
        let clicks = replay.tests.reduce(0) { $0 + $1.clicks }
        return """
            \(Text.count(Int64(replay.tests.count), "test")) with \(Text.count(Int64(arms))) arms, \
            \(Text.count(impressions, "impression")) and \(Text.count(clicks, "click")), \
            each over \(Text.count(Int64(replay.nights), "night")); 95 % intervals over tests.

            """
    }

    private static func text(of gains: [Replay.Gain], _ truth: Replay.Truth, _ replay: Replay) -> String {
        let said =
            switch truth {
            case .observed:
                "Taking the observed rates for the true ones, which exaggerates what there was to gain:"
            case .plausible:
                """
                Drawing true rates from what the observations leave open, the arms of a test being \
                ±\(Text.decimal(replay.spread.relative * 100, 1)) % apart:
                """
            }
        var cells = [
            [
                "policy", "clicks", "gained over even split", "relative", "by test", "gained over A/B test", "relative",
                "of the oracle's gain",
            ]
        ]
        let count = Double(replay.tests.count)
        func total(_ estimate: Estimate) -> String {
            Figures.text(estimate, dash: " to ") { Text.count(Int64(($0 * count).rounded())) }
        }
        for gain in gains {
            cells.append([
                gain.name, Text.count(Int64(gain.clicks.rounded())), total(gain.overEven),
                Figures.percent(gain.relativeToEven), Figures.percent(gain.relativeByTest), total(gain.overTest),
                Figures.percent(gain.relativeToTest), Figures.percent(gain.partOfOracle, 0),
            ])
        }
        return "\n\(said)\n\n" + TablePrinter.aligned(cells, rightAligned: [1, 2, 3, 4, 5, 6, 7])
    }

    private static func bytes(of all: [(Replay.Truth, [Replay.Gain])]) -> [UInt8] {
        var writer = CSVWriter()
        let estimates = [
            "gain_over_even", "relative_to_even", "relative_by_test", "gain_over_test", "relative_to_test",
            "part_of_oracle",
        ]
        writer.write(["truth", "policy", "clicks"] + estimates.flatMap { Figures.columns($0) })
        for (truth, gains) in all {
            for gain in gains {
                let figures = [
                    gain.overEven, gain.relativeToEven, gain.relativeByTest, gain.overTest, gain.relativeToTest,
                    gain.partOfOracle,
                ]
                writer.write(
                    [truth.rawValue, gain.name, Text.decimal(gain.clicks, 3)] + figures.flatMap { Figures.fields($0) })
            }
        }
        return writer.bytes
    }
}
