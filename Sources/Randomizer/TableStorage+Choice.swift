extension TableStorage {
    /// Finds the arm of a group whose score for a visitor is least; of equal scores the first in byte order.
    ///
    /// One pass without branches or logarithms finds the two least estimated scores. Where they are too close to tell,
    /// for one visitor in some hundreds, the logarithms decide.
    func choose(in group: Int, unit: UInt64) -> Int {
        let range = arms(of: group)
        var chosen = range.lowerBound
        var least = Double.infinity
        var second = Double.infinity
        arms.withUnsafeBufferPointer { arms in
            for index in range {
                let score = estimate(mix64(unit ^ arms[index].hash)) * arms[index].inverseTraffic
                let isLess = score < least
                second = min(second, isLess ? least : score)
                least = isLess ? score : least
                chosen = isLess ? index : chosen
            }
        }
        let isCertain =
            least > Self.tooSmall && least * (1 + 1.01 * ScoreEstimate.tolerance) < second
            && least < arms[chosen].inverseTraffic * ScoreEstimate.limit
        return isCertain ? chosen : chooseByLogarithms(among: range, unit: unit) { _ in true }
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
