import Domain
import Foundation
import Learning

/// The verdict's formulas as they stand in the documentation: sums over strata, nothing kept from day to day.
struct SlowVerdict {
    struct Stratum {
        var day: Int
        var visitors: [Double]
        var successes: [Double]
    }

    static let effects = (0..<16).map { 0.2 * SlowVerdict.quantile(0.5 + (Double($0) + 0.5) / 32) }

    var strata: [Stratum]
    var competing: [Int]
    var control: Int?
    /// Days from which arms have rows that are declared no longer.
    var retiredSince: [Int] = []
    var groups = 1.0

    /// Φ⁻¹ by bisection.
    private static func quantile(_ probability: Double) -> Double {
        var (low, high) = (-10.0, 10.0)
        for _ in 0..<200 {
            let middle = (low + high) / 2
            if 0.5 * erfc(-middle / 2.0.squareRoot()) < probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    func likelihood(_ v: Int, _ u: Int, _ lambda: Double, through day: Int = .max) -> Double {
        strata.reduce(0) { sum, stratum in
            let (n, other) = (stratum.visitors[v], stratum.visitors[u])
            guard stratum.day <= day, n > 0, other > 0 else { return sum }
            let (x, m) = (stratum.successes[v], stratum.successes[v] + stratum.successes[u])
            let f = n / (n + other)
            let term =
                abs(lambda) < 1
                ? log1p(f * expm1(lambda))
                : max(log(f) + lambda, log(other / (n + other)))
                    + log1p(exp(-abs(log(n / other) + lambda)))
            return sum + x * lambda - m * term
        }
    }

    private func hasRows(_ arm: Int, _ day: Int) -> Bool {
        strata.contains { $0.day <= day && $0.visitors[arm] > 0 }
    }

    /// ln E_u after a day.
    func logEvidence(_ u: Int, through day: Int) -> Double? {
        guard hasRows(u, day) else { return nil }
        let rivals = competing.filter { $0 != u && hasRows($0, day) }
        let arms = strata.first.map { $0.visitors.indices.filter { $0 != control && hasRows($0, day) } } ?? []
        let count = Double(arms.count + retiredSince.count { $0 <= day })
        guard !rivals.isEmpty, count > 1 else { return nil }
        let values = rivals.flatMap { v in SlowVerdict.effects.map { likelihood(v, u, $0, through: day) } }
        let greatest = values.max() ?? 0
        return greatest + log(values.reduce(0) { $0 + exp($1 - greatest) } / 16 / (count - 1))
    }

    var verdicts: [Int: Verdict] {
        var excluded: Set<Int> = []
        for day in Set(strata.map(\.day)).sorted() {
            for arm in competing {
                if let evidence = logEvidence(arm, through: day), evidence >= log(40 * groups) { excluded.insert(arm) }
            }
        }
        let open = competing.filter { !excluded.contains($0) }
        var verdicts: [Int: Verdict] = [:]
        for arm in competing {
            verdicts[arm] =
                excluded.contains(arm) ? .excluded : open.count == 1 && competing.count > 1 ? .winner : .open
        }
        return verdicts
    }

    /// The bounds of v over u: the integral by the trapezoid rule, the ends by bisection.
    func lift(_ v: Int, _ u: Int, comparisons: Double) -> LiftBounds {
        let shared = strata.filter { $0.visitors[v] > 0 && $0.visitors[u] > 0 }
        guard !shared.isEmpty, v != u else { return LiftBounds(low: nil, high: nil) }
        let x = shared.reduce(0) { $0 + $1.successes[v] }
        let other = shared.reduce(0) { $0 + $1.successes[u] }
        guard x + other > 0 else { return LiftBounds(low: -1, high: nil) }
        func h(_ lambda: Double) -> Double { likelihood(v, u, lambda) - lambda * lambda / 0.18 }
        var (low, high) = (-40.0, 40.0)
        for _ in 0..<200 {
            let (first, second) = (low + (high - low) / 3, high - (high - low) / 3)
            if h(first) < h(second) { low = first } else { high = second }
        }
        let mode = (low + high) / 2
        let step = 1e-3
        let curvature = (h(mode + step) + h(mode - step) - 2 * h(mode)) / step / step
        let deviation = 1 / (-curvature).squareRoot()
        let count = 600
        let values = (0...count).map { h(mode + (Double($0) / Double(count) - 0.5) * 24 * deviation) }
        let greatest = values.max() ?? 0
        let sum = values.reduce(0) { $0 + exp($1 - greatest) } * 24 * deviation / Double(count)
        let threshold =
            greatest + log(sum) - log(0.3 * (2 * Double.pi).squareRoot()) - log(20 * max(1, comparisons))
        func end(_ direction: Double) -> Double {
            var (inside, outside) = (mode, mode + direction)
            while likelihood(v, u, outside) >= threshold { outside = mode + 2 * (outside - mode) }
            for _ in 0..<100 {
                let middle = (inside + outside) / 2
                if likelihood(v, u, middle) >= threshold { inside = middle } else { outside = middle }
            }
            return expm1((inside + outside) / 2)
        }
        return LiftBounds(low: x > 0 ? end(-0.1) : -1, high: other > 0 ? end(0.1) : nil)
    }
}
