import TestSupport

/// Ids that collide under hashes without a key: 2²⁰ distinct ones for each hash.
///
/// Each id is made of parts, and each part has equivalent choices that leave the hash's state the same (A. Joux 2004,
/// "Multicollisions in Iterated Hash Functions"); the bits of the id's number choose among them.
struct CollidingIDs {
    private lazy var lanes = XXH64Lanes.choices()
    private lazy var blocks = FNV1aBlocks.choices()

    /// Ids of 64 bytes, all 64 bits of whose XXH64 with seed 0 are the same.
    mutating func xxh64(_ number: Int) -> String {
        let pairs = (0..<4).map { lanes[$0][number >> (5 * $0) & 31] }
        return text(pairs.map(\.0)) + text(pairs.map(\.1))
    }

    /// Ids of 80 bytes whose FNV-1a (of 32 bits or more) has the same lower 32 bits.
    mutating func fnv1a(_ number: Int) -> String {
        text((0..<20).map { blocks[$0][number >> $0 & 1] })
    }

    /// Ids of 40 bytes with one value in every polynomial in 31: 31·'A' + 'a' = 31·'B' + 'B'.
    func polynomial(_ number: Int) -> String {
        (0..<20).map { number >> $0 & 1 == 0 ? "Aa" : "BB" }.joined()
    }

    private func text<Word: FixedWidthInteger>(_ words: [Word]) -> String {
        let bytes = words.flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// What FNV-1a makes of blocks of four bytes: two that lead from the same 32 bits to the same 32 bits, for 20 in a row.
private enum FNV1aBlocks {
    static func choices() -> [[UInt32]] {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var generator = SplitMix64(seed: 1)
        // The offset basis and the prime of 64 bits, of which only the lower 32 matter here.
        var state: UInt32 = 0x8422_2325
        return (0..<20).map { _ in
            var seen: [UInt32: UInt32] = [:]
            while true {
                let block = (0..<4).map { _ in UInt32(letters[Int(generator.next() % UInt64(letters.count))]) }
                let end = block.reduce(state) { ($0 ^ $1) &* 0x1B3 }
                let word = block.reversed().reduce(0) { $0 << 8 | $1 }
                if let other = seen.updateValue(word, forKey: end), other != word {
                    state = end
                    return [other, word]
                }
            }
        }
    }
}

/// What XXH64 makes of two words in one of its four lanes: 32 pairs with the same end, for each lane.
///
/// A lane's second word can undo what its first did, because every step of a lane can be inverted.
private enum XXH64Lanes {
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F

    static func choices() -> [[(UInt64, UInt64)]] {
        var generator = SplitMix64(seed: 2)
        return [prime1 &+ prime2, prime2, 0, 0 &- prime1].map { start in
            // What the second word must bring the lane to, before its rotation: that which a first pair comes to.
            let target = after(printable(&generator), start) &+ printable(&generator) &* prime2
            var pairs: [(UInt64, UInt64)] = []
            while pairs.count < 32 {
                let first = printable(&generator)
                let second = (target &- after(first, start)) &* inverse(prime2)
                if isPrintable(second) { pairs.append((first, second)) }
            }
            return pairs
        }
    }

    private static func after(_ word: UInt64, _ state: UInt64) -> UInt64 {
        let sum = state &+ word &* prime2
        return (sum << 31 | sum >> 33) &* prime1
    }

    /// The inverse of an odd number modulo 2⁶⁴, by Newton's iteration, which doubles the correct bits.
    private static func inverse(_ odd: UInt64) -> UInt64 {
        var result = odd
        for _ in 0..<6 { result = result &* (2 &- odd &* result) }
        return result
    }

    private static func printable(_ generator: inout SplitMix64) -> UInt64 {
        (0..<8).reduce(0) { word, _ in word << 8 | (97 + generator.next() % 26) }
    }

    /// Whether all eight bytes stand for themselves in a JSON string.
    private static func isPrintable(_ word: UInt64) -> Bool {
        withUnsafeBytes(of: word) { $0.allSatisfy { 0x20 < $0 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C } }
    }
}
