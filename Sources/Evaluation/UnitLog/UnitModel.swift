/// The policies and their outcome models, cell by cell of a log.
struct UnitModel: Sendable {
    let names: [String]
    /// By cell, then policy.
    let cells: [PolicyCell]
    /// By cell: whether its rows are judged.
    let isKept: [Bool]
    /// N, those of them with a reward, and Σ r.
    private(set) var rows = 0.0
    private(set) var rewarded = 0.0
    private(set) var reward = 0.0
    /// By policy, of weights as they are.
    private(set) var totals: [PolicyTotals]
    /// Where weights are clipped.
    let clip: Double?

    /// Builds it in O(cells·policies + contexts·arms).
    init(_ log: UnitCells, policies: [PolicyByContext], kept: [Bool], clip: Double?) {
        names = policies.map(\.name)
        self.clip = clip
        isKept = log.keys.map { kept[$0.context] }
        var cells = Array(
            repeating: PolicyCell(share: 0, outcome: 0, expected: 0), count: log.keys.count * policies.count)
        for (number, policy) in policies.enumerated() {
            let model = CrossFittedModel(log, x: policy.model, kept: kept)
            // M is the same for all arms of a context: it is looked for once for each fold.
            var expected: [Double?] = Array(repeating: nil, count: log.contexts.count * UnitRowReader.folds)
            for (index, key) in log.keys.enumerated() where isKept[index] {
                let x = policy.model[key.context]
                let place = key.context * UnitRowReader.folds + key.fold
                let m =
                    expected[place]
                    ?? model.expectation(of: policy.shares[policy.groups[key.context]], x: x, fold: key.fold)
                expected[place] = m
                cells[index * policies.count + number] = PolicyCell(
                    share: policy.share(context: key.context, arm: key.arm),
                    outcome: model.mean(x: x, arm: key.arm, fold: key.fold), expected: m)
            }
        }
        self.cells = cells
        totals = Array(repeating: PolicyTotals(), count: policies.count)
        for (index, moments) in log.moments.enumerated() where isKept[index] {
            rows += moments.rows
            rewarded += moments.rewarded
            reward += moments.reward
            for number in policies.indices { add(moments, cells[index * policies.count + number], to: number) }
        }
    }

    private mutating func add(_ moments: CellMoments, _ cell: PolicyCell, to number: Int) {
        let share = cell.share
        totals[number].expected += moments.rows * cell.expected
        totals[number].weight += share * moments.inverse
        totals[number].weightedReward += share * moments.inverseReward
        totals[number].weightedResidual += share * (moments.inverseReward - cell.outcome * moments.inverse)
        totals[number].plainWeight += share * moments.inverse
        totals[number].squaredWeight += share * share * moments.squared
        totals[number].maximumWeight = max(totals[number].maximumWeight, share * moments.maximumInverse)
        if share > 0 { totals[number].rewarded += moments.rewarded }
    }

    /// The totals with the sums of clipped weights in place of the others.
    func clipped(_ sums: [ClippedSums]) -> [PolicyTotals] {
        zip(totals, sums).map { totals, sums in
            var totals = totals
            totals.weight = sums.weight
            totals.weightedReward = sums.weightedReward
            totals.weightedResidual = sums.weightedResidual
            return totals
        }
    }
}

/// Sums of w' = min(w, L) over rows.
struct ClippedSums {
    var weight = 0.0
    var weightedReward = 0.0
    var weightedResidual = 0.0

    mutating func add(_ other: ClippedSums) {
        weight += other.weight
        weightedReward += other.weightedReward
        weightedResidual += other.weightedResidual
    }
}
