import CSV
import Domain

/// A row of what `sluice evaluate --csv` prints: a policy by an estimator. What is not defined is nil, an empty field.
package struct EvaluationRow: Equatable, Sendable {
    /// A column after `slot`, when results are told apart by it.
    package enum Detail: String, Sendable {
        case segment, date
    }

    package var platform: String?
    package var slot: String?
    /// The segment or date, when results are told apart.
    package var detail: String?
    package var policy: String
    package var estimator: String
    package var value: Double?
    package var error: Double?
    package var low: Double?
    package var high: Double?
    package var errorOfDays: Double?
    package var difference: Double?
    package var differenceError: Double?
    package var differenceLow: Double?
    package var differenceHigh: Double?
    package var differenceP: Double?
    package var relative: Double?
    package var relativeError: Double?
    package var visitors: Int64?
    package var days: Int64?
    package var rewarded: Int64?
    package var effectiveSampleSize: Double?
    package var maximumWeight: Double?
    package var meanWeight: Double?
    package var meanWeightZ: Double?
    package var weightBound: Double?
    package var isReliable: Bool?
    package var unsupported: Double?
    package var leftOut: Int64?
    package var offTable: Int64?
    package var daysWithoutTable: Int64?

    package init(policy: String, estimator: String) {
        self.policy = policy
        self.estimator = estimator
    }

    /// The names of the columns.
    package static func header(detail: Detail? = nil) -> [String] {
        ["platform", "slot"] + (detail.map { [$0.rawValue] } ?? [])
            + [
                "policy", "estimator", "value", "se", "ci_low", "ci_high", "se_days", "difference", "difference_se",
                "difference_low", "difference_high", "difference_p", "relative", "relative_se", "visitors", "days",
                "rewarded", "ess", "max_weight", "mean_weight", "mean_weight_z", "weight_bound", "reliable",
                "unsupported", "left_out", "off_table", "days_without_table",
            ]
    }

    /// The fields in the order of the header.
    ///
    /// - Parameter isExact: numbers by the fewest digits that give the same double, in place of plain decimals with 9 places.
    package func fields(detail: Detail? = nil, isExact: Bool = false) -> [String] {
        func text(_ value: Double?) -> String {
            guard let value, value.isFinite else { return "" }
            guard isExact else { return PlainDecimal.string(value) }
            let shortest = "\(value)"
            return shortest.hasSuffix(".0") ? String(shortest.dropLast(2)) : shortest
        }
        func text(_ count: Int64?) -> String { count.map { "\($0)" } ?? "" }
        return [platform ?? "", slot ?? ""] + (detail == nil ? [] : [self.detail ?? ""])
            + [
                policy, estimator, text(value), text(error), text(low), text(high), text(errorOfDays),
                text(difference), text(differenceError), text(differenceLow), text(differenceHigh), text(differenceP),
                text(relative), text(relativeError), text(visitors), text(days), text(rewarded),
                text(effectiveSampleSize), text(maximumWeight), text(meanWeight), text(meanWeightZ), text(weightBound),
                isReliable.map { $0 ? "yes" : "no" } ?? "", text(unsupported), text(leftOut), text(offTable),
                text(daysWithoutTable),
            ]
    }

    /// Rows as comma-separated values with their header.
    package static func csv(_ rows: [EvaluationRow], detail: Detail? = nil, isExact: Bool = false) -> [UInt8] {
        var writer = CSVWriter()
        writer.write(header(detail: detail))
        for row in rows { writer.write(row.fields(detail: detail, isExact: isExact)) }
        return writer.bytes
    }
}
