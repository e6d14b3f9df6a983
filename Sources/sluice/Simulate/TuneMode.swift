import Allocation
import CSV
import Configuration
import Domain
import Learning
import Simulation

/// Settings for a site: a grid of them tried on worlds around the one given.
enum TuneMode: SimulationMode {
    static let switchName: String? = "tune"
    static let options = [
        Option(name: "tune", value: nil, help: "try floors, half-lives, windows and seasonality, and recommend")
    ]
    static let shared: Set<SharedOption> = [.world, .days, .seed, .workers, .quiet, .worlds, .csv]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let file = try WorldFile(arguments)
        let options = try CountLevelOptions(arguments, worlds: 100)
        let priors = try file.priors()
        var writer = CSVWriter()
        writer.write(
            ["platform", "slot", "worlds", "standing", "seasonality", "window", "half_life", "floor"]
                + Figures.columns("behind_best_days") + Figures.columns("saved_days")
                + Figures.summaryColumns.dropFirst())
        for number in file.experiments.indices {
            let configured = file.experiments[number]
            var tuning = Tuning(
                file.world, experiment: number,
                given: Tuning.Candidate(learning: configured.learning, allocation: configured.allocation),
                priors: priors[number], worlds: options.worlds)
            tuning.threads = options.workers
            let result = try options.watched(tuning.totalWorlds) { try tuning.run(progress: $0) }
            let key = file.world.experiments[number].key
            Console.output((number > 0 ? "\n" : "") + "\(key.platform)/\(key.slot): " + text(of: result, tuning))
            write(result, tuning, of: key, to: &writer)
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
            let standing = standing(of: row.candidate, result, tuning)
            guard rank < 10 || standing != nil else { continue }
            cells.append(
                [standing ?? "\(rank + 1)"] + words(of: row.candidate) + [
                    Figures.decimal(row.summary.regretInDays), Figures.decimal(row.behindBest),
                    Figures.percent(row.summary.bestLeads), Figures.percent(row.summary.wrongCalls),
                ])
        }
        return """
            \(Text.count(Int64(result.rows.count))) settings on \(Text.count(Int64(tuning.worlds), "world")) around this one, \
            the same for all; regret in days of the even split, 95 % intervals

            \(TablePrinter.aligned(cells, rightAligned: Set(2...8)))
            \(likeTheBest(result))
            \(recommendation(result, tuning))

            """
    }

    /// How many settings these worlds cannot tell from the best.
    private static func likeTheBest(_ result: Tuning.Result) -> String {
        let others = result.rows.dropFirst()
        let alike = others.count { ($0.behindBest?.interval?.lowerBound ?? 0) <= 0 }
        guard alike > 0 else { return "All others are behind the best by more than chance." }
        let (count, all) = (Text.count(Int64(alike)), Text.count(Int64(others.count)))
        return "\(count) of the \(all) others cannot be told from the best: what they are behind may be chance; more --worlds "
            + "tell more."
    }

    /// What settings are beside others; nil: nothing else.
    private static func standing(
        of candidate: Tuning.Candidate, _ result: Tuning.Result, _ tuning: Tuning
    ) -> String? {
        if candidate == tuning.given { return "given" }
        guard candidate == result.choice else { return nil }
        return candidate == result.recommended ? "recommended" : "not confirmed"
    }

    private static func recommendation(_ result: Tuning.Result, _ tuning: Tuning) -> String {
        guard result.choice != tuning.given else {
            return "Keep the settings given: no simpler ones are within one standard error of the best."
        }
        let isConfirmed = result.recommended == result.choice
        let verdict =
            if !isConfirmed {
                "Not confirmed on new worlds; keep the settings given. Tried, the simplest within one standard error of the best:"
            } else if let interval = result.saved?.interval, interval.lowerBound > 0 {
                "Recommended, the simplest within one standard error of the best, and better by more than chance on new worlds:"
            } else {
                "Recommended, simpler than the settings given and no worse on new worlds:"
            }
        return """
            \(verdict)
              \(configuration(of: result.choice))
            On \(Text.count(Int64(tuning.worlds), "new world")): regret \(Figures.decimal(result.chosen.regretInDays)) days; \
            \(Figures.decimal(result.given.regretInDays)) with the settings given; saved \(Figures.decimal(result.saved)).
            """
    }

    /// A row for each of the settings tried; then one for each of those that the new worlds judged.
    private static func write(
        _ result: Tuning.Result, _ tuning: Tuning, of key: SlotKey, to writer: inout CSVWriter
    ) {
        func write(
            _ candidate: Tuning.Candidate, _ summary: PolicySummary, worlds: String, behindBest: Estimate? = nil,
            saved: Estimate? = nil
        ) {
            let settings = [
                candidate.learning.seasonality.rawValue, candidate.learning.window.map { "\($0)" } ?? "",
                candidate.learning.halfLife.map { PlainDecimal.string($0) } ?? "",
                candidate.allocation.floor.map { PlainDecimal.string($0) } ?? "",
            ]
            writer.write(
                [key.platform.string, key.slot.string, worlds, standing(of: candidate, result, tuning) ?? ""] + settings
                    + Figures.fields(behindBest) + Figures.fields(saved) + Figures.fields(summary).dropFirst())
        }
        for row in result.rows {
            write(row.candidate, row.summary, worlds: "choosing", behindBest: row.behindBest)
        }
        write(tuning.given, result.given, worlds: "judging")
        if result.choice != tuning.given {
            write(result.choice, result.chosen, worlds: "judging", saved: result.saved)
        }
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
