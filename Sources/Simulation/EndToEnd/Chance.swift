import Allocation
import Numerics

extension CounterGenerator {
    /// Whether something of this probability happens.
    mutating func chance(_ probability: Double) -> Bool {
        uniform() < probability
    }

    /// A whole number, all of the range equally likely (to 2⁻⁵³).
    mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + min(range.count - 1, Int(uniform() * Double(range.count)))
    }

    /// An index, each in proportion to its weight.
    mutating func index(weights: [Double]) -> Int {
        var rest = uniform() * weights.reduce(0, +)
        for (index, weight) in weights.enumerated() {
            rest -= weight
            if rest < 0 { return index }
        }
        return weights.lastIndex { $0 > 0 } ?? 0
    }
}
