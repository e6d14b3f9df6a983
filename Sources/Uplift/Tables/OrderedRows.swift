/// What the rows of a message have, one behind the other in the order of their scores.
///
/// Two or three bytes a row where there are few different outcomes and propensities. Nothing changes once they are made, so that
/// workers may share them.
struct OrderedRows: ~Copyable, @unchecked Sendable {
    private(set) var outcomes = CompactColumn()
    /// 1/propensity
    private(set) var weights = CompactColumn()
    /// What ``RowFlag`` says.
    private(set) var flags = GrowingColumn<UInt8>()
    private(set) var totals = (treated: ArmTotals(), control: ArmTotals())
    private(set) var isBinary = true
    private(set) var runs = 0
    /// The scores of each of the parts that were asked for.
    private(set) var parts: [ScorePart] = []

    /// A run of rows from the end of the part before. Each is added up by itself, so that none takes digits from another.
    struct ScorePart {
        var end: Int
        var sum = 0.0
        /// Of its first row.
        var greatest = 0.0
        /// Of its last row.
        var least = 0.0
    }

    /// What one row has.
    private struct Row {
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
        let rows = UnsafeMutablePointer<Row>.allocate(capacity: length)
    }

    /// Fetches what stands far apart in memory with all workers, and adds it up in order, for sums depend on it.
    init(_ order: GrowingColumnBox<UInt32>, _ source: ScoredRows, workers: Int, ends: [Int]) {
        let piece = Piece()
        defer { piece.rows.deallocate() }
        var last = (score: Double.nan, customer: UInt32.max)
        var part = ScorePart(end: 0)
        let count = order.column.count
        for start in stride(from: 0, to: count, by: Piece.length) {
            let end = min(count, start + Piece.length)
            WorkerShares.forEach(start..<end, workers: workers) { share in
                OrderedRows.fetch(share, of: order.column.base, source, into: piece.rows - start)
            }
            for position in start..<end {
                let row = piece.rows[position - start]
                add(row, after: last)
                last = (row.score, row.customer)
                if part.end == position { part.greatest = row.score }
                part.sum += row.score
                part.least = row.score
                guard parts.count < ends.count, ends[parts.count] == position + 1 else { continue }
                part.end = position + 1
                parts.append(part)
                part = ScorePart(end: position + 1)
                while parts.count < ends.count, ends[parts.count] == position + 1 { parts.append(part) }
            }
        }
    }

    private static func fetch(
        _ share: Range<Int>, of order: UnsafeMutablePointer<UInt32>, _ source: ScoredRows,
        into rows: UnsafeMutablePointer<Row>
    ) {
        for position in share {
            if position + 16 < share.upperBound { source.prefetch(Int(order[position + 16])) }
            if position + 8 < share.upperBound { source.prefetchScore(Int(order[position + 8])) }
            let row = Int(order[position])
            var flag = source.groups[row] << RowFlag.groupShift
            if source.actions[row] == source.treated { flag |= RowFlag.treated }
            (rows + position).initialize(
                to: Row(
                    score: source.score(row) ?? 0, outcome: source.outcomes[row],
                    propensity: source.propensities[row], customer: source.customers[row], flag: flag))
        }
    }

    @inline(__always)
    private mutating func add(_ row: Row, after last: (score: Double, customer: UInt32)) {
        var flag = row.flag
        if row.score == last.score { flag |= RowFlag.tied } else { runs += 1 }
        if row.customer == last.customer { flag |= RowFlag.sameCustomer }
        flags.append(flag)
        outcomes.append(row.outcome)
        let weight = 1 / row.propensity
        weights.append(weight)
        if row.outcome != 0, row.outcome != 1 { isBinary = false }
        if flag & RowFlag.treated != 0 { totals.treated.add(weight) } else { totals.control.add(weight) }
    }
}

/// What a row's byte of flags says.
enum RowFlag {
    static let treated: UInt8 = 1
    /// The same score as the row before.
    static let tied: UInt8 = 2
    /// The same customer as the row before.
    static let sameCustomer: UInt8 = 4
    static let groupShift: UInt8 = 3
}

/// Sums over an arm's rows.
package struct ArmTotals: Sendable {
    package private(set) var count = 0
    /// Σw, w = 1/propensity
    package private(set) var weight = 0.0
    /// Σw²
    package private(set) var squaredWeight = 0.0
    package private(set) var greatestWeight = 0.0

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
