import CLibrary
package import Domain

/// What the history of a row group says of its arms against each other: an e-process for every pair, day by day.
///
///     E_vu = mean over the mixture of exp l_vu(λ)          evidence that v beats u
///     E_u  = Σ E_vu / (K − 1)                               v the other arms in competition; K all arms but the control with rows
///     u is excluded once E_u has reached 40·G after any day
///
/// While the table fixes shares before the visitors come, E_vu is a nonnegative supermartingale wherever v is no better than u in
/// any stratum, whatever the shares, the days' and the segments' levels did. Its greatest value ever exceeds 1/α with probability
/// α at most (Ville 1939; Howard, Ramdas, McAuliffe and Sekhon 2021, "Time-uniform, nonparametric, nonasymptotic confidence
/// sequences"), so that nights may look as often as they like.
package struct GroupEvidence: Sendable {
    package let segment: Name
    /// Every declared arm, in byte order.
    package let arms: [Name]
    /// Whether an arm takes part in the competition that the verdict is about.
    package let isCompeting: [Bool]
    /// G: among how many groups no verdict is to be false.
    package let groups: Int

    private let competing: [Int]
    private let control: Int?
    private var sums: PairSums
    private var hasRows: [Bool]
    /// Arms with rows that are declared no longer.
    private var retired: Set<Name> = []
    private var isExcluded: [Bool]
    /// Strata of the group among all that were read.
    private var strata: [Int] = []
    private var history: StratumHistory?

    init(segment: Name, arms: [Name], control: Name?, competing: Set<Name>, groups: Int) {
        self.segment = segment
        self.arms = arms
        self.groups = max(1, groups)
        let isCompeting = arms.map { competing.contains($0) && $0 != control }
        self.isCompeting = isCompeting
        self.competing = arms.indices.filter { isCompeting[$0] }
        self.control = control.flatMap { arms.firstIndex(of: $0) }
        sums = PairSums(arms: arms.count)
        hasRows = Array(repeating: false, count: arms.count)
        isExcluded = hasRows
    }

    /// Adds one stratum of a day.
    mutating func add(_ number: Int, of history: StratumHistory) {
        strata.append(number)
        history.withStratum(number) { visitors, successes in
            for arm in arms.indices where visitors[arm] > 0 { hasRows[arm] = true }
            sums.add(visitors: visitors, successes: successes)
        }
    }

    mutating func addRetired(_ arm: Name) { retired.insert(arm) }

    /// Ends a day: arms whose evidence has reached the mark are excluded for good.
    mutating func endDay() {
        let rivals = competing.filter { hasRows[$0] }
        guard rivals.count > 1 else { return }
        let mark = log(VerdictMark.evidence * Double(groups))
        // A sum of rivals.count − 1 terms over K − 1 reaches the mark only where its greatest term does, but for this.
        let slack = max(0, log(Double(rivals.count - 1) / Double(max(1, armsWithRows - 1))))
        guard sums.someBoundOfLogEvidence(reaches: mark - slack) else { return }
        for arm in rivals where !isExcluded[arm] {
            let isNear = rivals.contains { rival in
                rival != arm && sums.boundOfLogEvidence(of: rival, over: arm) >= mark - slack
            }
            if isNear, let evidence = logEvidence(against: arm), evidence >= mark { isExcluded[arm] = true }
        }
    }

    mutating func finish(_ history: StratumHistory) { self.history = history }

    /// K.
    private var armsWithRows: Int {
        arms.indices.count { hasRows[$0] && $0 != control } + retired.count
    }

    /// ln E_u tonight; nil where no other arm in competition has rows, or the arm has none.
    package func logEvidence(against arm: Int) -> Double? {
        guard isCompeting[arm], hasRows[arm] else { return nil }
        let rivals = competing.filter { $0 != arm && hasRows[$0] }
        guard !rivals.isEmpty, armsWithRows > 1 else { return nil }
        let values = rivals.map { EvidenceMixture.logEvidence(sums.likelihood(of: $0, over: arm)) }
        let greatest = values.reduce(-.infinity, max)
        return EvidenceMixture.logSum(values, greatest) - log(Double(armsWithRows - 1))
    }

    /// E_u / G tonight, so that 40 is the mark in every group; at most ``VerdictMark/greatestEvidence``.
    package func evidence(against arm: Int) -> Double? {
        guard let logarithm = logEvidence(against: arm) else { return nil }
        return min(VerdictMark.greatestEvidence, exp(logarithm - log(Double(groups))))
    }

    /// Nil for an arm outside the competition.
    package func verdict(of arm: Int) -> Verdict? {
        guard isCompeting[arm] else { return nil }
        if isExcluded[arm] { return .excluded }
        return arm == winner ? .winner : .open
    }

    /// The arm that alone is not excluded, where it has rivals.
    package var winner: Int? {
        let open = competing.filter { !isExcluded[$0] }
        return open.count == 1 && competing.count > 1 ? open[0] : nil
    }

    /// Whether every arm in competition has been excluded at some time: they have changed places, and there is no winner.
    package var orderHasChanged: Bool {
        competing.count > 1 && competing.allSatisfy { isExcluded[$0] }
    }

    /// The always-valid bounds of an arm's rate over another's, less 1.
    ///
    /// - Parameter comparisons: among how many intervals none is to fail: 1 against the control, and against a leader that the data
    ///   chose ``comparisonsAgainstLeader``.
    package func lift(of arm: Int, over reference: Int, comparisons: Double) -> LiftBounds {
        guard arm != reference else { return LiftBounds(low: nil, high: nil) }
        return LiftInterval.bounds(sums.likelihood(of: arm, over: reference), comparisons: comparisons) {
            guard let history else { return [] }
            return strata.compactMap { history.pair(arm, reference, stratum: $0) }
        }
    }

    /// A gain that is not worth looking for.
    package static let negligibleGain = 0.01

    /// Whether no rival of the leader can be better by as much as `negligibleGain`. There must be rivals.
    package func hasNothingLeft(leader: Int) -> Bool {
        let rivals = competing.filter { $0 != leader }
        return !rivals.isEmpty
            && rivals.allSatisfy { rival in
                let bounds = lift(of: rival, over: leader, comparisons: comparisonsAgainstLeader)
                return bounds.high.map { $0 < GroupEvidence.negligibleGain } ?? false
            }
    }

    /// The pairs in competition: the leader may be any of them.
    package var comparisonsAgainstLeader: Double {
        let count = Double(competing.count)
        return max(1, count * (count - 1) / 2)
    }
}
