import CLibrary
import CScan

/// The different values of a column, numbered in the order in which they are met. A look-up takes constant time.
///
/// Nearly all values have at most eight bytes: with their length these are the value, and one comparison finds it.
package struct TextNumbers: ~Copyable {
    private struct Slot {
        /// The bytes of a short value, a hash of a longer one.
        var word: UInt64 = 0
        var length: UInt32 = 0
        /// −1 where the slot is free.
        var number: Int32 = -1
    }

    private var slots: UnsafeMutablePointer<Slot>
    private var mask = 255
    /// Where each value's bytes begin, and the end of the last.
    private var starts: [Int] = [0]
    private var bytes: [UInt8] = []

    package init() {
        slots = .allocate(capacity: mask + 1)
        slots.initialize(repeating: Slot(), count: mask + 1)
    }

    deinit {
        slots.deallocate()
    }

    package var count: Int { starts.count - 1 }

    package subscript(number: Int) -> String {
        String(decoding: bytes[starts[number]..<starts[number + 1]], as: UTF8.self)
    }

    /// The number of a value, which gets one if it has none. Behind its start eight bytes must be readable.
    @inline(__always)
    package mutating func number(of text: UnsafeBufferPointer<UInt8>) -> Int {
        let start = UnsafeRawPointer(text.baseAddress.unsafelyUnwrapped)
        let word =
            text.count <= 8
            ? start.loadUnaligned(as: UInt64.self).littleEndian & TextNumbers.lowBytes(text.count)
            : TextNumbers.hash(text)
        var index = TextNumbers.slot(word, text.count) & mask
        while true {
            let slot = slots[index]
            if slot.word == word, slot.length == UInt32(truncatingIfNeeded: text.count), slot.number >= 0,
                text.count <= 8 || isEqual(text, to: Int(slot.number))
            {
                return Int(slot.number)
            }
            if slot.number < 0 { return add(text, word, at: index) }
            index = (index + 1) & mask
        }
    }

    private func isEqual(_ text: UnsafeBufferPointer<UInt8>, to number: Int) -> Bool {
        bytes.withUnsafeBufferPointer { buffer in
            let known = buffer.baseAddress.unsafelyUnwrapped + starts[number]
            return memcmp(known, text.baseAddress.unsafelyUnwrapped, text.count) == 0
        }
    }

    private mutating func add(_ text: UnsafeBufferPointer<UInt8>, _ word: UInt64, at index: Int) -> Int {
        let number = count
        slots[index] = Slot(word: word, length: UInt32(truncatingIfNeeded: text.count), number: Int32(number))
        bytes.append(contentsOf: text)
        starts.append(bytes.count)
        if count * 2 > mask { grow() }
        return number
    }

    private mutating func grow() {
        let (old, oldCount) = (slots, mask + 1)
        mask = oldCount * 4 - 1
        slots = .allocate(capacity: mask + 1)
        slots.initialize(repeating: Slot(), count: mask + 1)
        for slot in UnsafeBufferPointer(start: old, count: oldCount) where slot.number >= 0 {
            var index = TextNumbers.slot(slot.word, Int(slot.length)) & mask
            while slots[index].number >= 0 { index = (index + 1) & mask }
            slots[index] = slot
        }
        old.deallocate()
    }

    private static func lowBytes(_ count: Int) -> UInt64 { count == 8 ? .max : (1 << UInt64(8 * count)) - 1 }

    private static func slot(_ word: UInt64, _ length: Int) -> Int {
        let mixed = (word ^ UInt64(truncatingIfNeeded: length)) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: (mixed ^ (mixed >> 32)) & 0xFFFF_FFFF)
    }

    private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let start = UnsafeRawPointer(text.baseAddress.unsafelyUnwrapped)
        var hash: UInt64 = 0
        var offset = 0
        while offset + 8 < text.count {
            hash =
                (hash ^ start.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian)
                &* 0xC2B2_AE3D_27D4_EB4F
            hash ^= hash >> 29
            offset += 8
        }
        let last = start.loadUnaligned(fromByteOffset: text.count - 8, as: UInt64.self).littleEndian
        hash = (hash ^ last) &* 0x1656_67B1_9E37_79F9
        return hash ^ (hash >> 32)
    }
}

/// The different pairs of two numbers, numbered in the order in which they are met.
struct PairNumbers: ~Copyable {
    private struct Slot {
        var pair: UInt64 = 0
        /// −1 where the slot is free.
        var number: Int64 = -1
    }

    private var slots: UnsafeMutablePointer<Slot>
    private var mask = 255
    private(set) var pairs: [UInt64] = []

    init() {
        slots = .allocate(capacity: mask + 1)
        slots.initialize(repeating: Slot(), count: mask + 1)
    }

    deinit {
        slots.deallocate()
    }

    var count: Int { pairs.count }

    /// The two numbers of a pair.
    subscript(number: Int) -> (first: Int, second: Int) {
        (Int(pairs[number] >> 32), Int(pairs[number] & 0xFFFF_FFFF))
    }

    /// The number of a pair, each below 2³².
    @inline(__always)
    mutating func number(of first: Int, _ second: Int) -> Int {
        let pair = UInt64(truncatingIfNeeded: first) << 32 | UInt64(truncatingIfNeeded: second)
        var index = PairNumbers.slot(pair) & mask
        while true {
            let slot = slots[index]
            if slot.pair == pair, slot.number >= 0 { return Int(slot.number) }
            if slot.number < 0 { return add(pair, at: index) }
            index = (index + 1) & mask
        }
    }

    private mutating func add(_ pair: UInt64, at index: Int) -> Int {
        let number = pairs.count
        slots[index] = Slot(pair: pair, number: Int64(number))
        pairs.append(pair)
        if pairs.count * 2 > mask { grow() }
        return number
    }

    private mutating func grow() {
        let (old, oldCount) = (slots, mask + 1)
        mask = oldCount * 4 - 1
        slots = .allocate(capacity: mask + 1)
        slots.initialize(repeating: Slot(), count: mask + 1)
        for slot in UnsafeBufferPointer(start: old, count: oldCount) where slot.number >= 0 {
            var index = PairNumbers.slot(slot.pair) & mask
            while slots[index].number >= 0 { index = (index + 1) & mask }
            slots[index] = slot
        }
        old.deallocate()
    }

    private static func slot(_ pair: UInt64) -> Int {
        let mixed = pair &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: mixed >> 32)
    }
}
