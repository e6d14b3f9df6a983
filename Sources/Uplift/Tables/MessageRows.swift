import Randomizer

/// The rows of one message and of control, in the order of the message's scores, as all tables and curves read them.
///
/// Two or three bytes a row where there are few different outcomes and propensities.
package final class MessageRows: @unchecked Sendable {
    /// What a byte of `flags` says.
    private enum Flag {
        static let treated: UInt8 = 1
        /// The same score as the row before.
        static let tied: UInt8 = 2
        /// The same customer as the row before.
        static let sameCustomer: UInt8 = 4
        static let groupShift: UInt8 = 3
    }

    /// Groups of customers of the jackknife.
    package static let groups = 20

    package let message: String
    package let number: Int
    private var outcomes = CompactColumn()
    private var propensities = CompactColumn()
    private var flags = GrowingColumn<UInt8>()
    /// The rows' numbers among all outcomes, in order; empty unless they were to be kept.
    package private(set) var rows = GrowingColumnBox<UInt32>()
    /// n, Σw of both arms.
    package private(set) var totals = (ArmTotals(), ArmTotals())
    /// Whether all outcomes are 0 or 1.
    package private(set) var isBinary = true
    /// How many different scores there are.
    package private(set) var runs = 0
    /// Sums of scores up to the end of each of the parts that were asked for.
    private var cuts: [ScoreCut] = []

    /// A place in the order, with what was met up to it.
    private struct ScoreCut {
        var end: Int
        var sum: Double
        /// Of the row before the place.
        var least: Double
    }

    /// Sums over an arm's rows.
    package struct ArmTotals: Sendable {
        package var count = 0
        /// Σw, w = 1/propensity
        package var weight = 0.0
        /// Σw²
        package var squaredWeight = 0.0
        package var greatestWeight = 0.0

        /// (Σw)²/Σw²; nil without rows.
        package var effectiveSize: Double? { count > 0 ? weight * weight / squaredWeight : nil }
        package var meanWeight: Double? { count > 0 ? weight / Double(count) : nil }
        /// What makes weights average 1.
        package var scale: Double { count > 0 ? Double(count) / weight : 0 }

        fileprivate mutating func add(_ weight: Double) {
            count += 1
            self.weight += weight
            squaredWeight += weight * weight
            greatestWeight = max(greatestWeight, weight)
        }
    }

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
        let source = Source(
            outcomes: outcomes, column: scores.columns[number], list: list,
            treated: outcomes.actions.existing(message) ?? -1, control: outcomes.actions.existing(control) ?? -1)
        let order = RowOrder(outcomes, list, workers: workers) { source.score($0) }
        gather(order, source, workers: workers, ends: ends(order.rows.column.count))
        if keepsRows { rows = order.rows }
    }

    /// What the rows are made of; shared by the workers, who only read.
    private struct Source: @unchecked Sendable {
        let outcomes: Outcomes
        let column: MessageScores
        let list: CustomerList
        let treated: Int
        let control: Int

        /// The score of a row of the message or of control; nil without one.
        @inline(__always)
        func score(_ row: Int) -> Double? {
            let action = outcomes.action[row]
            guard action == treated || action == control else { return nil }
            return column[Int(outcomes.customer[row])]
        }
    }

    /// What one row has.
    private struct Gathered {
        var score: Double
        var outcome: Double
        var propensity: Double
        var customer: UInt32
        /// Whether treated, and the group.
        var flag: UInt8
    }

    /// A run of rows, each written by one of the workers.
    private struct Piece: @unchecked Sendable {
        static let length = 1 << 15
        let rows = UnsafeMutablePointer<Gathered>.allocate(capacity: length)
    }

    private static func gathered(_ row: Int, _ source: Source) -> Gathered {
        let all = source.outcomes
        let customer = all.customer[row]
        let name = UnsafeRawBufferPointer(source.list.names[Int(customer)])
        let group = XXH64.hash(name, seed: 20) % UInt64(groups)
        var flag = UInt8(group) << Flag.groupShift
        if all.action[row] == source.treated { flag |= Flag.treated }
        return Gathered(
            score: source.column.uplift[Int(customer)], outcome: all.outcome[row], propensity: all.propensity[row],
            customer: customer, flag: flag)
    }

    /// Fetches what stands far apart in memory with all workers, and adds it up in order, for sums depend on it.
    private func gather(_ order: RowOrder, _ source: Source, workers: Int, ends: [Int]) {
        let piece = Piece()
        defer { piece.rows.deallocate() }
        var last = (score: Double.nan, customer: UInt32.max)
        var sum = 0.0
        var cut = 0
        let count = order.rows.column.count
        for start in stride(from: 0, to: count, by: Piece.length) {
            let end = min(count, start + Piece.length)
            WorkerShares.forEach(start..<end, workers: workers) { share in
                for position in share {
                    (piece.rows + (position - start)).initialize(
                        to: MessageRows.gathered(Int(order.rows.column[position]), source))
                }
            }
            for position in start..<end {
                let row = piece.rows[position - start]
                var flag = row.flag
                if row.score == last.score { flag |= Flag.tied } else { runs += 1 }
                if row.customer == last.customer { flag |= Flag.sameCustomer }
                flags.append(flag)
                outcomes.append(row.outcome)
                propensities.append(row.propensity)
                if row.outcome != 0, row.outcome != 1 { isBinary = false }
                if flag & Flag.treated != 0 {
                    totals.0.add(1 / row.propensity)
                } else {
                    totals.1.add(1 / row.propensity)
                }
                last = (row.score, row.customer)
                sum += row.score
                while cut < ends.count, ends[cut] == position + 1 {
                    cuts.append(ScoreCut(end: position + 1, sum: sum, least: row.score))
                    cut += 1
                }
            }
        }
    }

    package var count: Int { flags.count }
    package var treated: ArmTotals { totals.0 }
    package var control: ArmTotals { totals.1 }

    package func outcome(_ position: Int) -> Double { outcomes[position] }
    /// 1/propensity
    package func weight(_ position: Int) -> Double { 1 / propensities[position] }
    package func isTreated(_ position: Int) -> Bool { flags[position] & Flag.treated != 0 }
    /// Whether the score is that of the row before.
    package func isTied(_ position: Int) -> Bool { flags[position] & Flag.tied != 0 }
    package func isSameCustomer(_ position: Int) -> Bool { flags[position] & Flag.sameCustomer != 0 }
    package func group(_ position: Int) -> Int { Int(flags[position] >> Flag.groupShift) }

    /// The end of the run of equal scores that the row before `position` is in.
    package func endOfRun(_ position: Int) -> Int {
        var end = position
        while end > 0, end < count, isTied(end) { end += 1 }
        return end
    }

    /// The mean score of rows from one end to a later one, both among those asked for, or 0; nil without rows.
    package func meanScore(_ range: Range<Int>) -> Double? {
        guard !range.isEmpty, let end = cuts.first(where: { $0.end == range.upperBound }) else { return nil }
        let start = cuts.first { $0.end == range.lowerBound }?.sum ?? 0
        return (end.sum - start) / Double(range.count)
    }

    /// The least score of the rows before an end that was asked for.
    package func leastScore(before end: Int) -> Double? { cuts.first { $0.end == end }?.least }
}
