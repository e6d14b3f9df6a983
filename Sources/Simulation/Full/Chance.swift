import Allocation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The streams of random numbers of a lived world: each is a function of the world's seed and of what it is for.
enum ChanceStream: Int {
    case person = 1, crowd, visit, robot, tearing

    /// The generator of an experiment's stream; `number` is a day's or a person's.
    func generator(seed: UInt64, experiment: Int, number: Int) -> CounterGenerator {
        CounterGenerator(
            seed: seed ^ ChanceStream.salt, arm: rawValue << 12 | experiment, draw: number)
    }

    /// Keeps these streams apart from those of the truth.
    private static let salt: UInt64 = 0x5851_F42D_4C95_7F2D
}

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
