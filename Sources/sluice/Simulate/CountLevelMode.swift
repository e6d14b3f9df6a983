import Allocation
import CSV
import Configuration
import Domain
import Learning
import Policies
import Simulation

/// `simulate --fast`: many worlds at count level, their days drawn instead of written as logs, with the settings chosen beside
/// other policies.
enum CountLevelMode: SimulationMode {
    static let switchName: String? = "fast"
    static let options = [
        Option(name: "fast", value: nil, help: "draw days instead of writing logs: hundreds of worlds a minute")
    ]
    static let shared: Set<SharedOption> = [.world, .days, .seed, .workers, .quiet, .horizon, .worlds, .csv]

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let file = try WorldFile(arguments)
        let options = try CountLevelOptions(arguments, worlds: 200)
        let horizon = try CountLevelOptions.horizon(arguments, ofDays: file.world.days)
        let priors = try file.priors()
        var writer = CSVWriter()
        writer.write(["platform", "slot", "policy", "figure", "day", "value", "low", "high"])
        for number in file.experiments.indices {
            let policies = policies(file.experiments[number], priors[number], horizon: horizon)
            var simulation = CountLevelSimulation(policies: policies, worlds: options.worlds)
            simulation.threads = options.workers
            let world = file.world
            let alike = world.withoutDifferences
            let (runs, alikeRuns) = try options.watched(2 * options.worlds) { progress in
                (
                    try simulation.runs(experiment: number, progress: progress) { world.repeated($0) },
                    try simulation.runs(experiment: number, progress: { progress(options.worlds + $0) }) {
                        alike.repeated($0)
                    }
                )
            }
            let summaries = policies.indices.compactMap {
                PolicySummary(policies[$0].name, runs: runs[$0], withoutDifferences: alikeRuns[$0])
            }
            let experiment = file.world.experiments[number]
            Console.output((number > 0 ? "\n" : "") + text(of: summaries, experiment, world, options.worlds))
            write(summaries, of: experiment.key, to: &writer)
        }
        try options.write(writer.bytes)
        return .done
    }

    private static func policies(
        _ configured: ExperimentConfiguration, _ priors: PriorCounts, horizon: Int
    ) -> [SimulatedPolicy] {
        let chosen = ThompsonPolicy(
            name: "chosen", learning: configured.learning, allocation: configured.allocation, priors: priors)
        let seeing = [UniformPolicy()] + baselines(configured, priors, horizon: horizon) + [chosen]
        return [.oracle] + seeing.map { .policy($0) }
    }

    /// What others would do instead of the chosen settings.
    static func baselines(
        _ configured: ExperimentConfiguration, _ priors: PriorCounts, horizon: Int
    ) -> [any Policy] {
        var pooled = configured.learning
        pooled.seasonality = .none
        return [
            FixedHorizonPolicy(horizon: horizon), EpsilonGreedyPolicy(),
            ThompsonPolicy(
                name: "pooled Thompson", learning: pooled, allocation: configured.allocation, priors: priors),
        ]
    }

    private static func text(
        of summaries: [PolicySummary], _ experiment: WorldExperiment, _ world: World, _ worlds: Int
    ) -> String {
        var cells = [
            [
                "policy", "regret", "in days", "best leads", "wrong calls", "A/A calls", "churn a night", "by floors",
            ]
        ]
        for summary in summaries {
            cells.append([
                summary.name, Figures.decimal(summary.regret, 0), Figures.decimal(summary.regretInDays),
                Figures.percent(summary.bestLeads), Figures.percent(summary.wrongCalls),
                Figures.percent(summary.falseCalls), Figures.percent(summary.churn),
                Figures.percent(summary.floorTraffic),
            ])
        }
        let days = world.days
        let step = max(1, (days + 13) / 14)
        var byDay = [["days"] + summaries.map(\.name)]
        for first in stride(from: 0, to: days, by: step) {
            let last = min(days, first + step) - 1
            byDay.append(
                [first == last ? "\(first)" : "\(first)–\(last)"]
                    + summaries.map { summary in
                        let part = summary.regretByDay[first...last]
                        return Text.decimal(part.reduce(0) { $0 + $1.value } / Double(part.count), 1)
                    })
        }
        return """
            \(experiment.key.platform)/\(experiment.key.slot): \(experiment.reward.rawValue), \
            \(Text.count(Int64(experiment.arms.count), "arm")), \(Text.count(Int64(days), "day")), \
            \(Text.count(Int64(worlds), "world")), 95 % intervals

            \(TablePrinter.aligned(cells, rightAligned: Set(1...7)))
            regret: expected reward lost against the oracle; in days: days of the even split that would lose as much
            calls: worlds in which some night calls an arm the winner that is not the best; A/A: any arm, all being alike
            (Thompson sampling calls an arm when the verdict names it, the A/B test once, when z tests at 5 % set it apart)

            Regret of a day

            \(TablePrinter.aligned(byDay, rightAligned: Set(1...summaries.count)))
            """
    }

    private static func write(_ summaries: [PolicySummary], of key: SlotKey, to writer: inout CSVWriter) {
        for summary in summaries {
            let start = [key.platform.string, key.slot.string, summary.name]
            let figures: [(String, Estimate?)] = [
                ("regret", summary.regret), ("regret_days", summary.regretInDays),
                ("regret_days_rewards", summary.regretInRewards), ("best_leads", summary.bestLeads),
                ("wrong_calls", summary.wrongCalls), ("false_calls", summary.falseCalls), ("churn", summary.churn),
                ("floor_traffic", summary.floorTraffic),
            ]
            for (name, estimate) in figures where estimate != nil {
                writer.write(start + [name, ""] + Figures.fields(estimate))
            }
            for (day, estimate) in summary.regretByDay.enumerated() {
                writer.write(start + ["regret_of_day", "\(day)"] + Figures.fields(estimate))
            }
        }
    }
}
