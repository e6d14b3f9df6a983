package import Domain

/// The rounding of shares to whole micro-shares by largest remainder (Hamilton's method): every share is rounded down, and
/// what is missing goes one by one to those that lost most.
package enum Rounding {
    /// Parts of a micro-share that remainders are compared in. Finer differences are rounding noise: three equal shares
    /// must tie.
    private static let parts = 1_000_000

    /// Rounds shares to micro-shares that add up to a total.
    ///
    /// No arm ends below its floor rounded to 6 decimals, unless these floors exceed the total, and none below an arm whose
    /// share is less, unless floors demand it. An arm rounded up for its floor gets nothing more; when such arms
    /// take more than was missing, the highest shares give it back.
    ///
    /// - Parameters:
    ///   - shares: adding up to `total` / 1,000,000.
    ///   - names: of the arms; equal remainders are served in their order.
    ///   - floors: of the arms, as shares.
    ///   - total: micro-shares, 0…1,000,000.
    /// - Complexity: O(K log K) for K arms, O(K²) when their floors differ.
    package static func microShares(_ shares: [Double], names: [Name], floors: [Double], total: Int) -> [Int] {
        let fine = shares.map { whole($0 * 1e6 * Double(parts)) }
        let bounds = lowerBounds(fine, floors: floors, total: total)
        var micro = fine.map { $0 / parts }
        var remainders = fine.map { $0 % parts }
        for arm in micro.indices where micro[arm] < bounds[arm] {
            micro[arm] = bounds[arm]
            remainders[arm] = -1
        }
        distribute(total - micro.reduce(0, +), to: &micro, remainders, names)
        takeBack(micro.reduce(0, +) - total, from: &micro, bounds, fine, names)
        return micro
    }

    /// The nearest integer; 0 for what is negative or no number.
    private static func whole(_ value: Double) -> Int {
        value > 0 ? Int(min(value, 1e18).rounded()) : 0
    }

    private static func lowerBounds(_ fine: [Int], floors: [Double], total: Int) -> [Int] {
        let rounded = floors.map { whole($0 * 1e6) }
        let ordered = Floors.keepingOrder(rounded) { fine[$0] < fine[$1] }
        for bounds in [ordered, rounded] where bounds.reduce(0, +) <= total { return bounds }
        return Array(repeating: 0, count: fine.count)
    }

    private static func distribute(_ missing: Int, to micro: inout [Int], _ remainders: [Int], _ names: [Name]) {
        guard missing > 0, !micro.isEmpty else { return }
        let order = micro.indices.sorted { left, right in
            remainders[left] != remainders[right] ? remainders[left] > remainders[right] : names[left] < names[right]
        }
        for turn in 0..<missing { micro[order[turn % order.count]] += 1 }
    }

    private static func takeBack(
        _ surplus: Int, from micro: inout [Int], _ bounds: [Int], _ fine: [Int], _ names: [Name]
    ) {
        for _ in 0..<max(0, surplus) {
            let payer = micro.indices.filter { micro[$0] > bounds[$0] }.max { left, right in
                if micro[left] != micro[right] { return micro[left] < micro[right] }
                return fine[left] != fine[right] ? fine[left] > fine[right] : names[left] < names[right]
            }
            guard let payer else { return }
            micro[payer] -= 1
        }
    }
}
