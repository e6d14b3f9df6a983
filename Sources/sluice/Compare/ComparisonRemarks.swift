import Domain
import Evaluation

/// What to know before a comparison is believed, a sentence each.
enum ComparisonRemarks {
    /// Below this a check has failed.
    private static let limit = 0.0005

    static func all(_ result: ComparisonResult) -> [String] {
        var remarks: [String] = []
        if let counts = result.actionCounts, counts.p < limit {
            remarks.append(
                "the actions did not come in their probabilities (chi-square \(Text.significant(counts.chiSquare, 4))): rows are "
                    + "missing, or the probabilities are others; results are not to be trusted")
        }
        for pair in result.pairs { remarks += of(pair) }
        if result.nonCompliant > 0 {
            remarks.append(
                "\(Text.count(Int64(result.nonCompliant), "customer")) got another action than their policy's and were left out"
            )
        }
        if result.withoutRow > 0 {
            remarks.append(
                "\(Text.count(Int64(result.withoutRow), "customer")) of the policies' file have no row in the experiment: ignored"
            )
        }
        return remarks + result.remarks
    }

    /// Whether a check says that the experiment was not what it claims.
    static func isFlagged(_ pair: ComparisonResult.Pair, _ result: ComparisonResult) -> Bool {
        (result.actionCounts?.p ?? 1) < limit || (pair.placebo?.p ?? 1) < limit
            || pair.balance.contains { ($0.pHolm ?? 1) < limit }
    }

    private static func of(_ pair: ComparisonResult.Pair) -> [String] {
        let names = "\(pair.policy) against \(pair.reference)"
        var remarks: [String] = []
        for group in pair.unsupported {
            let got = [
                (group.gotPolicyAction, group.policyAction), (group.gotReferenceAction, group.referenceAction),
            ].filter { $0.0 < 2 }.map { "\($0.0 == 0 ? "nobody" : "one customer") got '\($0.1)'" }
            remarks.append(
                "\(names): of the \(Text.count(Int64(group.customers), "customer")) for whom they choose "
                    + "'\(group.policyAction)' and '\(group.referenceAction)', \(got.joined(separator: " and ")): they are left out, "
                    + "and nothing is assumed for them")
        }
        if let placebo = pair.placebo, (placebo.p ?? 1) < limit {
            remarks.append(
                "\(names): customers for whom both choose the same differ by \(Text.significant(placebo.difference, 5)): "
                    + "policies were not assigned by chance, or outcomes are counted differently; results are not to be trusted"
            )
        }
        for check in pair.balance where (check.pHolm ?? 1) < limit {
            remarks.append(
                "\(names): \(check.name) differs between those who got the one and the other action: actions were not given by "
                    + "chance with these probabilities; results are not to be trusted")
        }
        if pair.estimates.contains(where: { $0.method == .pooled }), pair.strata + pair.unsupported.count > 1 {
            remarks.append(
                "\(names): pooled puts one coefficient over \(pair.strata + pair.unsupported.count) pairs of actions, which mixes "
                    + "different comparisons: go by means or lin")
        }
        return remarks
    }
}
