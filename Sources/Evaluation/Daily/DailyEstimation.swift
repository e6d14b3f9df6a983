import Domain

/// The estimators over an experiment's strata, or over some of them.
///
/// Shares of one night follow from the days before, but given those, visitors of a day are assigned by an independent hash. So the
/// error of each estimate is a sum over days of which each has mean 0 given the days before (a martingale), and the sum of the
/// strata's variances estimates its variance, however shares moved. Floors bound the weights, hence no day dominates.
package struct DailyEstimation: Sendable {
    package let log: LoggedExperiment
    /// By stratum: whether its visitors are those to be judged; the others only teach q.
    private let isTarget: [Bool]
    /// N: visitors of the target strata.
    package let visitors: Double
    /// Where the direct method looks first.
    private let model: DirectModel
    /// q(s, a) of the doubly robust estimator.
    private let outcome: EarlierDaysModel

    /// - Parameter isTarget: by stratum; nil: all.
    package init(_ log: LoggedExperiment, model: DirectModel.Start, isTarget: [Bool]? = nil) {
        self.log = log
        let targets = isTarget ?? Array(repeating: true, count: log.strata.count)
        self.isTarget = targets
        visitors = log.strata.indices.reduce(0) { $0 + (targets[$1] ? log.strata[$1].visitors : 0) }
        self.model = DirectModel(log, start: model)
        outcome = EarlierDaysModel(log)
    }

    /// The target strata.
    var targets: [Int] { log.strata.indices.filter { isTarget[$0] } }

    /// The weight w = π/p of each cell; 0 outside the target.
    func weights(_ policy: PolicyShares) -> [Double] {
        log.cells.map { cell in
            guard isTarget[cell.stratum] else { return 0 }
            return policy.shares[cell.stratum][cell.arm] / log.strata[cell.stratum].shares[cell.arm]
        }
    }

    /// Estimates the value of a policy; nil where it is not defined.
    ///
    /// - Parameter dayWeights: h by stratum, for differences that weigh days; nil: every visitor counts 1.
    package func estimate(
        _ estimator: Estimator, of policy: PolicyShares, dayWeights: [Double]? = nil
    ) -> Estimate? {
        guard visitors > 0 else { return nil }
        if estimator == .dm { return dayWeights == nil ? directMethod(policy) : nil }
        let day = dayWeights ?? Array(repeating: 1, count: log.strata.count)
        let normalizer = targets.reduce(0) { $0 + day[$1] * log.strata[$1].visitors }
        guard normalizer > 0 else { return nil }
        let weights = weights(policy)
        switch estimator {
        case .dm: return nil
        case .ips: return inversePropensity(weights, day, normalizer)
        case .snips: return selfNormalized(weights, day, normalizer)
        case .dr: return doublyRobust(policy, weights, day, normalizer)
        }
    }

    private func inversePropensity(_ weights: [Double], _ day: [Double], _ normalizer: Double) -> Estimate {
        var sum = 0.0
        for (cell, weight) in zip(log.cells, weights) { sum += day[cell.stratum] * weight * cell.mean * cell.visitors }
        let value = sum / normalizer
        return estimate(value, normalizer) { number, cell in
            (day[cell.stratum] * weights[number], day[cell.stratum] * value)
        }
    }

    private func selfNormalized(_ weights: [Double], _ day: [Double], _ normalizer: Double) -> Estimate? {
        var sum = 0.0
        var weighted = 0.0
        for (cell, weight) in zip(log.cells, weights) {
            let share = day[cell.stratum] * weight * cell.visitors
            sum += share * cell.mean
            weighted += share
        }
        guard weighted > 0 else { return nil }
        let value = sum / weighted
        let scale = normalizer / weighted
        return estimate(value, normalizer) { number, cell in
            let slope = day[cell.stratum] * weights[number] * scale
            return (slope, slope * value)
        }
    }

    private func doublyRobust(
        _ policy: PolicyShares, _ weights: [Double], _ day: [Double], _ normalizer: Double
    ) -> Estimate {
        let expected = log.strata.indices.map { stratum in
            log.arms.indices.reduce(0) { $0 + policy.shares[stratum][$1] * outcome[stratum, $1] }
        }
        var sum = 0.0
        for stratum in targets { sum += day[stratum] * log.strata[stratum].visitors * expected[stratum] }
        for (cell, weight) in zip(log.cells, weights) {
            let residual = cell.mean - outcome[cell.stratum, cell.arm]
            sum += day[cell.stratum] * weight * cell.visitors * residual
        }
        let value = sum / normalizer
        return estimate(value, normalizer) { number, cell in
            let stratum = cell.stratum
            let offset = weights[number] * outcome[stratum, cell.arm] - expected[stratum] + value
            return (day[stratum] * weights[number], day[stratum] * offset)
        }
    }

    private func directMethod(_ policy: PolicyShares) -> Estimate {
        let slopes = model.slopes(of: policy, strata: targets, visitors: visitors)
        let value = zip(log.cells, slopes).reduce(0) { $0 + $1.0.mean * $1.0.visitors * $1.1 }
        return Estimate(value: value, influence: Influence(slopes: slopes, offsets: [], normalizer: 1))
    }

    private func estimate(
        _ value: Double, _ normalizer: Double, _ influence: (Int, LoggedExperiment.Cell) -> (Double, Double)
    ) -> Estimate {
        var slopes = Array(repeating: 0.0, count: log.cells.count)
        var offsets = slopes
        for (number, cell) in log.cells.enumerated() where isTarget[cell.stratum] {
            (slopes[number], offsets[number]) = influence(number, cell)
        }
        return Estimate(
            value: value, influence: Influence(slopes: slopes, offsets: offsets, normalizer: normalizer))
    }

    // MARK: Errors

    /// The standard errors of an estimate, of a difference or of a ratio.
    ///
    /// Within a cell e = A·r − B has the mean x = A·S1/n − B and the sum of squares A²·Σ(r − S1/n)² about it: sums of positive
    /// terms, in which nothing cancels.
    package func errors(of estimate: Estimate) -> StandardErrors {
        let influence = estimate.influence
        guard !influence.isOfMeans else {
            return StandardErrors(withinStrata: model.error(slopes: influence.slopes), plain: nil, ofDays: nil)
        }
        let means = zip(log.cells, zip(influence.slopes, influence.offsets)).map { $1.0 * $0.mean - $1.1 }
        var within = 0.0
        var spreads = 0.0
        var total = 0.0
        for stratum in targets {
            var sum = 0.0
            var spread = 0.0
            let cells = log.strata[stratum].cells
            for cell in cells {
                sum += means[cell] * log.cells[cell].visitors
                spread += influence.slopes[cell] * influence.slopes[cell] * log.cells[cell].spread
            }
            let count = log.strata[stratum].visitors
            let mean = sum / count
            let between = cells.reduce(0) {
                $0 + log.cells[$1].visitors * (means[$1] - mean) * (means[$1] - mean)
            }
            // One visitor says nothing of its spread: its square stands in.
            within += count > 1 ? count / (count - 1) * (spread + between) : sum * sum
            spreads += spread
            total += sum
        }
        let mean = total / visitors
        var between = 0.0
        for stratum in targets {
            for cell in log.strata[stratum].cells {
                between += log.cells[cell].visitors * (means[cell] - mean) * (means[cell] - mean)
            }
        }
        let plain = visitors > 1 ? (visitors / (visitors - 1) * (spreads + between)).squareRoot() : abs(total)
        return StandardErrors(
            withinStrata: within.squareRoot() / influence.normalizer, plain: plain / influence.normalizer,
            ofDays: errorOfDays(means).map { $0 / influence.normalizer })
    }

    /// √(D/(D−1)·Σ (E_d − Ē)²), E_d the sum of influences of a day; nil with fewer than two days.
    private func errorOfDays(_ means: [Double]) -> Double? {
        var sums: [Double] = []
        var last: CalendarDate?
        for stratum in targets {
            if log.strata[stratum].date != last {
                sums.append(0)
                last = log.strata[stratum].date
            }
            for cell in log.strata[stratum].cells { sums[sums.count - 1] += means[cell] * log.cells[cell].visitors }
        }
        guard sums.count > 1 else { return nil }
        let days = Double(sums.count)
        let mean = sums.reduce(0, +) / days
        let squares = sums.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (days / (days - 1) * squares).squareRoot()
    }
}

/// The shares π that a policy gives the arms, by stratum and arm.
package struct PolicyShares: Equatable, Sendable {
    package var shares: [[Double]]

    package init(shares: [[Double]]) {
        self.shares = shares
    }

    /// Those of the strata for which this is true.
    func keeping(_ isKept: [Bool]) -> PolicyShares {
        PolicyShares(shares: zip(shares, isKept).filter(\.1).map(\.0))
    }
}
