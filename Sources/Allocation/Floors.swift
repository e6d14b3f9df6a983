/// The least shares of arms, paid for by the leader.
///
///     before    ████████████████████      after    ──────────────── level      q = max(floor, min(share, level))
///               ██████████████████                 ████████████████
///               ███                                ████████████████
///               ▏                                  ███
///               ▏                                  █ floor
///                                                  █ floor
///
/// An arm below its floor is raised to it; the highest shares are lowered to the one level at which the sum is what it was. A
/// leader far ahead pays everything, and the order of arms stays.
///
/// With floors of single arms that needs one thing more: an arm ahead of one that is raised to a high floor is raised as far,
/// or it would fall behind it. When the floors so raised leave no room, no table keeps both the floors and the order: then
/// the floors hold.
package enum Floors {
    /// Shares closer than this are not told apart: they are known to 1e-9.
    static let resolution = 1e-9

    /// Raises shares to their floors, keeping their sum; nil when the floors exceed it or one is no number of at least 0.
    ///
    /// - Complexity: O(K log K) for K arms, O(K²) when their floors differ.
    package static func apply(_ shares: [Double], floors: [Double]) -> [Double]? {
        let total = shares.reduce(0, +)
        guard floors.allSatisfy({ $0 >= 0 }), floors.reduce(0, +) <= total + resolution else { return nil }
        let ordered = keepingOrder(floors) { shares[$0] < shares[$1] - resolution }
        let bounds = ordered.reduce(0, +) <= total + resolution ? ordered : floors
        let level = level(shares, bounds, total: total)
        return shares.indices.map { max(bounds[$0], min(shares[$0], level)) }
    }

    /// The least floors, at least those given, under which no arm is passed by one behind it.
    static func keepingOrder<Floor: Comparable>(_ floors: [Floor], isBehind: (Int, Int) -> Bool) -> [Floor] {
        guard let first = floors.first, floors.contains(where: { $0 != first }) else { return floors }
        return floors.indices.map { arm in
            floors.indices.reduce(floors[arm]) { floor, other in
                floors[other] > floor && isBehind(other, arm) ? floors[other] : floor
            }
        }
    }

    /// The level L at which Σ max(bound, min(share, L)) is the total; infinite when nothing has to be paid.
    private static func level(_ shares: [Double], _ bounds: [Double], total: Double) -> Double {
        // As the level falls, an arm begins to pay at its share and stops at its bound.
        var turns: [(level: Double, change: Double)] = []
        var sum = 0.0
        for (share, bound) in zip(shares, bounds) {
            sum += max(share, bound)
            if share > bound {
                turns.append((share, 1))
                turns.append((bound, -1))
            }
        }
        guard sum > total else { return .infinity }
        turns.sort { $0.level > $1.level }
        var level = Double.infinity
        var payers = 0.0
        for turn in turns {
            if payers > 0 {
                let paid = payers * (level - turn.level)
                if sum - paid <= total { return level - (sum - total) / payers }
                sum -= paid
            }
            level = turn.level
            payers += turn.change
        }
        return level
    }
}
