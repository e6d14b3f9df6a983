import Randomizer
import TestSupport
import Testing

@Suite struct XXH64Tests {
    @Test(arguments: 0...200)
    func agreesWithSlowTwin(length: Int) {
        var generator = SplitMix64(seed: UInt64(length))
        for _ in 0..<8 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let seed = generator.next()
            #expect(XXH64.hash(bytes, seed: seed) == SlowXXH64.hash(bytes, seed: seed))
        }
    }

    @Test func unalignedBytesHashAlike() {
        var generator = SplitMix64(seed: 7)
        let bytes = (0..<100).map { _ in UInt8.random(in: 0...255, using: &generator) }
        for offset in 0..<9 {
            let padded = Array(repeating: 0, count: offset) + bytes
            let hash = padded.withUnsafeBytes { XXH64.hash(UnsafeRawBufferPointer(rebasing: $0[offset...]), seed: 3) }
            #expect(hash == XXH64.hash(bytes, seed: 3))
        }
    }

    @Test func allWaysInAgree() {
        let text = "Ünïcödé visitor with more than thirty-two bytes"
        let bytes = Array(text.utf8)
        let hash = XXH64.hash(bytes, seed: 5)
        #expect(XXH64.hash(text, seed: 5) == hash)
        #expect(XXH64.hash("«\(text)»".dropFirst().dropLast(), seed: 5) == hash)
        #expect(XXH64.hash(bytes.span, seed: 5) == hash)
        let literal: StaticString = "Ünïcödé visitor with more than thirty-two bytes"
        #expect(XXH64.hash(literal, seed: 5) == hash)
        #expect(XXH64.hash("") == XXH64.hash([]))
    }

    @Test func hexadecimalHasSixteenDigits() {
        #expect(XXH64.hexadecimal(0) == "0000000000000000")
        #expect(XXH64.hexadecimal(0xABC) == "0000000000000abc")
        #expect(XXH64.hexadecimal(.max) == "ffffffffffffffff")
    }
}

/// XXH64 step by step as the specification words it, with no thought of speed.
enum SlowXXH64 {
    static let primes: [UInt64] = [
        0, 11_400_714_785_074_694_791, 14_029_467_366_897_019_727, 1_609_587_929_392_839_161,
        9_650_029_242_287_828_579, 2_870_177_450_012_600_261,
    ]

    static func hash(_ input: [UInt8], seed: UInt64) -> UInt64 {
        var rest = input[...]
        var accumulator: UInt64
        if input.count < 32 {
            accumulator = seed &+ primes[5]
        } else {
            var lanes = [seed &+ primes[1] &+ primes[2], seed &+ primes[2], seed, seed &- primes[1]]
            while rest.count >= 32 {
                for lane in 0..<4 { lanes[lane] = round(lanes[lane], take(8, &rest)) }
            }
            accumulator = left(lanes[0], 1) &+ left(lanes[1], 7) &+ left(lanes[2], 12) &+ left(lanes[3], 18)
            for lane in lanes { accumulator = (accumulator ^ round(0, lane)) &* primes[1] &+ primes[4] }
        }
        accumulator &+= UInt64(input.count)
        while rest.count >= 8 {
            accumulator = left(accumulator ^ round(0, take(8, &rest)), 27) &* primes[1] &+ primes[4]
        }
        while rest.count >= 4 {
            accumulator = left(accumulator ^ (take(4, &rest) &* primes[1]), 23) &* primes[2] &+ primes[3]
        }
        while !rest.isEmpty {
            accumulator = left(accumulator ^ (take(1, &rest) &* primes[5]), 11) &* primes[1]
        }
        accumulator = (accumulator ^ (accumulator >> 33)) &* primes[2]
        accumulator = (accumulator ^ (accumulator >> 29)) &* primes[3]
        return accumulator ^ (accumulator >> 32)
    }

    private static func round(_ accumulator: UInt64, _ lane: UInt64) -> UInt64 {
        left(accumulator &+ lane &* primes[2], 31) &* primes[1]
    }

    private static func left(_ value: UInt64, _ bits: UInt64) -> UInt64 {
        (value << bits) | (value >> (64 - bits))
    }

    /// The next bytes as a little-endian number.
    private static func take(_ count: Int, _ bytes: inout ArraySlice<UInt8>) -> UInt64 {
        let value = bytes.prefix(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        bytes = bytes.dropFirst(count)
        return value
    }
}
