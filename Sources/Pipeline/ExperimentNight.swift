import Allocation
import Configuration
import Dispatch
import Domain
import Learning
import Synchronization

/// One experiment's part of a night: from its rows to its rows in the table. A pure function of what it is given.
struct ExperimentNight: Sendable {
    let configured: ExperimentConfiguration
    let pipeline: String
    /// All rows that count, by `learning.since`.
    let rows: [DailyRow]
    /// Whether a day's conversions are all in, so that its rows may speak for a verdict.
    let isMature: @Sendable (CalendarDate) -> Bool
    let priors: PriorCounts
    let blacklist: Blacklist
    /// The date of the table.
    let date: CalendarDate
    /// Arms that the table before has as stopped.
    let stoppedBefore: Set<Name>

    /// A guardrail that an arm has broken tonight.
    struct Stop: Sendable {
        var arm: Name
        var guardrail: Guardrail
        var liftHigh: Double
    }

    struct Result: Sendable {
        var rows: [AllocationRow]
        var facts: ExperimentFacts
        var rewards: RewardsFile.Part
        var stops: [Stop]
    }

    enum Failure: Error {
        case overflow
        case allocation(AllocationError)
    }

    func result() throws(Failure) -> Result {
        let learning = configured.learning
        let experiment = configured.experiment
        let learned: [Reward: [LearnedGroup]]
        do throws(CountOverflow) {
            learned = try ExperimentLearner(experiment: experiment, settings: learning, priors: priors)
                .learn(rows, rewards: Set(Reward.allCases))
        } catch {
            throw .overflow
        }
        var groups = learned[learning.reward] ?? []
        // A segment that the blacklist names is served by everyone's posteriors less what is blocked there.
        if let everyone = groups.first {
            let named = blacklist.segments(of: experiment, on: date).subtracting(groups.map(\.segment))
            groups += named.sorted().map { LearnedGroup(segment: $0, arms: everyone.arms) }
        }
        let mature = learning.counted(rows.filter { isMature($0.date) })
        let stops = groups.first.map { self.stops($0, mature) } ?? []
        let stopped = stoppedBefore.union(stops.map(\.arm))
        let outside = groups.map { blacklist.outside(of: experiment, segment: $0.segment, on: date, stopped: stopped) }
        let evidence = EvidenceLearner(experiment: experiment, reward: learning.reward).evidence(
            mature,
            groups: zip(groups, outside).map { group, outside in
                EvidenceLearner.Group(
                    segment: group.segment, competing: Set(experiment.variants).subtracting(outside.keys))
            })
        let allocated = try allocate(groups, outside, evidence)
        return Result(
            rows: allocated,
            facts: ExperimentFacts(
                experiment: experiment, learning: learning, allocation: configured.allocation, groups: groups,
                rows: allocated, conclusion: evidence.first.flatMap { conclusion(allocated, $0) }),
            rewards: RewardsFile.Part(experiment: experiment.key, decides: learning.reward, groups: learned),
            stops: stops)
    }

    private func allocate(
        _ groups: [LearnedGroup], _ outside: [[Name: ArmStatus]], _ evidence: [GroupEvidence]
    ) throws(Failure) -> [AllocationRow] {
        let experiment = configured.experiment
        let allocator = GroupAllocator(experiment: experiment, settings: configured.allocation)
        let results = Mutex([Swift.Result<[AllocationRow], AllocationError>?](repeating: nil, count: groups.count))
        DispatchQueue.concurrentPerform(iterations: groups.count) { index in
            let group = groups[index]
            let seed = GroupAllocator.seed(pipeline: pipeline, slot: experiment.key, segment: group.segment)
            let result = Swift.Result { () throws(AllocationError) in
                try allocator.allocate(
                    group: group, outside: outside[index], date: date, seed: seed,
                    reward: configured.learning.reward, objective: configured.learning.objective,
                    evidence: evidence[index])
            }
            results.withLock { $0[index] = result }
        }
        var rows: [AllocationRow] = []
        do throws(AllocationError) {
            for result in results.withLock({ $0 }) { rows += try result?.get() ?? [] }
        } catch {
            throw .allocation(error)
        }
        return rows
    }

    // MARK: Guardrails

    /// The arms that break a guardrail: those whose bounds against the control, without one the leader, lie below the tolerance as a
    /// whole.
    private func stops(_ everyone: LearnedGroup, _ rows: [DailyRow]) -> [Stop] {
        let experiment = configured.experiment
        let outside = blacklist.outside(of: experiment, segment: .everyone, on: date, stopped: stoppedBefore)
        let competing = experiment.arms.filter { experiment.variants.contains($0) && outside[$0] == nil }
        var stops: [Stop] = []
        for guardrail in configured.learning.guardrails {
            let learner = EvidenceLearner(experiment: experiment, reward: guardrail.metric)
            let group = EvidenceLearner.Group(segment: .everyone, competing: Set(competing))
            guard let evidence = learner.evidence(rows, groups: [group]).first,
                let reference = experiment.control?.variant ?? leader(everyone, competing),
                let position = evidence.arms.firstIndex(of: reference)
            else { continue }
            let comparisons = experiment.control == nil ? evidence.comparisonsAgainstLeader : 1
            for arm in competing where arm != reference && !stops.contains(where: { $0.arm == arm }) {
                guard let index = evidence.arms.firstIndex(of: arm),
                    let high = evidence.lift(of: index, over: position, comparisons: comparisons).high,
                    high < -guardrail.tolerance
                else { continue }
                stops.append(Stop(arm: arm, guardrail: guardrail, liftHigh: high))
            }
        }
        return stops
    }

    private func leader(_ everyone: LearnedGroup, _ competing: [Name]) -> Name? {
        let arms = everyone.arms.filter { competing.contains($0.variant) }
        guard let best = try? BestArmProbability.exact(arms.map(\.posterior)), !arms.isEmpty else { return nil }
        return arms[BestArmProbability.champion(best.probabilityBest)].variant
    }

    /// What there is to say of everyone's competition as a whole.
    private func conclusion(_ rows: [AllocationRow], _ evidence: GroupEvidence) -> ExperimentFacts.Conclusion? {
        if evidence.orderHasChanged { return .orderChanged }
        let competing = rows.filter { $0.key.segment == .everyone && $0.probabilityBest != nil }
        let leader = competing.max { ($0.probabilityBest ?? 0) < ($1.probabilityBest ?? 0) }?.key.variant
        guard let position = leader.flatMap({ evidence.arms.firstIndex(of: $0) }) else { return nil }
        return evidence.hasNothingLeft(leader: position) ? .nothingLeft : nil
    }
}
