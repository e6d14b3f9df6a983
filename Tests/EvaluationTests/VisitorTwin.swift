import Domain
import Evaluation

/// The estimators taken visitor by visitor, by the textbook's formulas: the slow twin of the sums by cell.
struct VisitorTwin {
    struct Visitor {
        var stratum: Int
        var arm: Int
        var reward: Double
    }

    let log: LoggedExperiment
    var visitors: [Visitor] = []

    /// Explodes the cells of click or purchase experiments: as many visitors with 1 as were rewarded, the others with 0.
    init(_ log: LoggedExperiment) {
        self.log = log
        for cell in log.cells {
            for number in 0..<cell.moments.visitors {
                visitors.append(
                    Visitor(stratum: cell.stratum, arm: cell.arm, reward: number < cell.moments.rewarded ? 1 : 0))
            }
        }
    }

    struct Result {
        var value: Double
        /// e by visitor.
        var influence: [Double]

        func minus(_ other: Result) -> Result {
            Result(value: value - other.value, influence: zip(influence, other.influence).map { $0 - $1 })
        }
    }

    private func weight(_ visitor: Visitor, _ policy: PolicyShares) -> Double {
        policy.shares[visitor.stratum][visitor.arm] / log.strata[visitor.stratum].shares[visitor.arm]
    }

    func ips(_ policy: PolicyShares) -> Result {
        let n = Double(visitors.count)
        let value = visitors.reduce(0) { $0 + weight($1, policy) * $1.reward } / n
        return Result(value: value, influence: visitors.map { weight($0, policy) * $0.reward - value })
    }

    func snips(_ policy: PolicyShares) -> Result {
        let n = Double(visitors.count)
        let mean = visitors.reduce(0) { $0 + weight($1, policy) } / n
        let value = visitors.reduce(0) { $0 + weight($1, policy) * $1.reward } / n / mean
        return Result(value: value, influence: visitors.map { weight($0, policy) / mean * ($0.reward - value) })
    }

    func dr(_ policy: PolicyShares) -> Result {
        let n = Double(visitors.count)
        let terms = visitors.map { visitor in
            let stratum = log.strata[visitor.stratum]
            let earlier = visitors.filter { log.strata[$0.stratum].date < stratum.date }
            func q(_ arm: Int) -> Double {
                let all = earlier.map(\.reward)
                let own = earlier.filter { $0.arm == arm }
                let inSegment = own.filter { log.strata[$0.stratum].segment == stratum.segment }
                let m = all.isEmpty ? 0 : all.reduce(0, +) / Double(all.count)
                let ma = (own.reduce(0) { $0 + $1.reward } + 100 * m) / (Double(own.count) + 100)
                return (inSegment.reduce(0) { $0 + $1.reward } + 100 * ma) / (Double(inSegment.count) + 100)
            }
            let expected = log.arms.indices.reduce(0) { $0 + policy.shares[visitor.stratum][$1] * q($1) }
            return expected + weight(visitor, policy) * (visitor.reward - q(visitor.arm))
        }
        let value = terms.reduce(0, +) / n
        return Result(value: value, influence: terms.map { $0 - value })
    }

    /// √Σ_s N_s/(N_s − 1)·Σ (e − ē_s)² / N
    func errorWithinStrata(_ result: Result) -> Double {
        var sum = 0.0
        for stratum in log.strata.indices {
            let own = zip(visitors, result.influence).filter { $0.0.stratum == stratum }.map(\.1)
            guard own.count > 1 else {
                sum += own.reduce(0) { $0 + $1 * $1 }
                continue
            }
            let mean = own.reduce(0, +) / Double(own.count)
            let squares = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            sum += squares * Double(own.count) / Double(own.count - 1)
        }
        return sum.squareRoot() / Double(visitors.count)
    }

    /// √(N/(N−1)·Σ (e − ē)²) / N
    func plainError(_ result: Result) -> Double {
        let n = Double(visitors.count)
        let mean = result.influence.reduce(0, +) / n
        return (n / (n - 1) * result.influence.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }).squareRoot() / n
    }
}
