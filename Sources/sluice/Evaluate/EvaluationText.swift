import CLibrary
import Domain
import Evaluation
import Learning
import Numerics
import State

/// An experiment's evaluation for people: a table that leads with the doubly robust estimates, then remarks on how far to trust it.
struct EvaluationText: CustomStringConvertible {
    let slot: SlotKey
    let reward: Reward
    /// Whether nothing said which reward counts.
    let isRewardGuessed: Bool
    let evaluation: ExperimentEvaluation
    let policies: [PolicySpecification]
    let reference: String
    let options: EvaluationOptions
    let confidence: Double
    let mixedDays: [CalendarDate]

    private var z: Double { SpecialFunctions.normalQuantile(probability: 0.5 + confidence / 2) }
    private var omissions: LoggedExperiment.Omissions { evaluation.log.omissions }

    // MARK: CSV

    /// The rows of a policy, one an estimator.
    ///
    /// - Parameter part: the segment or date that the evaluation is of.
    func rows(of result: PolicyEvaluation, part: String?) -> [EvaluationRow] {
        result.answers.map { answer in
            var row = EvaluationRow(policy: result.policy, estimator: answer.estimator.rawValue)
            row.platform = slot.platform.string
            row.slot = slot.slot.string
            row.detail = part
            row.value = answer.value
            row.error = answer.error
            (row.low, row.high) = (answer.value - z * answer.error, answer.value + z * answer.error)
            row.errorOfDays = answer.errorOfDays
            if let difference = answer.difference { fill(&row, difference) }
            let weights = result.diagnostics
            row.visitors = result.visitors
            row.days = Int64(result.days)
            row.rewarded = weights.rewarded
            row.effectiveSampleSize = weights.effectiveSampleSize
            row.maximumWeight = weights.maximum
            row.meanWeight = weights.mean
            row.meanWeightZ = weights.meanZ
            row.weightBound = weights.bound
            row.isReliable = result.isReliable
            row.unsupported = result.unsupported
            row.leftOut = evaluation.support.leftOut
            row.offTable = omissions.offTable
            row.daysWithoutTable = Int64(omissions.daysWithoutTable)
            return row
        }
    }

    /// A policy that is the reference under another name differs by nothing, which has no error.
    private func fill(_ row: inout EvaluationRow, _ difference: PolicyEvaluation.Difference) {
        row.difference = difference.value
        row.relative = difference.relative
        guard difference.error > 0 else { return }
        row.differenceError = difference.error
        row.differenceLow = difference.value - z * difference.error
        row.differenceHigh = difference.value + z * difference.error
        row.differenceP = difference.p
        row.relativeError = difference.relativeError
    }

    // MARK: Tables

    var description: String {
        let results = evaluation.evaluations()
        let dates = evaluation.log.dates
        let range =
            "\(dates.first?.description ?? "")" + (dates.count > 1 ? " to \(dates.last?.description ?? "")" : "")
        let per = reward == .revenue ? "revenue a visitor" : "\(reward.rawValue)s a visitor"
        var text = "\(Text.printable("\(slot.platform)/\(slot.slot)")), \(range): \(per), "
        text +=
            "\(Text.count(results.first?.visitors ?? 0, "visitor-day")) of \(Text.count(Int64(dates.count), "day"))\n\n"
        text += TablePrinter.aligned(leading(results), rightAligned: [1, 2, 3, 4, 5, 6])
        text += "\nThe same by every estimator (value ± standard error):\n\n"
        text += TablePrinter.aligned(all(results), rightAligned: [1, 2, 3, 4])
        text += "\n" + (remarks + [guarantee(results)]).map { "- \($0)\n" }.joined()
        return text
    }

