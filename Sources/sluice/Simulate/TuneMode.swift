import Allocation
import CSV
import Learning
import Pipeline
import Simulation
import Vocabulary

/// Settings for a site: a grid of them tried on worlds around the one given.
enum TuneMode: SimulationMode {
    static let switchName: String? = "tune"
    static let options = [
        Option(name: "tune", value: nil, help: "try floors, half-lives, windows and seasonality, and recommend")
    ]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let file = try WorldFile(arguments)
        let options = try FastOptions(arguments, worlds: 100)
        var writer = CSVWriter()
        writer.write(
            ["platform", "slot", "seasonality", "window", "half_life", "floor"]
                + Figures.columns("behind_best_days") + Figures.summaryColumns.dropFirst())
        for number in file.experiments.indices {
            let configured = file.experiments[number]
            var tuning = Tuning(
                file.world, experiment: number,
                given: Tuning.Candidate(learning: configured.learning, allocation: configured.allocation),
                worlds: options.worlds)
            tuning.threads = options.workers
            let result = try options.watched(tuning.totalWorlds) { try tuning.run(progress: $0) }
            let key = file.world.experiments[number].key
            Console.output((number > 0 ? "\n" : "") + "\(key.platform)/\(key.slot): " + text(of: result, tuning))
            for row in result.rows {
                let learning = row.candidate.learning
                writer.write(
                    [
                        key.platform.string, key.slot.string, learning.seasonality.rawValue,
                        learning.window.map { "\($0)" } ?? "", learning.halfLife.map { PlainDecimal.string($0) } ?? "",
                        row.candidate.allocation.floor.map { PlainDecimal.string($0) } ?? "",
                    ] + Figures.fields(row.behindBest) + Figures.fields(row.summary).dropFirst())
            }
        }
        try options.write(writer.bytes)
        return .done
    }

    private static func text(of result: Tuning.Result, _ tuning: Tuning) -> String {
        var cells = [
            [
                "", "seasonality", "window", "half-life", "floor", "regret, days", "behind the best", "best leads",
                "wrong calls",
            ]
        ]
        for (rank, row) in result.rows.enumerated() {
            let isGiven = row.candidate == tuning.given
            let isRecommended = row.candidate == result.recommended
            guard rank < 10 || isGiven || isRecommended else { continue }
            cells.append(
                [isRecommended ? "recommended" : isGiven ? "given" : "\(rank + 1)"] + words(of: row.candidate) + [
                    Figures.decimal(row.summary.regretInDays), Figures.decimal(row.behindBest),
                    Figures.percent(row.summary.bestLeads), Figures.percent(row.summary.wrongCalls),
                ])
        }
        return """
            \(Text.count(Int64(result.rows.count))) settings on \(Text.count(Int64(tuning.worlds), "world")) around this one, \
            the same for all; regret in days of the even split, 95 % intervals

            \(TablePrinter.aligned(cells, rightAligned: Set(2...8)))
            \(recommendation(result, tuning))

            """
    }

    private static func recommendation(_ result: Tuning.Result, _ tuning: Tuning) -> String {
        guard result.recommended != tuning.given else {
            return "Keep the settings given: none is better by more than chance, or none as good is simpler."
        }
        return """
            Recommended, the simplest within one standard error of the best: \(configuration(of: result.recommended))
            On \(Text.count(Int64(tuning.worlds), "new world")): regret \(Figures.decimal(result.chosen.regretInDays)) days; \
            \(Figures.decimal(result.given.regretInDays)) with the settings given; saved \(Figures.decimal(result.saved)).
            """
    }

    private static func words(of candidate: Tuning.Candidate) -> [String] {
        [
            candidate.learning.seasonality.rawValue, candidate.learning.window.map { "\($0)" } ?? "all",
            candidate.learning.halfLife.map { PlainDecimal.string($0) } ?? "none",
            candidate.allocation.floor.map { PlainDecimal.string($0) } ?? "default",
        ]
    }

    /// As the configuration file has it.
    private static func configuration(of candidate: Tuning.Candidate) -> String {
        let learning = candidate.learning
        return "learning: { window: \(learning.window.map { "\($0)" } ?? "null"), "
            + "halfLife: \(learning.halfLife.map { PlainDecimal.string($0) } ?? "null"), "
            + "seasonality: \"\(learning.seasonality.rawValue)\" }, "
            + "allocation: { floor: \(candidate.allocation.floor.map { PlainDecimal.string($0) } ?? "null") }"
    }
}
