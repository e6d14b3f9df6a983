/// Philox4x32-10, a counter-based generator (Salmon, Moraes, Dror, Shaw 2011, "Parallel Random Numbers: As Easy as 1, 2, 3").
///
/// Its output is a pure function of key and counter, so any draw can be made at any time, in any order, on any thread.
package struct CounterGenerator: RandomNumberGenerator, Sendable {
    private let key: UInt64
    private let stream: UInt64
    private var block: UInt64 = 0
    private var spare: UInt64?

    /// The stream of numbers that belongs to a draw of an arm.
    package init(seed: UInt64, arm: Int, draw: Int) {
        key = seed
        stream = UInt64(truncatingIfNeeded: arm) << 40 ^ UInt64(truncatingIfNeeded: draw)
    }

    package mutating func next() -> UInt64 {
        if let value = spare {
            spare = nil
            return value
        }
        let words = CounterGenerator.philox(
            SIMD4(
                UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32),
                UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32)),
            key: SIMD2(UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32)))
        block += 1
        spare = UInt64(words[3]) << 32 | UInt64(words[2])
        return UInt64(words[1]) << 32 | UInt64(words[0])
    }

    /// A number in the open interval (0, 1), on a grid of 2⁻⁵³.
    package mutating func uniform() -> Double {
        (Double(next() >> 11) + 0.5) * 0x1p-53
    }

    /// Ten rounds of the bijection.
    package static func philox(_ counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var (c0, c1, c2, c3) = (counter[0], counter[1], counter[2], counter[3])
        var (k0, k1) = (key[0], key[1])
        for _ in 0..<10 {
            let even = c0.multipliedFullWidth(by: 0xD251_1F53)
            let odd = c2.multipliedFullWidth(by: 0xCD9E_8D57)
            (c0, c1, c2, c3) = (odd.high ^ c1 ^ k0, odd.low, even.high ^ c3 ^ k1, even.low)
            k0 &+= 0x9E37_79B9
            k1 &+= 0xBB67_AE85
        }
        return SIMD4(c0, c1, c2, c3)
    }
}

extension CounterGenerator {
    /// Whether something of this probability happens.
    package mutating func chance(_ probability: Double) -> Bool {
        uniform() < probability
    }

    /// A whole number, all of the range equally likely (to 2⁻⁵³).
    package mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + min(range.count - 1, Int(uniform() * Double(range.count)))
    }

    /// An index, each in proportion to its weight.
    package mutating func index(weights: [Double]) -> Int {
        var rest = uniform() * weights.reduce(0, +)
        for (index, weight) in weights.enumerated() {
            rest -= weight
            if rest < 0 { return index }
        }
        return weights.lastIndex { $0 > 0 } ?? 0
    }
}
