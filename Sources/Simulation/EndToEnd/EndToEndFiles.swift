import Allocation
import CSV
import Domain

/// The results of an end-to-end simulation as comma-separated values. Numbers are plain decimals with at most 9 places.
package enum EndToEndFiles {
    private static let nightColumns = [
        "day", "date", "platform", "slot", "visitors", "reward", "regret", "leader", "leader_traffic",
        "leader_probability_best", "best", "best_leads", "returning", "moved", "churn", "floor_traffic",
        "night",
    ]
    private static let regretColumns = [
        "day", "date", "platform", "slot", "policy", "reward", "regret", "regret_days",
    ]

    /// `nights.csv`: a row for each day and experiment.
    package static func nights(_ nights: [EndToEndNight], of world: World) -> [UInt8] {
        var writer = CSVWriter()
        writer.write(nightColumns)
        for night in nights {
            for (experiment, served) in zip(world.experiments, night.served) {
                func name(_ arm: Int?) -> String { arm.map { experiment.arms[$0].variant.string } ?? "" }
                writer.write([
                    String(night.day), night.date.description, experiment.key.platform.string,
                    experiment.key.slot.string, String(served.visitors), PlainDecimal.string(served.reward),
                    PlainDecimal.string(served.regret), name(served.leader),
                    served.leaderTraffic.map(PlainDecimal.string) ?? "",
                    served.leaderProbability.map(PlainDecimal.string) ?? "", name(served.best),
                    served.bestLeads.map { $0 ? "1" : "0" } ?? "", String(served.returning),
                    String(served.moved), PlainDecimal.string(served.churn),
                    PlainDecimal.string(served.floorTraffic), night.ending.word,
                ])
            }
        }
        return writer.bytes
    }

    /// `regret.csv`: a row for each day, experiment and policy. Its days of traffic add up to those of the whole time.
    package static func regret(_ experiments: [EndToEndExperiment], _ nights: [EndToEndNight]) -> [UInt8] {
        var writer = CSVWriter()
        writer.write(regretColumns)
        for (index, night) in nights.enumerated() {
            for experiment in experiments {
                for policy in experiment.policies {
                    writer.write([
                        String(night.day), night.date.description, experiment.world.key.platform.string,
                        experiment.world.key.slot.string, policy.name,
                        policy.reward.map { PlainDecimal.string($0[index]) } ?? "",
                        PlainDecimal.string(policy.regret[index]),
                        experiment.inDays(policy.regret[index]).map(PlainDecimal.string) ?? "",
                    ])
                }
            }
        }
        return writer.bytes
    }
}
