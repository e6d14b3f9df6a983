package import Allocation
import Domain
package import Learning

/// What Sluice does: its learner and its allocator, on rows that never touch a file.
package struct ThompsonPolicy: Policy {
    package var name: String
    package var learning: LearningSettings
    package var allocation: AllocationSettings
    package var priors: PriorCounts

    /// - Parameters:
    ///   - learning: its reward is the experiment's, whatever it says, and its file of priors is not read:
    ///   - priors: what is in it.
    package init(
        name: String, learning: LearningSettings, allocation: AllocationSettings, priors: PriorCounts = PriorCounts()
    ) {
        self.name = name
        self.priors = priors
        self.learning = learning
        self.allocation = allocation
    }

    /// Whether verdicts are made; without, no winner is ever named, and nights are quicker.
    package var judges = true

    package func table(_ night: Night) throws(PolicyError) -> PolicyTable {
        let experiment = night.experiment.declared(on: night.day)
        let reward = night.experiment.reward
        var settings = learning
        settings.reward = reward
        let competing = Set(night.competing.map { night.experiment.arms[$0].variant })
        let outside = Dictionary(
            uniqueKeysWithValues: experiment.variants.filter { !competing.contains($0) }
                .map { ($0, ArmStatus.blacklisted) })
        var winner: Name?

        var rows: [[AllocationRow]] = []
        do {
            let learner = ExperimentLearner(experiment: experiment, settings: settings, priors: priors)
            let groups = try learner.learn(night.rows)
            let allocator = GroupAllocator(experiment: experiment, settings: allocation)
            let evidence =
                judges
                ? EvidenceLearner(experiment: experiment, reward: reward).evidence(
                    settings.counted(night.rows),
                    groups: groups.map { EvidenceLearner.Group(segment: $0.segment, competing: competing) }) : nil
            winner = evidence?.first.flatMap { everyone in everyone.winner.map { everyone.arms[$0] } }
            for (number, group) in groups.enumerated() {
                rows.append(
                    try allocator.allocate(
                        group: group, outside: outside, date: night.date, seed: UInt64(number),
                        reward: reward, objective: settings.objective, evidence: evidence?[number],
                        showsLifts: false))
            }
        } catch {
            throw PolicyError("\(error)")
        }
        var table = table(of: rows, in: night.experiment)
        table.winner = winner.flatMap { night.experiment.position(of: $0) }
        return table
    }

    /// The rows of a published table as shares, with the winner that they name.
    ///
    /// - Parameter groups: everyone's first.
    package func table(of groups: [[AllocationRow]], in experiment: ServedExperiment) -> PolicyTable {
        func shares(_ rows: [AllocationRow]) -> [Double] {
            var shares = [Double](repeating: 0, count: experiment.arms.count)
            for row in rows {
                if let arm = experiment.position(of: row.key.variant) { shares[arm] = Double(row.traffic) / 1e6 }
            }
            return shares
        }
        let everyone = groups[0]
        var table = PolicyTable(everyone: shares(everyone))
        let best = everyone.max { ($0.probabilityBest ?? -1) < ($1.probabilityBest ?? -1) }
        table.leader = best.flatMap { experiment.position(of: $0.key.variant) }
        table.winner = everyone.first { $0.verdict == .winner }.flatMap { experiment.position(of: $0.key.variant) }
        var served = 1.0
        for rows in groups.dropFirst() {
            guard let segment = experiment.segments.firstIndex(where: { $0.name == rows[0].key.segment }) else {
                continue
            }
            table.segments[segment] = shares(rows)
            table.floorTraffic += experiment.segments[segment].share * floorTraffic(rows, experiment)
            served -= experiment.segments[segment].share
        }
        table.floorTraffic += max(0, served) * floorTraffic(everyone, experiment)
        return table
    }

    /// What floors give to arms beyond their probability of being best, as a share of the group's visitors.
    private func floorTraffic(_ rows: [AllocationRow], _ experiment: ServedExperiment) -> Double {
        let available = 1 - (experiment.control?.traffic ?? 0)
        let arms = rows.filter { $0.probabilityBest != nil }
        let floors = allocation.floors(of: arms.map(\.key.variant), available: available)
        return zip(arms, floors).reduce(0) { sum, arm in
            sum + max(0, arm.1 - available * (arm.0.probabilityBest ?? 0))
        }
    }
}
