package import Allocation
package import Domain
package import Learning
package import Policies

/// Other settings as a policy: for each night the table that they would have published from the data there were.
///
/// It looks only at the days before each table, so that its shares of a day do not depend on the chance of the day. It does not
/// answer what a world would have been in which those tables had served: its later nights would have seen other data.
package struct SettingsPolicy: Sendable {
    package var learning: LearningSettings
    package var allocation: AllocationSettings
    package var priors: PriorCounts
    /// The pipeline's name, from which the draws of sampling are seeded.
    package var pipeline: String

    package init(learning: LearningSettings, allocation: AllocationSettings, priors: PriorCounts, pipeline: String) {
        self.learning = learning
        self.allocation = allocation
        self.priors = priors
        self.pipeline = pipeline
    }

    /// The shares that would have been published in place of a table, by segment.
    ///
    /// The declared arms, the control's share and what was blacklisted are the served table's; an experiment that could not have been
    /// allocated keeps the served shares, as its rows would have been carried over.
    ///
    /// - Parameter rows: those of the days before the table.
    /// - Throws: `CountOverflow` when sums leave their integers.
    package func shares(
        replacing table: ServedTable, of slot: SlotKey, learningFrom rows: [DailyRow]
    ) throws(CountOverflow) -> [Name: [ArmShare]] {
        let everyone = table.groups[.everyone] ?? []
        let control = everyone.first { $0.standing == .control }
        let experiment = Experiment(
            key: slot, variants: everyone.filter { $0.standing != .control }.map(\.variant),
            control: control.map { Experiment.Control(variant: $0.variant, traffic: Double($0.traffic) / 1e6) })
        let arms = Set(experiment.arms)
        let learner = ExperimentLearner(experiment: experiment, settings: learning, priors: priors)
        var groups = try learner.learn(rows.filter { arms.contains($0.key.variant) })
        guard let all = groups.first else { return served(table) }
        let blockedForEveryone = blocked(everyone)
        for (segment, group) in table.groups.sorted(by: { $0.key < $1.key })
        where blocked(group) != blockedForEveryone && !groups.contains(where: { $0.segment == segment }) {
            groups.append(LearnedGroup(segment: segment, arms: all.arms))
        }
        let evidence = evidence(of: experiment, table, groups.map(\.segment), rows)
        let allocator = GroupAllocator(experiment: experiment, settings: allocation)
        var shares: [Name: [ArmShare]] = [:]
        for group in groups {
            let outside = outside(table, group.segment)
            let seed = GroupAllocator.seed(pipeline: pipeline, slot: slot, segment: group.segment)
            guard
                let allocated = try? allocator.allocate(
                    group: group, outside: outside, date: table.date, seed: seed, reward: learning.reward,
                    objective: learning.objective, evidence: evidence[group.segment])
            else { return served(table) }
            shares[group.segment] = allocated.filter { $0.traffic > 0 }
                .map { ArmShare($0.key.variant, Double($0.traffic) / 1e6) }
        }
        return shares
    }

    /// The evidence by segment; none where shares do not depend on it.
    private func evidence(
        of experiment: Experiment, _ table: ServedTable, _ segments: [Name], _ rows: [DailyRow]
    ) -> [Name: GroupEvidence] {
        guard learning.objective == .identify else { return [:] }
        let groups = segments.map { segment in
            EvidenceLearner.Group(
                segment: segment, competing: Set(experiment.variants).subtracting(outside(table, segment).keys))
        }
        let found = EvidenceLearner(experiment: experiment, reward: learning.reward)
            .evidence(learning.counted(rows), groups: groups)
        return Dictionary(found.map { ($0.segment, $0) }) { first, _ in first }
    }

    private func outside(_ table: ServedTable, _ segment: Name) -> [Name: ArmStatus] {
        let arms = table.group(serving: segment)?.arms ?? table.groups[.everyone] ?? []
        return Dictionary(uniqueKeysWithValues: blocked(arms).map { ($0, .blacklisted) })
    }

    private func blocked(_ arms: [ServedTable.Arm]) -> Set<Name> {
        Set(arms.filter { $0.standing == .out }.map(\.variant))
    }

    private func served(_ table: ServedTable) -> [Name: [ArmShare]] {
        table.groups.mapValues { arms in
            arms.filter { $0.traffic > 0 }.map { ArmShare($0.variant, Double($0.traffic) / 1e6) }
        }
    }
}