    private func leading(_ results: [PolicyEvaluation]) -> [[String]] {
        let percent = "\(Text.decimal(confidence * 100, 0)) %"
        var cells = [
            ["policy", "value", "\(percent) interval", "against \(reference)", "\(percent) interval", "p", "ess", ""]
        ]
        for result in results {
            guard let answer = result.recommended else { continue }
            var row = [Text.printable(result.policy), figure(answer.value)]
            if result.isReliable {
                row.append(interval(answer.value, answer.error))
                if let difference = answer.difference, difference.error > 0 {
                    row.append(signed(difference.relative.map { $0 * 100 }, 2).map { "\($0) %" } ?? "")
                    row.append(
                        difference.relative.map { relative in
                            let error = (difference.relativeError ?? 0) * z
                            return
                                "\(Text.decimal((relative - error) * 100, 2)) to \(Text.decimal((relative + error) * 100, 2)) %"
                        } ?? "")
                    row.append(difference.p.map(pDigits) ?? "")
                } else {
                    row += ["", "", ""]
                }
            } else {
                row += [upperLimit(result) ?? "", "", "", ""]
            }
            row.append(Text.count(Int64(result.diagnostics.effectiveSampleSize)))
            row.append(result.isReliable ? "" : "not reliable: " + result.doubts.map(\.words).joined(separator: ", "))
            cells.append(row)
        }
        return cells
    }

    private func all(_ results: [PolicyEvaluation]) -> [[String]] {
        let estimators: [Estimator] = [.dr, .ips, .snips, .dm]
        var cells = [["policy"] + estimators.map(\.rawValue)]
        for result in results {
            cells.append(
                [Text.printable(result.policy)]
                    + estimators.map { estimator in
                        guard let answer = result.answers.first(where: { $0.estimator == estimator }) else { return "" }
                        return figure(answer.value) + (result.isReliable ? " ± \(figure(answer.error))" : "")
                    })
        }
        return cells
    }

    private func figure(_ value: Double) -> String { Text.decimal(value, reward == .revenue ? 4 : 5) }

    private func pDigits(_ p: Double) -> String { p < 0.0001 ? "< 0.0001" : Text.decimal(p, 4) }

    private func signed(_ value: Double?, _ places: Int) -> String? {
        value.map { ($0 >= 0 ? "+" : "") + Text.decimal($0, places) }
    }

    /// Rates are cut to what a rate can be, for reading only.
    private func interval(_ value: Double, _ error: Double) -> String {
        var (low, high) = (value - z * error, value + z * error)
        if reward != .revenue { (low, high) = (max(0, low), min(1, high)) }
        return "\(figure(low)) – \(figure(high))"
    }

    /// Without any reward a rate is below 1 − (1 − confidence)^(1/ess).
    private func upperLimit(_ result: PolicyEvaluation) -> String? {
        let weights = result.diagnostics
        guard reward != .revenue, weights.rewarded == 0, weights.effectiveSampleSize > 0 else { return nil }
        return "below \(figure(-expm1(log(1 - confidence) / weights.effectiveSampleSize)))"
    }

    // MARK: Remarks

    /// What is said beside the table, and on standard error beside CSV.
    var remarks: [String] {
        var remarks: [String] = []
        if isRewardGuessed {
            remarks.append("reward: click, as neither --reward, nor --config, nor a table's manifest says which counts")
        }
        remarks.append(
            "unit: a visitor in an experiment on a day (visitor-day); where visitors come back on several days the errors are "
                + "somewhat too small")
        remarks += supportRemarks + omissionRemarks + shareRemarks
        for policy in policies {
            if case .settings = policy.source {
                remarks.append(
                    "\(policy.name): other tables from the data there were, not a world in which those tables had served; "
                        + "its later nights would have seen other data")
            }
        }
        if options.hasStableDayWeights {
            remarks.append(
                "days are weighed to steady differences: the values are those of another mix of days; compare, do not quote"
            )
        }
        return remarks
    }

