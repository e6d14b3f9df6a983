import Domain
import Numerics
package import Policies

/// What a policy would have earned, by every estimator, beside the reference, with how far that is to be trusted.
package struct PolicyEvaluation: Sendable {
    /// An estimator's answer. What is not defined is nil, never a number.
    package struct Answer: Sendable {
        package var estimator: Estimator
        package var value: Double
        package var error: Double
        package var errorOfDays: Double?
        /// Of the difference from the reference.
        package var difference: Difference?
    }

    package struct Difference: Sendable {
        package var value: Double
        package var error: Double
        package var errorOfDays: Double?
        /// Two-sided; nil with no error.
        package var p: Double?
        /// V/V² − 1 and its error; nil where the reference's value is not positive.
        package var relative: Double?
        package var relativeError: Double?
    }

    /// Why an answer is not to be trusted.
    package enum Doubt: Equatable, Sendable {
        /// Fewer than 30 visitors with a reward.
        case fewRewards
        /// An effective sample under 100.
        case smallEffectiveSample
        /// Visitors did not come in the tables' shares.
        case shares
        /// Over 1 % of visitors saw arms without a share.
        case offTable

        package var words: String {
            switch self {
            case .fewRewards: "fewer than 30 visitors with a reward"
            case .smallEffectiveSample: "worth fewer than 100 visitors"
            case .shares: "visitors did not come in the tables' shares"
            case .offTable: "over 1 % of the visitors saw arms without a share"
            }
        }
    }

    package var policy: String
    /// In the order of ``Estimator``; estimators without an answer are left out.
    package var answers: [Answer]
    package var diagnostics: WeightDiagnostics
    package var visitors: Int64
    package var days: Int
    /// The part of all visitors' shares that this policy gives to arms that could not be served, before anything is left out.
    package var unsupported: Double
    package var doubts: [Doubt]

    package var isReliable: Bool { doubts.isEmpty }

    /// The estimator to read: doubly robust, or inverse propensity scoring where there is none.
    package var recommended: Answer? { answers.first { $0.estimator == .dr } ?? answers.first }
}

/// How policies are evaluated.
package struct EvaluationOptions: Sendable {
    package var support = SupportRule.drop
    /// Whether the error is that of visitors within strata, or that of visitors drawn one by one.
    package var isStratified = true
    package var model = DirectModel.Start.day
    /// Whether days are weighed to steady the error of differences (Zhan, Hadad, Hirshberg and Athey 2021).
    package var hasStableDayWeights = false

    package init() {}
}

