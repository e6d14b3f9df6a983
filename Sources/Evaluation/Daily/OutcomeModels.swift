import Domain

/// q of the doubly robust estimator: an arm's reward in a segment as the days before knew it.
///
///     m = S1/n        mₐ = (S1ₐ + κm)/(nₐ + κ)        q(D, g, a) = (S1_ga + κ·mₐ)/(n_ga + κ)        over days before D, κ = 100
///
/// As it looks at earlier days only, its errors are independent of the chance that assigned the day's visitors, and the estimate
/// stays unbiased however shares follow the data. On the first day q = 0, where the doubly robust estimate is inverse propensity
/// scoring.
struct EarlierDaysModel: Sendable {
    /// κ: visitors at which an arm's own mean and what it is drawn towards weigh alike.
    static let shrinkage = 100.0

    /// By stratum, then arm.
    private var values: [[Double]]

    init(_ log: LoggedExperiment) {
        struct Sums {
            var visitors = 0.0
            var rewards = 0.0

            func shrunk(to mean: Double) -> Double {
                (rewards + EarlierDaysModel.shrinkage * mean) / (visitors + EarlierDaysModel.shrinkage)
            }

            mutating func add(_ cell: LoggedExperiment.Cell) {
                visitors += cell.visitors
                rewards += cell.mean * cell.visitors
            }
        }
        var all = Sums()
        var ofArm = Array(repeating: Sums(), count: log.arms.count)
        var ofSegment: [Name: [Sums]] = [:]
        values = []
        var next = 0
        while next < log.strata.count {
            let date = log.strata[next].date
            let day = next..<(log.strata[next...].firstIndex { $0.date != date } ?? log.strata.count)
            let mean = all.visitors > 0 ? all.rewards / all.visitors : 0
            let armMeans = ofArm.map { $0.shrunk(to: mean) }
            for stratum in day {
                let sums = ofSegment[log.strata[stratum].segment]
                values.append(log.arms.indices.map { sums?[$0].shrunk(to: armMeans[$0]) ?? armMeans[$0] })
            }
            // Only now does the day count as seen.
            for stratum in day {
                for cell in log.cells[log.strata[stratum].cells] {
                    all.add(cell)
                    ofArm[cell.arm].add(cell)
                    ofSegment[
                        log.strata[stratum].segment, default: Array(repeating: Sums(), count: log.arms.count)][
                            cell.arm
                        ].add(cell)
                }
            }
            next = day.upperBound
        }
    }

    subscript(stratum: Int, arm: Int) -> Double { values[stratum][arm] }
}

/// q̂ of the direct method: the mean reward of the first that has visitors of the cell itself, the arm in the segment on all days,
/// the arm, everyone.
///
/// So the estimate is a sum over cells of λ·S1 with λ known given the counts, and its error that of independent means. With no
/// empty cell it is inverse propensity scoring after stratification: p is replaced by the share that really came.
package struct DirectModel: Sendable {
    /// Where the search begins.
    package enum Start: String, CaseIterable, Sendable {
        /// The cell itself.
        case day
        /// The arm in the segment on all days: less noise, but it compares arms on different days, and the pooled means of a
        /// bandit's data are biased (Nie, Tian, Taylor and Zou 2018).
        case pooled
    }

    /// Cells whose visitors are taken together.
    private struct Pool {
        var cells: [Int] = []
        var visitors = 0.0
    }

    private let log: LoggedExperiment
    private let start: Start
    private var cellOf: [[Int?]] = []
    private var ofSegment: [Name: [Pool]] = [:]
    private var ofArm: [Pool]
    private var everyone = Pool()
    /// s²·n of each cell.
    private var variances: [Double] = []

    init(_ log: LoggedExperiment, start: Start) {
        self.log = log
        self.start = start
        let none = Array(repeating: Pool(), count: log.arms.count)
        ofArm = none
        for stratum in log.strata {
            var cells = [Int?](repeating: nil, count: log.arms.count)
            for number in stratum.cells {
                let cell = log.cells[number]
                cells[cell.arm] = number
                func add(_ pool: inout Pool) {
                    pool.cells.append(number)
                    pool.visitors += cell.visitors
                }
                add(&everyone)
                add(&ofArm[cell.arm])
                add(&ofSegment[stratum.segment, default: none][cell.arm])
            }
            cellOf.append(cells)
        }
        variances = DirectModel.variances(log)
    }

    /// λ by cell: what a unit of the cell's S1 adds to the estimate over these strata.
    func slopes(of policy: PolicyShares, strata: [Int], visitors: Double) -> [Double] {
        var slopes = Array(repeating: 0.0, count: log.cells.count)
        var segmentShares: [Name: [Double]] = [:]
        var armShares = Array(repeating: 0.0, count: log.arms.count)
        var everyoneShare = 0.0
        for number in strata {
            let stratum = log.strata[number]
            for arm in log.arms.indices where policy.shares[number][arm] != 0 {
                let share = stratum.visitors * policy.shares[number][arm] / visitors
                if start == .day, let cell = cellOf[number][arm] {
                    slopes[cell] += share / log.cells[cell].visitors
                } else if let pool = ofSegment[stratum.segment]?[arm], pool.visitors > 0 {
                    segmentShares[stratum.segment, default: Array(repeating: 0, count: log.arms.count)][arm] += share
                } else if ofArm[arm].visitors > 0 {
                    armShares[arm] += share
                } else {
                    everyoneShare += share
                }
            }
        }
        func spread(_ share: Double, over pool: Pool) {
            guard share != 0, pool.visitors > 0 else { return }
            for cell in pool.cells { slopes[cell] += share / pool.visitors }
        }
        for (segment, shares) in segmentShares.sorted(by: { $0.key < $1.key }) {
            for (arm, share) in shares.enumerated() { spread(share, over: ofSegment[segment]?[arm] ?? Pool()) }
        }
        for (arm, share) in armShares.enumerated() { spread(share, over: ofArm[arm]) }
        spread(everyoneShare, over: everyone)
        return slopes
    }

    /// √Σ λ²·n·s²
    func error(slopes: [Double]) -> Double {
        zip(slopes, variances).reduce(0) { $0 + $1.0 * $1.0 * $1.1 }.squareRoot()
    }

    /// n·s² of each cell; one visitor's s² is that of the arm's visitors together, or of everyone's, or 0.
    private static func variances(_ log: LoggedExperiment) -> [Double] {
        var ofArm = [RewardMoments?](repeating: nil, count: log.arms.count)
        var everyone: RewardMoments?
        func add(_ moments: RewardMoments, to sum: inout RewardMoments?) {
            var total = sum ?? moments
            // Sums that no integer holds are of no log: a cell's own sums did fit.
            if sum != nil { try? total.add(moments) }
            sum = total
        }
        for cell in log.cells {
            add(cell.moments, to: &ofArm[cell.arm])
            add(cell.moments, to: &everyone)
        }
        return log.cells.map { cell in
            let variance =
                cell.moments.sampleVariance ?? ofArm[cell.arm]?.sampleVariance ?? everyone?.sampleVariance ?? 0
            return variance * cell.visitors
        }
    }
}
