import CLibrary
import CScan
import Randomizer

/// The customers of all files, numbered in the order in which they are first met. Looking one up takes constant time.
///
///     slots ──hash──► number ──► places (of every eighth) ──► lengths and bytes
///
/// A slot of four bytes has the number in its lower bits and a part of the hash in those above, which spares most looks at names
/// that are others. A customer takes a byte and a half and those of the name.
///
/// Names are bytes: `007` and `7` are two customers, and so are names that differ in blanks or in case.
package struct CustomerNames: ~Copyable {
    /// Each name behind its length: a byte, or 255 and four bytes.
    private var bytes = GrowingColumn<UInt8>()
    /// Where every eighth begins.
    private var places = GrowingColumn<UInt32>()
    private var slots = GrowingColumn<UInt32>()
    private var mask = 0
    package private(set) var count = 0
    private static let free = UInt32.max
    private static let longName: UInt8 = 255

    package init() {
        makeIndex(1 << 12)
    }

    /// The bytes of a name.
    @inline(__always)
    package subscript(number: Int) -> UnsafeBufferPointer<UInt8> {
        var name = CustomerNames.name(at: bytes.base + Int(places[number >> 3]))
        for _ in 0..<number & 7 { name = CustomerNames.name(after: name) }
        return name
    }

    @inline(__always)
    private static func name(at place: UnsafeMutablePointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        guard place.pointee == longName else {
            return UnsafeBufferPointer(start: place + 1, count: Int(place.pointee))
        }
        let length = UnsafeRawPointer(place + 1).loadUnaligned(as: UInt32.self)
        return UnsafeBufferPointer(start: place + 5, count: Int(length))
    }

    @inline(__always)
    private static func name(after name: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        let end = name.baseAddress.unsafelyUnwrapped + name.count
        return CustomerNames.name(at: UnsafeMutablePointer(mutating: end))
    }

    package func text(_ number: Int) -> String { String(decoding: self[number], as: UTF8.self) }

    /// The hash by which a name is looked up.
    @inline(__always)
    package static func hash(_ name: UnsafeBufferPointer<UInt8>) -> UInt64 { XXH64.hash(UnsafeRawBufferPointer(name)) }

    /// Looks up a batch, and numbers those that have none; stops at the first for which there is no room.
    ///
    /// What later ones need is fetched meanwhile: first the slot, some names later the place that the slot tells, then the bytes.
    ///
    /// - Parameters:
    ///   - name: of the batch, by position, with its hash.
    ///   - numbers: gets the customers' numbers; shorter than `count` where there are more names than four gibibytes hold.
    package mutating func insert(
        _ count: Int, into numbers: inout [Int], name: (Int) -> (name: UnsafeBufferPointer<UInt8>, hash: UInt64)
    ) {
        numbers.removeAll(keepingCapacity: true)
        for position in 0..<count {
            if position + 24 < count {
                cscan_prefetch(slots.base + Int(truncatingIfNeeded: name(position + 24).hash & UInt64(mask)))
            }
            if position + 16 < count, let number = likelyNumber(name(position + 16).hash) {
                cscan_prefetch(places.base + (number >> 3))
            }
            if position + 8 < count, let number = likelyNumber(name(position + 8).hash) {
                let start = bytes.base + Int(places[number >> 3])
                cscan_prefetch(start)
                cscan_prefetch(start + 64)
            }
            let (name, hash) = name(position)
            guard let number = insert(name, hash) else { return }
            numbers.append(number)
        }
    }

    /// The number in the first slot of a search; nil where it is free. Never more than a guess.
    @inline(__always)
    private func likelyNumber(_ hash: UInt64) -> Int? {
        let slot = slots[Int(truncatingIfNeeded: hash & UInt64(mask))]
        return slot == CustomerNames.free ? nil : Int(slot) & mask
    }

    /// The part of a hash that a slot holds above its number.
    @inline(__always)
    private func tag(_ hash: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: hash >> 32) & ~UInt32(truncatingIfNeeded: mask)
    }

    /// The number of a customer who is known; nil for another.
    @inline(__always)
    package func number(of name: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> Int? {
        var index = Int(truncatingIfNeeded: hash & UInt64(mask))
        let tag = tag(hash)
        while true {
            let slot = slots[index]
            // Never a number: four slots in five are taken at most.
            if slot == CustomerNames.free { return nil }
            let number = Int(slot) & mask
            if slot & ~UInt32(truncatingIfNeeded: mask) == tag, isEqual(name, to: number) { return number }
            index = (index + 1) & mask
        }
    }

    /// The number of a customer, who gets one if he has none; nil where there are more names than four gibibytes hold.
    @inline(__always)
    package mutating func insert(_ name: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> Int? {
        number(of: name, hash) ?? add(name, hash)
    }

    private mutating func add(_ name: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> Int? {
        guard bytes.count + name.count + 5 <= Int(UInt32.max), count < Int(Int32.max) else { return nil }
        if count & 7 == 0 { places.append(UInt32(bytes.count)) }
        if name.count < Int(CustomerNames.longName) {
            bytes.append(UInt8(name.count))
        } else {
            bytes.append(CustomerNames.longName)
            withUnsafeBytes(of: UInt32(name.count)) { length in for byte in length { bytes.append(byte) } }
        }
        bytes.append(name)
        let number = count
        count += 1
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
        slots[index] = UInt32(number) | tag(hash)
    }

    private mutating func makeIndex(_ size: Int) {
        // The old one is let go first.
        slots = GrowingColumn()
        slots.extend(to: size, with: CustomerNames.free)
        mask = size - 1
        guard count > 0 else { return }
        var name = CustomerNames.name(at: bytes.base)
        for number in 0..<count {
            enter(number, CustomerNames.hash(name))
            if number + 1 < count { name = CustomerNames.name(after: name) }
        }
    }

    /// Lets the index go: names are kept, and nobody is looked up any more.
    package mutating func dropIndex() {
        slots = GrowingColumn()
        slots.extend(to: 1, with: CustomerNames.free)
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

    /// All customers in byte order. Most are told apart by their first eight bytes, which are held beside their numbers meanwhile.
    package func inByteOrder() -> [UInt32] {
        var items: [(head: UInt64, number: UInt32)] = []
        items.reserveCapacity(count)
        for number in 0..<count { items.append((head(number), UInt32(number))) }
        items.sort { left, right in
            left.head == right.head ? isBefore(Int(left.number), Int(right.number)) : left.head < right.head
        }
        return items.map(\.number)
    }

    /// The first eight bytes of a name as a number, and zeros behind a shorter one.
    private func head(_ number: Int) -> UInt64 {
        var (head, shift) = (0 as UInt64, 56 as UInt64)
        for byte in self[number].prefix(8) {
            head |= UInt64(byte) << shift
            shift &-= 8
        }
        return head
    }
}
