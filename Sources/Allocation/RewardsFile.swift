import CSV
package import Domain
package import Learning

/// What is known of every arm by every reward: `rewards.csv` beside the table. One reward decides; the others are for looking.
package enum RewardsFile {
    package static let name = "rewards.csv"
    package static let header = [
        "date", "platform", "slot", "segment", "variant", "reward", "decides", "mean", "mean_low", "mean_high",
        "visitors",
        "successes",
    ]

    /// The groups of one experiment by reward.
    package struct Part: Sendable {
        package var experiment: SlotKey
        package var decides: Reward
        package var groups: [Reward: [LearnedGroup]]

        package init(experiment: SlotKey, decides: Reward, groups: [Reward: [LearnedGroup]]) {
            self.experiment = experiment
            self.decides = decides
            self.groups = groups
        }
    }

    /// Writes parts in the table's order, then by reward: click, purchase, revenue. A reward that no visitor of an experiment ever gave
    /// is left out, unless it decides.
    package static func bytes(_ parts: [Part], date: CalendarDate) -> [UInt8] {
        var writer = CSVWriter()
        writer.write(header)
        for part in parts.sorted(by: { $0.experiment < $1.experiment }) {
            let rewards = Reward.allCases.filter { reward in
                reward == part.decides
                    || part.groups[reward]?.first?.arms.contains { $0.successes != 0 } == true
            }
            let count = rewards.map { part.groups[$0]?.count ?? 0 }.max() ?? 0
            for index in 0..<count {
                let groups = rewards.map { part.groups[$0]?[index] }
                for arm in 0..<(groups.first??.arms.count ?? 0) {
                    for (reward, group) in zip(rewards, groups) {
                        guard let group else { continue }
                        writer.write(fields(group.arms[arm], group.segment, reward, part, date))
                    }
                }
            }
        }
        return writer.bytes
    }

    private static func fields(
        _ arm: LearnedArm, _ segment: Name, _ reward: Reward, _ part: Part, _ date: CalendarDate
    ) -> [String] {
        let summary = ArmSummary(arm)
        return [
            date.description, part.experiment.platform.string, part.experiment.slot.string, segment.string,
            arm.variant.string, reward.rawValue, reward == part.decides ? "true" : "false",
            PlainDecimal.string(summary.mean), summary.low.map(PlainDecimal.string) ?? "",
            summary.high.map(PlainDecimal.string) ?? "", String(arm.visitors),
            ExactDecimal.text(reward == .revenue ? arm.successes : arm.successes * 1_000_000, scale: 6),
        ]
    }
}

/// An arm's mean with its central 95 %, as files show them.
struct ArmSummary {
    let mean: Double
    let low: Double?
    let high: Double?

    /// Far beyond any money: what is more is not told apart.
    private static let greatest = 1e15

    init(_ arm: LearnedArm) {
        func bounded(_ value: Double) -> Double { min(ArmSummary.greatest, max(-ArmSummary.greatest, value)) }
        mean = PlainDecimal.rounded(bounded(arm.mean))
        low = arm.interval.map { PlainDecimal.rounded(bounded($0.quantile(0.025))) }
        high = arm.interval.map { PlainDecimal.rounded(bounded($0.quantile(0.975))) }
    }

    var isFinite: Bool { [mean, low ?? 0, high ?? 0].allSatisfy(\.isFinite) }
}
