import Foundation
import Randomizer

/// A row of a log as a test knows it.
struct LoggedRow {
    var visitor = ""
    var position = ""
    var context = ""
    var variant: String
    var reward: Double
    var propensity: Double
    /// The number of its line, from 0.
    var number = 0
}

/// The estimators by their textbook formulas, row by row and nothing summed up before: slow, and obvious.
struct UnitLogTwin {
    struct Figures {
        var value: Double
        /// By cluster.
        var influences: [Double]
        var error: Double?
    }

    let rows: [LoggedRow]
    /// What the policy would show instead.
    let policy: (LoggedRow) -> [String: Double]
    /// q of a row's context and a variant.
    let outcome: (LoggedRow, String) -> Double
    var clip = Double.infinity

    private var count: Double { Double(rows.count) }

    func weight(_ row: LoggedRow) -> Double { policy(row)[row.variant, default: 0] / row.propensity }

    private func clipped(_ row: LoggedRow) -> Double { min(weight(row), clip) }

    private func expectation(_ row: LoggedRow) -> Double {
        policy(row).sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value * outcome(row, $1.key) }
    }

    private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    /// Sums by visitor; a row without one is a cluster of its own.
    func clusters(_ influences: [Double]) -> [Double] {
        var sums: [String: Double] = [:]
        for (row, influence) in zip(rows, influences) {
            sums[row.visitor.isEmpty ? "row \(row.number)" : "visitor \(row.visitor)", default: 0] += influence
        }
        return sums.sorted { $0.key < $1.key }.map(\.value)
    }

    func error(_ influences: [Double]) -> Double {
        let sums = clusters(influences)
        let size = Double(sums.count)
        let average = mean(sums)
        return (size / (size - 1) * sums.reduce(0) { $0 + ($1 - average) * ($1 - average) }).squareRoot() / count
    }

    var estimates: [String: (value: Double, influences: [Double])] {
        let weights = rows.map(clipped)
        let rewards = rows.map(\.reward)
        let q = rows.map { outcome($0, $0.variant) }
        let m = rows.map(expectation)
        let meanWeight = mean(weights)
        let ips = mean(zip(weights, rewards).map { $0 * $1 })
        let snips = ips / meanWeight
        let dm = mean(m)
        let residuals = rows.indices.map { weights[$0] * (rewards[$0] - q[$0]) }
        let dr = mean(rows.indices.map { m[$0] + residuals[$0] })
        let ratio = mean(residuals) / meanWeight
        return [
            "ips": (ips, rows.indices.map { weights[$0] * rewards[$0] - ips }),
            "snips": (snips, rows.indices.map { weights[$0] / meanWeight * (rewards[$0] - snips) }),
            "dm": (dm, m.map { $0 - dm }),
            "dr": (dr, rows.indices.map { m[$0] + residuals[$0] - dr }),
            "sndr": (
                dm + ratio, rows.indices.map { weights[$0] / meanWeight * (rewards[$0] - q[$0] - ratio) + m[$0] - dm }
            ),
        ]
    }

    var effectiveSampleSize: Double {
        let weights = rows.map(weight)
        return pow(weights.reduce(0, +), 2) / weights.reduce(0) { $0 + $1 * $1 }
    }

    var meanWeight: Double { mean(rows.map(weight)) }

    var meanWeightZ: Double {
        let average = meanWeight
        let sums = clusters(rows.map { weight($0) - average })
        let size = Double(sums.count)
        return (average - 1) / ((size / (size - 1) * sums.reduce(0) { $0 + $1 * $1 }).squareRoot() / count)
    }
}

/// q as the specification has it: for a fold, x and variant, from all rows of the other folds.
final class CrossFittedTwin {
    private struct Question: Hashable {
        var fold: UInt64
        var x: String
        var variant: String
    }

    private let rows: [LoggedRow]
    private let x: (LoggedRow) -> String
    private var known: [Question: Double] = [:]

    init(rows: [LoggedRow], x: @escaping (LoggedRow) -> String) {
        self.rows = rows
        self.x = x
    }

    private static func fold(_ row: LoggedRow) -> UInt64 {
        XXH64.hash(row.visitor.isEmpty ? "\(row.number)" : row.visitor) % 5
    }

    func callAsFunction(_ row: LoggedRow, _ variant: String) -> Double {
        let question = Question(fold: Self.fold(row), x: x(row), variant: variant)
        if let answer = known[question] { return answer }
        let others = rows.filter { Self.fold($0) != question.fold }
        func sums(_ rows: [LoggedRow]) -> (n: Double, s: Double) {
            (Double(rows.count), rows.reduce(0) { $0 + $1.reward })
        }
        let all = sums(others)
        let m = all.n > 0 ? all.s / all.n : 0
        let arm = sums(others.filter { $0.variant == variant })
        let ofArm = (arm.s + 20 * m) / (arm.n + 20)
        let here = sums(others.filter { $0.variant == variant && x($0) == question.x })
        let answer = (here.s + 20 * ofArm) / (here.n + 20)
        known[question] = answer
        return answer
    }
}
