extension TableStorage {
    /// Finds the arm of a group for a visitor.
    @inline(__always)
    func choose(in group: Int, of experiment: ExperimentRecord, visitor: UnsafeRawBufferPointer) -> Int {
        let unit = XXH64.hash(visitor, seed: experiment.salt)
        return choose(in: group, unit: unit, holdoutUnit: holdoutUnit(of: visitor, unit: unit, in: experiment))
    }

    /// Finds the arm of a group for the hashes of a visitor: the control for those in the holdout, the least score for the
    /// others.
    @inline(__always)
    func choose(in group: Int, unit: UInt64, holdoutUnit: @autoclosure () -> UInt64) -> Int {
        guard let control = groups[group].control else { return leastScore(among: arms(of: group), unit: unit) }
        if arms[control].holds(holdoutUnit()) { return control }
        return leastScore(among: arms(of: group), besides: control, unit: unit)
    }

    /// The visitor's hash for the holdout; `unit` is the one for scores.
    @inline(__always)
    func holdoutUnit(of visitor: UnsafeRawBufferPointer, unit: UInt64, in experiment: ExperimentRecord) -> UInt64 {
        experiment.holdoutSalt == experiment.salt ? unit : XXH64.hash(visitor, seed: experiment.holdoutSalt)
    }

    /// Finds the arm whose score for a visitor is least; of equal scores the first in byte order.
    ///
    /// One pass without branches or logarithms finds the two least estimated scores. Where they are too close to tell,
    /// for one visitor in some hundreds, the logarithms decide.
    private func leastScore(among range: Range<Int>, unit: UInt64) -> Int {
        var scores = LeastScores(chosen: range.lowerBound)
        add(range, to: &scores, unit: unit)
        return isCertain(scores) ? scores.chosen : chooseByLogarithms(among: range, unit: unit) { _ in true }
    }

    /// Finds it likewise among the arms before and after the control.
    private func leastScore(among range: Range<Int>, besides control: Int, unit: UInt64) -> Int {
        var scores = LeastScores(chosen: control)
        add(range.lowerBound..<control, to: &scores, unit: unit)
        add(control + 1..<range.upperBound, to: &scores, unit: unit)
        return isCertain(scores) ? scores.chosen : chooseByLogarithms(among: range, unit: unit) { $0 != control }
    }

    /// The two least estimated scores of some arms.
    private struct LeastScores {
        var chosen: Int
        var least = Double.infinity
        var second = Double.infinity
    }

    @inline(__always)
    private func add(_ range: Range<Int>, to scores: inout LeastScores, unit: UInt64) {
        arms.withUnsafeBufferPointer { arms in
            for index in range {
                let score = estimate(mix64(unit ^ arms[index].hash)) * arms[index].inverseTraffic
                let isLess = score < scores.least
                scores.second = min(scores.second, isLess ? scores.least : score)
                scores.least = isLess ? score : scores.least
                scores.chosen = isLess ? index : scores.chosen
            }
        }
    }

    /// Whether the least estimate is that of the least score.
    @inline(__always)
    private func isCertain(_ scores: LeastScores) -> Bool {
        scores.least > Self.tooSmall && scores.least * (1 + 1.01 * ScoreEstimate.tolerance) < scores.second
            && scores.least < arms[scores.chosen].inverseTraffic * ScoreEstimate.limit
    }

    /// Finds the arm by the formula itself among the arms that are allowed; without one, the first of the range.
    func chooseByLogarithms(among range: Range<Int>, unit: UInt64, where isAllowed: (Int) -> Bool) -> Int {
        var chosen = range.lowerBound
        var least = Double.infinity
        for index in range where arms[index].millionths > 0 && isAllowed(index) {
            let traffic = arms[index].traffic
            let uniform = RendezvousHash.uniform(unit: unit, arm: arms[index].hash)
            if RendezvousHash.cannotWin(uniform: uniform, traffic: traffic, against: least) { continue }
            let score = RendezvousHash.score(uniform: uniform, traffic: traffic)
            if score < least {
                least = score
                chosen = index
            }
        }
        return chosen
    }

    /// More than any score of x < 2⁻³⁶, where estimates fail, with whatever traffic from 10⁻⁶.
    private static var tooSmall: Double { 0x1p-16 }
}

extension TableStorage.ArmRecord {
    /// Whether this arm, a control, has a visitor of this hash for the holdout. All of them when it has all traffic: the
    /// uniform number may be rounded to 1.
    @inline(__always)
    func holds(_ holdoutUnit: UInt64) -> Bool {
        let share = traffic
        return RendezvousHash.uniform(unit: holdoutUnit, arm: RendezvousHash.control) < share || share == 1
    }
}
