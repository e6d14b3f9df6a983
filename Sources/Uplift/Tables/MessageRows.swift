/// The rows of one message and of control, in the order of the message's scores, as all tables and curves read them.
package final class MessageRows: Sendable {
    package let message: String
    package let number: Int
    /// The rows' numbers among all outcomes, in order; empty unless they were to be kept.
    package let rows: GrowingColumnBox<UInt32>
    private let ordered: OrderedRows

    /// Sorts the rows of a message.
    ///
    /// - Parameters:
    ///   - number: of the message among the scores'.
    ///   - ends: places in the order at which parts end whose mean score is asked for, ascending.
    ///   - keepsRows: whether rows can be told afterwards.
    package init(
        message: String, number: Int, control: String, scores: Scores, outcomes: Outcomes, list: CustomerList,
        workers: Int, keepsRows: Bool, ends: (Int) -> [Int]
    ) {
        self.message = message
        self.number = number
        let source = ScoredRows(
            outcomes, scores.columns[number], treated: outcomes.actions.existing(message) ?? -1,
            control: outcomes.actions.existing(control) ?? -1)
        let order = RowOrder(source, list, workers: workers).rows
        ordered = OrderedRows(order, source, workers: workers, ends: ends(order.column.count))
        rows = keepsRows ? order : GrowingColumnBox()
    }

    package var count: Int { ordered.flags.count }
    package var treated: ArmTotals { ordered.totals.treated }
    package var control: ArmTotals { ordered.totals.control }
    /// Whether all outcomes are 0 or 1.
    package var isBinary: Bool { ordered.isBinary }
    /// How many different scores there are.
    package var runs: Int { ordered.runs }

    package func outcome(_ position: Int) -> Double { ordered.outcomes[position] }
    /// 1/propensity
    package func weight(_ position: Int) -> Double { ordered.weights[position] }
    package func isTreated(_ position: Int) -> Bool { ordered.flags[position] & RowFlag.treated != 0 }
    /// Whether the score is that of the row before.
    package func isTied(_ position: Int) -> Bool { ordered.flags[position] & RowFlag.tied != 0 }
    package func isSameCustomer(_ position: Int) -> Bool { ordered.flags[position] & RowFlag.sameCustomer != 0 }
    /// Of ``JackknifeGroups``.
    package func group(_ position: Int) -> Int { Int(ordered.flags[position] >> RowFlag.groupShift) }

    /// The end of the run of equal scores that the row before `position` is in.
    package func endOfRun(_ position: Int) -> Int {
        var end = position
        while end > 0, end < count, isTied(end) { end += 1 }
        return end
    }

    /// The mean score of rows from one end to a later one, both among those asked for, or 0; nil without rows. Of equal scores
    /// it is that score, however many there are.
    package func meanScore(_ range: Range<Int>) -> Double? {
        let parts = ordered.parts.drop { $0.end <= range.lowerBound }.prefix { $0.end <= range.upperBound }
        guard let first = parts.first, let last = parts.first(where: { $0.end == range.upperBound }) else { return nil }
        let mean = parts.reduce(0) { $0 + $1.sum } / Double(range.count)
        return min(first.greatest, max(last.least, mean))
    }

    /// The least score of the rows before an end that was asked for.
    package func leastScore(before end: Int) -> Double? { ordered.parts.first { $0.end == end }?.least }
}
