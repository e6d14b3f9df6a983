import CScan

/// The rows of a message and of control that have a score, among all outcomes; shared by workers, who only read. Valid as long as
/// outcomes and scores, of which nothing may be added meanwhile.
struct ScoredRows: @unchecked Sendable {
    /// Rows of all actions.
    let count: Int
    let customers: UnsafeMutablePointer<UInt32>
    let groups: UnsafeMutablePointer<UInt8>
    let actions: NumberColumn.View
    let outcomes: CompactColumn.View
    let propensities: CompactColumn.View
    /// The numbers of the message and of control among the outcomes' actions; −1 where there are none.
    let treated: Int
    let control: Int
    /// By customer; not a number where there is none.
    private let scores: DecimalColumn.View
    private let scoredCustomers: Int

    init(_ all: Outcomes, _ column: MessageScores, treated: Int, control: Int) {
        count = all.count
        customers = all.customer.base
        groups = all.group.base
        actions = all.action.view
        outcomes = all.outcome.view
        propensities = all.propensity.view
        self.treated = treated
        self.control = control
        scores = column.uplift.view
        scoredCustomers = column.uplift.count
    }

    /// The score of a row of the message or of control; nil without one.
    @inline(__always)
    func score(_ row: Int) -> Double? {
        let action = actions[row]
        guard action == treated || action == control else { return nil }
        let customer = Int(customers[row])
        guard customer < scoredCustomers else { return nil }
        let score = scores[customer]
        return score.isNaN ? nil : score
    }

    /// Brings near what a row has.
    @inline(__always)
    func prefetch(_ row: Int) {
        cscan_prefetch(customers + row)
        cscan_prefetch(groups + row)
        actions.prefetch(row)
        outcomes.prefetch(row)
        propensities.prefetch(row)
    }

    /// Brings the score of a row near, whose customer is.
    @inline(__always)
    func prefetchScore(_ row: Int) { scores.prefetch(Int(customers[row])) }

    /// Hands over every row of a range that has a score. The scores, which stand far apart in memory, are fetched ahead.
    @inline(__always)
    func forEachScore(_ rows: Range<Int>, _ body: (_ row: Int, _ score: Double) -> Void) {
        for row in rows {
            if row + 16 < rows.upperBound { prefetchScore(row + 16) }
            if let score = score(row) { body(row, score) }
        }
    }
}
