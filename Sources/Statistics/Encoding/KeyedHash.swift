import EventLog

/// A hash of bytes under a random key, so that nobody who writes the log can choose ids that collide.
///
/// Sixteen bytes at a time are mixed with key and state and multiplied to 128 bits, whose halves are folded together
/// (the multiply-fold of wyhash; W. Yi 2019). The key enters before each multiplication.
struct KeyedHash: Sendable {
    private let keys: (UInt64, UInt64, UInt64)

    /// A hash with a given key, for tests; all else takes a random one.
    init(keys: (UInt64, UInt64, UInt64)) {
        self.keys = keys
    }

    static func random() -> KeyedHash {
        KeyedHash(keys: (.random(in: .min ... .max), .random(in: .min ... .max), .random(in: .min ... .max)))
    }

    func callAsFunction(_ text: ByteText) -> UInt64 {
        let raw = UnsafeRawPointer(text.start)
        let count = text.count
        var state = keys.0 ^ UInt64(truncatingIfNeeded: count)
        var offset = 0
        while count - offset > 16 {
            state = fold(load(raw + offset, 8) ^ keys.1, load(raw + offset + 8, 8) ^ state)
            offset += 16
        }
        let rest = count - offset
        let low = load(raw + offset, min(rest, 8))
        let high = rest > 8 ? load(raw + offset + 8, rest - 8) : 0
        return fold(fold(low ^ keys.1, high ^ state) ^ keys.2, state ^ keys.1)
    }

    /// Up to eight bytes as a number; exact, because the length is part of the state.
    private func load(_ start: UnsafeRawPointer, _ count: Int) -> UInt64 {
        if count == 8 { return start.loadUnaligned(as: UInt64.self) }
        if count >= 4 {
            let first = UInt64(start.loadUnaligned(as: UInt32.self))
            let last = UInt64((start + count - 4).loadUnaligned(as: UInt32.self))
            return first | last << 32
        }
        guard count > 0 else { return 0 }
        let first = UInt64(start.loadUnaligned(as: UInt8.self))
        let middle = UInt64((start + count / 2).loadUnaligned(as: UInt8.self))
        let last = UInt64((start + count - 1).loadUnaligned(as: UInt8.self))
        return first | middle << 8 | last << 16
    }

    private func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
