import CSV
import Domain

/// A row of what `sluice evaluate --csv` prints: a policy by an estimator. What is not defined is nil, and an empty field.
package struct EvaluationRow: Equatable, Sendable {
    package var platform = ""
    package var slot = ""
    /// The segment or date of `--by-segment` and `--by-day`.
    package var part: String?
    package var policy: String
    package var estimator: String
    package var value: Double?
    package var error: Double?
    /// At the confidence asked for; of clicks and purchases not cut to [0, 1].
    package var interval: Interval?
    package var errorOfDays: Double?
    package var difference: Double?
    package var differenceError: Double?
    package var differenceInterval: Interval?
    package var differenceP: Double?
    package var relative: Double?
    package var relativeError: Double?
    package var visitors: Int64?
    package var days: Int?
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
    package var daysWithoutTable: Int?

    /// A central interval by the normal distribution.
    package struct Interval: Equatable, Sendable {
        package var low: Double
        package var high: Double

        /// value ± z·error
        package init(_ value: Double, error: Double, z: Double) {
            low = value - z * error
            high = value + z * error
        }
    }

    package init(policy: String, estimator: String) {
        self.policy = policy
        self.estimator = estimator
    }

    /// The header, with the column of parts when there is one.
    ///
    /// - Parameter part: `segment` or `date`.
    package static func header(part: String?) -> [String] {
        ["platform", "slot"] + (part.map { [$0] } ?? []) + [
            "policy", "estimator", "value", "se", "ci_low", "ci_high", "se_days", "difference", "difference_se",
            "difference_low", "difference_high", "difference_p", "relative", "relative_se", "visitors", "days",
            "rewarded", "ess", "max_weight", "mean_weight", "mean_weight_z", "weight_bound", "reliable", "unsupported",
            "left_out", "off_table", "days_without_table",
        ]
    }

    /// The fields in the order of the header.
    ///
    /// - Parameter isExact: whether numbers are written so that reading them gives the same number; else with 9 decimals at most.
    package func fields(isExact: Bool) -> [String] {
        func number(_ value: Double?) -> String {
            guard let value, value.isFinite else { return "" }
            return isExact ? "\(value)" : PlainDecimal.string(value)
        }
        func count(_ value: (some BinaryInteger)?) -> String { value.map { "\($0)" } ?? "" }
        return [platform, slot] + (part.map { [$0] } ?? []) + [
            policy, estimator, number(value), number(error), number(interval?.low), number(interval?.high),
            number(errorOfDays), number(difference), number(differenceError), number(differenceInterval?.low),
            number(differenceInterval?.high), number(differenceP), number(relative), number(relativeError),
            count(visitors), count(days), count(rewarded), number(effectiveSampleSize), number(maximumWeight),
            number(meanWeight), number(meanWeightZ), number(weightBound), isReliable.map { $0 ? "yes" : "no" } ?? "",
            number(unsupported), count(leftOut), count(offTable), count(daysWithoutTable),
        ]
    }

    /// A file of rows.
    package static func bytes(_ rows: [EvaluationRow], part: String?, isExact: Bool) -> [UInt8] {
        var writer = CSVWriter()
        writer.write(header(part: part))
        for row in rows { writer.write(row.fields(isExact: isExact)) }
        return writer.bytes
    }
}
