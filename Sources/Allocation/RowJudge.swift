import Domain
import Learning

/// What the evidence says of a group, row by row.
struct RowJudge {
    private let evidence: GroupEvidence
    private let reference: Int?
    private let comparisons: Double

    /// - Parameter leader: the arm with the greatest probability of being best, which lifts are over where there is no control.
    init(_ evidence: GroupEvidence, control: Name?, leader: Name?) {
        self.evidence = evidence
        reference = (control ?? leader).flatMap { evidence.arms.firstIndex(of: $0) }
        comparisons = control == nil ? evidence.comparisonsAgainstLeader : 1
    }

    /// Writes verdict, evidence and lift into a row.
    func judge(_ row: inout AllocationRow, showsLift: Bool) {
        guard let arm = evidence.arms.firstIndex(of: row.key.variant) else { return }
        row.verdict = evidence.verdict(of: arm)
        row.evidence = evidence.evidence(against: arm).map(PlainDecimal.rounded)
        guard showsLift, let reference, arm != reference else { return }
        let bounds = evidence.lift(of: arm, over: reference, comparisons: comparisons)
        func shown(_ lift: Double) -> Double { PlainDecimal.rounded(min(VerdictMark.greatestLift, lift)) }
        row.liftLow = bounds.low.map(shown)
        row.liftHigh = bounds.high.map(shown)
    }
}
