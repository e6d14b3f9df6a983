import CLibrary
import CScan
import Randomizer

/// The customers of all files, numbered in the order in which they are first met. Looking one up takes constant time.
///
///     slots ──hash──► number ──► starts ──► bytes        5 bytes a slot, 4 and the name's bytes a customer
///     tags  (8 bits of the hash: spares most looks at names that are others)
///
/// Names are bytes: `007` and `7` are two customers, and so are names that differ in blanks or in case.
package struct CustomerNames: ~Copyable {
    private var bytes = GrowingColumn<UInt8>()
    /// Where each name begins, and the end of the last.
    private var starts = GrowingColumn<UInt32>()
    private var slots = GrowingColumn<UInt32>()
    private var tags = GrowingColumn<UInt8>()
    private var mask = 0
    private static let free = UInt32.max

    package init() {
        starts.append(0)
        makeIndex(1 << 12)
    }

    package var count: Int { starts.count - 1 }

    /// The bytes of a name.
    @inline(__always)
    package subscript(number: Int) -> UnsafeBufferPointer<UInt8> {
        let start = Int(starts[number])
        return UnsafeBufferPointer(start: bytes.base + start, count: Int(starts[number + 1]) - start)
    }

    package func text(_ number: Int) -> String { String(decoding: self[number], as: UTF8.self) }

    /// The hash by which a name is looked up.
    @inline(__always)
    package static func hash(_ name: UnsafeBufferPointer<UInt8>) -> UInt64 { XXH64.hash(UnsafeRawBufferPointer(name)) }

    /// Brings near what a search will look at.
    @inline(__always)
    package func prefetch(_ hash: UInt64) {
        let index = Int(truncatingIfNeeded: hash & UInt64(mask))
        cscan_prefetch(tags.base + index)
        cscan_prefetch(slots.base + index)
    }

    /// The number of a customer who is known; nil for another.
    @inline(__always)
    package func number(of name: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> Int? {
        var index = Int(truncatingIfNeeded: hash & UInt64(mask))
        let tag = UInt8(truncatingIfNeeded: hash >> 56)
        while slots[index] != CustomerNames.free {
            if tags[index] == tag, isEqual(name, to: Int(slots[index])) { return Int(slots[index]) }
            index = (index + 1) & mask
        }
        return nil
    }

    /// The number of a customer, who gets one if he has none; nil where there are more names than four gibibytes hold.
    package mutating func insert(_ name: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> Int? {
        if let number = number(of: name, hash) { return number }
        guard bytes.count + name.count <= Int(UInt32.max), count < Int(CustomerNames.free) else { return nil }
        bytes.append(name)
        starts.append(UInt32(bytes.count))
        let number = count - 1
        if count * 5 > (mask + 1) * 4 {
            makeIndex((mask + 1) * 2)
        } else {
            enter(number, hash)
        }
        return number
    }

    private func enter(_ number: Int, _ hash: UInt64) {
        var index = Int(truncatingIfNeeded: hash & UInt64(mask))
        while slots[index] != CustomerNames.free { index = (index + 1) & mask }
        slots[index] = UInt32(number)
        tags[index] = UInt8(truncatingIfNeeded: hash >> 56)
    }

    private mutating func makeIndex(_ size: Int) {
        // The old one is let go first.
        slots = GrowingColumn()
        tags = GrowingColumn()
        slots.extend(to: size, with: CustomerNames.free)
        tags.extend(to: size, with: 0)
        mask = size - 1
        for number in 0..<count { enter(number, CustomerNames.hash(self[number])) }
    }

    /// Lets the index go: names are kept, and nobody is looked up any more.
    package mutating func dropIndex() {
        slots = GrowingColumn()
        slots.extend(to: 1, with: CustomerNames.free)
        tags = GrowingColumn()
        tags.extend(to: 1, with: 0)
        mask = 0
    }

    private func isEqual(_ name: UnsafeBufferPointer<UInt8>, to number: Int) -> Bool {
        let known = self[number]
        guard known.count == name.count, let left = known.baseAddress, let right = name.baseAddress else {
            return false
        }
        return memcmp(left, right, name.count) == 0
    }

    /// Byte order of two customers' names; a prefix comes before what it begins.
    package func isBefore(_ left: Int, _ right: Int) -> Bool {
        let (first, second) = (self[left], self[right])
        guard let start = first.baseAddress, let other = second.baseAddress else { return false }
        let order = memcmp(start, other, min(first.count, second.count))
        return order == 0 ? first.count < second.count : order < 0
    }

    /// All customers in byte order.
    package func inByteOrder() -> [UInt32] {
        (0..<UInt32(count)).sorted { isBefore(Int($0), Int($1)) }
    }
}
