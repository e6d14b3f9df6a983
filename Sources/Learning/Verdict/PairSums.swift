import CLibrary

/// Sums over strata from which the likelihood of every pair of arms follows, whatever the ratio of their rates.
///
/// With n visitors and x successes of the arms v and u in a stratum, m = xᵥ + xᵤ, f = nᵥ / (nᵥ + nᵤ), and λ the logarithm of the
/// ratio of v's rate to u's,
///
///     l(λ) = Σs [ xᵥ·λ − m·ln(1 + f·(e^λ − 1)) ]          over the strata in which both have visitors
///
/// With 2f − 1 = t and the Chebyshev polynomials Tₖ the logarithm is the series (DLMF 18.12.9 integrated, with q = −tanh(λ/4))
///
///     ln(1 + f·(e^λ − 1)) = λ/2 + 2·ln cosh(λ/4) + 2·Σₖ (−1)^(k+1)·tanh(λ/4)^k·Tₖ(t) / k,    k = 1, 2, …
///
/// so that Mₖ = Σs m·Tₖ(t) is all there is to know of the strata: 24 of them give l to rounding for |λ| ≤ 1, at no logarithm a
/// stratum, and days are added one by one. l of u against v is l(−λ) of v against u.
struct PairSums: Sendable {
    typealias Lanes = SIMD4<Double>

    /// Of each pair, M₀ to M₂₃.
    static let order = 24

    /// Pairs v < u in the order (0, 1), (0, 2), … (1, 2), …
    let pairs: [(first: Int, second: Int)]
    private let arms: Int
    /// Four pairs to a chunk, a chunk's moments one after another.
    private var moments: [Lanes]
    /// U = Σs (xᵥ − m·f): the slope of l at 0.
    private var scores: [Lanes]
    private var firstSuccesses: [Lanes]
    private var secondSuccesses: [Lanes]
    private var sharedStrata: [Lanes]
    /// Positions of the pairs' arms, filled up with the first pair.
    private let lanes: [(first: SIMD4<Int>, second: SIMD4<Int>)]

    init(arms: Int) {
        self.arms = arms
        var pairs: [(first: Int, second: Int)] = []
        for first in 0..<max(0, arms) {
            for second in first + 1..<max(first + 1, arms) { pairs.append((first, second)) }
        }
        self.pairs = pairs
        let chunks = (pairs.count + 3) / 4
        lanes = (0..<chunks).map { chunk in
            var (first, second) = (SIMD4<Int>.zero, SIMD4<Int>.zero)
            for lane in 0..<4 where chunk * 4 + lane < pairs.count {
                (first[lane], second[lane]) = pairs[chunk * 4 + lane]
            }
            return (first, second)
        }
        moments = Array(repeating: .zero, count: chunks * PairSums.order)
        scores = Array(repeating: .zero, count: chunks)
        (firstSuccesses, secondSuccesses, sharedStrata) = (scores, scores, scores)
    }

    /// The pair of two arms; `isForward`: in this order.
    func pair(_ arm: Int, _ other: Int) -> (index: Int, isForward: Bool) {
        let (first, second) = arm < other ? (arm, other) : (other, arm)
        return (first * (2 * arms - first - 1) / 2 + second - first - 1, arm < other)
    }

    /// Adds a stratum: visitors and successes by arm. O(arms²).
    mutating func add(visitors: UnsafePointer<Double>, successes: UnsafePointer<Double>) {
        let none = Lanes.zero
        for chunk in lanes.indices {
            let (first, second) = lanes[chunk]
            let n = Lanes(visitors[first.x], visitors[first.y], visitors[first.z], visitors[first.w])
            let other = Lanes(visitors[second.x], visitors[second.y], visitors[second.z], visitors[second.w])
            let isShared = (n .> none) .& (other .> none)
            guard any(isShared) else { continue }
            let x = Lanes(successes[first.x], successes[first.y], successes[first.z], successes[first.w])
                .replacing(with: none, where: .!isShared)
            let otherX = Lanes(successes[second.x], successes[second.y], successes[second.z], successes[second.w])
                .replacing(with: none, where: .!isShared)
            let total = (n + other).replacing(with: 1, where: .!isShared)
            sharedStrata[chunk] += none.replacing(with: 1, where: isShared)
            let m = x + otherX
            guard any(m .> none) else { continue }
            firstSuccesses[chunk] += x
            secondSuccesses[chunk] += otherX
            scores[chunk] += (x * other - otherX * n) / total
            add(m, at: (n - other) / total, to: chunk * PairSums.order)
        }
    }

    /// Adds m·Tₖ(t), by Tₖ₊₁ = 2t·Tₖ − Tₖ₋₁.
    private mutating func add(_ m: Lanes, at t: Lanes, to start: Int) {
        moments.withUnsafeMutableBufferPointer { moments in
            let twice = t + t
            var before = m
            var term = m * t
            moments[start] += before
            moments[start + 1] += term
            for index in start + 2..<start + PairSums.order {
                let next = twice * term - before
                before = term
                term = next
                moments[index] += next
            }
        }
    }

    /// What is known of two arms, the first's rate over the second's.
    func likelihood(of arm: Int, over other: Int) -> PairLikelihood {
        let (pair, isForward) = pair(arm, other)
        let (chunk, lane) = (pair / 4, pair % 4)
        let sign = isForward ? 1.0 : -1.0
        // T₂ₖ₊₁ is odd: with the arms exchanged t is −t.
        let own = (0..<PairSums.order).map { order in
            let moment = moments[chunk * PairSums.order + order][lane]
            return order % 2 == 0 ? moment : sign * moment
        }
        let (first, second) = (firstSuccesses[chunk][lane], secondSuccesses[chunk][lane])
        return PairLikelihood(
            moments: own, score: sign * scores[chunk][lane], successes: isForward ? first : second,
            otherSuccesses: isForward ? second : first, sharedStrata: sharedStrata[chunk][lane])
    }

    /// Whether ``boundOfLogEvidence(of:over:)`` of some pair, either way round, is at least this much; `threshold` > 0.
    func someBoundOfLogEvidence(reaches threshold: Double) -> Bool {
        lanes.indices.contains { chunk in
            let (score, whole) = (scores[chunk], moments[chunk * PairSums.order])
            let variance = (whole - moments[chunk * PairSums.order + 2]) / 8
            let bound = score * score / (2 * variance) * EvidenceMixture.greatestFactor * 1.001
            let isUnbounded = variance .<= whole * 1e-12
            return any((score .!= 0) .& (isUnbounded .| (bound .>= threshold)))
        }
    }

    /// An upper bound of ln E of `arm` over `other`, at the price of a division.
    ///
    /// l(0) = 0, l′(0) = U, and for 0 ≤ λ ≤ L the curvature −l″ is at least V·e^(−L) with V = Σ m·f·(1 − f) = (M₀ − M₂)/8. So
    /// l ≤ U²·e^L / (2V), and l ≤ 0 where U ≤ 0.
    func boundOfLogEvidence(of arm: Int, over other: Int) -> Double {
        let (pair, isForward) = pair(arm, other)
        let (chunk, lane) = (pair / 4, pair % 4)
        let score = isForward ? scores[chunk][lane] : -scores[chunk][lane]
        guard score > 0 else { return 0 }
        let whole = moments[chunk * PairSums.order][lane]
        let variance = (whole - moments[chunk * PairSums.order + 2][lane]) / 8
        // Of so small a difference rounding may be the greater part.
        guard variance > whole * 1e-12 else { return .infinity }
        return score * score / (2 * variance) * EvidenceMixture.greatestFactor * 1.001
    }
}
