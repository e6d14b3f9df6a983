import CLibrary
import Domain
import Evaluation
import EventLog

/// The answer of `sluice evaluate --log` laid out for people.
struct UnitLogReport {
    let question: UnitLogQuestion
    let answer: UnitLogAnswer

    /// The doubly robust estimate leads; inverse propensity scoring shows faults first.
    private static let order = ["dr", "ips", "snips", "sndr", "dm"]

    private var percent: String { Text.significant(question.confidence * 100, 6) + " %" }

    private var reward: String { answer.columns.name(of: .reward) ?? "reward" }

    /// Whether a reward is 0 or 1.
    private var isProportion: Bool { ["click", "purchase"].contains(reward) }

    var text: String {
        let served = answer.rows.first { $0.policy == "served" }
        var text = "\(Text.printable(question.log.name)): \(Text.count(served?.visitors ?? 0, "row"))"
        if let visitors = answer.visitors { text += " of \(Text.count(visitors, "visitor"))" }
        text += ", \(Text.printable(reward)) per row\n\n"
        text += TablePrinter.aligned(table, rightAligned: [2, 3, 4, 5, 6, 7, 8])
        if !remarks.isEmpty { text += "\n" + remarks.map { "- \($0)\n" }.joined() }
        return text
    }

    private var table: [[String]] {
        var cells = [
            [
                "policy", "estimator", "value", "\(percent) interval", "less \(Text.printable(question.reference))",
                "\(percent) interval", "p", "ess", "",
            ]
        ]
        var names: [String] = []
        for row in answer.rows where !names.contains(row.policy) { names.append(row.policy) }
        for name in names {
            let rows = answer.rows.filter { $0.policy == name }.sorted { rank($0) < rank($1) }
            // Both estimators are the mean of the log.
            for row in name == "served" ? Array(rows.prefix(1)) : rows { cells.append(line(row)) }
        }
        return cells
    }

    private func rank(_ row: EvaluationRow) -> Int {
        let base = String(row.estimator.prefix { $0 != "-" })
        return UnitLogReport.order.firstIndex(of: base) ?? 0
    }

    private func line(_ row: EvaluationRow) -> [String] {
        let isTrusted = row.isReliable ?? false
        let isServed = row.policy == "served"
        func interval(_ low: Double?, _ high: Double?, clamped: Bool) -> String {
            guard isTrusted, let low, let high else { return "" }
            let (least, greatest) = clamped && isProportion ? (max(0, low), min(1, high)) : (low, high)
            return "\(Text.significant(least, 5)) – \(Text.significant(greatest, 5))"
        }
        var range = interval(row.low, row.high, clamped: true)
        if !isTrusted, row.rewarded == 0, isProportion, let ess = row.effectiveSampleSize {
            range = "≤ \(Text.significant(1 - pow(1 - question.confidence, 1 / ess), 5))"
        }
        return [
            Text.printable(row.policy), isServed ? "mean" : row.estimator,
            row.value.map { Text.significant($0, 5) } ?? "",
            range, row.difference.map { ($0 < 0 ? "" : "+") + Text.significant($0, 5) } ?? "",
            interval(row.differenceLow, row.differenceHigh, clamped: false),
            isTrusted ? row.differenceP.map { Text.significant($0, 2) } ?? "" : "",
            row.effectiveSampleSize.map { Text.decimal($0, 0) } ?? "", isTrusted ? "" : "not reliable",
        ]
    }

    /// What has to be known of the figures: one sentence each.
    var remarks: [String] {
        var remarks: [String] = []
        var names: [String] = []
        for row in answer.rows where !names.contains(row.policy) {
            names.append(row.policy)
            let name = Text.printable(row.policy)
            for doubt in answer.doubts[row.policy] ?? [] {
                remarks.append("\(name) is not reliable: \(words(doubt, row))")
            }
        }
        if answer.columns.form == .units, question.reward == nil, question.columns[.reward] == nil {
            remarks.append("the reward is click; --reward chooses purchase or revenue")
        }
        if answer.badLines.count > 0 {
            let samples = answer.badLines.samples.prefix(3).map { sample in
                "\(question.log.name):\(sample.line): \(sample.kind.words) (\(Text.count(sample.count, "line")))"
            }
            remarks.append(
                "\(Text.count(answer.badLines.count, "bad line")) left out: \(samples.joined(separator: "; "))")
        }
        if let left = answer.rows.first?.leftOut, left > 0 {
            remarks.append("\(Text.count(left, "row")) left out for all policies: some policy has no key for them")
        }
        if let clip = question.clip {
            remarks.append(
                "weights over \(Text.significant(clip, 6)) count as \(Text.significant(clip, 6)): values are biased, and by how "
                    + "much is not known; ess and weights are those before")
        }
        if answer.visitors != nil {
            remarks.append("errors are those of visitors, whose rows belong together; ess is of rows")
        } else {
            remarks.append("errors take rows for independent: where visitors come back, name their column")
        }
        return remarks
    }

    private func words(_ doubt: UnitLogAnswer.Doubt, _ row: EvaluationRow) -> String {
        switch doubt {
        case .fewRewards:
            "only \(Text.count(row.rewarded ?? 0, "row")) with a reward stand for it; 30 are the least"
        case .smallEffectiveSample:
            "the log is worth \(Text.decimal(row.effectiveSampleSize ?? 0, 0)) rows of its own, under 100: what it would "
                + "show was seldom shown"
        case .weights:
            "its weights average \(Text.decimal(row.meanWeight ?? 0, 4)) and not 1 (z = "
                + "\(Text.decimal(row.meanWeightZ ?? 0, 1))): the propensities are not those that showed the rows, or rows "
                + "are lost"
        }
    }
}
