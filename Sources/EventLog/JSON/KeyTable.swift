import CScan

/// The keys of a log line that a schema names, each with its number: a hash table of their lengths and first eight bytes.
///
/// Most keys of a line, wanted or not, need one look at it.
struct KeyTable: ~Copyable {
    private struct Slot {
        /// The first eight bytes, those beyond the length zero.
        var word: UInt64 = 0
        /// -1: a free slot, which ends the search.
        var count = -1
        var number = 0
        /// All bytes of a key that is longer than a word.
        var start: UnsafeMutablePointer<UInt8>?
    }

    let count: Int
    /// A power of two, at least four times as many as there are keys.
    private let slots: UnsafeMutableBufferPointer<Slot>
    private let shift: UInt64

    init(_ names: [String]) {
        count = names.count
        let bits = 2 + Int.bitWidth - names.count.leadingZeroBitCount
        shift = UInt64(64 - bits)
        slots = .allocate(capacity: 1 << bits)
        slots.initialize(repeating: Slot())
        for (number, name) in names.enumerated() {
            let length = name.utf8.count
            let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: length + 8)
            copy.initialize(repeating: 0)
            _ = copy.update(fromContentsOf: name.utf8)
            let start = copy.baseAddress.unsafelyUnwrapped
            let word = KeyTable.word(start, count: length)
            var index = slot(word, length)
            while slots[index].count >= 0 { index = (index + 1) & (slots.count - 1) }
            slots[index] = Slot(word: word, count: length, number: number, start: start)
        }
    }

    deinit {
        for slot in slots { slot.start?.deallocate() }
        slots.deallocate()
    }

    /// The number of the key of `count` bytes at `name`, with eight readable bytes behind it; nil: the schema has no such key.
    @inline(__always)
    func index(of name: UnsafePointer<UInt8>, count: Int) -> Int? {
        let word = KeyTable.word(name, count: count)
        let slots = self.slots.baseAddress.unsafelyUnwrapped
        var index = slot(word, count)
        while slots[index].count >= 0 {
            let slot = slots + index
            if slot.pointee.word == word, slot.pointee.count == count, count <= 8 || hasRest(slot, name, count) {
                return slot.pointee.number
            }
            index = (index + 1) & (self.slots.count - 1)
        }
        return nil
    }

    private func hasRest(_ slot: UnsafePointer<Slot>, _ name: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        guard let start = slot.pointee.start else { return false }
        return cscan_equal(start + 8, name + 8, count - 8) != 0
    }

    /// The number of a key that stands in the line with escapes. Such keys are rare: this allocates.
    func index(ofEscaped name: UnsafeBufferPointer<UInt8>) -> Int? {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: name.count + 8) { buffer in
            buffer.initialize(repeating: 0)
            let base = buffer.baseAddress.unsafelyUnwrapped
            return index(of: base, count: JSONEscape.decode(name, into: base))
        }
    }

    @inline(__always)
    private static func word(_ start: UnsafePointer<UInt8>, count: Int) -> UInt64 {
        let word = UnsafeRawPointer(start).loadUnaligned(as: UInt64.self).littleEndian
        return count >= 8 ? word : word & ((1 << UInt64(8 * count)) - 1)
    }

    /// Where the search begins (multiplicative hashing: Knuth, The Art of Computer Programming 3, section 6.4).
    @inline(__always)
    private func slot(_ word: UInt64, _ count: Int) -> Int {
        let hash = (word ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: hash >> shift)
    }
}
