import Allocation
package import Domain
package import Evaluation
import Learning
import Numerics
import Policies

/// What policies that did not run would have earned on the days shown, each compared with what served.
///
/// Every policy is judged by itself, on the visitors to whom all of its arms could be shown: an arm that joined last week takes no
/// earlier day away from the others. The estimates are those of `sluice evaluate --date A..B --policy NAME=SPEC`.
package struct WhatIf: Sendable {
    /// A policy that might have run.
    package enum Policy: Equatable, Sendable {
        /// The control keeps its share, the others have equal parts.
        case even
        /// Everyone sees one arm.
        case always(Name)
        /// The archived table of a date, on all days.
        case table(CalendarDate)
    }

    /// A policy's answer.
    package struct Answer: Sendable {
        package var policy: Policy
        /// Nil when no visitor could be judged.
        package var evaluation: PolicyEvaluation?
        /// Visitors left out, since an arm of the policy could not be shown to them.
        package var leftOut: Int64
    }

    /// Why there are no answers.
    package enum Absence: Equatable, Sendable {
        /// Nothing says what counts as success.
        case unknownReward
        /// No visitors on days with a table.
        case noVisitors
        /// Files could not be read or joined.
        case failure(String)
    }

    /// Arms beyond these, those of least traffic, have no `always` of their own.
    package static let greatestArms = 20
    /// Archived tables that are judged, the newest ones.
    package static let greatestTables = 3

    package var answers: [Answer] = []
    /// What served beside an even split and the control; nil where nothing can be told.
    package var brought: Brought?
    package var absence: Absence?
    package var days: Int = 0
    /// The first and the last day with visitors on a day with a table.
    package var dates: ClosedRange<CalendarDate>?
    package var omissions = LoggedExperiment.Omissions()
    /// Arms without an `always` of their own.
    package var armsLeftOut = 0

    /// Judges the policies that come to mind for an experiment.
    ///
    /// O(policies · strata · arms) of the days that `evidence` has.
    package init(_ history: ExperimentHistory, _ evidence: StateEvidence) {
        guard let reward = history.reward else {
            absence = .unknownReward
            return
        }
        do {
            let log = try evidence.log(of: history.key, reward: reward, handover: .share(0)).log
            omissions = log.omissions
            days = log.dates.count
            if let first = log.dates.min(), let last = log.dates.max() { dates = first...last }
            guard !log.strata.isEmpty else {
                absence = .noVisitors
                return
            }
            brought = Brought(log, reward: reward, control: history.control.map { history.arms[$0] })
            answers = try WhatIf.answers(to: try policies(history, evidence, log), log)
        } catch {
            absence = .failure("\(error)")
            answers = []
        }
    }

    /// Policies that can be judged by the same visitors are evaluated together.
    private static func answers(
        to policies: [(policy: Policy, target: TargetPolicy)], _ log: LoggedExperiment
    ) throws(PolicyError) -> [Answer] {
        let served = TargetPolicy(name: "served", source: .served)
        var groups: [[Bool]: [Int]] = [:]
        for (number, policy) in policies.enumerated() {
            groups[try SupportedPolicies([policy.target], in: log, rule: .drop).isKept, default: []].append(number)
        }
        var answers = policies.map { Answer(policy: $0.policy, evaluation: nil, leftOut: 0) }
        for numbers in groups.values {
            let evaluation = try ExperimentEvaluation(
                log, policies: [served] + numbers.map { policies[$0].target }, reference: 0,
                options: EvaluationOptions())
            for number in numbers { answers[number].leftOut = evaluation.support.leftOut }
            for (number, own) in zip(numbers, evaluation.evaluations().dropFirst()) { answers[number].evaluation = own }
        }
        return answers
    }

    /// An even split, the newest tables, and each arm alone, those of most traffic.
    private mutating func policies(
        _ history: ExperimentHistory, _ evidence: StateEvidence, _ log: LoggedExperiment
    ) throws -> [(policy: Policy, target: TargetPolicy)] {
        var policies: [(policy: Policy, target: TargetPolicy)] = [
            (.even, TargetPolicy(name: "even", source: .segments(EvenPolicy())))
        ]
        let tables = history.rows.indices.reversed().filter { day in history.rows[day].contains { $0 != nil } }
        for day in tables.prefix(WhatIf.greatestTables) {
            let date = history.dates[day]
            guard let table = try evidence.archivedTable(date, history.key), !table.groups.isEmpty else { continue }
            policies.append(
                (.table(date), TargetPolicy(name: "table", source: .segments(ArchivedPolicy(name: "table", table)))))
        }
        let latest = history.latest.map { history.rows[$0] } ?? []
        let arms = latest.compactMap { $0 }.filter { $0.traffic > 0 && log.arms.contains($0.key.variant) }
            .sorted { ($1.traffic, $0.key.variant) < ($0.traffic, $1.key.variant) }
        armsLeftOut = max(0, arms.count - WhatIf.greatestArms)
        for arm in arms.prefix(WhatIf.greatestArms) {
            let policy = AlwaysPolicy(arm.key.variant, name: "always")
            policies.append((.always(arm.key.variant), TargetPolicy(name: "always", source: .segments(policy))))
        }
        return policies
    }
}

extension WhatIf.Answer {
    /// A difference with its 95 % interval.
    package struct Change: Sendable {
        package var value: Double
        package var low: Double
        package var high: Double

        init(_ value: Double, error: Double) {
            let reach = SpecialFunctions.normalQuantile(probability: 0.975) * error
            self.value = value
            (low, high) = (value - reach, value + reach)
        }
    }

    /// By how much the policy's reward per visitor is greater than that of what served; nil where this is not to be trusted or
    /// nothing differs.
    package var difference: Change? {
        evaluation?.trustedDifference.map { Change($0.value, error: $0.error) }
    }

    /// The same relative to what served; nil, too, where that earned nothing or a loss.
    package var change: Change? {
        guard let difference = evaluation?.trustedDifference, let relative = difference.relative,
            let error = difference.relativeError
        else { return nil }
        return Change(relative, error: error)
    }

    /// Whether the policy is what served, on all visitors that it was judged by.
    package var isWhatServed: Bool {
        evaluation?.recommended?.difference?.error == 0 && evaluation?.diagnostics.meanZ == nil
    }
}
