/// How far segments lean on everyone, learned from how far they agree once each is at its own level.
///
/// With mᵥ the mean of arm v over everyone and κO successes of κT trials of v in segment c, the segment's level is
/// f = (Σᵥ κO + ½) / (Σᵥ κT·mᵥ + ½). What is left of κO / (κT·mᵥ·f) − 1 has the variance of chance and, beyond it, the variance τ² by
/// which arms differ from segment to segment: estimated by moments (DerSimonian and Laird 1986, "Meta-analysis in clinical
/// trials"). A prior of n* = (1 − m̄)/(m̄·τ²) visitors has that variance.
package struct SegmentPooling: Equatable, Sendable {
    /// A segment's successes and trials by arm, both times κ.
    package struct Part: Equatable, Sendable {
        var successes: [Double]
        var trials: [Double]

        package init(successes: [Double], trials: [Double]) {
            self.successes = successes
            self.trials = trials
        }

        init(_ update: RateUpdate) {
            let arms = update.successes.indices
            successes = arms.map { update.weightedSuccesses(ofArm: $0) }
            trials = arms.map { update.trials(ofArm: $0) }
        }

        /// f.
        package func level(_ means: [Double], among arms: [Int]) -> Double {
            var (observed, expected) = (0.5, 0.5)
            for arm in arms {
                observed += successes[arm]
                expected += trials[arm] * means[arm]
            }
            return observed / expected
        }
    }

    /// Visitors where nothing tells how far segments agree.
    static let standard = 200.0
    static let bounds = 20.0...100_000.0
    /// Trials from which a segment says something about an arm.
    static let leastTrials = 50.0

    /// n*.
    package let visitors: Double
    /// m̄, the mean rate of the arms.
    let meanRate: Double

    /// - Parameters:
    ///   - parts: one for each named segment; those with fewer trials than `leastTrials` of every arm may be left out.
    ///   - means: by arm, over everyone.
    ///   - arms: those with rows.
    package init(_ parts: [Part], means: [Double], arms: [Int]) {
        let levels = parts.map { $0.level(means, among: arms) }
        var (heterogeneity, scale, freedom) = (0.0, 0.0, 0.0)
        var used: [Int] = []
        for arm in arms {
            var (sum, squares, weighted, weightedSquares, count) = (0.0, 0.0, 0.0, 0.0, 0)
            for (part, level) in zip(parts, levels) where part.trials[arm] >= SegmentPooling.leastTrials {
                let expected = part.trials[arm] * means[arm] * level
                let deviation = part.successes[arm] / expected - 1
                let weight = expected / (1 - means[arm])
                sum += weight
                squares += weight * weight
                weighted += weight * deviation
                weightedSquares += weight * deviation * deviation
                count += 1
            }
            guard count > 1, sum > 0 else { continue }
            heterogeneity += weightedSquares - weighted * weighted / sum
            scale += sum - squares / sum
            freedom += Double(count - 1)
            used.append(arm)
        }
        let known = used.isEmpty ? arms : used
        meanRate = known.isEmpty ? 0.5 : known.reduce(0) { $0 + means[$1] } / Double(known.count)
        guard used.count > 1, scale > 0 else {
            visitors = SegmentPooling.standard
            return
        }
        freedom *= Double(used.count - 1) / Double(used.count)
        let variance = max(1e-8, (heterogeneity - freedom) / scale)
        let learned = (1 - meanRate) / (meanRate * variance)
        visitors = min(SegmentPooling.bounds.upperBound, max(SegmentPooling.bounds.lowerBound, learned))
    }
}
