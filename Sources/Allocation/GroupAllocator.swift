package import Domain
package import Learning
import Randomizer

/// The step from what is known of a group's arms to their shares of traffic.
///
///     posteriors ─► P(best) ─► (top two) ─► cap on new arms ─► scale beside the control ─► floors ─► 6 decimals
package struct GroupAllocator: Sendable {
    private let experiment: Experiment
    private let settings: AllocationSettings

    package init(experiment: Experiment, settings: AllocationSettings) {
        self.experiment = experiment
        self.settings = settings
    }

    /// The shares of a group, one row for each of its arms in their order; they add up to exactly 1,000,000.
    ///
    /// - Parameters:
    ///   - outside: arms of this group to be left out, and why.
    ///   - date: the first day the shares are served.
    ///   - seed: of the draws when the method is `sampling`; it should depend on the group alone.
    ///   - reward: what the group's successes are.
    ///   - objective: what the shares are for; with `identify` they are Thompson's once the evidence names a winner.
    ///   - evidence: the group's, with the same arms in competition; nil: rows without verdicts and lifts.
    ///   - showsLifts: whether the rows have lifts; they take half of the time.
    package func allocate(
        group: LearnedGroup, outside: [Name: ArmStatus] = [:], date: CalendarDate, seed: UInt64, reward: Reward,
        objective: Objective = .reward, evidence: GroupEvidence? = nil, showsLifts: Bool = true
    ) throws(AllocationError) -> [AllocationRow] {
        let control = experiment.control?.variant
        let eligible = group.arms.filter { outside[$0.variant] == nil && $0.variant != control }
        var controlShare = try controlShare(group, outside)
        var best = BestArmProbability(probabilityBest: [], valueRemaining: 0)
        var shares: [Int] = []
        if eligible.isEmpty {
            // Whoever must not see the arms sees the control.
            guard controlShare > 0 else { throw error(.noEligibleArm, group) }
            controlShare = 1_000_000
        } else {
            best = try bestArm(eligible, group, seed)
            var wanted = best
            if objective == .identify, evidence?.winner == nil {
                wanted.probabilityBest = TopTwoSampling.shares(best.probabilityBest)
            }
            shares = try self.shares(eligible, wanted, controlShare, group, seed)
        }
        let judge = evidence.map { evidence in
            RowJudge(
                evidence, control: control,
                leader: eligible.isEmpty ? nil : eligible[BestArmProbability.champion(best.probabilityBest)].variant)
        }

        var rows: [AllocationRow] = []
        var position = 0
        for arm in group.arms {
            var row = try row(of: arm, in: group, date: date, reward: reward)
            if let status = outside[arm.variant] {
                row.status = status
            } else if arm.variant == control {
                row.status = .control
                row.traffic = controlShare
            } else {
                row.status = isNew(arm) ? .new : .active
                row.traffic = shares[position]
                row.probabilityBest = PlainDecimal.rounded(best.probabilityBest[position])
                row.valueRemaining = PlainDecimal.rounded(best.valueRemaining)
                position += 1
            }
            judge?.judge(&row, showsLift: showsLifts)
            rows.append(row)
        }
        return rows
    }

    /// Visitors that a prior stands for count like those of the window: beside arms that have such priors, one without is new;
    /// and an arm known from everyone is not new in a segment. Visitors of days on which hardly another arm was shown tell nothing
    /// of how the arm compares, and end no warm-up.
    private func isNew(_ arm: LearnedArm) -> Bool {
        (arm.isCompared ? Double(arm.visitors) : 0) + arm.priorVisitors < Double(settings.warmup)
    }

    /// The seed of a group's draws: a function of pipeline and group, not of the date, so that nothing moves without data.
    package static func seed(pipeline: String, slot: SlotKey, segment: Name) -> UInt64 {
        let parts = [pipeline, slot.platform.string, slot.slot.string, segment.string]
        return Array(parts.joined(separator: "\u{1F}").utf8).withUnsafeBytes { XXH64.hash($0, seed: 0) }
    }

    private func error(_ problem: AllocationError.Problem, _ group: LearnedGroup) -> AllocationError {
        AllocationError(experiment: experiment.key, segment: group.segment, problem: problem)
    }

    /// The control's micro-shares: 0 when it is blacklisted or the group has none.
    private func controlShare(
        _ group: LearnedGroup, _ outside: [Name: ArmStatus]
    ) throws(AllocationError) -> Int {
        guard let control = experiment.control, outside[control.variant] == nil,
            group.arms.contains(where: { $0.variant == control.variant })
        else { return 0 }
        guard control.traffic >= 0, control.traffic < 1 else {
            throw error(.invalidShare(control.variant, control.traffic), group)
        }
        return Int((control.traffic * 1e6).rounded())
    }

    private func bestArm(
        _ arms: [LearnedArm], _ group: LearnedGroup, _ seed: UInt64
    ) throws(AllocationError) -> BestArmProbability {
        let posteriors = arms.map(\.posterior)
        switch settings.method {
        case .sampling:
            return BestArmProbability.sampling(posteriors, draws: settings.draws, seed: seed)
        case .exact:
            do {
                return try BestArmProbability.exact(posteriors)
            } catch {
                throw self.error(.bestArm(error), group)
            }
        }
    }

    /// The micro-shares of the eligible arms.
    private func shares(
        _ arms: [LearnedArm], _ best: BestArmProbability, _ controlShare: Int, _ group: LearnedGroup,
        _ seed: UInt64
    ) throws(AllocationError) -> [Int] {
        let isNew = arms.map(isNew)
        let weights = try weights(arms, best.probabilityBest, isNew, group, seed)
        let capped = NewVariantCap.apply(best.probabilityBest, isNew: isNew, weights: weights)

        let available = 1_000_000 - controlShare
        let scale = Double(available) / 1e6
        let floors = settings.floors(of: arms.map(\.variant), available: scale)
        if let invalid = floors.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
            throw error(.invalidShare(arms[invalid].variant, floors[invalid]), group)
        }
        guard let raised = Floors.apply(capped.map { $0 * scale }, floors: floors) else {
            throw error(.floorsExceedTraffic(floors: floors.reduce(0, +), available: scale), group)
        }
        return Rounding.microShares(raised, names: arms.map(\.variant), floors: floors, total: available)
    }

    /// How the arms that are not new share what is taken from the new: by their shares, unless these are so small beside
    /// the new ones' that little but numerical error is left of them; then by P(best) among themselves.
    private func weights(
        _ arms: [LearnedArm], _ shares: [Double], _ isNew: [Bool], _ group: LearnedGroup, _ seed: UInt64
    ) throws(AllocationError) -> [Double] {
        let mature = arms.indices.filter { !isNew[$0] }
        let left = mature.reduce(0) { $0 + shares[$1] }
        guard !mature.isEmpty, left < 1e-6 else { return shares }
        let best = try bestArm(mature.map { arms[$0] }, group, seed)
        var weights = Array(repeating: 0.0, count: arms.count)
        for (position, arm) in mature.enumerated() { weights[arm] = best.probabilityBest[position] }
        return weights
    }

    /// What a row says of any arm, whatever its part.
    private func row(
        of arm: LearnedArm, in group: LearnedGroup, date: CalendarDate, reward: Reward
    ) throws(AllocationError) -> AllocationRow {
        let key = ArmKey(
            platform: experiment.key.platform, slot: experiment.key.slot, segment: group.segment, variant: arm.variant)
        let summary = ArmSummary(arm)
        guard summary.isFinite else { throw error(.notFinite(arm.variant), group) }
        return AllocationRow(
            date: date, key: key, traffic: 0, status: .active, probabilityBest: nil,
            mean: summary.mean, meanLow: summary.low, meanHigh: summary.high, visitors: arm.visitors,
            successes: reward == .revenue ? arm.successes : arm.successes * 1_000_000, valueRemaining: nil)
    }
}

