import Domain
import Uplift

/// A message's figures in sentences.
enum UpliftWords {
    static func cell(_ value: Double?) -> DataTable.Cell {
        value.map { .number(number($0), PlainDecimal.string($0)) } ?? .empty
    }

    static func number(_ value: Double) -> String { Text.significant(value, 4) }

    static func interval(_ rates: RateDifference, z: Double) -> String {
        guard let uplift = rates.uplift else { return "unknown" }
        guard let interval = rates.interval(z: z) else { return number(uplift) }
        return "\(number(uplift)) (\(number(interval.low)) to \(number(interval.high)))"
    }

    private static func interval(_ figure: Figure) -> String {
        guard let value = figure.value else { return "unknown" }
        guard let low = figure.low, let high = figure.high else { return number(value) }
        return "\(number(value)) (\(number(low)) to \(number(high)))"
    }

    static func sentences(_ uplift: MessageUplift, z: Double) -> [String] {
        guard uplift.table.total.rates.uplift != nil else {
            return ["There is nobody to compare: one of the two arms has no customer with a score."]
        }
        var sentences = [
            "Sent to everybody, it adds \(interval(uplift.table.total.rates, z: z)) per customer."
        ]
        if uplift.ordersNobody {
            sentences.append("All scores are alike: they order nobody.")
        } else if let qini = uplift.metric("qini_per_customer"), let low = qini.low, let high = qini.high {
            sentences.append(
                low > 0
                    ? "The scores find those whom it moves: their order is worth \(interval(qini)) per customer (qini)."
                    : high < 0
                        ? "The scores order customers the wrong way round: qini \(interval(qini))."
                        : "That the scores find those whom it moves is not shown: their order is worth \(interval(qini)) per "
                            + "customer (qini)."
            )
        }
        if !uplift.ordersNobody, let first = uplift.table.bins.first, let last = uplift.table.bins.last,
            first.rates.uplift != nil
        {
            sentences.append(
                "Customers with the highest scores (\(first.percentile) %): \(interval(first.rates, z: z)); with the lowest "
                    + "(\(last.percentile) %): \(interval(last.rates, z: z)).")
        }
        if let slope = uplift.metric("calibration_slope"), let low = slope.low, let high = slope.high,
            low > 1 || high < 1
        {
            sentences.append(
                low > 1
                    ? "Scores are too timid: a difference of 1 between scores is one of \(interval(slope)) in truth."
                    : "Scores promise too much: a difference of 1 between scores is one of \(interval(slope)) in truth."
            )
        }
        return sentences + [sleeping(uplift, z: z)]
    }

    /// Whom the message puts off.
    private static func sleeping(_ uplift: MessageUplift, z: Double) -> String {
        let harmed = uplift.table.bins.filter { ($0.rates.interval(z: z)?.high ?? 0) < 0 }
        guard !harmed.isEmpty else { return "Sleeping dogs: in no part is it shown to do harm." }
        let parts = harmed.map { "\($0.percentile) % (\(interval($0.rates, z: z)))" }
        return
            "Sleeping dogs: it takes away among customers of the parts \(parts.joined(separator: ", ")). Let them lie."
    }
}
