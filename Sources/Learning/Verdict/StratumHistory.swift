/// Visitors and successes of every arm, stratum by stratum, for groups that share strata.
final class StratumHistory: Sendable {
    let arms: Int
    /// Stratum by stratum, the arms' visitors and then their successes.
    private let cells: [Double]

    init(arms: Int, cells: [Double]) {
        self.arms = arms
        self.cells = cells
    }

    var count: Int { arms == 0 ? 0 : cells.count / (2 * arms) }

    func withStratum(_ number: Int, _ body: (UnsafePointer<Double>, UnsafePointer<Double>) -> Void) {
        cells.withUnsafeBufferPointer { cells in
            guard let start = cells.baseAddress else { return }
            body(start + 2 * arms * number, start + 2 * arms * number + arms)
        }
    }

    /// Two arms' part of a stratum; nil where one has no visitors or neither a success.
    func pair(_ arm: Int, _ other: Int, stratum: Int) -> PairStratum? {
        let start = 2 * arms * stratum
        let successes = cells[start + arms + arm] + cells[start + arms + other]
        guard successes > 0, cells[start + arm] > 0, cells[start + other] > 0 else { return nil }
        return PairStratum(
            visitors: cells[start + arm], otherVisitors: cells[start + other], successes: successes)
    }
}
