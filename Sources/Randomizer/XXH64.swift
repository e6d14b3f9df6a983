/// The 64-bit xxHash of bytes, by its specification (Y. Collet, "xxHash fast digest algorithm", XXH64).
///
/// Fast and well mixed, but no defence against an adversary: do not use it for secrets or signatures.
public enum XXH64 {
    /// Hashes bytes in O(count), without allocating.
    public static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
        var position = 0
        var hash: UInt64
        if bytes.count >= 32 {
            var lanes = Lanes(seed: seed)
            while position + 32 <= bytes.count {
                lanes.consume(bytes, at: position)
                position += 32
            }
            hash = lanes.converged
        } else {
            hash = seed &+ prime5
        }
        hash &+= UInt64(bytes.count)
        while position + 8 <= bytes.count {
            hash ^= round(0, bytes.word64(at: position))
            hash = rotate(hash, by: 27) &* prime1 &+ prime4
            position += 8
        }
        if position + 4 <= bytes.count {
            hash ^= bytes.word32(at: position) &* prime1
            hash = rotate(hash, by: 23) &* prime2 &+ prime3
            position += 4
        }
        while position < bytes.count {
            hash ^= UInt64(bytes[position]) &* prime5
            hash = rotate(hash, by: 11) &* prime1
            position += 1
        }
        return avalanche(hash)
    }

    /// Hashes bytes in O(count), without allocating.
    public static func hash(_ bytes: Span<UInt8>, seed: UInt64 = 0) -> UInt64 {
        bytes.withUnsafeBytes { hash($0, seed: seed) }
    }

    /// Hashes bytes in O(count), without allocating.
    public static func hash(_ bytes: [UInt8], seed: UInt64 = 0) -> UInt64 {
        bytes.withUnsafeBytes { hash($0, seed: seed) }
    }

    /// Hashes the UTF-8 of a text in O(its bytes), without allocating.
    @inlinable
    public static func hash(_ text: some StringProtocol, seed: UInt64 = 0) -> UInt64 {
        text.withUTF8Bytes { hash($0, seed: seed) }
    }

    /// Hashes the UTF-8 of a literal, without allocating.
    public static func hash(_ text: StaticString, seed: UInt64 = 0) -> UInt64 {
        text.withUTF8Buffer { hash(UnsafeRawBufferPointer($0), seed: seed) }
    }

    /// Writes a hash as 16 lower-case hexadecimal digits, most significant first: the canonical representation of the
    /// specification.
    package static func hexadecimal(_ hash: UInt64) -> String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension XXH64 {
    fileprivate static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    fileprivate static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    fileprivate static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    fileprivate static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    fileprivate static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

    /// The four accumulators that take 32 bytes at a time.
    private struct Lanes {
        private var first, second, third, fourth: UInt64

        init(seed: UInt64) {
            first = seed &+ prime1 &+ prime2
            second = seed &+ prime2
            third = seed
            fourth = seed &- prime1
        }

        mutating func consume(_ bytes: UnsafeRawBufferPointer, at position: Int) {
            first = round(first, bytes.word64(at: position))
            second = round(second, bytes.word64(at: position + 8))
            third = round(third, bytes.word64(at: position + 16))
            fourth = round(fourth, bytes.word64(at: position + 24))
        }

        var converged: UInt64 {
            var hash = rotate(first, by: 1) &+ rotate(second, by: 7) &+ rotate(third, by: 12) &+ rotate(fourth, by: 18)
            hash = merge(hash, first)
            hash = merge(hash, second)
            hash = merge(hash, third)
            return merge(hash, fourth)
        }

        private func merge(_ hash: UInt64, _ lane: UInt64) -> UInt64 {
            (hash ^ round(0, lane)) &* prime1 &+ prime4
        }
    }

    private static func round(_ accumulator: UInt64, _ input: UInt64) -> UInt64 {
        rotate(accumulator &+ input &* prime2, by: 31) &* prime1
    }

    private static func avalanche(_ value: UInt64) -> UInt64 {
        var hash = value
        hash = (hash ^ (hash >> 33)) &* prime2
        hash = (hash ^ (hash >> 29)) &* prime3
        return hash ^ (hash >> 32)
    }

    private static func rotate(_ value: UInt64, by bits: UInt64) -> UInt64 {
        value &<< bits | value &>> (64 - bits)
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func word64(at position: Int) -> UInt64 {
        UInt64(littleEndian: loadUnaligned(fromByteOffset: position, as: UInt64.self))
    }

    fileprivate func word32(at position: Int) -> UInt64 {
        UInt64(UInt32(littleEndian: loadUnaligned(fromByteOffset: position, as: UInt32.self)))
    }
}

extension StringProtocol {
    /// Lends the text's UTF-8. Copies it first only where it is not held as UTF-8 (a string bridged from Objective-C).
    @inlinable
    @inline(__always)
    func withUTF8Bytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        if let result = utf8.withContiguousStorageIfAvailable({ body(UnsafeRawBufferPointer($0)) }) {
            return result
        }
        var copy = String(self)
        return copy.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }
}
