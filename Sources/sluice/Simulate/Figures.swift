import Allocation
import Domain
import Simulation

/// How estimates stand in tables and files.
enum Figures {
    /// `8.5 % (6.9–10.4)`, without an interval where there is none; a dash for a figure that does not exist.
    static func percent(_ estimate: Estimate?, _ places: Int = 1) -> String {
        text(estimate, unit: " %") { Text.decimal($0 * 100, places) }
    }

    static func decimal(_ estimate: Estimate?, _ places: Int = 2) -> String {
        text(estimate) { Text.decimal($0, places) }
    }

    static func text(
        _ estimate: Estimate?, unit: String = "", dash: String = "–", _ number: (Double) -> String
    ) -> String {
        guard let estimate else { return "–" }
        let interval = estimate.interval.map { " (\(number($0.lowerBound))\(dash)\(number($0.upperBound)))" }
        return number(estimate.value) + unit + (interval ?? "")
    }

    /// The columns of an estimate in a file.
    static func columns(_ name: String) -> [String] { [name, name + "_low", name + "_high"] }

    static func fields(_ estimate: Estimate?) -> [String] {
        guard let estimate else { return ["", "", ""] }
        return [estimate.value, estimate.interval?.lowerBound, estimate.interval?.upperBound].map { value in
            value.map { PlainDecimal.string($0) } ?? ""
        }
    }

    /// The columns of a policy's summary in a file.
    static let summaryColumns =
        ["policy"]
        + [
            "regret", "regret_days", "regret_days_rewards", "best_leads", "wrong_calls", "false_calls", "churn",
            "floor_traffic",
        ].flatMap(
            columns)

    static func fields(_ summary: PolicySummary) -> [String] {
        let estimates = [
            summary.regret, summary.regretInDays, summary.regretInRewards, summary.bestLeads, summary.wrongCalls,
            summary.falseCalls,
            summary.churn, summary.floorTraffic,
        ]
        return [summary.name] + estimates.flatMap { fields($0) }
    }
}
