import TestSupport

/// A source of chance for one purpose, person and day: what one visitor does never moves another's dice.
struct Stream {
    enum Purpose: UInt64 {
        case person, visit, route, bot, garbage
    }

    private var generator: SplitMix64

    init(_ purpose: Purpose, _ index: Int, day: Int = 0) {
        var mixer = SplitMix64(seed: World.seed &+ purpose.rawValue << 40 &+ UInt64(index) << 8 &+ UInt64(day))
        generator = SplitMix64(seed: mixer.next())
    }

    /// Draws an integer in `0..<bound`, by the high word of a product (D. Lemire 2019, "Fast Random Integer Generation in an
    /// Interval", without its rejection: the bias is below 2⁻⁴⁰ for the bounds used here).
    mutating func below(_ bound: Int) -> Int {
        Int(generator.next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.count)
    }

    mutating func chance(_ part: Int, of whole: Int) -> Bool {
        below(whole) < part
    }

    mutating func byte() -> UInt8 {
        UInt8(truncatingIfNeeded: generator.next() >> 32)
    }

    /// Draws an index with the weights given.
    mutating func index(weights: [Int]) -> Int {
        var position = below(weights.reduce(0, +))
        for (index, weight) in weights.enumerated() {
            if position < weight { return index }
            position -= weight
        }
        return weights.count - 1
    }
}