/// The evaluation of policies on an experiment's visitors.
package struct ExperimentEvaluation: Sendable {
    package let log: LoggedExperiment
    package let support: SupportedPolicies
    private let policies: [TargetPolicy]
    private let reference: Int
    private let options: EvaluationOptions

    /// - Parameters:
    ///   - policies: `served` first.
    ///   - reference: the position among them of the one that others are compared with.
    package init(
        _ log: LoggedExperiment, policies: [TargetPolicy], reference: Int, options: EvaluationOptions
    ) throws(PolicyError) {
        let supported = try SupportedPolicies(policies, in: log, rule: options.support)
        self.log = log.keeping(supported.isKept)
        allStrata = log.strata
        support = supported
        self.policies = policies
        self.reference = reference
        self.options = options
    }

    /// All strata, those left out too.
    private let allStrata: [LoggedExperiment.Stratum]

    /// Evaluates every policy on the strata for which `isTarget` is true; q is learned from all. Empty when nobody is left.
    package func evaluations(
        of isTarget: (LoggedExperiment.Stratum) -> Bool = { _ in true }
    ) -> [PolicyEvaluation] {
        let targets = log.strata.map(isTarget)
        let estimation = DailyEstimation(log, model: options.model, isTarget: targets)
        guard estimation.visitors > 0 else { return [] }
        let shares = support.shares.map { $0.keeping(support.isKept) }
        return policies.indices.map { number in
            evaluate(number, shares, estimation, isTarget)
        }
    }

    private func evaluate(
        _ number: Int, _ shares: [PolicyShares], _ estimation: DailyEstimation,
        _ isTarget: (LoggedExperiment.Stratum) -> Bool
    ) -> PolicyEvaluation {
        let weights = options.hasStableDayWeights ? estimation.stableDayWeights(shares[number]) : nil
        var answers: [PolicyEvaluation.Answer] = []
        for estimator in Estimator.allCases {
            guard let estimate = estimation.estimate(estimator, of: shares[number], dayWeights: weights) else {
                continue
            }
            let errors = estimation.errors(of: estimate)
            let reference =
                number == self.reference
                ? nil : estimation.estimate(estimator, of: shares[self.reference], dayWeights: weights)
            answers.append(
                PolicyEvaluation.Answer(
                    estimator: estimator, value: estimate.value, error: chosen(errors), errorOfDays: errors.ofDays,
                    difference: reference.map { difference(estimate, $0, estimation) }))
        }
        let kept = zip(support.unsupported[number], support.isKept).filter(\.1).map(\.0)
        let lost = options.support == .keep ? kept : kept.map { _ in 0 }
        let diagnostics = estimation.diagnostics(shares[number], unsupported: lost)
        return PolicyEvaluation(
            policy: policies[number].name, answers: answers, diagnostics: diagnostics,
            visitors: Int64(estimation.visitors),
            days: Set(estimation.targets.map { log.strata[$0].date }).count,
            unsupported: unsupported(number, isTarget), doubts: doubts(diagnostics))
    }

    private func chosen(_ errors: StandardErrors) -> Double {
        options.isStratified ? errors.withinStrata : errors.plain ?? errors.withinStrata
    }

    private func difference(
        _ estimate: Estimate, _ reference: Estimate, _ estimation: DailyEstimation
    ) -> PolicyEvaluation.Difference {
        let difference = estimate.difference(from: reference)
        let errors = estimation.errors(of: difference)
        let error = chosen(errors)
        let relative = estimate.relative(to: reference)
        return PolicyEvaluation.Difference(
            value: difference.value, error: error, errorOfDays: errors.ofDays,
            p: error > 0 ? SpecialFunctions.normalTwoSided(difference.value / error) : nil, relative: relative?.value,
            relativeError: relative.map { chosen(estimation.errors(of: $0)) })
    }

    /// Σ N·u / Σ N over all strata.
    private func unsupported(_ number: Int, _ isTarget: (LoggedExperiment.Stratum) -> Bool) -> Double {
        var (mass, visitors) = (0.0, 0.0)
        for (stratum, share) in zip(allStrata, support.unsupported[number]) where isTarget(stratum) {
            mass += stratum.visitors * share
            visitors += stratum.visitors
        }
        return visitors > 0 ? mass / visitors : 0
    }

    private func doubts(_ diagnostics: WeightDiagnostics) -> [PolicyEvaluation.Doubt] {
        var doubts: [PolicyEvaluation.Doubt] = []
        if diagnostics.rewarded < 30 { doubts.append(.fewRewards) }
        if diagnostics.effectiveSampleSize < 100 { doubts.append(.smallEffectiveSample) }
        if diagnostics.isAlarming { doubts.append(.shares) }
        if log.omissions.isOffTable { doubts.append(.offTable) }
        return doubts
    }
}

extension LoggedExperiment.Omissions {
    /// Whether over 1 % of the visitors on days with a table saw an arm that had no share in it.
    package var isOffTable: Bool { Double(offTable) > 0.01 * Double(visitorsWithTable) }
}

extension DailyEstimation {
    /// h_d = (Σ_s N_s Σ_a π²/p / N_d)^(−½) of the day of each stratum; 0 on a day where the policy gives nothing to arms that could
    /// be served.
    func stableDayWeights(_ policy: PolicyShares) -> [Double] {
        var sums: [CalendarDate: (variance: Double, visitors: Double)] = [:]
        for number in targets {
            let stratum = log.strata[number]
            let variance = zip(policy.shares[number], stratum.shares).reduce(0) { sum, arm in
                arm.1 > 0 ? sum + arm.0 * arm.0 / arm.1 : sum
            }
            sums[stratum.date, default: (0, 0)].variance += stratum.visitors * variance
            sums[stratum.date, default: (0, 0)].visitors += stratum.visitors
        }
        return log.strata.map { stratum in
            guard let sum = sums[stratum.date], sum.variance > 0 else { return 0 }
            return (sum.visitors / sum.variance).squareRoot()
        }
    }
}