/// The cap on arms with too few visitors to be judged: no more than an equal share each.
///
/// An arm without data is best with a high probability (Beta(1, 1) beside arms at 4 %: P = 0.96), which is ignorance, not
/// merit.
package enum NewVariantCap {
    /// Caps each new arm at 1/K and gives what is above to the others in proportion to their weights.
    ///
    /// - Parameters:
    ///   - shares: of the K competing arms, adding up to 1.
    ///   - isNew: which of them are new; when all are, nothing is known and they share evenly.
    ///   - weights: of the arms that are not new, their shares as a rule; equal when none is positive.
    package static func apply(_ shares: [Double], isNew: [Bool], weights: [Double]) -> [Double] {
        guard isNew.contains(true) else { return shares }
        guard isNew.contains(false) else { return shares.map { _ in 1 / Double(shares.count) } }
        let cap = 1 / Double(shares.count)
        var capped = shares
        var excess = 0.0
        var total = 0.0
        for index in shares.indices {
            if isNew[index] {
                capped[index] = min(shares[index], cap)
                excess += shares[index] - capped[index]
            } else {
                total += weights[index]
            }
        }
        guard excess > 0 else { return shares }
        let mature = Double(isNew.count { !$0 })
        for index in shares.indices where !isNew[index] {
            capped[index] += excess * (total > 0 ? weights[index] / total : 1 / mature)
        }
        return capped
    }
}
