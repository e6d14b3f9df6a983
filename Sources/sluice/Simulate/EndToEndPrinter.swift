import Domain
import Learning
import Simulation

/// The results of an end-to-end simulation laid out for reading.
enum EndToEndPrinter {
    /// Rows at most for the days of an experiment: more days are folded.
    private static let rows = 14

    static func text(of experiments: [EndToEndExperiment], _ nights: [EndToEndNight], start: CalendarDate) -> String {
        var text = ""
        for experiment in experiments {
            text += "\(name(experiment)): \(experiment.world.reward.rawValue), "
            text += "\(Text.count(Int64(experiment.world.arms.count), "arm")), "
            text += "\(Text.count(Int64(experiment.days.count), "day")) from \(start)\n\n"
            text += days(of: experiment, nights) + "\n"
        }
        return text + "In all, by expected reward\n\n" + totals(experiments)
    }

    private static func name(_ experiment: EndToEndExperiment) -> String {
        "\(experiment.world.key.platform)/\(experiment.world.key.slot)"
    }

    private static func days(of experiment: EndToEndExperiment, _ nights: [EndToEndNight]) -> String {
        var cells = [
            ["days", "visitors", "reward", "regret", "in days", "leads", "traffic", "P(best)", "truly best", "nights"]
        ]
        let step = (nights.count + rows - 1) / rows
        for start in stride(from: 0, to: nights.count, by: max(1, step)) {
            let range = start..<min(nights.count, start + step)
            guard let last = experiment.days[range].last else { continue }
            func sum(_ value: (ServedDay) -> Double) -> Double { experiment.days[range].reduce(0) { $0 + value($1) } }
            func arm(_ index: Int?) -> String { index.map { experiment.world.arms[$0].variant.string } ?? "none" }
            let regret = sum(\.regret)
            let troubles = nights[range].compactMap { night -> String? in
                if case .published = night.ending { return nil }
                return step == 1 ? night.ending.word : "\(night.day): \(night.ending.word)"
            }
            cells.append([
                range.count == 1 ? "\(start)" : "\(start)–\(range.upperBound - 1)",
                Text.count(Int64(sum { Double($0.visitors) })), Text.decimal(sum(\.reward), 1),
                Text.decimal(regret, 1), days(experiment.inDays(regret)), arm(last.leader),
                last.leaderTraffic.map { Text.decimal($0 * 100, 1) + " %" } ?? "",
                last.leaderProbability.map { Text.decimal($0, 4) } ?? "", arm(last.best),
                troubles.joined(separator: ", "),
            ])
        }
        return TablePrinter.aligned(cells, rightAligned: [1, 2, 3, 4, 6, 7])
    }

    private static func totals(_ experiments: [EndToEndExperiment]) -> String {
        var cells = [
            ["platform/slot", "policy", "reward", "regret", "in days", "best led", "churn a night", "by floors"]
        ]
        for experiment in experiments {
            for policy in experiment.policies {
                let regret = policy.regret.reduce(0, +)
                let isEndToEnd = policy.name == "chosen"
                cells.append([
                    name(experiment), policy.name, policy.reward.map { Text.decimal($0.reduce(0, +), 1) } ?? "–",
                    Text.decimal(regret, 1), days(experiment.inDays(regret)),
                    isEndToEnd ? experiment.bestLed.map { Text.decimal($0 * 100, 0) + " %" } ?? "–" : "",
                    isEndToEnd ? Text.decimal(experiment.churn * 100, 1) + " %" : "",
                    isEndToEnd ? Text.decimal(experiment.floorTraffic * 100, 1) + " %" : "",
                ])
            }
        }
        return TablePrinter.aligned(cells, rightAligned: [2, 3, 4, 5, 6, 7])
    }

    private static func days(_ days: Double?) -> String {
        days.map { Text.decimal($0, 2) } ?? "–"
    }
}