    /// What was left out for want of support.
    var supportRemarks: [String] {
        var remarks: [String] = []
        for reason in evaluation.support.reasons {
            let days = Text.days(reason.dates)
            let start = "\(reason.policy) wants \(reason.variant), which could not be served on \(days)"
            switch options.support {
            case .drop: remarks.append("\(start): those visitors are left out for all policies")
            case .renormalise: remarks.append("\(start): its other shares are scaled up there")
            case .keep: remarks.append("\(start): what that part would have earned counts as 0")
            }
        }
        if options.support == .keep, reward != .revenue {
            for result in evaluation.evaluations() where result.unsupported > 0 {
                guard let ips = result.answers.first(where: { $0.estimator == .ips }) else { continue }
                remarks.append(
                    "\(result.policy): between \(figure(ips.value)) and \(figure(ips.value + result.unsupported)) by ips, were all "
                        + "of that part rewarded")
            }
        }
        if evaluation.support.leftOut > 0 {
            let greatest = evaluation.support.greatestUnsupported
            remarks.append(
                "left out: \(Text.count(evaluation.support.leftOut, "visitor"))"
                    + (options.support == .drop && greatest < 0.05
                        ? "; the arms in question have under 5 %: --support renormalise judges all visitors" : ""))
        }
        return remarks
    }

    private var omissionRemarks: [String] {
        var remarks: [String] = []
        if omissions.daysWithoutTable > 0 {
            remarks.append(
                "\(Text.count(Int64(omissions.daysWithoutTable), "day")) without a table that has the experiment: left out, nobody "
                    + "knows with what shares visitors came")
        }
        if omissions.offTable > 0 {
            remarks.append(
                "\(Text.count(omissions.offTable, "visitor")) saw an arm that had no share in the table: left out"
                    + (omissions.isOffTable ? "; over 1 %, look for stale caches" : ""))
        }
        if omissions.damagedDays > 0 {
            remarks.append("\(Text.count(Int64(omissions.damagedDays), "day")) left out, damaged")
        }
        if omissions.youngDays > 0 {
            remarks.append("\(Text.count(Int64(omissions.youngDays), "day")) left out, conversions may still come")
        }
        let own = Set(evaluation.log.dates)
        let mixed = mixedDays.filter(own.contains)
        if !mixed.isEmpty {
            remarks.append(
                "on \(Text.days(mixed)) over 1 % of the units saw several variants; where they are left out of statistics, who is "
                    + "missing may depend on the arm")
        }
        return remarks
    }

    private var shareRemarks: [String] {
        var remarks: [String] = []
        for result in evaluation.evaluations() {
            if result.diagnostics.isAlarming, let z = result.diagnostics.meanZ {
                remarks.append(
                    "\(result.policy): visitors did not come in the tables' shares (weights z = \(Text.decimal(z, 1))): a stale, "
                        + "rewritten or half-deployed table, or lost logs; results are not to be trusted")
            }
            if let worst = result.diagnostics.worstDay, worst.adjustedP < 0.05 {
                remarks.append(
                    "\(result.policy): the shares of \(worst.date) deviate most (z = \(Text.decimal(worst.z, 1)), "
                        + "p \(pDigits(worst.adjustedP).hasPrefix("<") ? "" : "= ")\(pDigits(worst.adjustedP)) after Holm over the days)"
                )
            }
        }
        if let handover = evaluation.log.handover, handover.share > 0 {
            let error = handover.standardError.map { " ± \(Text.decimal($0 * 100, 1))" } ?? ""
            remarks.append(
                "handover: \(Text.decimal(handover.share * 100, 1))\(error) % of the visitors of days without a journal seem to "
                    + "have been served by the table before"
                    + (handover.isUsed ? ", as the shares assume" : "; --handover estimate takes that into account"))
        }
        return remarks
    }

    /// What the floor promises, whatever policy is asked for.
    private func guarantee(_ results: [PolicyEvaluation]) -> String {
        let least = results.map(\.diagnostics.leastShare).min() ?? 1
        return
            "least share that served: \(Text.decimal(least * 100, 2)) %: no weight can exceed \(Text.decimal(1 / least, 0)); "
            + "any table of these arms can be judged from these logs"
    }
}
