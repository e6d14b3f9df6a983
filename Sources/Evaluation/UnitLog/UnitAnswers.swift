import Numerics

/// Turns totals and sums of influences into rows: `served` first, then policy by policy.
struct UnitAnswers {
    private let model: UnitModel
    private let totals: [PolicyTotals]
    private let question: UnitLogQuestion
    private(set) var plan: ErrorPlan
    /// By line of the answer.
    private var lines: [Line] = []
    private var weightErrors: [Int] = []
    var leftOut: Int64 = 0
    var badLines: Int64 = 0

    /// A line with the numbers of the errors that it needs.
    private struct Line {
        /// Nil: the policy that served.
        var policy: Int?
        var estimator: UnitEstimator
        var value: Double
        var error: Int?
        var reference: Double?
        var difference: Int?
        var relative: Int?
    }

    init(_ model: UnitModel, _ totals: [PolicyTotals], _ question: UnitLogQuestion) {
        self.model = model
        self.totals = totals
        self.question = question
        plan = ErrorPlan(totals, servedValue: model.reward / model.rows, rows: model.rows)
        add(nil, [.ips, .snips])
        for policy in totals.indices {
            add(policy, UnitEstimator.allCases)
            weightErrors.append(plan.want(ErrorPlan.weightColumn(policy: policy)))
        }
    }

    private func value(_ policy: Int?, _ estimator: UnitEstimator) -> Double? {
        guard let policy else {
            // What served is known for the variant that was shown alone: w = 1, and no other.
            return [.ips, .snips].contains(estimator) ? model.reward / model.rows : nil
        }
        return totals[policy].value(estimator, rows: model.rows)
    }

    private func column(_ policy: Int?, _ estimator: UnitEstimator) -> Int? {
        policy.map { ErrorPlan.column(policy: $0, estimator) } ?? 0
    }

    private mutating func add(_ policy: Int?, _ estimators: [UnitEstimator]) {
        let reference = model.names.firstIndex(of: question.reference)
        for estimator in estimators {
            guard let value = value(policy, estimator) else { continue }
            var line = Line(policy: policy, estimator: estimator, value: value)
            let own = column(policy, estimator)
            line.error = own.map { plan.want($0) }
            if policy != reference { line.reference = self.value(reference, estimator) }
            if let own, let against = line.reference, let other = column(reference, estimator) {
                line.difference = plan.want(own, 1, other, -1)
                if against > 0 { line.relative = plan.want(own, 1 / against, other, -value / against / against) }
            }
            lines.append(line)
        }
    }

    /// The rows, and what speaks against each policy's.
    func rows(_ errors: ErrorSums) -> (rows: [EvaluationRow], doubts: [String: [UnitLogAnswer.Doubt]]) {
        let z = SpecialFunctions.normalQuantile(probability: 0.5 + question.confidence / 2)
        var doubts: [String: [UnitLogAnswer.Doubt]] = [:]
        var rows: [EvaluationRow] = []
        for line in lines {
            let policy = line.policy.map { model.names[$0] } ?? "served"
            var row = EvaluationRow(policy: policy, estimator: name(line))
            row.value = line.value
            if let number = line.error, let error = errors.error(number, of: line.value, rows: model.rows) {
                row.error = error
                row.low = line.value - z * error
                row.high = line.value + z * error
            }
            if let reference = line.reference {
                let difference = line.value - reference
                row.difference = difference
                if let number = line.difference, let error = errors.error(number, of: reference, rows: model.rows) {
                    row.differenceError = error
                    row.differenceLow = difference - z * error
                    row.differenceHigh = difference + z * error
                    row.differenceP = error > 0 ? SpecialFunctions.normalTwoSided(difference / error) : nil
                }
                if reference > 0 {
                    row.relative = line.value / reference - 1
                    row.relativeError = line.relative.flatMap { errors.error($0, of: 1, rows: model.rows) }
                }
            }
            let found = addWeights(to: &row, line.policy, errors)
            doubts[policy] = found
            row.isReliable = found.isEmpty
            row.visitors = Int64(model.rows)
            row.leftOut = leftOut
            row.offTable = badLines
            rows.append(row)
        }
        return (rows, doubts)
    }

    private func name(_ line: Line) -> String {
        // The weights of what served are 1, and the direct method has none.
        guard let clip = question.clip, line.policy != nil, line.estimator != .dm else {
            return line.estimator.rawValue
        }
        let limit = clip == clip.rounded() && clip < 1e15 ? "\(Int64(clip))" : "\(clip)"
        return "\(line.estimator.rawValue)-clip(\(limit))"
    }

    /// What is known of the weights as they are, and what speaks against trusting the estimates.
    private func addWeights(
        to row: inout EvaluationRow, _ policy: Int?, _ errors: ErrorSums
    ) -> [UnitLogAnswer.Doubt] {
        let rows = model.rows
        var doubts: [UnitLogAnswer.Doubt] = []
        if let policy {
            let totals = totals[policy]
            let mean = totals.plainWeight / rows
            row.rewarded = Int64(totals.rewarded)
            row.effectiveSampleSize = totals.plainWeight * totals.plainWeight / totals.squaredWeight
            row.maximumWeight = totals.maximumWeight
            row.meanWeight = mean
            if let error = errors.error(weightErrors[policy], of: mean, rows: rows), error > 0 {
                let z = (mean - 1) / error
                row.meanWeightZ = z
                if SpecialFunctions.normalTwoSided(z) < WeightDiagnostics.alarm { doubts.append(.weights) }
            }
        } else {
            row.rewarded = Int64(model.rewarded)
            row.effectiveSampleSize = rows
            row.maximumWeight = 1
            row.meanWeight = 1
        }
        if (row.rewarded ?? 0) < 30 { doubts.append(.fewRewards) }
        if (row.effectiveSampleSize ?? 0) < 100 { doubts.append(.smallEffectiveSample) }
        return doubts
    }
}
