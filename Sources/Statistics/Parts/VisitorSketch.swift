/// The least hashes of a set of visitors: enough to tell whether two sets have some in common.
///
///     hashes of all visitors   ├──●─●────●──●───●─●──●────●──●──●─┤
///     kept: the least 16,384   ├──●─●────●──●┤ the bound
///
/// Below the lesser of two bounds both sketches know every visitor. So of two sets that share visitors, each of these is
/// noticed with the probability of lying there, and none is where they share none, but for two ids with one 64-bit hash
/// (K. Beyer et al., "On synopses for distinct-value estimation under multiset operations", 2007).
package struct VisitorSketch: Equatable, Sendable {
    /// Hashes kept, at most.
    package static let capacity = 16_384

    /// Distinct and ascending once ``settle()`` was called.
    package private(set) var hashes: [UInt64] = []
    /// Whether no hash was left out.
    package private(set) var isComplete = true
    /// Greater hashes are left out.
    private var bound = UInt64.max

    package init() {}

    /// Takes a visitor's hash: XXH64 of the id, seed 0. Amortised O(log capacity).
    package mutating func insert(_ hash: UInt64) {
        guard hash <= bound else {
            isComplete = false
            return
        }
        hashes.append(hash)
        if hashes.count >= 2 * VisitorSketch.capacity { settle() }
    }

    /// Takes the visitors of another sketch.
    package mutating func add(_ other: VisitorSketch) {
        isComplete = isComplete && other.isComplete
        bound = min(bound, other.bound)
        hashes += other.hashes
        settle()
    }

    /// Sorts what was taken, and keeps the least.
    package mutating func settle() {
        hashes.sort()
        var kept: [UInt64] = []
        kept.reserveCapacity(min(hashes.count, VisitorSketch.capacity))
        for hash in hashes where hash <= bound && hash != kept.last {
            guard kept.count < VisitorSketch.capacity else {
                isComplete = false
                break
            }
            kept.append(hash)
        }
        hashes = kept
        if !isComplete, kept.count == VisitorSketch.capacity, let last = kept.last { bound = min(bound, last) }
    }

    /// How many visitors two sets share: those that both sketches know, and how many that makes of all.
    package func shared(with other: VisitorSketch) -> (known: Int, estimated: Double) {
        let limit = min(bound, other.bound)
        var known = 0
        var (left, right) = (0, 0)
        while left < hashes.count, right < other.hashes.count, hashes[left] <= limit, other.hashes[right] <= limit {
            if hashes[left] == other.hashes[right] { known += 1 }
            let (a, b) = (hashes[left], other.hashes[right])
            if a <= b { left += 1 }
            if b <= a { right += 1 }
        }
        let share = (Double(limit) + 1) / 0x1p64
        return (known, limit == .max ? Double(known) : Double(known) / share)
    }
}

extension VisitorSketch: Codable {
    private enum CodingKeys: CodingKey {
        case isComplete, hashes
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        isComplete = try container.decode(Bool.self, forKey: .isComplete)
        let text = Array(try container.decode(String.self, forKey: .hashes).utf8)
        guard text.count % 16 == 0 else {
            throw DecodingError.dataCorruptedError(forKey: .hashes, in: container, debugDescription: "no hashes")
        }
        for start in stride(from: 0, to: text.count, by: 16) {
            var hash: UInt64 = 0
            for place in start..<start + 16 {
                guard let digit = VisitorSketch.digit(text[place]) else {
                    throw DecodingError.dataCorruptedError(forKey: .hashes, in: container, debugDescription: "no digit")
                }
                hash = hash << 4 | digit
            }
            hashes.append(hash)
        }
        if !isComplete, let last = hashes.last { bound = last }
    }

    /// What a hexadecimal digit is worth, as ``encode(to:)`` writes them.
    private static func digit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        default: nil
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(isComplete, forKey: .isComplete)
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(16 * hashes.count)
        for hash in hashes {
            for shift in stride(from: 60, through: 0, by: -4) { text.append(digits[Int((hash >> UInt64(shift)) & 15)]) }
        }
        try container.encode(String(decoding: text, as: UTF8.self), forKey: .hashes)
    }
}
