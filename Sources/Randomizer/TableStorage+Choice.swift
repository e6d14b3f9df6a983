extension TableStorage {
    /// Finds the arm of a group for a visitor, whose hash by the experiment's salt is `unit`.
    func choose(in group: Int, visitor: UnsafeRawBufferPointer, unit: UInt64) -> Int {
        guard let control = groups[group].control else { return leastScore(in: group, unit: unit) }
        return choose(in: group, control: control, visitor: visitor, unit: unit)
    }

    /// Apart, so that the way without a control is not longer for it.
    @inline(never)
    private func choose(in group: Int, control: Int, visitor: UnsafeRawBufferPointer, unit: UInt64) -> Int {
        let control = controls[control]
        return control.holds(visitor, unit: unit)
            ? control.arm : leastScore(in: group, besides: control.arm, unit: unit)
    }

    /// Finds the arm of a group for the hashes of a visitor: by the salt of the experiment, and by that of the holdout.
    func choose(in group: Int, unit: UInt64, holdoutUnit: UInt64) -> Int {
        guard let control = control(of: group) else { return leastScore(in: group, unit: unit) }
        return control.holds(holdoutUnit: holdoutUnit)
            ? control.arm : leastScore(in: group, besides: control.arm, unit: unit)
    }

    /// Finds the arm whose score for a visitor is least; of equal scores the first in byte order.
    ///
    /// One pass without branches or logarithms finds the two least estimated scores. Where they are too close to tell,
    /// for one visitor in some hundreds, the logarithms decide.
    @inline(__always)
    private func leastScore(in group: Int, unit: UInt64) -> Int {
        let range = arms(of: group)
        var scores = LeastScores(chosen: range.lowerBound)
        add(range, to: &scores, unit: unit)
        return isCertain(scores) ? scores.chosen : chooseByLogarithms(among: range, unit: unit) { _ in true }
    }

    /// Finds it likewise among the arms before and after the control.
    private func leastScore(in group: Int, besides control: Int, unit: UInt64) -> Int {
        let range = arms(of: group)
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
