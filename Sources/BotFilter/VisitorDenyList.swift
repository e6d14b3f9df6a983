/// A set of visitor ids, as bytes.
///
///     bytes   v1v2v300…      the ids, one after another
///     ends    2 4 8 …        where each ends
///     slots   · 3 · 1 · 2    id number at the hash of its bytes or the next free slot; 0 is free
///
/// One buffer for all ids, because a million small arrays cost a million allocations. The hash is Swift's `Hasher`, keyed
/// at random in each process, so that nobody can write a list whose ids collide.
package struct VisitorDenyList: Sendable {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    /// A power of two of slots, at most half of them taken.
    private var slots = [Int](repeating: 0, count: 16)

    package init() {}

    /// The number of different ids.
    package var count: Int { ends.count }

    /// Adds the ids of a file: one a line, LF or CRLF, byte order mark and blank lines skipped; white space and quotes are
    /// part of the id. O(bytes).
    package mutating func add(_ file: [UInt8]) {
        file.withUnsafeBytes { file in
            for line in TextLines(file) where !line.bytes.isEmpty { insert(line.bytes) }
        }
    }

    /// Whether the id is in the set. O(1) expected.
    package func contains(_ id: UnsafeRawBufferPointer) -> Bool {
        slots[slot(of: id)] != 0
    }

    private mutating func insert(_ id: UnsafeRawBufferPointer) {
        let slot = slot(of: id)
        guard slots[slot] == 0 else { return }
        bytes.append(contentsOf: id)
        ends.append(bytes.count)
        slots[slot] = ends.count
        if ends.count * 2 > slots.count { grow() }
    }

    /// The slot that holds the id, or the free one where it belongs.
    private func slot(of id: UnsafeRawBufferPointer) -> Int {
        let mask = slots.count - 1
        var slot = VisitorDenyList.hash(id) & mask
        while slots[slot] != 0, !matches(slots[slot], id) { slot = (slot + 1) & mask }
        return slot
    }

    private func matches(_ number: Int, _ id: UnsafeRawBufferPointer) -> Bool {
        let range = range(number)
        return range.count == id.count
            && bytes.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: $0[range]).elementsEqual(id) }
    }

    private func range(_ number: Int) -> Range<Int> {
        (number == 1 ? 0 : ends[number - 2])..<ends[number - 1]
    }

    private mutating func grow() {
        let mask = slots.count * 2 - 1
        var grown = [Int](repeating: 0, count: mask + 1)
        bytes.withUnsafeBytes { bytes in
            for number in 1...ends.count {
                var slot = VisitorDenyList.hash(UnsafeRawBufferPointer(rebasing: bytes[range(number)])) & mask
                while grown[slot] != 0 { slot = (slot + 1) & mask }
                grown[slot] = number
            }
        }
        slots = grown
    }

    private static func hash(_ id: UnsafeRawBufferPointer) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: id)
        return hasher.finalize()
    }
}
