import Domain
import Evaluation

/// A comparison for people: for each pair who is better, the figures, and what to know about them.
enum ComparisonPrinter {
    static func text(_ result: ComparisonResult, confidence: Double) -> String {
        let chance = result.design == .action ? "actions (rba)" : "policies (rbp)"
        var text =
            "\(Text.count(Int64(result.customers), "customer")), chance decided about \(chance)"
            + (result.covariates.isEmpty ? "" : "; covariates: \(printable(result.covariates.joined(separator: ", ")))")
            + "\n"
        for pair in result.pairs { text += "\n" + self.text(pair, result, confidence) }
        text += "\n" + values(result, confidence)
        let checks = self.checks(result)
        if !checks.isEmpty { text += "\nChecks of the experiment\n" + checks }
        let remarks = ComparisonRemarks.all(result)
        if !remarks.isEmpty { text += "\nRemarks\n" + remarks.map { "- \(printable($0))\n" }.joined() }
        return text
    }

    private static func text(
        _ pair: ComparisonResult.Pair, _ result: ComparisonResult, _ confidence: Double
    ) -> String {
        let (policy, reference) = (printable(pair.policy), printable(pair.reference))
        var text = "\(policy) against \(reference): "
        guard pair.disagree > 0 else { return text + "the policies never disagree\n" }
        text +=
            "they disagree about \(Text.count(Int64(pair.disagree))) customers "
            + "(\(Text.decimal(100 * pair.shareDisagree, 2)) %), of whom \(Text.count(Int64(pair.usedPolicy))) got what "
            + "\(policy) chooses and \(Text.count(Int64(pair.usedReference))) what \(reference) chooses\n"
        text += "  \(verdict(pair, result, confidence))\n"
        var cells = [
            ["  method", "difference", "\(percent(confidence)) interval", "p", "p, Holm", "effect", "fallback"]
        ]
        for estimate in pair.estimates {
            cells.append([
                "  \(estimate.method.rawValue)", number(estimate.difference), interval(estimate, confidence),
                probability(estimate.p), probability(estimate.pHolm), number(estimate.effect),
                estimate.fallbackStrata.map { $0 > 0 ? "\($0) of \(pair.strata)" : "" } ?? "",
            ])
        }
        if !pair.estimates.contains(where: { $0.fallbackStrata ?? 0 > 0 }) { cells = cells.map { $0.dropLast() } }
        return text + TablePrinter.aligned(cells, rightAligned: [1, 2, 3, 4, 5])
    }

    /// What the method with the least noise says, in a sentence.
    private static func verdict(
        _ pair: ComparisonResult.Pair, _ result: ComparisonResult, _ confidence: Double
    ) -> String {
        let leading = pair.estimates.first { $0.method == .lin } ?? pair.estimates.first { $0.method == .means }
        guard let estimate = leading ?? pair.estimates.first else { return "" }
        if ComparisonRemarks.isFlagged(pair, result) {
            return "a check of the experiment failed (below): not to be trusted"
        }
        guard let difference = estimate.difference else {
            return "nothing can be said: no pair of actions was given to two customers each"
        }
        guard let interval = estimate.interval(confidence), let p = estimate.pHolm else {
            return "nothing can be said: the outcomes do not vary"
        }
        let (better, worse) = difference > 0 ? (pair.policy, pair.reference) : (pair.reference, pair.policy)
        let sizes = [abs(interval.low), abs(interval.high)].sorted()
        guard p < 1 - confidence else {
            return
                "no difference is shown: \(number(interval.low)) to \(number(interval.high)) per customer (\(estimate.method.rawValue))"
        }
        // Corrected for several pairs a difference can be shown only where its interval is on one side.
        return
            "\(printable(better)) is better than \(printable(worse)): \(number(abs(difference))) more per customer, "
            + "\(number(sizes[0])) to \(number(sizes[1])) (\(estimate.method.rawValue))"
    }

    private static func values(_ result: ComparisonResult, _ confidence: Double) -> String {
        var cells = [["policy", "earns per customer", "standard error", "customers who got what it chooses"]]
        for value in result.values {
            cells.append([
                printable(value.policy), number(value.value), number(value.se), Text.count(Int64(value.customers)),
            ])
        }
        return TablePrinter.aligned(cells, rightAligned: [1, 2, 3])
            + "Policies share customers: the standard error of a difference stands above, and does not follow from these.\n"
    }

    private static func checks(_ result: ComparisonResult) -> String {
        var text = ""
        if let counts = result.actionCounts {
            text += "  counts of the actions against their probabilities: p \(probability(counts.p))\n"
        }
        for pair in result.pairs {
            let names = "\(printable(pair.policy)) against \(printable(pair.reference))"
            if let placebo = pair.placebo {
                text +=
                    "  \(names), customers treated alike (placebo): difference \(number(placebo.difference)), "
                    + "p \(probability(placebo.p))\n"
            }
            if let worst = pair.balance.filter({ $0.pHolm != nil }).min(by: { ($0.pHolm ?? 1) < ($1.pHolm ?? 1) }) {
                text +=
                    "  \(names), covariates alike in both arms: least p (Holm) \(probability(worst.pHolm)), "
                    + "\(printable(worst.name))\n"
            }
        }
        return text
    }

    private static func interval(_ estimate: ComparisonResult.Estimate, _ confidence: Double) -> String {
        guard let interval = estimate.interval(confidence) else { return "" }
        return "\(number(interval.low)) – \(number(interval.high))"
    }

    private static func number(_ value: Double?) -> String { value.map { Text.significant($0, 5) } ?? "" }

    private static func probability(_ value: Double?) -> String {
        guard let value else { return "" }
        return value < 0.0001 ? "< 0.0001" : Text.decimal(value, 4)
    }

    private static func percent(_ share: Double) -> String { Text.significant(100 * share, 6) + " %" }

    private static func printable(_ text: String) -> String { Text.printable(text) }
}
