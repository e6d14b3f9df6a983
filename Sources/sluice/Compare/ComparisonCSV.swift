import CSV
import Domain
import Evaluation

/// A comparison for programs: a row for each pair of policies and method.
enum ComparisonCSV {
    private static let header = [
        "policy", "reference", "method", "difference", "se", "ci_low", "ci_high", "p", "p_holm", "se_population",
        "effect",
        "customers", "disagree", "share_disagree", "used_policy", "used_reference", "strata", "fallback_strata",
        "unsupported_share", "placebo", "placebo_se", "placebo_p",
    ]

    static func bytes(of result: ComparisonResult, confidence: Double, exact: Bool) -> [UInt8] {
        func text(_ value: Double?) -> String { number(value, exact: exact) }
        var writer = CSVWriter()
        writer.write(header)
        for pair in result.pairs {
            for estimate in pair.estimates {
                let interval = estimate.interval(confidence)
                let figures = [
                    estimate.difference, estimate.se, interval?.low, interval?.high, estimate.p, estimate.pHolm,
                ]
                writer.write(
                    [pair.policy, pair.reference, estimate.method.rawValue] + figures.map(text)
                        + [text(estimate.sePopulation), text(estimate.effect)]
                        + [String(result.customers), String(pair.disagree), text(pair.shareDisagree)]
                        + [String(pair.usedPolicy), String(pair.usedReference), String(pair.strata)]
                        + [estimate.fallbackStrata.map { String($0) } ?? "", text(pair.unsupportedShare)]
                        + [text(pair.placebo?.difference), text(pair.placebo?.se), text(pair.placebo?.p)])
            }
        }
        return writer.bytes
    }

    /// Nine places, or as many digits as tell the number from its neighbours; empty for what is not defined.
    static func number(_ value: Double?, exact: Bool) -> String {
        guard let value, value.isFinite else { return "" }
        return exact ? "\(value == 0 ? 0 : value)" : PlainDecimal.string(value)
    }
}
